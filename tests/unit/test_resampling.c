/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals from kept numbers against those of statistics_bootstrap_mean() and statistics_bootstrap_ratio(), which draw for
 * each: the same bits, in any order of questions, also where nothing is kept. */
#include "testing.h"

#include "random.h"
#include "rows/resampling.h"
#include "rows/statistics.h"

enum { MOST = 70000 };
static double values[MOST];
static int64_t counts[MOST];

static void check(resampling_t *resampling, size_t count, uint32_t seed)
{
    double low, high, wanted_low, wanted_high;
    statistics_bootstrap_mean(values, count, seed, &wanted_low, &wanted_high);
    resampling_mean(resampling, values, count, seed, &low, &high);
    assert_true(low == wanted_low && high == wanted_high);
    statistics_bootstrap_ratio(values, counts, count, seed, &wanted_low, &wanted_high);
    resampling_ratio(resampling, values, counts, count, seed, &low, &high);
    assert_true(low == wanted_low && high == wanted_high);
}

/* 10,000 draws up to 1,000 parts, 2,000 of more. */
static void the_intervals_are_those_of_the_plain_bootstrap(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 7, 8, 9, 100, 1000, 1001, 1500};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        resampling_t resampling = {0};
        check(&resampling, sizes[i], 1);
        assert_non_null(resampling.kept[0].parts);
        resampling_free(&resampling);
    }
}

/* Two sizes are kept; a third takes the place of the one that was not used for longest, and another seed is another size.
 */
static void questions_may_come_in_any_order(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        uint32_t seed;
    } asked[] = {{50, 1}, {60, 1}, {50, 1}, {70, 1}, {60, 1}, {50, 1}, {50, 2}, {50, 1}, {50, 3}, {50, 2}};
    resampling_t resampling = {0};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        check(&resampling, asked[i].count, asked[i].seed);
        assert_int_equal(resampling.kept[0].count, asked[i].count);
        assert_int_equal(resampling.kept[0].seed, asked[i].seed);
        if (i > 0)
            assert_true(resampling.kept[1].count == asked[i - 1].count && resampling.kept[1].seed == asked[i - 1].seed);
    }
    resampling_free(&resampling);
}

/* Numbers that take more than 64 MiB, or that 16 bits cannot name, are not kept, and what was kept stays. */
static void too_many_parts_are_drawn_for_one_interval_alone(void **state)
{
    (void)state;
    resampling_t resampling = {0};
    check(&resampling, 50, 1);
    const uint16_t *parts = resampling.kept[0].parts;
    double low, high, wanted_low, wanted_high;
    static const size_t sizes[] = {17000, 65537};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        statistics_bootstrap_mean(values, sizes[i], 1, &wanted_low, &wanted_high);
        resampling_mean(&resampling, values, sizes[i], 1, &low, &high);
        assert_true(low == wanted_low && high == wanted_high);
        assert_ptr_equal(resampling.kept[0].parts, parts);
        assert_null(resampling.kept[1].parts);
    }
    resampling_free(&resampling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_intervals_are_those_of_the_plain_bootstrap),
        cmocka_unit_test(questions_may_come_in_any_order),
        cmocka_unit_test(too_many_parts_are_drawn_for_one_interval_alone),
    };
    uint64_t random = 1;
    for (size_t i = 0; i < MOST; i++) {
        values[i] = (double)random_between(&random, -1000000, 1000000) / 7;
        counts[i] = random_between(&random, 1, 50);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
