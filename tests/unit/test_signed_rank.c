/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wilcoxon's signed-rank test against Darwin's maize, a case counted by hand, every choice of signs, and R. */
#include "rows/signed_rank.h"

#include <math.h>
#include <string.h>

#include "testing.h"

static signed_rank_t of(const double *differences, size_t count)
{
    signed_rank_t test;
    assert_ok(signed_rank_test(differences, count, &test));
    return test;
}

static void near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-12 * fmax(1e-6, fabs(wanted))))
        fail_msg("%.17g, wanted %.17g", value, wanted);
}

/* Darwin's 15 pairs of crossed and self-fertilised maize, differences of height in eighths of an inch (Fisher, The Design
 * of Experiments, 1935). The negative ones have ranks 14 and 10, so W- = 24. Of the 2^15 choices 676 have a sum of at most
 * 24; R's wilcox.test gives V = 96, p = 0.04126. */
static void darwins_maize(void **state)
{
    (void)state;
    const double maize[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    signed_rank_t test = of(maize, 15);
    near(test.positive_ranks, 96);
    near(test.negative_ranks, 24);
    assert_int_equal(test.positive, 13);
    assert_int_equal(test.negative, 2);
    near(test.p, 2.0 * 676 / 32768);
    near(test.effect, 72.0 / 120);
    assert_true(test.exact);
}

/* Sizes 1 1 1 2 2 3 4 have ranks 2 2 2 4.5 4.5 6 7, and W- = 2 + 6 = 8. Choices with a sum of at most 8: none; each of the
 * 7 alone; 2+2 (3 choices), 2+4.5 (6), 2+6 (3); 2+2+2: together 21 of 128. */
static void equal_sizes_and_zeros_by_hand(void **state)
{
    (void)state;
    const double values[] = {1, 1, -1, 2, 2, -3, 0, 4};
    signed_rank_t test = of(values, 8);
    assert_int_equal(test.zeros, 1);
    near(test.positive_ranks, 20);
    near(test.negative_ranks, 8);
    near(test.p, 2.0 * 21 / 128);
}

/* Every choice of signs of 12 values with equal sizes, tried one by one. */
static void exact_is_every_choice_of_signs(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    const double values[COUNT] = {3, -1, 4, 1, -5, 9, 2, -6, 5, 3, 5, 8};
    signed_rank_t test = of(values, COUNT);
    double lower = fmin(test.positive_ranks, test.negative_ranks);
    int within = 0;
    for (unsigned signs = 0; signs < 1U << COUNT; signs++) {
        double chosen[COUNT];
        for (unsigned i = 0; i < COUNT; i++)
            chosen[i] = signs >> i & 1 ? -fabs(values[i]) : fabs(values[i]);
        within += of(chosen, COUNT).negative_ranks <= lower;
    }
    near(test.p, 2.0 * within / (1 << COUNT));
}

/* 117 values with many equal sizes and 3 zeros: R 4.2, wilcox.test(exact = FALSE, correct = TRUE). */
static void many_differences_are_those_of_r(void **state)
{
    (void)state;
    double values[120];
    for (int i = 1; i <= 120; i++)
        values[i - 1] = i * 37 % 41 - 15;
    signed_rank_t test = of(values, 120);
    assert_int_equal(test.zeros, 3);
    near(test.positive_ranks, 5082);
    assert_false(test.exact);
    near(test.p, 9.2351251947162464e-06);
}

/* 50 and 51 differences of distinct sizes with alternating signs: the exact value and the normal one agree closely. */
static void exact_and_normal_meet(void **state)
{
    (void)state;
    double values[SIGNED_RANK_EXACT + 1];
    for (int i = 0; i <= SIGNED_RANK_EXACT; i++)
        values[i] = (i % 3 == 0 ? -1 : 1) * (i + 1);
    signed_rank_t exact = of(values, SIGNED_RANK_EXACT), normal = of(values, SIGNED_RANK_EXACT + 1);
    assert_true(exact.exact && !normal.exact);
    assert_true(fabs(exact.p - normal.p) < 0.02 && exact.p > 0.01);
}

static void signs_swapped_give_the_same_p(void **state)
{
    (void)state;
    const double values[] = {0.5, -2, 3, 7, -1}, swapped[] = {-0.5, 2, -3, -7, 1};
    signed_rank_t a = of(values, 5), b = of(swapped, 5);
    near(a.p, b.p);
    near(a.effect, -b.effect);
}

static void nothing_to_test(void **state)
{
    (void)state;
    const double zeros[] = {0, 0, -0.0}, bad[] = {1, NAN};
    signed_rank_t test = of(zeros, 3);
    assert_int_equal(test.zeros, 3);
    near(test.p, 1);
    near(of(zeros, 0).p, 1);
    near(of(bad, 1).p, 1); /* one difference: both signs are as likely */
    assert_error(signed_rank_test(bad, 2, &test), FAULT_FAILED, "difference 1: found NaN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(darwins_maize),
        cmocka_unit_test(equal_sizes_and_zeros_by_hand),
        cmocka_unit_test(exact_is_every_choice_of_signs),
        cmocka_unit_test(many_differences_are_those_of_r),
        cmocka_unit_test(exact_and_normal_meet),
        cmocka_unit_test(signs_swapped_give_the_same_p),
        cmocka_unit_test(nothing_to_test),
    };
    return cmocka_run_group_tests_name("signed rank", tests, NULL, NULL);
}
