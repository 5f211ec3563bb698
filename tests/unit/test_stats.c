/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/stats and distortion against the definitions, one bit and one weight at a time. */
#include "compress/compress.h"
#include "compress/distortion.h"
#include "compress/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

enum { K = 6, C = 75, POSITIONS = 6, SIZE = K * C * POSITIONS };

static int8_t q[SIZE];
static float scale[K];
static const compress_layer_t layer = {.name = "layer", .k = K, .c = C, .kh = 2, .kw = 3, .q = q, .scale = scale};

static void fill(void)
{
    uint64_t random = 3;
    for (int i = 0; i < SIZE; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        q[i] = (int8_t)((int8_t)(random >> 56) >> (i / 450 % 5));
    }
    q[7] = -128;
    for (int k = 0; k < K; k++)
        scale[k] = 0.001f * (float)(k + 1);
}

static int8_t weight_at(int k, int position, int c)
{
    return q[(k * C + c) * POSITIONS + position];
}

static int bit_of(int8_t weight, int bit)
{
    return (uint8_t)weight >> bit & 1;
}

static void bits_are_counted_as_defined(void **state)
{
    (void)state;
    fill();
    int64_t zeros = 0, twos = 0, magnitudes = 0;
    for (int i = 0; i < SIZE; i++) {
        int magnitude = q[i] == -128 ? 127 : abs(q[i]);
        zeros += q[i] == 0;
        magnitudes += q[i] >= 0;
        for (int bit = 0; bit < 8; bit++) {
            twos += bit_of(q[i], bit) == 0;
            magnitudes += bit < 7 && !(magnitude >> bit & 1);
        }
    }
    stats_t stats;
    assert_ok(stats_count(&layer, 8, 32, 1, &stats));
    assert_int_equal(stats.weights, SIZE);
    assert_int_equal(stats.zeros, zeros);
    assert_int_equal(stats.zero_bits_twos_complement, twos);
    assert_int_equal(stats.zero_bits_sign_magnitude, magnitudes);
}

static int64_t majority_by_hand(int vector)
{
    int64_t sum = 0;
    for (int k = 0; k < K; k++)
        for (int position = 0; position < POSITIONS; position++)
            for (int at = 0; at < C; at += vector)
                for (int bit = 0; bit < 8; bit++) {
                    int ones = 0, count = C - at < vector ? C - at : vector;
                    for (int i = 0; i < count; i++)
                        ones += bit_of(weight_at(k, position, at + i), bit);
                    sum += ones > count - ones ? ones : count - ones;
                }
    return sum;
}

static void vectors_of_any_length_have_their_majorities(void **state)
{
    (void)state;
    fill();
    const int lengths[] = {1, 2, 3, 7, 8, 9, 16, 31, 64, 75, 300};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        stats_t stats;
        assert_ok(stats_count(&layer, lengths[i], 32, 2, &stats));
        assert_int_equal(stats.bbs_bits, majority_by_hand(lengths[i]));
        assert_true(stats_bit_sparsity(&stats, stats.bbs_bits) >= 0.5); /* by construction */
    }
}

/* More than 31 words of eight weights: the counts of a column no longer fit one byte. */
static void long_vectors_do_not_overflow(void **state)
{
    (void)state;
    static int8_t ones[1000];
    memset(ones, -1, sizeof ones);
    const float one = 1;
    const compress_layer_t row = {.name = "row", .k = 1, .c = 1000, .kh = 1, .kw = 1, .q = ones, .scale = &one};
    stats_t stats;
    assert_ok(stats_count(&row, 1000, 1000, 1, &stats));
    assert_int_equal(stats.bbs_bits, 8000);
    assert_int_equal(stats.redundant[7], 1);
}

static void redundant_columns_are_counted_up_to_seven(void **state)
{
    (void)state;
    fill();
    const int groups[] = {1, 5, 32, 75, 100};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        int64_t wanted[STATS_COLUMNS] = {0}, total = 0;
        for (int k = 0; k < K; k++)
            for (int position = 0; position < POSITIONS; position++)
                for (int at = 0; at < C; at += groups[i], total++) {
                    int redundant = 7;
                    for (int c = at; c < C && c < at + groups[i]; c++) {
                        int own = 0;
                        while (own < 7 &&
                               bit_of(weight_at(k, position, c), 6 - own) == bit_of(weight_at(k, position, c), 7))
                            own++;
                        redundant = own < redundant ? own : redundant;
                    }
                    wanted[redundant]++;
                }
        stats_t stats;
        assert_ok(stats_count(&layer, 8, groups[i], 1, &stats));
        assert_int_equal(stats.groups, total);
        assert_memory_equal(stats.redundant, wanted, sizeof wanted);
    }
}

static void layers_add_up_for_any_number_of_threads(void **state)
{
    (void)state;
    fill();
    stats_t one, three, sum = {0};
    assert_ok(stats_count(&layer, 8, 32, 1, &one));
    assert_ok(stats_count(&layer, 8, 32, 3, &three));
    assert_memory_equal(&one, &three, sizeof one);
    stats_add(&sum, &one);
    stats_add(&sum, &one);
    assert_int_equal(sum.bbs_bits, 2 * one.bbs_bits);
    assert_int_equal(sum.groups, 2 * one.groups);
}

/* KL, MSE, mean error and SQNR as the header defines them, from the real weights. */
static void by_hand(const compressed_t *compressed, double *mse, double *mean, double *sqnr, double *divergence)
{
    static float after[SIZE];
    double z = 0, z_after = 0, squares = 0, signal = 0, noise = 0;
    compressed_to_floats(compressed, &layer, 0, layer.k, after);
    *divergence = 0;
    *mean = 0;
    for (int i = 0; i < SIZE; i++) {
        double step = scale[i / (C * POSITIONS)], before = q[i] * step;
        z += exp(before);
        z_after += exp((double)after[i]);
        squares += (after[i] - before) / step * ((after[i] - before) / step);
        *mean += (after[i] - before) / step / SIZE;
        signal += before * before;
        noise += (after[i] - before) * (after[i] - before);
    }
    for (int i = 0; i < SIZE; i++) {
        double before = q[i] * (double)scale[i / (C * POSITIONS)];
        *divergence += exp(before) / z * (before - log(z) - (double)after[i] + log(z_after));
    }
    *mse = squares / SIZE;
    *sqnr = 10 * log10(signal / noise);
}

static void assert_near(double value, double wanted, double share)
{
    if (fabs(value - wanted) > share * fabs(wanted))
        fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* A layer that comes a few channels at a time has the same sums, bit for bit. */
static distortion_t in_parts(const compressed_t *compressed, int64_t step)
{
    distortion_sums_t sums = {0};
    const int64_t row = compress_layer_row(&layer);
    for (int64_t first = 0; first < layer.k; first += step) {
        const compress_layer_t part = compress_layer_rows(&layer, first, layer.k - first < step ? layer.k - first : step);
        const compressed_t own = {.values = compressed->values + first * row, .scale = compressed->scale + first};
        assert_ok(distortion_sum(&part, &own, 2, &sums));
    }
    return distortion_of_sums(&sums);
}

static void distortion_is_as_defined(void **state)
{
    (void)state;
    fill();
    const char *const names[] = {"ra", "zps", "bitflip"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const method_t *method;
        compressed_t compressed;
        distortion_t one, two;
        double mse, mean, sqnr, divergence;
        assert_ok(method_find(names[i], &method));
        method_config_t config = method->defaults;
        config.beta = 0;
        assert_ok(compress_network(method, &config, &layer, 1, 1, &compressed));
        by_hand(&compressed, &mse, &mean, &sqnr, &divergence);
        assert_ok(distortion_of(&layer, &compressed, 1, &one));
        assert_near(distortion_mse(&one), mse, 1e-5);
        assert_near(distortion_mean(&one), mean, 1e-4);
        assert_near(distortion_sqnr_db(&one), sqnr, 1e-5);
        assert_near(one.divergence, divergence, 1e-3);
        assert_ok(distortion_of(&layer, &compressed, 3, &two));
        assert_memory_equal(&one, &two, sizeof one);
        two = in_parts(&compressed, 1);
        assert_memory_equal(&one, &two, sizeof one);
        two = in_parts(&compressed, 2);
        assert_memory_equal(&one, &two, sizeof one);
        float floats[SIZE]; /* the same values off the grid, as float methods give them */
        compressed_to_floats(&compressed, &layer, 0, layer.k, floats);
        compressed_t off_grid = {.floats = floats};
        assert_ok(distortion_of(&layer, &off_grid, 1, &two));
        assert_near(distortion_mse(&two), mse, 1e-5);
        assert_near(distortion_mean(&two), mean, 1e-4);
        assert_near(two.divergence, divergence, 1e-3);
        compressed_free(&compressed);
    }
}

/* Two channels of two weights, of steps 1 and 2: (3, 1) to (4, 2), (1, -1) to (0, 0). With m = 1 / (2 pi) and v = 1/2 - m,
 * noise: v * 2 + m * 4, and v * 8 + m * 0; signal: v * 10 + m * 16, and v * 8 + m * 0. */
static void errors_of_one_sign_add_up_in_the_outputs(void **state)
{
    (void)state;
    const int8_t weights[] = {3, 1, 1, -1};
    int16_t values[] = {4, 2, 0, 0};
    float steps[] = {1, 2}, floats[] = {4, 2, 0, 0};
    const compress_layer_t small = {.name = "small", .k = 2, .c = 2, .kh = 1, .kw = 1, .q = weights, .scale = steps};
    const compressed_t on_grid = {.values = values, .scale = steps}, off_grid = {.floats = floats};
    const double m = 1 / (2 * 3.14159265358979323846), v = 0.5 - m, wanted = (v * 10 + m * 4) / (v * 18 + m * 16);
    distortion_t one, two, sum = {0};
    assert_ok(distortion_of(&small, &on_grid, 1, &one));
    assert_ok(distortion_of(&small, &off_grid, 1, &two));
    assert_near(one.output_error, wanted, 1e-12);
    assert_near(two.output_error, wanted, 1e-12);
    two.output_error = 0;
    two.weights = 12;
    distortion_add(&sum, &one);
    distortion_add(&sum, &two); /* 4 and 12 weights */
    assert_near(sum.output_error, wanted / 4, 1e-12);
}

/* Signal and noise alone are the same numbers to the last bit, for channels longer than a chunk of sums and not a multiple
 * of the lanes, with the largest differences, and off the grid. */
static void energy_alone_is_the_same(void **state)
{
    (void)state;
    enum { CHANNELS = 3, LONG = 60001 };
    static int8_t weights[CHANNELS * LONG];
    static int16_t values[CHANNELS * LONG];
    float own[CHANNELS] = {0.1f, 0.37f, 3}, other[CHANNELS] = {0.1f, 0.4f, 3};
    for (int i = 0; i < CHANNELS * LONG; i++) {
        weights[i] = (int8_t)(i % 2 ? -128 : i * 7 % 128);
        values[i] = (int16_t)(i % 2 ? 158 : i % 5 ? weights[i] - 3 : -160);
    }
    const compress_layer_t shape = {
        .name = "layer", .k = CHANNELS, .c = LONG, .kh = 1, .kw = 1, .q = weights, .scale = own};
    for (int off = 0; off < 2; off++) {
        const compressed_t made = {.values = values, .scale = off ? other : own};
        distortion_t whole;
        distortion_sums_t energy = {0};
        assert_ok(distortion_of(&shape, &made, 1, &whole));
        assert_ok(distortion_energy(&shape, &made, 2, &energy));
        assert_true(energy.signal == whole.signal && energy.noise == whole.noise && energy.noise > 0);
    }
}

static void nothing_changed_is_no_distortion(void **state)
{
    (void)state;
    fill();
    compressed_t compressed;
    distortion_t distortion;
    assert_ok(compress_keep(&layer, false, &compressed));
    assert_ok(distortion_of(&layer, &compressed, 1, &distortion));
    assert_true(distortion_mse(&distortion) == 0 && distortion_mean(&distortion) == 0 && distortion.divergence == 0 &&
                isnan(distortion_sqnr_db(&distortion)));
    compressed_free(&compressed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_counted_as_defined),
        cmocka_unit_test(vectors_of_any_length_have_their_majorities),
        cmocka_unit_test(long_vectors_do_not_overflow),
        cmocka_unit_test(redundant_columns_are_counted_up_to_seven),
        cmocka_unit_test(layers_add_up_for_any_number_of_threads),
        cmocka_unit_test(distortion_is_as_defined),
        cmocka_unit_test(errors_of_one_sign_add_up_in_the_outputs),
        cmocka_unit_test(energy_alone_is_the_same),
        cmocka_unit_test(nothing_changed_is_no_distortion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
