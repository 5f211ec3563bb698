/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a comparison of two runs says about its numbers: Holm's correction, intervals of paired differences, and the loss
 * that could have been seen. */
#include "rows/holm.h"
#include "rows/paired.h"

#include <math.h>

#include "testing.h"

static void near(double value, double wanted, double within)
{
    if (!(fabs(value - wanted) <= within))
        fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* Of 0.01, 0.04, 0.03, 0.005 the smallest is taken 4 times, the next 3 times, then 2; the last may not be below those. */
static void holm_by_hand(void **state)
{
    (void)state;
    const double p[] = {0.01, 0.04, NAN, 0.03, 0.005}, wanted[] = {0.03, 0.06, NAN, 0.06, 0.02};
    double corrected[5];
    assert_ok(holm_correct(p, 5, corrected));
    for (int i = 0; i < 5; i++)
        if (i != 2)
            near(corrected[i], wanted[i], 1e-15);
    assert_true(isnan(corrected[2]));
    const double large[] = {0.9, 0.6};
    assert_ok(holm_correct(large, 2, corrected));
    near(corrected[0], 1, 0);
    near(corrected[1], 1, 0);
    assert_ok(holm_correct(large, 0, corrected));
}

/* One test is not corrected, and a hundred others that found nothing cost it a factor of 101. */
static void holm_depends_on_how_many_were_asked(void **state)
{
    (void)state;
    enum { OTHERS = 100 };
    double p[OTHERS + 1], corrected[OTHERS + 1];
    p[0] = 0.0004;
    for (int i = 1; i <= OTHERS; i++)
        p[i] = 1;
    assert_ok(holm_correct(p, 1, corrected));
    near(corrected[0], 0.0004, 0);
    assert_ok(holm_correct(p, OTHERS + 1, corrected));
    near(corrected[0], 0.0404, 1e-15);
}

/* Bonett and Price's formula, worked out in Python: 3 of 2,000 answers lost; 10 lost and 5 gained of 100; none moved. */
static void the_interval_of_a_paired_difference(void **state)
{
    (void)state;
    paired_effect_t few = paired_effect((flips_t){3, 0}, 2000), many = paired_effect((flips_t){10, 5}, 100);
    paired_effect_t none = paired_effect((flips_t){0, 0}, 2000);
    near(few.effect, -0.0015, 1e-15);
    near(few.low, -0.003686634392767, 1e-12);
    near(few.high, 0.000689631395764, 1e-12);
    near(many.low, -0.127673254845464, 1e-12);
    near(many.high, 0.029634039159190, 1e-12);
    near(none.effect, 0, 0);
    near(none.high, 0.001384519305045, 1e-12); /* not 0: no answer that moved is not certainty */
    near(none.low, -none.high, 1e-15);
}

/* Connor's formula, solved in Python. The exact test of McNemar has these powers there, summed over all outcomes: 0.772,
 * 0.766 and, where every change is a loss, 0.794: about the 0.8 that was asked for. */
static void the_loss_that_could_have_been_seen(void **state)
{
    (void)state;
    near(paired_detectable(2000, 0.02, 0.05, 0.8), 0.008854169049738, 1e-9);
    near(paired_detectable(512, 0.05, 0.05, 0.8), 0.027621894760142, 1e-9);
    near(paired_detectable(2000, 0.0019, 0.05, 0.8), 0.003919815478067, 1e-9);
}

static void more_samples_see_more_and_stricter_tests_less(void **state)
{
    (void)state;
    double usual = paired_detectable(2000, 0.02, 0.05, 0.8);
    assert_true(paired_detectable(8000, 0.02, 0.05, 0.8) < usual);
    assert_true(paired_detectable(2000, 0.02, 0.05 / 200, 0.8) > usual);
    assert_true(paired_detectable(2000, 0.04, 0.05, 0.8) > usual);
    assert_true(isnan(paired_detectable(3, 0.02, 0.05, 0.8))); /* even if every answer were lost */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(holm_depends_on_how_many_were_asked),
        cmocka_unit_test(the_interval_of_a_paired_difference),
        cmocka_unit_test(the_loss_that_could_have_been_seen),
        cmocka_unit_test(more_samples_see_more_and_stricter_tests_less),
    };
    return cmocka_run_group_tests_name("paired", tests, NULL, NULL);
}
