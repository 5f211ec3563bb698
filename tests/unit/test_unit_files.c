/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What units of a plan leave, in the hands of somebody else: plans that lead out of their folder or to parts that are not
 * there, files of rows that were changed, names of running workers. */
#include "testing.h"

#include "base/file.h"
#include "base/sha256.h"
#include "shards/model_unit.h"
#include "shards/parts.h"
#include "shards/plan.h"

#include <string.h>

#include "folder.h"

/* ===  Plans  === */

static unit_t made(void)
{
    return (unit_t){.unit = 1,
                    .wave = 2,
                    .evaluation = 1,
                    .rows = "accuracy",
                    .net = "vgg16",
                    .size = "compact",
                    .data = "glyphs",
                    .methods = "bbs-mod",
                    .count = 10,
                    .samples = 10,
                    .command = "accuracy --net vgg16"};
}

static outcome_t read_plan(const unit_t *unit)
{
    const text_t path = inside("made.csv");
    plan_t plan;
    assert_ok(plan_write(path.chars, unit, 1));
    outcome_t result = plan_read(path.chars, &plan);
    plan_free(&plan);
    return result;
}

static void test_names(void **state)
{
    (void)state;
    unit_t unit = made();
    assert_ok(read_plan(&unit));
    static const char *const wrong[] = {"../vgg16", "a/b", ".", "..", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        unit = made();
        unit.net = wrong[i];
        assert_error(read_plan(&unit), FAULT_FAILED, "unit 1: found");
        unit = made();
        unit.size = wrong[i];
        assert_error(read_plan(&unit), FAULT_FAILED, "expected the name of a network and its size");
    }
    unit = made();
    unit.rows = "nonsense";
    assert_error(read_plan(&unit), FAULT_FAILED, "found rows \"nonsense\"");
    unit.rows = "model"; /* its places are made of numbers */
    unit.net = "my net/x";
    assert_ok(read_plan(&unit));
}

static void test_place_of_a_plan(void **state)
{
    (void)state;
    const text_t path = inside("new.csv");
    assert_ok(plan_check_place(path.chars));
    assert_false(file_exists(path.chars));
    assert_error(plan_check_place(inside("none/new.csv").chars), FAULT_FAILED, "make the folder first");
    assert_error(plan_check_place(folder), FAULT_FAILED, "found a folder");
    assert_ok(plan_check_place("-"));
    assert_ok(file_make_folder(inside("new.units").chars));
    assert_error(plan_check_place(path.chars), FAULT_FAILED, "new.units: found what the units of an earlier plan");
    assert_error(plan_check_place(inside("new").chars), FAULT_FAILED, "new.units"); /* they would share it */
    plan_t plan;
    assert_error(plan_read(inside("none.csv").chars, &plan), FAULT_MISSING, "bbsbench plan makes one");
    plan_free(&plan);
}

/* ===  Parts of models  === */

enum { PARTS = 4 };

/* A plan of models in memory: units of one part each. */
static plan_t made_parts(unit_t *units, size_t count)
{
    plan_t plan = {.path = inside("grid.csv"), .folder = inside("grid.units"), .units = units, .count = count};
    for (size_t i = 0; i < count; i++) {
        units[i] = made();
        units[i].rows = "model";
        units[i].unit = (int64_t)i + 1;
        units[i].first = (int64_t)i;
        units[i].count = 1;
        units[i].samples = PARTS;
    }
    return plan;
}

static void test_covered(void **state)
{
    (void)state;
    unit_t units[PARTS];
    plan_t plan = made_parts(units, PARTS);
    const model_plan_t four = {.network_count = 2, .accelerator_count = 2},
                       two = {.network_count = 1, .accelerator_count = 2};
    bool done;
    assert_ok(model_unit_covers(&plan, 1, &four));
    assert_error(model_unit_covers(&plan, 1, &two), FAULT_FAILED, "unit 1: found 4 parts, expected 2");
    assert_error(model_unit_run(&plan, &units[3], &two, "key", false, &done), FAULT_FAILED, "unit 4: found 4 parts");
    plan.count = PARTS - 1;
    assert_error(model_unit_covers(&plan, 1, &four), FAULT_FAILED,
                 "evaluation 1: found units of 3 parts in order, expected 4");
    plan.count = PARTS;
    units[1].first = 2;
    assert_error(model_unit_covers(&plan, 1, &four), FAULT_FAILED, "units of 1 parts");
}

/* A file of rows as a unit leaves it, with the hash of rows[size]. */
static void write_rows(const plan_t *plan, const unit_t *unit, const char *rows, size_t size)
{
    const text_t path = parts_model(plan, unit);
    sha256_t hash;
    assert_ok(file_make_folder(file_beside(path.chars, ".").chars));
    FILE *stream = fopen(path.chars, "wb");
    assert_non_null(stream);
    sha256_bytes(rows, size, &hash);
    fprintf(stream, "key rows=%s\n", hash.hex);
    assert_int_equal(fwrite(rows, 1, size, stream), size);
    fclose(stream);
}

/* Append one unit after the other, as `merge` does; what they become. */
static text_t append_all(const plan_t *plan, size_t *rows)
{
    text_t text = {{0}};
    FILE *stream = fmemopen(text.chars, sizeof text.chars - 1, "w");
    assert_non_null(stream);
    for (size_t i = 0; i < plan->count; i++)
        assert_ok(model_unit_append(plan, &plan->units[i], "key", stream, rows));
    fclose(stream);
    return text;
}

/* The header stands once. A unit without rows adds nothing, and one of a header without its end is read to its end and no
 * further: its hash is right, so it counts as whole. */
static void test_appended(void **state)
{
    (void)state;
    unit_t units[PARTS];
    plan_t plan = made_parts(units, PARTS);
    size_t rows = 0;
    write_rows(&plan, &units[0], "a,b\n1,2\n3,4\n", 12);
    write_rows(&plan, &units[1], "", 0);
    write_rows(&plan, &units[2], "a,b", 3);
    write_rows(&plan, &units[3], "a,b\n5,6\n", 8);
    assert_string_equal(append_all(&plan, &rows).chars, "a,b\n1,2\n3,4\n5,6\n");
    assert_int_equal(rows, 3);
}

static void test_damaged_rows(void **state)
{
    (void)state;
    unit_t units[1];
    const plan_t plan = made_parts(units, 1);
    size_t rows = 0;
    FILE *stream = fopen("/dev/null", "w");
    assert_non_null(stream);
    write_rows(&plan, &units[0], "a,b\n1,2\0,9\n", 11); /* its hash is right, but a text ends at the NUL */
    assert_error(model_unit_append(&plan, &units[0], "key", stream, &rows), FAULT_FAILED, "unit 1: found a damaged file");
    write_rows(&plan, &units[0], "a,b\n1,2\n", 8);
    assert_error(model_unit_append(&plan, &units[0], "program=1", stream, &rows), FAULT_FAILED, "expected program 1");
    assert_int_equal(truncate(parts_model(&plan, &units[0]).chars, 20), 0);
    assert_error(model_unit_append(&plan, &units[0], "key", stream, &rows), FAULT_FAILED, "unit 1: found a damaged file");
    assert_int_equal(truncate(parts_model(&plan, &units[0]).chars, 0), 0);
    assert_error(model_unit_append(&plan, &units[0], "key", stream, &rows), FAULT_FAILED, "unit 1: found a damaged file");
    assert_int_equal(rows, 0);
    fclose(stream);
}

/* ===  Workers  === */

/* This process runs a unit, whatever the number of its digits; a worker of this machine that is gone does not. */
static void test_running(void **state)
{
    (void)state;
    static const int64_t numbers[] = {1, 999999, 1000000, 1234567};
    unit_t unit = made();
    plan_t plan = {.path = inside("w.csv"), .folder = inside("w.units"), .units = &unit, .count = 1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const parts_cost_t cost = {.host = "here"};
        unit.unit = numbers[i];
        assert_int_equal(parts_state(&plan, &unit).state, PARTS_WAITING);
        assert_ok(parts_begin(&plan, &unit));
        assert_int_equal(parts_state(&plan, &unit).state, PARTS_RUNNING);
        assert_error(parts_end(&plan, &unit, &cost, outcome_failed("it", NULL, "bad", NULL, NULL)), FAULT_FAILED, "bad");
        assert_int_equal(parts_state(&plan, &unit).state, PARTS_FAILED);
        assert_string_equal(parts_state(&plan, &unit).reason.chars, "it: found bad");
        const text_t gone = text_of("%s/state/%06lld.running.%s.%d", plan.folder.chars, (long long)numbers[i],
                                    parts_host().chars, INT32_MAX);
        FILE *stream = fopen(gone.chars, "w");
        assert_non_null(stream);
        fclose(stream);
        assert_int_equal(parts_state(&plan, &unit).state, PARTS_FAILED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),        cmocka_unit_test(test_place_of_a_plan),
                                       cmocka_unit_test(test_covered),      cmocka_unit_test(test_appended),
                                       cmocka_unit_test(test_damaged_rows), cmocka_unit_test(test_running)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
