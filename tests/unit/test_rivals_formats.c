/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: the number formats of Microscaling, ANT and OliVe, by example and by what must hold for all weights. */

#include <math.h>
#include <string.h>

#include "made_layer.h"
#include "testing.h"

/* ===  Microscaling  === */

static const char *const MX[] = {"mx", "mx-e3m2", "mx-int6", "mx-int8"};

static void microscaling_again_changes_nothing(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float once[SIZE], twice[SIZE];
    for (int i = 0; i < 4; i++) {
        method_config_t config;
        const method_t *mx = method_of_spec(MX[i], &config);
        fill(&fixture, 4 + (uint64_t)i);
        for (int at = 0; at < PER_CHANNEL; at++) {
            fixture.weights[at] *= 0x1p-126f;              /* smallest scale, denormals */
            fixture.weights[PER_CHANNEL + at] *= 0x1p126f; /* largest */
        }
        compress_floats(mx, &config, &fixture, once);
        memcpy(fixture.weights, once, sizeof once);
        compress_floats(mx, &config, &fixture, twice);
        assert_memory_equal(once, twice, sizeof once);
    }
}

/* With a group's scale given, every 6-bit element is an 8-bit integer one too: so none is nearer. */
static void eight_bit_elements_are_never_farther(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float fine[SIZE], coarse[SIZE];
    fill(&fixture, 8);
    method_config_t config;
    const method_t *mx = method_of_spec("mx-int8", &config);
    compress_floats(mx, &config, &fixture, fine);
    for (int i = 0; i < 3; i += 2) { /* e2m3, int6 */
        method_of_spec(MX[i], &config);
        compress_floats(mx, &config, &fixture, coarse);
        for (int at = 0; at < SIZE; at++)
            assert_true(fabsf(fine[at] - fixture.weights[at]) <= fabsf(coarse[at] - fixture.weights[at]));
    }
}

/* One row of weights in one group, quantised. */
static void quantise_row(const char *name, float *values, int64_t count)
{
    method_config_t config;
    const method_t *method = method_of_spec(name, &config);
    static const float scale[] = {1};
    static const int8_t q[64];
    compress_layer_t layer = {
        .name = "row", .k = 1, .c = count, .kh = 1, .kw = 1, .weights = values, .q = q, .scale = scale};
    compressed_t out;
    assert_ok(method->compress(&config, &layer, NULL, 1, &out));
    compressed_to_floats(&out, &layer, 0, layer.k, values);
    compressed_free(&out);
}

static void assert_row(const char *name, const float *weights, const float *wanted, int64_t count)
{
    float values[64];
    memcpy(values, weights, (size_t)count * sizeof *values);
    quantise_row(name, values, count);
    for (int64_t i = 0; i < count; i++)
        if (values[i] != wanted[i])
            fail_msg("%s: %g became %g, not %g", name, (double)weights[i], (double)values[i], (double)wanted[i]);
}

static void elements_round_half_to_even_and_saturate(void **state)
{
    (void)state;
    /* X = 1: the largest is in [4, 8), [16, 32), [1, 2). */
    assert_row("mx", (float[]){7.9f, -7.75f, 3.125f, 3.375f, 0.0625f, 0.1875f, -0.9375f},
               (float[]){7.5f, -7.5f, 3, 3.5f, 0, 0.25f, -1}, 7);
    assert_row("mx-e3m2", (float[]){31, 22, 18, -0.28125f, 0.03125f, 0.09375f}, (float[]){28, 24, 16, -0.25f, 0, 0.125f},
               6);
    assert_row("mx-int6", (float[]){1.999f, -1.99f, 0.03125f, 0.09375f, -0.5f},
               (float[]){1.9375f, -1.9375f, 0, 0.125f, -0.5f}, 5);
    assert_row("mx-int8", (float[]){1.999f, -1.999f, 0.0078125f, 0.0234375f}, (float[]){1.984375f, -1.984375f, 0, 0.03125f},
               4);
    assert_row("mx-int8", (float[]){-128}, (float[]){-128}, 1);
    assert_row("mx", (float[]){0, 0}, (float[]){0, 0}, 2);
}

/* Groups end with C and with the kernel position; each has its own scale. */
static void groups_have_scales_of_their_own(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float before[SIZE], after[SIZE];
    fill(&fixture, 9);
    const method_t *mx = method_of("mx");
    compressed_t out = compress(mx, &mx->defaults, &fixture, before);
    assert_int_equal(out.groups, K * POSITIONS * 2); /* 32 and 9 channels */
    assert_int_equal(out.meta_bits, 8 * out.groups);
    assert_int_equal(out.value_bits, 6 * SIZE);
    compressed_free(&out);
    int changed = 3 * PER_CHANNEL + 33 * POSITIONS + 2; /* channel 3, input channel 33, position 2 */
    fixture.weights[changed] = 1000;
    compress_floats(mx, &mx->defaults, &fixture, after);
    int differ = 0;
    for (int i = 0; i < SIZE; i++) {
        bool inside = i / PER_CHANNEL == 3 && i % POSITIONS == 2 && i % PER_CHANNEL / POSITIONS >= 32;
        assert_true(inside || before[i] == after[i]);
        differ += before[i] != after[i];
    }
    assert_true(differ > 1);
}

/* ===  ANT  === */

/* Weights that are levels of a format, times 0.25, are kept exactly: the format was recognised. */
static void formats_are_recognised(void **state)
{
    (void)state;
    const float flint[] = {0, 1, 2, 3, 4, 6, 8, 16, -16, -8, -6, -4, -3, -2, -1, 0.0f};
    const float powers[] = {64, 32, 16, 8, 4, 2, 1, 0, -1, -2, -4, -8, -16, -32, -64, 0};
    const float integers[] = {7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5, -6, -7, -8};
    const float *formats[] = {flint, powers, integers};
    const method_t *ant = method_of("ant");
    static const float scale[] = {1};
    static const int8_t q[16];
    for (int format = 0; format < 3; format++) {
        float weights[16];
        for (int i = 0; i < 16; i++)
            weights[i] = formats[format][i] * (format == 2 ? 1.75f / 8 : 0.25f); /* -8 is the largest: a range of 7/8 */
        compress_layer_t layer = {
            .name = "row", .k = 1, .c = 16, .kh = 1, .kw = 1, .weights = weights, .q = q, .scale = scale};
        method_config_t config = ant->defaults;
        config.bits = 4;
        compressed_t out;
        assert_ok(ant->compress(&config, &layer, NULL, 1, &out));
        assert_memory_equal(out.floats, weights, sizeof weights);
        assert_int_equal(out.meta_bits, 2);
        compressed_free(&out);
    }
}

static void a_format_a_channel_is_never_worse(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float together[SIZE], apart[SIZE];
    const method_t *ant = method_of("ant");
    for (uint64_t seed = 20; seed < 30; seed++) {
        fill(&fixture, seed);
        method_config_t config = ant->defaults;
        config.bits = 4 + (int)seed % 5;
        compress_floats(ant, &config, &fixture, together);
        config.variant = "channel";
        compressed_t out = compress(ant, &config, &fixture, apart);
        assert_int_equal(out.meta_bits, 2 * K);
        compressed_free(&out);
        for (int at = 0; at < SIZE; at += PER_CHANNEL)
            assert_true(squared_error(apart + at, fixture.weights + at, PER_CHANNEL) <=
                        squared_error(together + at, fixture.weights + at, PER_CHANNEL));
    }
}

/* ===  OliVe  === */

/* What a pair (a, b) of levels may be, steps of int4: two normal values, or an outlier and 0. */
static bool is_normal(float level)
{
    return fabsf(level) <= 7;
}

static bool is_outlier(float level)
{
    const float magnitudes[] = {12, 16, 24, 32, 48, 64, 96};
    for (int i = 0; i < 7; i++)
        if (fabsf(level) == magnitudes[i])
            return true;
    return false;
}

static void outliers_cost_their_neighbours(void **state)
{
    (void)state;
    enum { COUNT = 512 };
    float row[COUNT];
    uint64_t random = 5;
    for (int i = 0; i < COUNT; i++)
        row[i] = (float)(next_random(&random) % 21) - 10;
    row[10] = 60, row[21] = -70, row[30] = 55, row[31] = 90, row[40] = -99; /* 30 and 31 are a pair */
    const method_t *olive = method_of("olive");
    static const float scale[] = {1};
    static const int8_t q[COUNT];
    compress_layer_t layer = {.name = "row", .k = 1, .c = COUNT, .kh = 1, .kw = 1, .weights = row, .q = q, .scale = scale};
    method_config_t config = olive->defaults;
    config.variant = "int";
    compressed_t out;
    assert_ok(olive->compress(&config, &layer, NULL, 1, &out));
    float step = 1000;
    for (int i = 0; i < COUNT; i++)
        step = out.floats[i] != 0 && fabsf(out.floats[i]) < step ? fabsf(out.floats[i]) : step;
    const int pairs_with_outlier[] = {10, 20, 30, 40};
    for (int i = 0, next = 0; i < COUNT; i += 2) {
        float a = rintf(out.floats[i] / step), b = rintf(out.floats[i + 1] / step);
        assert_true(fabsf(a * step - out.floats[i]) < 1e-4f && fabsf(b * step - out.floats[i + 1]) < 1e-4f);
        bool marked = next < 4 && pairs_with_outlier[next] == i;
        assert_true(marked ? (is_outlier(a) && b == 0) || (is_outlier(b) && a == 0) : is_normal(a) && is_normal(b));
        assert_true(!marked || (fabsf(row[i]) > fabsf(row[i + 1])) == is_outlier(a)); /* the larger stays */
        next += marked;
    }
    compressed_free(&out);
}

static void padding_is_stored_and_may_be_the_victim(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float floats[SIZE];
    fill(&fixture, 40);
    const method_t *olive = method_of("olive");
    compressed_t out = compress(olive, &olive->defaults, &fixture, floats);
    assert_int_equal(out.value_bits, 4 * K * (C + 1) * POSITIONS);
    assert_int_equal(out.meta_bits, 1);
    compressed_free(&out);
    fixture.weights[(C - 1) * POSITIONS] = 0.4f; /* 20 times its neighbours: last of its row, alone in its pair */
    compress_floats(olive, &olive->defaults, &fixture, floats);
    assert_true(floats[(C - 1) * POSITIONS] > 0.3f && floats[(C - 1) * POSITIONS] < 0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(microscaling_again_changes_nothing),
        cmocka_unit_test(eight_bit_elements_are_never_farther),
        cmocka_unit_test(elements_round_half_to_even_and_saturate),
        cmocka_unit_test(groups_have_scales_of_their_own),
        cmocka_unit_test(formats_are_recognised),
        cmocka_unit_test(a_format_a_channel_is_never_worse),
        cmocka_unit_test(outliers_cost_their_neighbours),
        cmocka_unit_test(padding_is_stored_and_may_be_the_victim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
