/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two runs whose answers are made here: what moved, what is noise, and what is worse is known beforehand. */
#include "experiments/experiment_rows.h"
#include "measure/accuracy_rows.h"
#include "track/comparison_print.h"
#include "track/pairing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

enum { SAMPLES = 2000, RIGHT = 1800 }; /* before: the first RIGHT answers are right, in both runs the label is 1 */

static char folder[] = "/tmp/bbs-compare-XXXXXX";

/* The first run has RIGHT right answers; in the second the first `lost` are wrong and `gained` more are right. `other`
 * wrong ones have another wrong class. */
typedef struct {
    const char *method;
    int lost, gained, other;
} made_t;

static const made_t made[] = {{"same", 0, 0, 0},    {"flip", 1, 0, 0},   {"two", 1, 1, 0},
                              {"three", 3, 0, 0},   {"seven", 7, 0, 0},  {"worse", 40, 5, 0},
                              {"better", 2, 60, 0}, {"even", 50, 50, 0}, {"other", 0, 0, 9}};
enum { MADE = sizeof made / sizeof *made };

static text_t place(const char *side, const char *name)
{
    return text_of("%s/%s/%s", folder, side, name);
}

static void write_answers(const char *side, const made_t *of, bool after)
{
    FILE *stream = fopen(place(side, text_of("predictions/net.compact.%s.csv", of->method).chars).chars, "w");
    assert_non_null(stream);
    fputs("sample,label,predicted,loss,gain,key\n", stream);
    for (int i = 0; i < SAMPLES; i++) {
        int answer = i < RIGHT ? 1 : 2;
        if (after && i < of->lost)
            answer = 2;
        if (after && i >= RIGHT && i < RIGHT + of->gained)
            answer = 1;
        if (after && i >= SAMPLES - of->other)
            answer = 3;
        /* Two statistics that grow by a tenth, in the worse one only. */
        const double statistic = (100 + i % 7) * (after && of->lost == 40 ? 1.1 : 1);
        fprintf(stream, "%d,1,%d,%g,%g,\n", i, answer, statistic, statistic);
    }
    fclose(stream);
}

static void write_rows(const char *side, bool after, double bits_of_three)
{
    FILE *stream = fopen(place(side, "accuracy.csv").chars, "w");
    assert_non_null(stream);
    fputs("net,size,data,method,samples,correct,bits_per_weight\n", stream);
    for (size_t i = 0; i < MADE; i++)
        fprintf(stream, "net,compact,made,%s,%d,%d,%g\n", made[i].method, SAMPLES,
                RIGHT + (after ? made[i].gained - made[i].lost : 0), i == 3 ? bits_of_three : 5);
    fclose(stream);
}

static void write_side(const char *side, bool after, bool answers)
{
    assert_ok(file_make_folder(place(side, "predictions").chars));
    write_rows(side, after, after ? 5.5 : 5);
    for (size_t i = 0; i < MADE && answers; i++)
        write_answers(side, &made[i], after);
}

/* The files have one statistic that is better when lower and one that is better when higher. */
static const rows_column_t answer_columns[] = {{.name = "sample", .kind = ROWS_INTEGER},
                                               {.name = "label", .kind = ROWS_INTEGER},
                                               {.name = "predicted", .kind = ROWS_INTEGER},
                                               {.name = "loss", .kind = ROWS_REAL, .sense = ROWS_LOWER, .unit = "nats"},
                                               {.name = "gain", .kind = ROWS_REAL, .sense = ROWS_HIGHER},
                                               {.name = NULL}};
static const rows_schema_t answers_schema = {.name = "answers", .columns = answer_columns};

typedef struct {
    side_t before, after;
    experiments_t experiments;
    rows_database_t *database;
    comparison_request_t request;
    comparison_t comparison;
} compared_t;

static compared_t *compare(const char *before, const char *after)
{
    const experiment_source_t nothing = {.mode = run_mode_registry[0]};
    compared_t *compared = calloc(1, sizeof *compared);
    assert_non_null(compared);
    assert_ok(side_open(text_of("%s/%s", folder, before).chars, NULL, "smoke", &compared->before));
    assert_ok(side_open(text_of("%s/%s", folder, after).chars, NULL, "smoke", &compared->after));
    assert_ok(experiments_open(NULL, &compared->experiments));
    assert_ok(experiment_rows_open(&compared->experiments, &nothing, &compared->database));
    compared->request = (comparison_request_t){.before = &compared->before,
                                               .after = &compared->after,
                                               .experiments = &compared->experiments,
                                               .database = compared->database,
                                               .answers = &answers_schema};
    assert_ok(comparison_make(&compared->request, &compared->comparison));
    return compared;
}

static void discard(compared_t *compared)
{
    comparison_free(&compared->comparison);
    rows_database_close(compared->database);
    experiments_close(&compared->experiments);
    side_close(&compared->before);
    side_close(&compared->after);
    free(compared);
}

static const comparison_row_t *row_of(const compared_t *compared, const char *method, const char *column)
{
    for (size_t i = 0; i < compared->comparison.count; i++) {
        const comparison_row_t *row = &compared->comparison.rows[i];
        if (text_ends(row->row, text_of("/%s", method).chars) && text_equal(row->column, column))
            return row;
    }
    fail_msg("no row of %s %s", method, column);
    return NULL;
}

static void said(const compared_t *compared, const char *method, change_t change, const char *verdict)
{
    const comparison_row_t *row = row_of(compared, method, "correct");
    assert_string_equal(row->verdict, verdict);
    assert_int_equal(row->change, change);
}

/* p by hand: 3 of 3: 2/8. 7 of 7: 2/128, which 27 tests take away (four smaller p come first: 23 x 0.0156). */
static void verdicts_are_those_of_the_made_changes(void **state)
{
    (void)state;
    compared_t *compared = compare("a", "b");
    assert_int_equal(compared->comparison.tests, 3 * MADE); /* answers and two statistics */
    said(compared, "same", CHANGE_NONE, "same");
    said(compared, "flip", CHANGE_NOISE, "within noise: 1 of 2,000 answers");
    said(compared, "two", CHANGE_NOISE, "within noise: 2 of 2,000 answers");
    said(compared, "three", CHANGE_MOVED, "moved: 3 of 2,000 answers, p = 0.250");
    said(compared, "seven", CHANGE_MOVED, "moved: 7 of 2,000 answers, p = 0.016 (0.359 corrected for all tests)");
    said(compared, "worse", CHANGE_WORSE, "worse: 40 lost and 5 gained of 2,000 answers, p < 0.001");
    said(compared, "better", CHANGE_BETTER, "better: 2 lost and 60 gained of 2,000 answers, p < 0.001");
    said(compared, "even", CHANGE_MOVED, "moved: 100 of 2,000 answers, p = 1.000"); /* no netting: the count is the same */
    said(compared, "other", CHANGE_MOVED, "moved: 9 of 2,000 answers, p = 1.000");  /* wrong before and after */
    discard(compared);
}

static void effects_have_intervals_and_denominators(void **state)
{
    (void)state;
    compared_t *compared = compare("a", "b");
    const comparison_row_t *three = row_of(compared, "three", "correct");
    assert_string_equal(three->before, "1,800 of 2,000");
    assert_string_equal(three->after, "1,797 of 2,000");
    assert_true(fabs(three->effect + 0.15) < 1e-12 && three->low < three->effect && three->high > 0);
    double low, high;
    statistics_wilson(0, SAMPLES, &low, &high);
    const double wanted = 100 * paired_detectable(SAMPLES, high, 0.05 / (3 * MADE), 0.8);
    assert_true(fabs(row_of(compared, "same", "correct")->detectable - wanted) < 1e-12);
    /* The loss that shows: more than the few answers that moved here, and less where nothing moved. */
    const comparison_row_t *same = row_of(compared, "same", "correct"), *even = row_of(compared, "even", "correct");
    assert_true(same->detectable > 0.39 && same->detectable <= three->detectable && three->detectable < even->detectable);
    /* A column that is compared exactly, of a row that is tested too. */
    const comparison_row_t *bits = row_of(compared, "three", "bits_per_weight");
    assert_int_equal(bits->change, CHANGE_WORSE);
    assert_string_equal(bits->test, "exact");
    discard(compared);
}

/* Both grow by a tenth in every sample: worse for the one, better for the other. */
static void statistics_have_a_direction(void **state)
{
    (void)state;
    compared_t *compared = compare("a", "b");
    const comparison_row_t *loss = row_of(compared, "worse", "loss"), *gain = row_of(compared, "worse", "gain");
    assert_string_equal(loss->test, "Wilcoxon");
    assert_int_equal(loss->change, CHANGE_WORSE);
    assert_int_equal(gain->change, CHANGE_BETTER);
    assert_string_equal(loss->verdict, "worse: in 2,000 of 2,000 samples, p < 0.001");
    assert_string_equal(loss->unit, "nats");
    assert_true(loss->low > 10 && loss->low < loss->effect && loss->effect < loss->high && loss->high < 11);
    assert_int_equal(row_of(compared, "better", "loss")->change, CHANGE_NONE);
    discard(compared);
}

static void rules_of_failing(void **state)
{
    (void)state;
    compared_t *compared = compare("a", "b"), *same = compare("a", "a");
    const comparison_t *comparison = &compared->comparison;
    assert_int_equal(comparison_failures(comparison, FAIL_NEVER), 0);
    assert_int_equal(comparison_failures(comparison, FAIL_MOVED), 9); /* all but same, flip and two; bits, statistics */
    assert_int_equal(comparison_failures(comparison, FAIL_SIGNIFICANT), 5); /* worse, better, bits, statistics */
    assert_int_equal(comparison_failures(comparison, FAIL_WORSE), 3);       /* worse, bits, the loss */
    assert_int_equal(comparison_failures(&same->comparison, FAIL_MOVED), 0);
    discard(compared);
    discard(same);
}

/* Without the answers on one side the counts are told, and no test is made up. */
static void counts_alone_are_not_tested(void **state)
{
    (void)state;
    compared_t *compared = compare("a", "c");
    assert_int_equal(compared->comparison.tests, 0);
    const comparison_row_t *worse = row_of(compared, "worse", "correct");
    assert_string_equal(worse->test, "counts");
    assert_int_equal(worse->change, CHANGE_MOVED);
    assert_string_equal(worse->after, "1,765 of 2,000");
    assert_string_equal(worse->verdict, "moved: no answers to the same samples, so no test");
    discard(compared);
}

static void every_format_holds_the_rows(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "| accuracy | net/compact/made/worse | correct | 1,800 of 2,000 | 1,765 of 2,000 | worse: 40 lost and 5 gained of 2,000 "
        "answers, p \\< 0.001 |",
        "accuracy,net/compact/made/three,correct,\"1,800 of 2,000\",\"1,797 of 2,000\",McNemar,2000,3,3,0,0.25,",
        "\"row\": \"net/compact/made/three\", \"column\": \"correct\"",
        "<testcase classname=\"accuracy\" name=\"net/compact/made/worse correct\"><failure message=\"worse: 40 lost and 5 gained "
        "of 2,000 answers, p &lt; 0.001\">1,800 of 2,000 → 1,765 of 2,000</failure>"};
    compared_t *compared = compare("a", "b");
    for (int format = COMPARISON_MD; format <= COMPARISON_JUNIT; format++) {
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        assert_non_null(stream);
        assert_ok(
            comparison_print(&compared->request, &compared->comparison, (comparison_format_t)format, FAIL_WORSE, stream));
        fclose(stream);
        if (strstr(text, wanted[format]) == NULL)
            fail_msg("format %d:\n%s", format, text);
        if (format == COMPARISON_MD)
            assert_non_null(strstr(text, "No difference is not equality: on these 2,000 to 2,000 samples"));
        free(text);
    }
    discard(compared);
}

/* ===  Statistics of the samples  === */

static const rows_column_t statistic_columns[] = {{.name = "sample", .kind = ROWS_INTEGER},
                                                  {.name = "label", .kind = ROWS_INTEGER},
                                                  {.name = "predicted", .kind = ROWS_INTEGER},
                                                  {.name = "kl", .kind = ROWS_REAL, .sense = ROWS_LOWER},
                                                  {.name = NULL}};
static const rows_schema_t statistic_schema = {.name = "statistics", .columns = statistic_columns};

static void read_statistics(const char *text, answers_t *answers)
{
    csv_table_t table;
    bytes_t bytes = {.data = (uint8_t *)text_copy(text), .size = strlen(text)};
    assert_ok(csv_take(bytes, "made", &table));
    assert_ok(answers_read(&table, &statistic_schema, answers));
    csv_free(&table);
}

/* Differences 1, 1, -1, 2, 2, -3, 0, 4 of values near 1000 (p = 2 x 21 / 128, as in test_signed_rank.c), one pair that is
 * not known, and one that differs by less than float32 sums in another order may. A column that nobody knows is no
 * statistic. */
static void statistics_are_paired(void **state)
{
    (void)state;
    answers_t before, after;
    statistic_pairing_t pairing;
    read_statistics(
        "sample,label,predicted,kl,mystery\n0,1,1,1000,1\n1,1,1,1000,1\n2,1,1,1000,1\n3,1,1,1000,1\n4,1,1,1000,1\n"
        "5,1,1,1000,1\n6,1,1,1000,1\n7,1,1,1000,1\n8,1,1,,1\n9,1,1,1000,1\n",
        &before);
    read_statistics("sample,label,predicted,kl\n0,1,1,1001\n1,1,1,1001\n2,1,1,999\n3,1,1,1002\n4,1,1,1002\n"
                    "5,1,1,997\n6,1,1,1000\n7,1,1,1004\n8,1,1,5\n9,1,1,1000.005\n",
                    &after);
    assert_int_equal(before.statistics, 1);
    assert_int_equal(after.statistics, 1);
    assert_true(pairing_possible(&before, &after));
    assert_ok(pairing_of_statistic(&before, 0, &after, 0, &pairing));
    assert_int_equal(pairing.pairs, 9);
    assert_int_equal(pairing.changed, 7);
    assert_true(fabs(pairing.test.p - 2.0 * 21 / 128) < 1e-12);
    assert_true(fabs(pairing.effect - 6.0 / 9) < 1e-12);
    /* Differences 1, 1, -1, 2, 2, -3, 0, 4, 0: standard deviation sqrt(32 / 8) = 2, t(0.975, 8) = 2.3060041. */
    assert_true(fabs(pairing.high - (6.0 / 9 + 2.3060041 * 2 / 3)) < 1e-6);
    after.label[3] = 0;
    assert_false(pairing_possible(&before, &after));
    answers_free(&before);
    answers_free(&after);
}

static void files_are_found_by_method(void **state)
{
    (void)state;
    assert_true(answers_file_is("net.compact.zps:columns=4.csv", "net", "compact", "data", "zps:columns=4"));
    assert_true(answers_file_is("net.compact.zps+columns=4.csv", "net", "compact", "data", "zps:columns=4"));
    assert_false(answers_file_is("net.compact.zps+columns=40.csv", "net", "compact", "data", "zps:columns=4"));
    assert_false(answers_file_is("net.compact.zps+columns=4.csv", "net", "compact", "data", "zps"));
    assert_true(answers_file_is("net.compact.data.zps+columns=4.csv", "net", "compact", "data", "zps:columns=4"));
    assert_false(answers_file_is("net.compact.other.zps+columns=4.csv", "net", "compact", "data", "zps:columns=4"));
    assert_false(answers_file_is("net2.compact.int8.csv", "net", "compact", "data", "int8"));
}

static int make_sides(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    write_side("a", false, true);
    write_side("b", true, true);
    write_side("c", true, false);
    return 0;
}

static int remove_sides(void **state)
{
    (void)state;
    static const char *const sides[] = {"a", "b", "c"};
    for (size_t s = 0; s < 3; s++) {
        for (size_t i = 0; i < MADE; i++)
            unlink(place(sides[s], text_of("predictions/net.compact.%s.csv", made[i].method).chars).chars);
        rmdir(place(sides[s], "predictions").chars);
        unlink(place(sides[s], "accuracy.csv").chars);
        rmdir(text_of("%s/%s", folder, sides[s]).chars);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_the_made_changes),
        cmocka_unit_test(effects_have_intervals_and_denominators),
        cmocka_unit_test(statistics_have_a_direction),
        cmocka_unit_test(rules_of_failing),
        cmocka_unit_test(counts_alone_are_not_tested),
        cmocka_unit_test(every_format_holds_the_rows),
        cmocka_unit_test(statistics_are_paired),
        cmocka_unit_test(files_are_found_by_method),
    };
    return cmocka_run_group_tests_name("comparison", tests, make_sides, remove_sides);
}
