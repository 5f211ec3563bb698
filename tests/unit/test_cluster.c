/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of work for several machines: how evaluations are cut, what a plan file must hold, how keys of answers are
 * compared, and command lines as texts. */
#include "testing.h"

#include "base/command_line.h"
#include "base/file.h"
#include "shards/cut.h"
#include "shards/fields.h"
#include "shards/plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ===  Cutting  === */

static const char *const four[] = {"bbs-mod", "fp32", "ant", "int8"};
static const char *const alone[] = {"bbs-mod"};

/* 1,000 samples of 10 ms under 4 methods, 2 of them references; loading takes 0.3 s. */
static evaluation_t made(void)
{
    return (evaluation_t){.rows = "accuracy",
                          .net = "vgg16",
                          .size = "compact",
                          .data = "glyphs",
                          .command = "accuracy --net vgg16",
                          .methods = four,
                          .method_count = 4,
                          .samples = 1000,
                          .sample_seconds = 0.01,
                          .fixed_seconds = 0.3};
}

typedef struct {
    unit_t *units;
    text_t *texts;
    size_t count;
} made_units_t;

static made_units_t cut_made(const evaluation_t *evaluations, size_t count, cut_t cut)
{
    made_units_t made;
    assert_ok(cut_units(evaluations, count, &cut, &made.units, &made.count, &made.texts));
    return made;
}

static void free_made(made_units_t *made)
{
    free(made->units);
    free(made->texts);
}

/* Three kinds of units (references, bbs-mod, ant), so 12 units are 4 ranges of 250 samples. */
static void test_twelve_units(void **state)
{
    (void)state;
    const evaluation_t evaluation = made();
    made_units_t units = cut_made(&evaluation, 1, (cut_t){.units = 12});
    assert_int_equal(units.count, 12);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(units.units[i].wave, 1);
        assert_string_equal(units.units[i].methods, "fp32 int8");
        assert_int_equal(units.units[i].first, 250 * (int64_t)i);
        assert_int_equal(units.units[i].count, 250);
        assert_float_equal(units.units[i].answer_seconds, 2 * 250 * 0.01, 1e-5);
    }
    for (size_t i = 4; i < 12; i++) {
        assert_int_equal(units.units[i].wave, 2);
        assert_string_equal(units.units[i].methods, i % 2 == 0 ? "bbs-mod" : "ant");
        assert_int_equal(units.units[i].first, 250 * (int64_t)((i - 4) / 2));
        assert_float_equal(units.units[i].answer_seconds, 250 * 0.01, 1e-5);
        assert_float_equal(units.units[i].fixed_seconds, 0.3, 1e-5);
    }
    free_made(&units);
}

/* The unit is so large that 0.3 s are at most 3 % of its work: 10 s, which are all 1,000 samples. With 0.1 s fixed a third
 * of that is enough. */
static void test_overhead(void **state)
{
    (void)state;
    evaluation_t evaluation = made();
    assert_int_equal(cut_parts(&evaluation, 1, 0, &(cut_t){.units = 0}), 1);
    evaluation.fixed_seconds = 0.1;
    assert_int_equal(cut_parts(&evaluation, 1, 0, &(cut_t){.units = 0}), 3);
    evaluation.fixed_seconds = 0.101; /* not 3: the overhead would be above 3 % */
    assert_int_equal(cut_parts(&evaluation, 1, 0, &(cut_t){.units = 0}), 2);
    assert_int_equal(cut_parts(&evaluation, 1, 0, &(cut_t){.seconds = 2}), 5);
}

/* A network that is nine times as slow gets nine times as many ranges, and all units cost about the same. */
static void test_equal_cost(void **state)
{
    (void)state;
    evaluation_t both[2] = {made(), made()};
    both[1].sample_seconds = 0.09;
    const cut_t cut = {.units = 60};
    assert_int_equal(cut_parts(both, 2, 0, &cut), 2);
    assert_int_equal(cut_parts(both, 2, 1, &cut), 18);
    made_units_t units = cut_made(both, 2, cut);
    assert_int_equal(units.count, 60);
    for (size_t i = 20; i < units.count; i++)
        assert_float_equal(units.units[i].answer_seconds, 5, 0.1);
    free_made(&units);
}

/* Whatever the numbers: each method has each sample once, in order, and units count from 1. */
static void test_every_sample_once(void **state)
{
    (void)state;
    for (int64_t samples = 1; samples < 40; samples += 6)
        for (int64_t wanted = 1; wanted < 90; wanted += 11) {
            evaluation_t evaluation = made();
            evaluation.samples = samples;
            made_units_t units = cut_made(&evaluation, 1, (cut_t){.units = wanted});
            for (size_t m = 0; m < 4; m++) {
                int64_t next = 0;
                for (size_t i = 0; i < units.count; i++) {
                    const char *at = NULL;
                    text_t method;
                    assert_int_equal(units.units[i].unit, i + 1);
                    while (plan_next_method(&units.units[i], &at, &method)) {
                        if (!text_equal(method.chars, four[m]))
                            continue;
                        assert_int_equal(units.units[i].first, next);
                        assert_true(units.units[i].count > 0);
                        next += units.units[i].count;
                    }
                }
                assert_int_equal(next, samples);
            }
            free_made(&units);
        }
}

static void test_without_references(void **state)
{
    (void)state;
    evaluation_t evaluation = made();
    evaluation.methods = alone;
    evaluation.method_count = 1;
    made_units_t units = cut_made(&evaluation, 1, (cut_t){.units = 5});
    assert_int_equal(units.count, 5);
    assert_int_equal(units.units[0].wave, 2);
    free_made(&units);
}

/* ===  Plan files  === */

static const char plan_path[] = "/tmp/test_cluster.plan.csv";

static void test_plan_file(void **state)
{
    (void)state;
    const evaluation_t evaluation = made();
    made_units_t units = cut_made(&evaluation, 1, (cut_t){.units = 12});
    plan_t plan;
    const unit_t *unit;
    assert_ok(plan_write(plan_path, units.units, units.count));
    assert_ok(plan_read(plan_path, &plan));
    assert_int_equal(plan.count, 12);
    assert_int_equal(plan.evaluations, 1);
    assert_string_equal(plan.folder.chars, "/tmp/test_cluster.plan.units");
    assert_ok(plan_find(&plan, "6", &unit));
    assert_string_equal(unit->methods, "ant");
    assert_int_equal(unit->first, 0);
    assert_string_equal(unit->command, "accuracy --net vgg16");
    outcome_t result = plan_find(&plan, "13", &unit);
    assert_int_equal(outcome_fault(&result), FAULT_USAGE);
    result = plan_find(&plan, "0", &unit);
    assert_int_equal(outcome_fault(&result), FAULT_USAGE);
    plan_free(&plan);
    free_made(&units);
    unlink(plan_path);
}

static void assert_plan_refused(unit_t *units, size_t count, const char *text)
{
    plan_t plan;
    assert_ok(plan_write(plan_path, units, count));
    outcome_t result = plan_read(plan_path, &plan);
    assert_true(outcome_is_error(&result));
    if (strstr(outcome_text(&result), text) == NULL)
        print_error("%s\n", outcome_text(&result));
    assert_non_null(strstr(outcome_text(&result), text));
    plan_free(&plan);
    unlink(plan_path);
}

static void test_bad_plans(void **state)
{
    (void)state;
    const evaluation_t evaluation = made();
    made_units_t units = cut_made(&evaluation, 1, (cut_t){.units = 12});
    unit_t *third = &units.units[2];
    const unit_t good = *third;
    assert_plan_refused(units.units, 0, "no unit");
    third->unit = 4;
    assert_plan_refused(units.units, 12, "unit 4");
    *third = good;
    third->count = 501;
    assert_plan_refused(units.units, 12, "unit 3");
    *third = good;
    third->first = INT64_MAX;
    assert_plan_refused(units.units, 12, "unit 3");
    *third = good;
    third->evaluation = 3;
    assert_plan_refused(units.units, 12, "evaluation 2");
    *third = good;
    third->methods = "";
    assert_plan_refused(units.units, 12, "unit 3");
    free_made(&units);
}

/* ===  Keys  === */

static const char key[] =
    "weights=ab data=cd method=zps:columns=4:beta=0 engine=Darknet 2, oneDNN 3 (avx512, vnni) program=ee isa=avx512";

static void test_fields(void **state)
{
    (void)state;
    assert_string_equal(field_value(key, "weights").chars, "ab");
    assert_string_equal(field_value(key, "method").chars, "zps:columns=4:beta=0");
    assert_string_equal(field_value(key, "engine").chars, "Darknet 2, oneDNN 3 (avx512, vnni)");
    assert_string_equal(field_value(key, "isa").chars, "avx512");
    assert_string_equal(field_value(key, "ranges").chars, "");
}

static void test_field_differences(void **state)
{
    (void)state;
    static const char *const none[] = {NULL}, *const some[] = {"engine", "isa", NULL};
    static const char other[] =
        "weights=ab data=cd method=zps:columns=4:beta=0 engine=Darknet 2, oneDNN 3 (avx2) program=ee isa=avx2";
    static const char shorter[] =
        "weights=ab data=cd method=zps:columns=4:beta=0 engine=Darknet 2, oneDNN 3 (avx512, vnni) program=ee";
    static const char wrong[] =
        "weights=ab data=XX method=zps:columns=4:beta=0 engine=Darknet 2, oneDNN 3 (avx2) program=ee isa=avx2";
    field_t is, was;
    text_t differ = text_of("%s", "");
    assert_false(field_differs(key, key, none, &differ, &is, &was));
    assert_true(field_differs(key, other, none, &differ, &is, &was));
    assert_string_equal(is.name.chars, "engine");
    assert_string_equal(is.value.chars, "Darknet 2, oneDNN 3 (avx2)");
    assert_string_equal(differ.chars, "");
    assert_false(field_differs(key, other, some, &differ, &is, &was));
    assert_string_equal(differ.chars, "engine, isa");
    assert_true(field_differs(key, wrong, some, &differ, &is, &was));
    assert_string_equal(is.name.chars, "data");
    assert_true(field_differs(key, shorter, none, &differ, &is, &was));
    assert_string_equal(was.name.chars, "isa");
    assert_true(field_differs(shorter, key, none, &differ, &is, &was));
    assert_string_equal(is.name.chars, "isa");
}

/* ===  Command lines  === */

static void test_command_lines(void **state)
{
    (void)state;
    static const char *const words[] = {"accuracy", "--weights", "a folder/it's \"here\"", "", "--method", "zps:columns=4"};
    enum { WORDS = sizeof words / sizeof *words };
    text_builder_t line = {0};
    command_words_t split;
    for (int i = 0; i < WORDS; i++)
        command_line_add(&line, words[i]);
    assert_string_equal(line.chars, " accuracy --weights 'a folder/it'\\''s \"here\"' '' --method zps:columns=4");
    assert_ok(command_words_split("test", line.chars, &split));
    assert_int_equal(split.count, WORDS);
    for (int i = 0; i < WORDS; i++)
        assert_string_equal(split.words[i], words[i]);
    assert_null(split.words[WORDS]);
    command_words_free(&split);
    free(line.chars);
    outcome_t result = command_words_split("test", "a 'b", &split);
    assert_true(outcome_is_error(&result));
    command_words_free(&split);
    assert_ok(command_words_split("test", "  ", &split));
    assert_int_equal(split.count, 0);
    command_words_free(&split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twelve_units),       cmocka_unit_test(test_overhead),
        cmocka_unit_test(test_equal_cost),         cmocka_unit_test(test_every_sample_once),
        cmocka_unit_test(test_without_references), cmocka_unit_test(test_plan_file),
        cmocka_unit_test(test_bad_plans),          cmocka_unit_test(test_fields),
        cmocka_unit_test(test_field_differences),  cmocka_unit_test(test_command_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
