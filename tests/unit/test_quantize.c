/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/quantize: steps of the largest weight / 127.5, half to even, the ends of the range, channels of zeros. */
#include "compress/quantize.h"

#include <math.h>

#include "testing.h"

static void the_largest_weight_is_127_and_a_half_steps(void **state)
{
    (void)state;
    const float weights[] = {127.5f, -127.5f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.4f};
    const int8_t wanted[] = {127, -128, 0, 2, 2, 0, -2, -2, 126};
    int8_t q[9];
    float scale[1];
    quantize_channels(weights, 1, 9, 1, q, scale);
    assert_true(scale[0] == 1.0f);
    for (int i = 0; i < 9; i++)
        assert_int_equal(q[i], wanted[i]);
}

static void channels_have_scales_of_their_own(void **state)
{
    (void)state;
    const float weights[] = {0.1f, 0.05f, 0, 0, -3, 1};
    int8_t q[6];
    float scale[3];
    quantize_channels(weights, 3, 2, 2, q, scale);
    assert_true(scale[0] == 0.1f / 127.5f && scale[2] == 3.0f / 127.5f);
    assert_true(scale[1] == 1.0f); /* only zeros */
    assert_int_equal(q[1], 64);    /* 63.75 */
    assert_int_equal(q[2], 0);
    assert_int_equal(q[3], 0);
    assert_int_equal(q[4], -128);
    assert_int_equal(q[5], 42); /* 42.5 or a hair less in float32, half to even */
}

static void weights_too_small_for_a_step_are_zeros(void **state)
{
    (void)state;
    const float weights[] = {1e-40f, -1e-41f};
    int8_t q[2] = {1, 1};
    float scale[1];
    quantize_channels(weights, 1, 2, 1, q, scale);
    assert_true(scale[0] == 1.0f);
    assert_int_equal(q[0], 0);
    assert_int_equal(q[1], 0);
}

/* Against the definition, one weight at a time, at every length that the vector loops split differently. */
static void every_length_agrees_with_the_definition(void **state)
{
    (void)state;
    float weights[77];
    for (int i = 0; i < 77; i++)
        weights[i] = (float)((i * 7919) % 1001 - 500) * 0.0013f;
    for (int count = 1; count <= 77; count++) {
        int8_t q[77];
        float scale, largest = 0;
        quantize_channels(weights, 1, count, 1, q, &scale);
        for (int i = 0; i < count; i++)
            largest = fmaxf(largest, fabsf(weights[i]));
        assert_true(scale == largest / 127.5f);
        for (int i = 0; i < count; i++) {
            float steps = rintf(weights[i] * (1.0f / scale));
            assert_int_equal(q[i], (int)fmaxf(-128, fminf(127, steps)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_weight_is_127_and_a_half_steps),
        cmocka_unit_test(channels_have_scales_of_their_own),
        cmocka_unit_test(weights_too_small_for_a_step_are_zeros),
        cmocka_unit_test(every_length_agrees_with_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
