/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQL functions: statistics against vectors of tests/oracle/sql_statistics.py and against GSL called here; empty
 * groups, values that are not known or not allowed, and any order of the rows; texts for reading. */
#include "testing.h"

#include "base/csv.h"
#include "base/number.h"
#include "base/text.h"
#include "random.h"
#include "rows/database.h"
#include "rows/paired.h"
#include "rows/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Asking  === */

typedef struct {
    double x;
    int64_t place;
} value_t;

static const rows_column_t value_columns[] = {
    {ROWS_PLACE_REAL(value_t, x), .name = "x"}, {ROWS_PLACE_INTEGER(value_t, place), .name = "place"}, {.name = NULL}};
static const rows_schema_t value_schema = {.name = "v", .columns = value_columns};

enum { MANY = 10000 };
static double many[MANY], sorted[MANY];
static rows_database_t *database;

/* A database with these values as table v, in this order, each with its place; those that are NaN become NULL. */
static rows_database_t *database_of(const double *values, const size_t *order, size_t count)
{
    rows_database_t *made;
    rows_table_t table;
    assert_ok(rows_database_create(&made));
    assert_ok(rows_database_add_table(made, &value_schema));
    assert_ok(rows_table_create(value_columns, 2, &table));
    for (size_t i = 0; i < count; i++) {
        size_t at = order != NULL ? order[i] : i;
        rows_cell_t *cells = rows_table_append(&table);
        assert_non_null(cells);
        cells[0] = (rows_cell_t){.kind = isnan(values[at]) ? ROWS_CELL_NULL : ROWS_CELL_REAL, .real = values[at]};
        cells[1] = (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = (int64_t)at};
    }
    assert_ok(rows_database_fill(made, &value_schema, &table));
    rows_table_free(&table);
    return made;
}

/* The one number of a query: NaN for NULL. */
static double number_of(rows_database_t *of, const char *sql)
{
    rows_table_t table;
    assert_ok(rows_database_query(of, sql, "test", &table));
    assert_int_equal(table.count, 1);
    assert_int_equal(table.column_count, 1);
    assert_true(rows_cell(&table, 0, 0)->kind != ROWS_CELL_TEXT);
    double value = rows_cell(&table, 0, 0)->real;
    rows_table_free(&table);
    return value;
}

/* Of these values: `call` is SQL of the columns x and place of table v. */
static double call_on(const double *values, size_t count, const char *call)
{
    rows_database_t *of = database_of(values, NULL, count);
    double value = number_of(of, text_of("SELECT %s FROM v", call).chars);
    rows_database_close(of);
    return value;
}

static void near(double value, double wanted, double share, const char *what)
{
    if (!(fabs(value - wanted) <= share * fmax(fabs(wanted), 1e-300)))
        fail_msg("%s: %.17g, wanted %.17g", what, value, wanted);
}

/* ===  Against plain Python  === */

static bool is_aggregate(const char *function)
{
    return text_equal(function, "geomean") || text_equal(function, "median") || text_equal(function, "deviation") ||
           text_equal(function, "quantile") || text_equal(function, "wilcoxon_p");
}

static double answer_of(const char *function, char *values, const char *parameter)
{
    static char *parts[MANY];
    static double numbers[MANY];
    size_t count = text_split(values, ' ', parts, MANY);
    assert_true(count > 0 && count <= MANY);
    if (!is_aggregate(function))
        return number_of(database, text_of("SELECT %s(%s, %s)", function, parts[0], parts[1]).chars);
    for (size_t i = 0; i < count; i++)
        assert_true(text_to_real(parts[i], &numbers[i]));
    const char *comma = parameter[0] != '\0' ? ", " : "";
    return call_on(numbers, count, text_of("%s(x%s%s)", function, comma, parameter).chars);
}

static void each_vector_of_the_oracle_is_met(void **state)
{
    (void)state;
    csv_table_t vectors;
    assert_ok(csv_read("tests/data/statistics.csv", &vectors));
    assert_true(vectors.rows > 100);
    for (size_t row = 0; row < vectors.rows; row++) {
        double wanted;
        char *values = text_copy(csv_cell(&vectors, row, 1));
        assert_non_null(values);
        assert_ok(csv_cell_real(&vectors, row, 3, &wanted));
        double answer = answer_of(csv_cell(&vectors, row, 0), values, csv_cell(&vectors, row, 2));
        if (!(fabs(answer - wanted) <= 1e-12 * fmax(fabs(wanted), 1)))
            fail_msg("line %zu, %s: %.17g, wanted %.17g", row + 2, csv_cell(&vectors, row, 0), answer, wanted);
        free(values);
    }
    csv_free(&vectors);
}

/* ===  Against GSL, on 10,000 values  === */

static void many_values_are_as_gsl_has_them(void **state)
{
    (void)state;
    double logs = 0;
    for (size_t i = 0; i < MANY; i++)
        logs += log(many[i]) / MANY;
    near(number_of(database, "SELECT geomean(x) FROM v"), exp(logs), 1e-12, "geomean");
    near(number_of(database, "SELECT deviation(x) FROM v"), gsl_stats_sd(sorted, 1, MANY), 1e-12, "deviation");
    near(number_of(database, "SELECT median(x) FROM v"), gsl_stats_median_from_sorted_data(sorted, 1, MANY), 0, "median");
    static const double shares[] = {0, 0.001, 0.1, 0.25, 0.5, 0.77, 0.999, 1};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        text_t sql = text_of("SELECT quantile(x, %.17g) FROM v", shares[i]);
        near(number_of(database, sql.chars), gsl_stats_quantile_from_sorted_data(sorted, 1, MANY, shares[i]), 0, sql.chars);
    }
}

static void scalars_are_as_gsl_has_them(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int i = 0; i < 300; i++) {
        int samples = random_between(&random, 1, 50000), correct = random_between(&random, 0, samples);
        double low, high;
        statistics_wilson(correct, samples, &low, &high);
        near(number_of(database, text_of("SELECT wilson_low(%d, %d)", correct, samples).chars), low, 0, "wilson_low");
        near(number_of(database, text_of("SELECT wilson_high(%d, %d)", correct, samples).chars), high, 0, "wilson_high");
        assert_true(low <= (double)correct / samples && (double)correct / samples <= high && low >= 0 && high <= 1);
        unsigned lost = (unsigned)random_between(&random, 0, 200), gained = (unsigned)random_between(&random, 0, 200);
        double tail = gsl_cdf_binomial_P(lost < gained ? lost : gained, 0.5, lost + gained);
        near(number_of(database, text_of("SELECT mcnemar_p(%u, %u)", lost, gained).chars), fmin(1, 2 * tail), 1e-15,
             "mcnemar_p");
        const paired_effect_t effect = paired_effect((flips_t){lost, gained}, lost + gained + 9);
        const text_t of = text_of("(%u, %u, %u)", lost, gained, lost + gained + 9);
        near(number_of(database, text_of("SELECT paired_low%s", of.chars).chars), effect.low, 0, "paired_low");
        near(number_of(database, text_of("SELECT paired_high%s", of.chars).chars), effect.high, 0, "paired_high");
    }
}

static void the_bootstrap_is_that_of_the_accuracy_rows(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 49; count += 8)
        for (uint32_t seed = 0; seed < 3; seed++) {
            double low, high;
            statistics_bootstrap_mean(many, count, seed, &low, &high);
            near(call_on(many, count, text_of("bootstrap_low(x, place, %u)", seed).chars), low, 0, "bootstrap_low");
            near(call_on(many, count, text_of("bootstrap_high(x, place, %u)", seed).chars), high, 0, "bootstrap_high");
            assert_true(low <= gsl_stats_mean(many, 1, count) + 1e-12 && gsl_stats_mean(many, 1, count) <= high + 1e-12);
            assert_true(count > 1 ? low < high : low == many[0] && high == many[0]);
        }
    assert_true(call_on(many, 9, "bootstrap_low(x, place, 1)") != call_on(many, 9, "bootstrap_low(x, place, 2)"));
    /* What is drawn follows the place, not the value: in another order of places other means come out. */
    assert_true(call_on(many, 9, "bootstrap_low(x, place, 1)") != call_on(many, 9, "bootstrap_low(x, -place, 1)"));
}

/* Both ends of the last interval are kept; one of other values, of another seed or of fewer values is never given. */
static void an_interval_is_of_its_own_values(void **state)
{
    (void)state;
    rows_database_t *of = database_of(many, NULL, 9);
    double low, high, other_low, other_high, seed_low, seed_high;
    statistics_bootstrap_mean(many, 9, 1, &low, &high);
    statistics_bootstrap_mean(many, 8, 1, &other_low, &other_high);
    statistics_bootstrap_mean(many, 9, 2, &seed_low, &seed_high);
    for (int turn = 0; turn < 2; turn++) {
        near(number_of(of, "SELECT bootstrap_low(x, place, 1) FROM v"), low, 0, "low");
        near(number_of(of, "SELECT bootstrap_high(x, place, 1) FROM v"), high, 0, "high");
        near(number_of(of, "SELECT bootstrap_high(x, place, 1) FROM v WHERE place < 8"), other_high, 0, "of eight");
        near(number_of(of, "SELECT bootstrap_low(x, place, 2) FROM v"), seed_low, 0, "of another seed");
        near(number_of(of, "SELECT bootstrap_high(x + 1, place, 2) FROM v"), seed_high + 1, 1e-12, "of other values");
        near(number_of(of, "SELECT bootstrap_high(x, place, 2) FROM v"), seed_high, 0, "of another seed");
    }
    rows_database_close(of);
}

/* Of many values there are 2,000 draws: the interval is that of the normal curve, mean -+ 1.96 s / sqrt(n), within 5 % of
 * its width (the standard error of a percentile's place with 2,000 draws is 2 %). */
static void the_interval_of_many_values_is_that_of_the_normal_curve(void **state)
{
    (void)state;
    double low, high;
    statistics_bootstrap_mean(many, 2000, 1, &low, &high);
    const double mean = gsl_stats_mean(many, 1, 2000);
    const double half = gsl_cdf_ugaussian_Pinv(0.975) * gsl_stats_sd(many, 1, 2000) / sqrt(2000);
    assert_true(fabs(low - (mean - half)) < 0.1 * half && fabs(high - (mean + half)) < 0.1 * half);
}

/* ===  Any order of the rows  === */

static void the_order_of_the_rows_does_not_matter(void **state)
{
    (void)state;
    static const char *const calls[] = {"geomean(x)",
                                        "median(x)",
                                        "deviation(x)",
                                        "quantile(x, 0.3)",
                                        "wilcoxon_p(x - 1)",
                                        "bootstrap_low(x, place, 1)",
                                        "bootstrap_high(x, place, 1)"};
    enum { SOME = 101 };
    uint64_t random = 5;
    size_t order[SOME];
    for (size_t i = 0; i < SOME; i++)
        order[i] = i;
    for (size_t call = 0; call < sizeof calls / sizeof *calls; call++) {
        double wanted = call_on(many, SOME, calls[call]);
        for (int round = 0; round < 5; round++) {
            for (size_t i = SOME - 1; i > 0; i--) {
                size_t other = (size_t)random_between(&random, 0, (int)i), kept = order[i];
                order[i] = order[other];
                order[other] = kept;
            }
            rows_database_t *shuffled = database_of(many, order, SOME);
            near(number_of(shuffled, text_of("SELECT %s FROM v", calls[call]).chars), wanted, 0, calls[call]);
            rows_database_close(shuffled);
        }
    }
}

/* ===  What is not known, or not allowed  === */

static void nulls_are_passed_over(void **state)
{
    (void)state;
    const double with[] = {NAN, 2, NAN, 8, NAN}, without[] = {2, 8};
    static const char *const calls[] = {"geomean(x)", "median(x)", "deviation(x)", "quantile(x, 0.25)",
                                        "bootstrap_low(x, place, 1)"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        near(call_on(with, 5, calls[i]), call_on(without, 2, calls[i]), 0, calls[i]);
    near(call_on(with, 5, "geomean(x)"), 4, 1e-15, "geomean"); /* not the arithmetic mean, 5 */
}

static void where_there_is_no_answer_it_is_null(void **state)
{
    (void)state;
    static const char *const aggregates[] = {"geomean(x)", "median(x)", "quantile(x, 0.5)", "bootstrap_low(x, place, 1)",
                                             "bootstrap_high(x, place, 1)"};
    const double unknown[] = {NAN, NAN}, zero[] = {1, 0, 4}, negative[] = {1, -2, 4}, one[] = {7};
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++) {
        assert_true(isnan(call_on(NULL, 0, aggregates[i])));
        assert_true(isnan(call_on(unknown, 2, aggregates[i])));
        near(call_on(one, 1, aggregates[i]), 7, 1e-15, aggregates[i]);
    }
    assert_true(isnan(call_on(NULL, 0, "deviation(x)")) && isnan(call_on(one, 1, "deviation(x)")));
    near(call_on((double[]){2, 4, 9}, 3, "deviation(x)"), sqrt(13), 1e-15, "deviation"); /* 9 + 1 + 16 over 2 */
    assert_true(isnan(call_on(zero, 3, "geomean(x)")) && isnan(call_on(negative, 3, "geomean(x)")));
    assert_true(call_on(negative, 3, "median(x)") == 1 && call_on(zero, 3, "quantile(x, 0)") == 0);
    static const char *const nulls[] = {"quantile(x, -0.1)",
                                        "quantile(x, 1.1)",
                                        "quantile(x, NULL)",
                                        "bootstrap_low(x, place, -1)",
                                        "bootstrap_high(x, place, 4294967296)",
                                        "bootstrap_low(x, place, NULL)"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        assert_true(isnan(call_on(one, 1, nulls[i])));
    static const char *const scalars[] = {"wilson_low(NULL, 5)",
                                          "wilson_high(5, NULL)",
                                          "wilson_low(1, 0)",
                                          "wilson_high(-1, 5)",
                                          "wilson_low(6, 5)",
                                          "paired_low(NULL, 1, 9)",
                                          "paired_low(1, 2, NULL)",
                                          "paired_high(5, 5, 9)",
                                          "paired_high(-1, 1, 9)",
                                          "paired_low(0, 0, 0)",
                                          "mcnemar_p(NULL, 1)",
                                          "mcnemar_p(1, NULL)",
                                          "mcnemar_p(-1, 1)",
                                          "mcnemar_p(1, -1)",
                                          "mcnemar_p(4000000000, 4000000000)",
                                          "mcnemar_p(9223372036854775807, 9223372036854775807)"};
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (!isnan(number_of(database, text_of("SELECT %s", scalars[i]).chars)))
            fail_msg("%s", scalars[i]);
}

static void groups_are_apart(void **state)
{
    (void)state;
    const double values[] = {1, 100, 4, 400};
    rows_database_t *of = database_of(values, NULL, 4);
    rows_table_t table;
    assert_ok(rows_database_query(
        of, "SELECT place % 2 AS odd, geomean(x) AS mean, median(x) AS middle FROM v GROUP BY odd ORDER BY odd", "test",
        &table));
    near(rows_real_at(&table, 0, "mean"), 2, 1e-15, "even");
    near(rows_real_at(&table, 1, "mean"), 200, 1e-15, "odd");
    near(rows_real_at(&table, 1, "middle"), 250, 1e-15, "odd");
    rows_table_free(&table);
    rows_database_close(of);
}

static void a_call_with_other_arguments_is_refused(void **state)
{
    (void)state;
    static const char *const calls[] = {"geomean()", "geomean(1, 2)", "quantile(1)",        "wilson_low(1)",
                                        "fixed(1)",  "energy(1, 2)",  "bootstrap_low(1, 2)"};
    rows_table_t table;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_error(rows_database_query(database, text_of("SELECT %s", calls[i]).chars, "test", &table), FAULT_USAGE,
                     "wrong number of arguments");
}

/* ===  Texts for reading  === */

static void texts_are_for_reading(void **state)
{
    (void)state;
    static const struct {
        const char *call, *wanted;
    } cases[] = {{"fixed(1.5, 2)", "1.50"},      {"fixed(-2, 1)", "−2.0"},
                 {"fixed(0.684619, 2)", "0.68"}, {"fixed(NULL, 2)", "–"},
                 {"fixed(1.5, -3)", "2"},        {"fixed(0.25, 99)", "0.250000000000"},
                 {"signed(1.5, 2)", "+1.50"},    {"signed(-0.25, 2)", "−0.25"},
                 {"signed(0, 2)", "0.00"},       {"signed(-0.001, 2)", "0.00"},
                 {"signed(NULL, 2)", "–"},       {"grouped(1234567)", "1,234,567"},
                 {"grouped(-1234)", "−1,234"},   {"grouped(999)", "999"},
                 {"grouped(NULL)", "–"},         {"grouped(9223372036854775807)", "9,223,372,036,854,775,807"},
                 {"energy(5.12e8)", "512 µJ"},   {"energy(999)", "999 pJ"},
                 {"energy(1000)", "1.00 nJ"},    {"energy(4.75114909e9)", "4.75 mJ"},
                 {"energy(NULL)", "–"},          {"probability(0.0004)", "< 0.001"},
                 {"probability(0.5)", "0.500"},  {"probability(NULL)", "–"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_table_t table;
        assert_ok(rows_database_query(database, text_of("SELECT %s AS x", cases[i].call).chars, "test", &table));
        assert_int_equal(rows_cell(&table, 0, 0)->kind, ROWS_CELL_TEXT);
        if (!text_equal(rows_text_at(&table, 0, "x"), cases[i].wanted))
            fail_msg("%s: %s, wanted %s", cases[i].call, rows_text_at(&table, 0, "x"), cases[i].wanted);
        rows_table_free(&table);
    }
}

static int open_database(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t i = 0; i < MANY; i++)
        sorted[i] = many[i] = random_between(&random, 1, 1000000) / 1000.0;
    gsl_sort(sorted, 1, MANY);
    database = database_of(many, NULL, MANY);
    rows_database_lock(database);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    rows_database_close(database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_of_the_oracle_is_met),
        cmocka_unit_test(many_values_are_as_gsl_has_them),
        cmocka_unit_test(scalars_are_as_gsl_has_them),
        cmocka_unit_test(the_bootstrap_is_that_of_the_accuracy_rows),
        cmocka_unit_test(an_interval_is_of_its_own_values),
        cmocka_unit_test(the_interval_of_many_values_is_that_of_the_normal_curve),
        cmocka_unit_test(the_order_of_the_rows_does_not_matter),
        cmocka_unit_test(nulls_are_passed_over),
        cmocka_unit_test(where_there_is_no_answer_it_is_null),
        cmocka_unit_test(groups_are_apart),
        cmocka_unit_test(a_call_with_other_arguments_is_refused),
        cmocka_unit_test(texts_are_for_reading),
    };
    return cmocka_run_group_tests_name("functions", tests, open_database, close_database);
}
