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

/* Hollander & Wolfe (1973), example 3.1: V = 40 of 45, so 5 is left below; 10 choices of 9 signs have a sum of at most 5
 * (0; 1; 2; 3, 1+2; 4, 1+3; 5, 1+4, 2+3), which is .0195 of 512. */
static void wilcoxon_is_exact_for_few(void **state)
{
    (void)state;
    const double textbook[] = {0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01};
    near(statistics_wilcoxon(textbook, 9), 2 * 10.0 / 512);
    const double zeros[] = {0, 0, 3, 0}, tied[] = {1, 1, 1, -1}, none[] = {0, -0.0};
    near(statistics_wilcoxon(zeros, 4), 1);           /* one sign: 2 * 1/2 */
    near(statistics_wilcoxon(tied, 4), 2 * 5.0 / 16); /* all ranks 2.5: none or one of four below */
    near(statistics_wilcoxon(none, 2), 1);
    near(statistics_wilcoxon(none, 0), 1);
}

/* 51 differences of one sign: W = 1,326 of 1,326, mean 663, variance 51 * 52 * 103 / 24 = 11,381.5; of equal size: less
 * (51^3 - 51) / 48 = 2,762.5. */
static void wilcoxon_is_normal_for_many(void **state)
{
    (void)state;
    double apart[51], equal[51];
    for (int i = 0; i < 51; i++) {
        apart[i] = -(i + 1);
        equal[i] = 7;
    }
    near(statistics_wilcoxon(apart, 51), erfc((663 - 0.5) / sqrt(11381.5) / sqrt(2)));
    near(statistics_wilcoxon(equal, 51), erfc((663 - 0.5) / sqrt(11381.5 - 2762.5) / sqrt(2)));
    for (int i = 0; i < 25; i++) /* every other one: close to even */
        apart[2 * i] = -apart[2 * i];
    assert_true(statistics_wilcoxon(apart, 51) > 0.5);
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
        cmocka_unit_test(wilson_is_the_score_interval), cmocka_unit_test(flips_count_both_directions),
        cmocka_unit_test(wilcoxon_is_exact_for_few),    cmocka_unit_test(wilcoxon_is_normal_for_many),
        cmocka_unit_test(f1_is_of_class_one),           cmocka_unit_test(mcnemar_is_the_exact_binomial_test),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
