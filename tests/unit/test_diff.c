/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparison with a baseline: each kind of difference is found, named, and never paid for by another. */
#include "testing.h"

#include "base/text.h"
#include "rows/diff.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char before_path[] = "/tmp/bbs-diff-a-XXXXXX", after_path[] = "/tmp/bbs-diff-b-XXXXXX";

static const rows_column_t columns[] = {
    {.name = "net", .key = true},
    {.name = "method", .key = true},
    {.name = "samples", .kind = ROWS_INTEGER},
    {.name = "correct", .kind = ROWS_INTEGER, .sense = ROWS_HIGHER, .counts_samples = true},
    {.name = "cycles", .kind = ROWS_INTEGER, .sense = ROWS_LOWER},
    {.name = "percent", .kind = ROWS_REAL, .sense = ROWS_FOLLOWS},
    {.name = "label"},
    {.name = NULL}};
static const rows_schema_t schema = {.name = "rows", .columns = columns, .samples = "samples", .flips_per_thousand = 2};

#define HEADER "net,method,samples,correct,cycles,percent,label\n"
#define ROW "a,x,1000,900,50,90,u\n"

static void write_table(const char *path, const char *text)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static outcome_t compare(const char *before, const char *after, diff_t *diff)
{
    csv_table_t a, b;
    write_table(before_path, before);
    write_table(after_path, after);
    assert_ok(csv_read(before_path, &a));
    assert_ok(csv_read(after_path, &b));
    outcome_t result = diff_tables(&a, &b, &schema, diff);
    csv_free(&a);
    csv_free(&b);
    return result;
}

/* One row against one row; the only entry, if any, is about `column`. */
static diff_status_t status_of(const char *after, const char *column)
{
    diff_t diff;
    diff_status_t status = DIFF_SAME;
    assert_ok(compare(HEADER ROW, text_of(HEADER "%s\n", after).chars, &diff));
    assert_int_equal(diff.compared, 1);
    if (diff.entry_count > 0) {
        assert_int_equal(diff.entry_count, 1);
        assert_string_equal(diff.entries[0].row, "a/x");
        assert_string_equal(diff.entries[0].column, column);
        status = diff.entries[0].status;
        assert_int_equal(diff.rows[status], 1);
    }
    assert_int_equal(diff_is_clean(&diff), status == DIFF_SAME);
    diff_free(&diff);
    return status;
}

static void each_column_is_judged_by_its_rule(void **state)
{
    (void)state;
    assert_int_equal(status_of("a,x,1000,900,50,90,u", ""), DIFF_SAME);
    assert_int_equal(status_of("a,x,1000,902,50,90,u", ""), DIFF_SAME); /* two flips of 1,000 are allowed */
    assert_int_equal(status_of("a,x,1000,898,50,90,u", ""), DIFF_SAME);
    assert_int_equal(status_of("a,x,1000,897,50,90,u", "correct"), DIFF_REGRESSED);
    assert_int_equal(status_of("a,x,1000,903,50,90,u", "correct"), DIFF_IMPROVED);
    assert_int_equal(status_of("a,x,1000,900,49,90,u", "cycles"), DIFF_IMPROVED);
    assert_int_equal(status_of("a,x,1000,900,51,90,u", "cycles"), DIFF_REGRESSED); /* exact: no flips for cycles */
    assert_int_equal(status_of("a,x,1000,900,50,17,u", ""), DIFF_SAME);            /* follows */
    assert_int_equal(status_of("a,x,1000,900,50,90,v", "label"), DIFF_CHANGED);    /* without a sense: exact */
    assert_int_equal(status_of("a,x,1001,900,50,90,u", "samples"), DIFF_CHANGED);
    assert_int_equal(status_of("a,x,1000,,50,90,u", "correct"), DIFF_CHANGED);
}

/* A real that float sums decide may differ by 1 % of the larger value, either way; beyond that its sense says which is
 * better. What was zero, or is no number, is not near anything else. */
static void a_near_column_may_differ_by_a_hundredth(void **state)
{
    (void)state;
    static const rows_column_t near_columns[] = {
        {.name = "net", .key = true}, {.name = "kl", .kind = ROWS_REAL, .sense = ROWS_LOWER, .near = true}, {.name = NULL}};
    static const rows_schema_t near_schema = {.name = "rows", .columns = near_columns};
    static const struct {
        const char *before, *after;
        diff_status_t status;
    } cases[] = {{"2e-6", "2.02e-6", DIFF_SAME},
                 {"2e-6", "1.98e-6", DIFF_SAME},
                 {"2e-6", "2.03e-6", DIFF_REGRESSED},
                 {"2e-6", "1.97e-6", DIFF_IMPROVED},
                 {"-5", "-5.05", DIFF_SAME},
                 {"0", "1e-12", DIFF_REGRESSED},
                 {"0", "0", DIFF_SAME},
                 {"2e-6", "", DIFF_CHANGED},
                 {"", "2e-6", DIFF_CHANGED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        csv_table_t a, b;
        diff_t diff;
        write_table(before_path, text_of("net,kl\nx,%s\n", cases[i].before).chars);
        write_table(after_path, text_of("net,kl\nx,%s\n", cases[i].after).chars);
        assert_ok(csv_read(before_path, &a));
        assert_ok(csv_read(after_path, &b));
        assert_ok(diff_tables(&a, &b, &near_schema, &diff));
        if (diff.rows[cases[i].status] != 1)
            fail_msg("%s to %s is not %s", cases[i].before, cases[i].after, diff_status_name(cases[i].status));
        diff_free(&diff);
        csv_free(&a);
        csv_free(&b);
    }
}

static void flips_are_rounded_up_from_few_samples(void **state)
{
    (void)state;
    diff_t diff;
    assert_ok(compare(HEADER "a,x,10,9,1,90,u\nb,x,501,9,1,90,u\n", HEADER "a,x,10,8,1,90,u\nb,x,501,7,1,90,u\n", &diff));
    assert_int_equal(diff.rows[DIFF_SAME], 2); /* 1 of 10, 2 of 501 */
    diff_free(&diff);
    assert_ok(compare(HEADER "a,x,10,9,1,90,u\n", HEADER "a,x,10,7,1,90,u\n", &diff));
    assert_int_equal(diff.rows[DIFF_REGRESSED], 1);
    diff_free(&diff);
}

static void rows_are_matched_by_key_in_any_order(void **state)
{
    (void)state;
    diff_t diff;
    char summary[200];
    assert_ok(compare(HEADER ROW "a,y,1000,1,1,1,u\nb,x,1000,1,1,1,u\n", HEADER "b,x,1000,1,1,1,u\nc,x,1000,1,1,1,u\n" ROW,
                      &diff));
    assert_int_equal(diff.rows[DIFF_SAME], 2);
    assert_int_equal(diff.rows[DIFF_MISSING], 1);
    assert_int_equal(diff.rows[DIFF_NEW], 1);
    assert_int_equal(diff.compared, 4);
    assert_int_equal(diff.entry_count, 2);
    assert_string_equal(diff.entries[0].row, "a/y");
    assert_string_equal(diff.entries[1].row, "c/x");
    diff_summary(&diff, summary, sizeof summary);
    assert_string_equal(summary, "1 missing, 1 new, 2 same of 4 rows");
    assert_false(diff_is_clean(&diff));
    diff_free(&diff);
    assert_ok(compare(HEADER "a,,1000,1,1,1,u\n,b,1000,1,1,1,u\n", HEADER "c,,1000,1,1,1,u\n", &diff));
    assert_string_equal(diff.entries[0].row, "a"); /* a key cell that is empty leaves no slash */
    assert_string_equal(diff.entries[1].row, "b");
    assert_string_equal(diff.entries[2].row, "c");
    diff_free(&diff);
}

/* An empty key cell and a slash inside one do not make two rows the same; a row is named without its empty cells. */
static void keys_are_not_mixed_up(void **state)
{
    (void)state;
    diff_t diff;
    const char rest[] = ",1000,900,50,90,u";
    text_t all = text_of(HEADER "x,%s\n,x%s\na/b,c%s\na,b/c%s\n", rest, rest, rest, rest);
    assert_ok(compare(all.chars, all.chars, &diff));
    assert_true(diff_is_clean(&diff));
    diff_free(&diff);
    assert_ok(compare(text_of(HEADER "x,%s\n,y%s\n", rest, rest).chars, text_of(HEADER "x,%s\n", rest).chars, &diff));
    assert_int_equal(diff.entry_count, 1);
    assert_string_equal(diff.entries[0].row, "y");
    diff_free(&diff);
}

static void an_improvement_does_not_pay_for_a_regression(void **state)
{
    (void)state;
    diff_t diff;
    assert_ok(compare(HEADER ROW, HEADER "a,x,1000,950,60,90,u\n", &diff));
    assert_int_equal(diff.entry_count, 2);
    assert_int_equal(diff.rows[DIFF_REGRESSED], 1);
    assert_int_equal(diff.rows[DIFF_IMPROVED], 0);
    diff_free(&diff);
}

static void tables_that_cannot_be_compared_are_refused(void **state)
{
    (void)state;
    diff_t diff;
    assert_error(compare(HEADER ROW ROW, HEADER ROW, &diff), FAULT_FAILED, "a second row a/x");
    assert_error(compare(HEADER ROW, "net,method,samples,correct,cycles,percent\na,x,1,1,1,1\n", &diff), FAULT_FAILED,
                 "label");
    assert_error(compare(HEADER ROW, "net,samples\na,1\n", &diff), FAULT_FAILED, "method");
    assert_error(compare("net,method,samples,more\na,x,1,1\n", "net,method,samples,more\na,x,1,1\n", &diff), FAULT_FAILED,
                 "more");
}

static void a_new_column_is_no_difference(void **state)
{
    (void)state;
    diff_t diff;
    assert_ok(compare(HEADER ROW, "net,method,samples,correct,cycles,percent,label,more\na,x,1000,900,50,90,u,1\n", &diff));
    assert_true(diff_is_clean(&diff));
    diff_free(&diff);
}

static int make_files(void **state)
{
    (void)state;
    int a = mkstemp(before_path), b = mkstemp(after_path);
    return a < 0 || b < 0 || close(a) || close(b);
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(before_path) || unlink(after_path);
}

/* Two losses and one gain of the same size: each is an entry of its own, with its denominators. */
static void counts_are_told_with_their_samples(void **state)
{
    (void)state;
    diff_t diff;
    assert_ok(compare(HEADER "a,x,2000,1912,5,0,u\na,y,2000,1900,5,0,u\n",
                      HEADER "a,x,2000,1907,6,0,u\na,y,1000,1905,5,0,u\n", &diff));
    assert_int_equal(diff.entry_count, 4);
    assert_string_equal(diff_entry_text(&diff.entries[0]).chars, "a/x correct: 1,912 of 2,000 → 1,907 of 2,000");
    assert_string_equal(diff_entry_text(&diff.entries[1]).chars, "a/x cycles: 5 → 6"); /* no count of samples */
    assert_string_equal(diff_entry_text(&diff.entries[2]).chars, "a/y samples: 2000 → 1000");
    assert_string_equal(diff_entry_text(&diff.entries[3]).chars, "a/y correct: 1,900 of 2,000 → 1,905 of 1,000");
    diff_free(&diff);
    assert_ok(compare(HEADER ROW, HEADER, &diff));
    assert_string_equal(diff_entry_text(&diff.entries[0]).chars, "a/x: a row → none");
    diff_free(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_column_is_judged_by_its_rule),
        cmocka_unit_test(a_near_column_may_differ_by_a_hundredth),
        cmocka_unit_test(flips_are_rounded_up_from_few_samples),
        cmocka_unit_test(rows_are_matched_by_key_in_any_order),
        cmocka_unit_test(keys_are_not_mixed_up),
        cmocka_unit_test(an_improvement_does_not_pay_for_a_regression),
        cmocka_unit_test(tables_that_cannot_be_compared_are_refused),
        cmocka_unit_test(a_new_column_is_no_difference),
        cmocka_unit_test(counts_are_told_with_their_samples),
    };
    return cmocka_run_group_tests_name("diff", tests, make_files, remove_files);
}
