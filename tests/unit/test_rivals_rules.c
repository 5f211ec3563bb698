/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: what must hold for quantisation, noise, and every method that BBS is compared with. */
#include "compress/ant.h"
#include "compress/compress.h"
#include "compress/grid.h"
#include "compress/mx.h"
#include "compress/noisyquant.h"

#include <math.h>
#include <string.h>

#include "made_layer.h"
#include "testing.h"

/* ===  PTQ  === */

static void eight_bits_of_absmax_are_int8(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float floats[SIZE];
    fill(&fixture, 1);
    const method_t *ptq = method_of("ptq");
    method_config_t config = ptq->defaults;
    config.bits = 8;
    config.least_squares_clip = false;
    compressed_t out = compress(ptq, &config, &fixture, floats);
    for (int i = 0; i < SIZE; i++)
        assert_int_equal(out.values[i], fixture.q[i]);
    assert_memory_equal(out.scale, fixture.scale, sizeof fixture.scale);
    assert_int_equal(out.value_bits, 8 * SIZE);
    assert_int_equal(out.meta_bits, 0);
    compressed_free(&out);
}

static void a_searched_range_is_never_worse(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float clipped[SIZE], absmax[SIZE];
    const method_t *ptq = method_of("ptq");
    for (uint64_t seed = 0; seed < 20; seed++) {
        fill(&fixture, seed);
        method_config_t config = ptq->defaults;
        config.bits = 2 + (int)seed % 7;
        compressed_t out = compress(ptq, &config, &fixture, clipped);
        for (int i = 0; i < SIZE; i++)
            assert_in_range(out.values[i] + (1 << (config.bits - 1)), 0, (1 << config.bits) - 1);
        compressed_free(&out);
        config.least_squares_clip = false;
        compress_floats(ptq, &config, &fixture, absmax);
        for (int at = 0; at < SIZE; at += PER_CHANNEL)
            assert_true(squared_error(clipped + at, fixture.weights + at, PER_CHANNEL) <=
                        squared_error(absmax + at, fixture.weights + at, PER_CHANNEL));
    }
}

static void ptq_takes_the_sensitive_channels_of_bbs(void **state)
{
    (void)state;
    static fixture_t fixture;
    fill(&fixture, 3);
    const char *pairs[][2] = {{"ptq-cons", "bbs-cons"}, {"ptq-mod", "bbs-mod"}};
    const int bits[] = {6, 4};
    for (int i = 0; i < 2; i++) {
        method_config_t config, wanted;
        const method_t *ptq = method_of_spec(pairs[i][0], &config), *bbs = method_of_spec(pairs[i][1], &wanted);
        assert_true(config.beta == wanted.beta && config.channel_unit == wanted.channel_unit);
        config.beta = wanted.beta = 0.4;
        config.channel_unit = wanted.channel_unit = 2;
        compressed_t mine, theirs;
        assert_ok(compress_network(ptq, &config, &fixture.layer, 1, 1, &mine));
        assert_ok(compress_network(bbs, &wanted, &fixture.layer, 1, 1, &theirs));
        assert_int_equal(mine.sensitive, 2);
        assert_int_equal(theirs.bits[0], bits[i]);
        assert_memory_equal(mine.bits, theirs.bits, K);
        assert_int_equal(mine.value_bits, theirs.value_bits);
        assert_int_equal(mine.meta_bits, 16 * K);
        for (int at = 0; at < SIZE; at++)
            if (mine.bits[at / PER_CHANNEL] == 8)
                assert_int_equal(mine.values[at], fixture.q[at]);
        compressed_free(&mine);
        compressed_free(&theirs);
    }
}

/* ===  NoisyQuant  === */

static void noise_is_uniform_and_fixed(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    for (int i = 0; i < 4096; i++) {
        float draw = noisyquant_draw(i);
        assert_true(fabsf(draw) < 1);
        sum += (double)draw;
        squares += (double)draw * (double)draw;
    }
    assert_true(fabs(sum / 4096) < 0.03); /* 3.3 standard errors */
    assert_true(fabs(squares / 4096 - 1.0 / 3) < 0.015);
    assert_true(noisyquant_draw(7) == noisyquant_draw(7) && noisyquant_draw(7) != noisyquant_draw(8));
}

/* No worse than 8 bits without noise, and the same noise for a whole channel: equal values stay equal. */
static void noise_never_makes_it_worse(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float noisy[SIZE], plain[SIZE];
    for (uint64_t seed = 50; seed < 60; seed++) {
        fill(&fixture, seed);
        fixture.weights[5] = fixture.weights[6];
        grid_t grid = grid_integer(8, true);
        grid_values(&grid, fixture.weights, SIZE, grid_scale(grid_largest(fixture.weights, SIZE), 127.5f), plain);
        memcpy(noisy, fixture.weights, sizeof noisy);
        noisyquant_quantise_activations(noisy, K, PER_CHANNEL);
        assert_true(squared_error(noisy, fixture.weights, SIZE) <= squared_error(plain, fixture.weights, SIZE));
        assert_true(noisy[5] == noisy[6]);
    }
}

/* ===  Zeros, and formats  === */

static void activations_of_zeros_stay_zeros(void **state)
{
    (void)state;
    static float values[SIZE];
    mx_quantise_activations(32, values, K, PER_CHANNEL);
    ant_quantise_activations(values, K, PER_CHANNEL);
    noisyquant_quantise_activations(values, K, PER_CHANNEL);
    for (int i = 0; i < SIZE; i++)
        assert_true(values[i] == 0);
}

static void formats_that_do_not_exist_are_named(void **state)
{
    (void)state;
    const struct {
        const char *method;
        int bits;
        const char *variant, *part;
    } wrong[] = {{"ptq", 1, NULL, "2 to 8"},          {"ptq", 9, NULL, "2 to 8"},
                 {"noisyquant", 0, NULL, "2 to 8"},   {"mx", 8, "e2m3", "8 bits"},
                 {"mx", 6, "e4m3", "e4m3"},           {"mx", 6, NULL, "none"},
                 {"ant", 3, "tensor", "4 to 8"},      {"ant", 6, "layer", "tensor, channel"},
                 {"ant", 6, NULL, "tensor, channel"}, {"olive", 8, "adaptive", "bits"},
                 {"olive", 4, "float", "int, flint"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const method_t *method = method_of(wrong[i].method);
        method_config_t config = method->defaults;
        config.bits = wrong[i].bits;
        config.variant = wrong[i].variant;
        assert_error(method_check(method, &config), FAULT_USAGE, wrong[i].part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_bits_of_absmax_are_int8),
        cmocka_unit_test(a_searched_range_is_never_worse),
        cmocka_unit_test(ptq_takes_the_sensitive_channels_of_bbs),
        cmocka_unit_test(noise_is_uniform_and_fixed),
        cmocka_unit_test(noise_never_makes_it_worse),
        cmocka_unit_test(activations_of_zeros_stay_zeros),
        cmocka_unit_test(formats_that_do_not_exist_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
