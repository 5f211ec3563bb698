/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statistics of accuracy rows against values worked out by hand or with exact fractions. */
#include "rows/statistics.h"

#include <math.h>

#include "testing.h"

static void near(double value, double wanted)
{
    if (!(fabs(value - wanted) < 1e-9))
        fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* Wilson (1927) with z = 1.959963984540054: (c + z^2/2n -+ z sqrt(p q/n + z^2/4n^2)) / (1 + z^2/n). */
static void wilson_is_the_score_interval(void **state)
{
    (void)state;
    double low, high;
    statistics_wilson(9370, 10000, &low, &high);
    near(low, 0.932068164259);
    near(high, 0.941596221165);
    statistics_wilson(1, 2, &low, &high); /* symmetric about one half */
    near(low, 0.094531205734);
    near(high, 0.905468794266);
    statistics_wilson(0, 10, &low, &high); /* z^2 / (n + z^2) at the upper end */
    near(low, 0);
    near(high, 0.277532799863);
    statistics_wilson(10, 10, &low, &high);
    near(low, 1 - 0.277532799863);
    near(high, 1);
}

static void flips_count_both_directions(void **state)
{
    (void)state;
    /* The two counts differ, so that one in the other's place is seen. */
    const int32_t labels[] = {1, 1, 1, 1, 2, 2, 3};
    const int before[] = {1, 1, 0, 0, 2, 3, 0}, after[] = {1, 0, 1, 3, 0, 2, 3};
    flips_t flips = statistics_flips(labels, before, after, 7);
    assert_int_equal(flips.right_to_wrong, 2);
    assert_int_equal(flips.wrong_to_right, 3); /* wrong to another wrong is no flip */
}

/* 2 * sum of binomials / 2^n, as fractions. */
static void mcnemar_is_the_exact_binomial_test(void **state)
{
    (void)state;
    near(statistics_mcnemar((flips_t){0, 0}), 1);
    near(statistics_mcnemar((flips_t){1, 0}), 1);
    near(statistics_mcnemar((flips_t){5, 0}), 2.0 / 32);
    near(statistics_mcnemar((flips_t){2, 8}), 2.0 * (1 + 10 + 45) / 1024);
    near(statistics_mcnemar((flips_t){8, 2}), 2.0 * (1 + 10 + 45) / 1024);
    near(statistics_mcnemar((flips_t){7, 7}), 1);
}

static void f1_is_of_class_one(void **state)
{
    (void)state;
    const int32_t labels[] = {1, 1, 1, 0, 0, 1, 0, 0};
    const int answers[] = {1, 0, 1, 1, 0, 0, 0, 0};
    near(statistics_f1(labels, answers, 8), 2.0 * 2 / (2 * 2 + 1 + 2)); /* TP 2, FP 1, FN 2 */
    near(statistics_f1(labels + 6, answers + 6, 2), 0);                 /* nothing is 1 */
    near(statistics_f1(labels, labels, 8), 1);
    /* Batches of 3, 3 and 2: TP 2, FP 0, FN 1; TP 0, FP 1, FN 1; nothing. */
    near(statistics_f1_batches(labels, answers, 8, 3), (4.0 / 5 + 0 + 0) / 3);
    near(statistics_f1_batches(labels, answers, 8, 8), 4.0 / 7);
    near(statistics_f1_batches(labels, answers, 8, 32), 4.0 / 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_is_the_score_interval),
        cmocka_unit_test(flips_count_both_directions),
        cmocka_unit_test(f1_is_of_class_one),
        cmocka_unit_test(mcnemar_is_the_exact_binomial_test),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
