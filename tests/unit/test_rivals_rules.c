/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: what must hold for quantisation, noise, activations, and every method that BBS is compared with. */
#include "compress/compress.h"
#include "compress/grid.h"
#include "compress/noisyquant.h"
#include "compress/spec.h"

#include <math.h>
#include <stdlib.h>
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

/* max |w| / 31 at 6 bits: the largest weight is a level, whatever the sign. */
static void noisyquant_does_not_clip_weights(void **state)
{
    (void)state;
    static fixture_t fixture;
    static float floats[SIZE];
    const method_t *noisyquant = method_of("noisyquant");
    fill(&fixture, 6);
    compressed_t out = compress(noisyquant, &noisyquant->defaults, &fixture, floats);
    for (int channel = 0; channel < K - 1; channel++) { /* the last one is zeros */
        const float *weights = fixture.weights + (ptrdiff_t)channel * PER_CHANNEL;
        const float largest = grid_largest(weights, PER_CHANNEL);
        assert_true(out.scale[channel] == largest / 31);
        for (int i = 0; i < PER_CHANNEL; i++)
            if (fabsf(weights[i]) == largest)
                assert_int_equal(abs(out.values[channel * PER_CHANNEL + i]), 31);
    }
    compressed_free(&out);
}

/* ===  Activations  === */

enum { ROWS = 12, INPUTS = 40, OUTPUTS = 24 };

typedef struct {
    float rows[ROWS * INPUTS], weights[OUTPUTS * INPUTS];
    uint8_t inside[ROWS * INPUTS];
    int32_t channel_of[INPUTS];
    activation_samples_t samples;
} seen_t;

/* Rows of a linear layer with a long tail, as after GELU, and their layer. */
static void see(seen_t *seen, uint64_t seed)
{
    uint64_t random = seed;
    seen->samples = (activation_samples_t){.layer = "layer",
                                           .negative = true,
                                           .count = (int64_t)ROWS * INPUTS,
                                           .values = seen->rows,
                                           .channels = INPUTS,
                                           .rows = ROWS,
                                           .inputs = INPUTS,
                                           .row_values = seen->rows,
                                           .inside = seen->inside,
                                           .channel_of = seen->channel_of,
                                           .outputs = OUTPUTS,
                                           .weights = seen->weights};
    for (int i = 0; i < ROWS * INPUTS; i++) {
        const float uniform = (float)(next_random(&random) % 20001) / 10000 - 1;
        seen->rows[i] = i % 17 == 0 ? 3 * uniform : uniform > 0 ? uniform : 0.15F * uniform;
        seen->inside[i] = 1;
        seen->samples.largest = fmaxf(seen->samples.largest, fabsf(seen->rows[i]));
    }
    for (int i = 0; i < OUTPUTS * INPUTS; i++)
        seen->weights[i] = (float)(next_random(&random) % 20001) / 20000 - 0.5F;
    for (int i = 0; i < INPUTS; i++)
        seen->channel_of[i] = i;
}

/* The squared error of the layer's output, in double. */
static double output_error(const seen_t *seen, const float *quantised)
{
    double total = 0;
    for (int row = 0; row < ROWS; row++)
        for (int k = 0; k < OUTPUTS; k++) {
            double sum = 0;
            for (int i = 0; i < INPUTS; i++)
                sum += ((double)quantised[row * INPUTS + i] - (double)seen->rows[row * INPUTS + i]) *
                       (double)seen->weights[k * INPUTS + i];
            total += sum * sum;
        }
    return total;
}

static activation_t fit(const char *spec, const seen_t *seen, float *quantised)
{
    const activation_shape_t rows = {.channels = INPUTS, .positions = ROWS, .block = INPUTS};
    method_config_t config;
    activation_t activation;
    const method_t *method = method_of_spec(spec, &config);
    assert_ok(method->activations->fit(&config, &seen->samples, 2, &activation));
    activation.quantise(&activation, &rows, seen->rows, quantised);
    return activation;
}

/* On the samples that it was fitted to: each further bit helps, and 8 bits are close to float. */
static void more_bits_are_never_worse(void **state)
{
    (void)state;
    static seen_t seen;
    static float quantised[ROWS * INPUTS];
    static const char *const specs[][3] = {
        {"noisyquant:activations=4", "noisyquant:activations=6", "noisyquant:activations=8"},
        {"ant:activations=4", "ant:activations=6", "ant:activations=8"},
        {"mx:activations=6", "mx:activations=8", "mx:activations=8"},
        {"mx-int6:activations=6", "mx-int6:activations=8", "mx-int8:activations=8"}};
    for (uint64_t seed = 1; seed <= 5; seed++)
        for (size_t method = 0; method < sizeof specs / sizeof *specs; method++) {
            double last = INFINITY, all = 0;
            see(&seen, seed);
            for (int bits = 0; bits < 3; bits++) {
                activation_t activation = fit(specs[method][bits], &seen, quantised);
                const double error = squared_error(quantised, seen.rows, ROWS * INPUTS);
                assert_true(error <= last);
                last = error;
                activation_free(&activation);
            }
            for (int i = 0; i < ROWS * INPUTS; i++)
                all += (double)seen.rows[i] * (double)seen.rows[i];
            assert_true(last < 1e-3 * all && last > 0);
        }
}

/* The noise is chosen by the output: no worse than the best clip without noise, which is among the trials. */
static void noise_never_makes_the_output_worse(void **state)
{
    (void)state;
    static seen_t seen;
    static float noisy[ROWS * INPUTS], plain[ROWS * INPUTS];
    int better = 0;
    for (uint64_t seed = 50; seed < 56; seed++) {
        see(&seen, seed);
        activation_t activation = fit("noisyquant:activations=6", &seen, noisy);
        grid_values(&activation.grid, seen.rows, ROWS * INPUTS, activation.scale, plain);
        assert_true(output_error(&seen, noisy) <= output_error(&seen, plain) * (1 + 1e-5));
        better += output_error(&seen, noisy) < 0.99 * output_error(&seen, plain);
        activation_free(&activation);
    }
    assert_true(better > 0);
}

/* (Q(X + N) - N) W is Q(X + N) W - N W, and what is quantised is a level: so a bias can absorb the noise. */
static void noise_is_taken_off_exactly(void **state)
{
    (void)state;
    static seen_t seen;
    static float noisy[ROWS * INPUTS];
    activation_t activation = {0};
    bool differ = false;
    for (uint64_t seed = 50; activation.noise == NULL || activation.noise[0] == activation.noise[1]; seed++) {
        activation_free(&activation); /* another case: here a noise of equal values, the mean, was best */
        see(&seen, seed);
        activation = fit("noisyquant:activations=6", &seen, noisy);
    }
    for (int i = 0; i < ROWS * INPUTS; i++) {
        const double level = ((double)noisy[i] + (double)activation.noise[i % INPUTS]) / (double)activation.scale;
        assert_true(fabs(level - nearbyint(level)) < 1e-4 && level > -32.5 && level < 31.5);
        differ |= activation.noise[i % INPUTS] != activation.noise[0];
    }
    assert_true(differ);
    for (int row = 0; row < ROWS; row++)
        for (int k = 0; k < OUTPUTS; k++) {
            double before = 0, after = 0, bias = 0;
            for (int i = 0; i < INPUTS; i++) {
                const double noise = (double)activation.noise[i], w = (double)seen.weights[k * INPUTS + i];
                const double level = nearbyint(((double)noisy[row * INPUTS + i] + noise) / (double)activation.scale);
                before += (double)noisy[row * INPUTS + i] * w;
                after += level * (double)activation.scale * w;
                bias -= noise * w;
            }
            assert_true(fabs(before - (after + bias)) < 1e-5);
        }
    activation_free(&activation);
}

static void activations_of_zeros_stay_zeros(void **state)
{
    (void)state;
    static seen_t seen;
    static float quantised[ROWS * INPUTS];
    static const char *const specs[] = {"mx:activations=6", "ant:activations=6", "noisyquant:activations=8"};
    see(&seen, 1);
    memset(seen.rows, 0, sizeof seen.rows);
    seen.samples.largest = 0;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        activation_t activation = fit(specs[i], &seen, quantised);
        for (int at = 0; at < ROWS * INPUTS; at++)
            assert_true(quantised[at] == 0);
        activation_free(&activation);
    }
}

static void only_methods_with_a_quantiser_take_activations(void **state)
{
    (void)state;
    const method_t *method;
    method_config_t config;
    assert_ok(method_parse("ant:activations=6", &method, &config));
    assert_int_equal(config.activation_bits, 6);
    assert_ok(method_parse("ant", &method, &config));
    assert_int_equal(config.activation_bits, 0);
    assert_error(method_parse("olive:activations=8", &method, &config), FAULT_USAGE, "does not take");
    assert_error(method_parse("ptq:activations=8", &method, &config), FAULT_USAGE, "does not take");
    assert_error(method_parse("ant:activations=9", &method, &config), FAULT_USAGE, "4 to 8");
    assert_error(method_parse("mx:activations=7", &method, &config), FAULT_USAGE, "6 or 8");
    assert_error(method_parse("noisyquant:clip=squares", &method, &config), FAULT_USAGE, "does not take");
}

/* ===  Formats  === */

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
        cmocka_unit_test(noisyquant_does_not_clip_weights),
        cmocka_unit_test(more_bits_are_never_worse),
        cmocka_unit_test(noise_never_makes_the_output_worse),
        cmocka_unit_test(noise_is_taken_off_exactly),
        cmocka_unit_test(activations_of_zeros_stay_zeros),
        cmocka_unit_test(only_methods_with_a_quantiser_take_activations),
        cmocka_unit_test(formats_that_do_not_exist_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
