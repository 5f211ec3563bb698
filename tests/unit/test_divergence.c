/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/divergence: examples by hand, and a plain sum over the weights. */
#include "compress/compress.h"
#include "compress/divergence.h"

#include <math.h>
#include <string.h>

#include "made_method.h"
#include "random.h"
#include "testing.h"

enum { K = 5, C = 64, SIZE = K * C };

static int8_t q[SIZE];
static float scale[K];
static const compress_layer_t layer = {.name = "layer", .k = K, .c = C, .kh = 1, .kw = 1, .q = q, .scale = scale};
static distortion_t unused;

static void fill(uint64_t seed)
{
    for (int i = 0; i < SIZE; i++)
        q[i] = random_weight(&seed, 6);
    for (int k = 0; k < K; k++)
        scale[k] = 0.004f * (float)(k + 2);
}

static void assert_near(double value, double wanted, double share)
{
    if (!(fabs(value - wanted) <= share * fabs(wanted)))
        fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* From N(0, 4) to N(0, 1): (4 - 1 - ln 4) / 2. From N(0, 1) to N(1, 1): half of the squared shift. */
static void two_normal_distributions_have_the_known_divergence(void **state)
{
    (void)state;
    assert_near(divergence_gaussian(0, 4, 0, 1), (3 - log(4)) / 2, 1e-15);
    assert_near(divergence_gaussian(0, 1, 0, 4), (-0.75 + log(4)) / 2, 1e-15);
    assert_near(divergence_gaussian(0, 1, 1, 1), 0.5, 1e-15);
    assert_true(divergence_gaussian(3, 2, 3, 2) == 0 && divergence_gaussian(3, 0, 3, 0) == 0);
    assert_true(isnan(divergence_gaussian(0, 1, 0, 0)) && isnan(divergence_gaussian(0, 0, 1, 0)));
    /* a change of 1e-6 in the variance: its square over 4, to the last digits */
    assert_near(divergence_gaussian(0, 1 + 1e-6, 0, 1), 0.25e-12, 1e-4);
}

/* Four weights become (0, 0, 2, 2) from (0, 1, 2, 3). Bins with half a count: original 1.5, 1.5, 1.5, 1.5 and 508 times
 * 0.5; compressed 2.5, 0.5, 2.5, 0.5; both of 260 in all. */
static void histograms_of_four_weights(void **state)
{
    (void)state;
    const int8_t four[] = {0, 1, 2, 3};
    int16_t values[] = {0, 0, 2, 2};
    float one = 0.5f;
    const compress_layer_t small = {.name = "small", .k = 1, .c = 4, .kh = 1, .kw = 1, .q = four, .scale = &one};
    const compressed_t compressed = {.values = values, .scale = &one};
    divergence_t divergence;
    assert_ok(divergence_of(&small, &compressed, 2, &unused, &divergence));
    assert_near(divergence.histogram, (2 * 1.5 * log(1.5 / 2.5) + 2 * 1.5 * log(1.5 / 0.5)) / 260, 1e-12);
    /* means 0.75 and 0.5; variances 0.3125 and 0.25 */
    assert_near(divergence.gaussian, (1.25 - 1 - log(1.25) + 0.0625 / 0.25) / 2, 1e-12);
}

static void by_hand(const float *after, divergence_t *divergence)
{
    double before_count[512], after_count[512], mean[2] = {0}, variance[2] = {0};
    for (int i = 0; i < 512; i++)
        before_count[i] = after_count[i] = 0.5;
    for (int i = 0; i < SIZE; i++) {
        double step = scale[i / C];
        before_count[q[i] + 256]++;
        after_count[(int)lround(after[i] / step) + 256]++;
        mean[0] += q[i] * step / SIZE;
        mean[1] += (double)after[i] / SIZE;
    }
    for (int i = 0; i < SIZE; i++) {
        double before = q[i] * (double)scale[i / C];
        variance[0] += (before - mean[0]) * (before - mean[0]) / SIZE;
        variance[1] += ((double)after[i] - mean[1]) * ((double)after[i] - mean[1]) / SIZE;
    }
    divergence->histogram = 0;
    for (int i = 0; i < 512; i++)
        divergence->histogram += before_count[i] / (SIZE + 256) * log(before_count[i] / after_count[i]);
    divergence->gaussian = log(sqrt(variance[1] / variance[0])) - 0.5 +
                           (variance[0] + (mean[0] - mean[1]) * (mean[0] - mean[1])) / (2 * variance[1]);
}

static void a_layer_has_the_divergence_of_its_weights(void **state)
{
    (void)state;
    fill(3);
    const char *const specs[] = {"bitflip:columns=3:beta=0", "ra:columns=4:beta=0", "zps:columns=2:beta=0"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        method_config_t config;
        const method_t *method = method_of_spec(specs[i], &config);
        compressed_t compressed;
        divergence_t wanted, on_grid, off_grid;
        float floats[SIZE];
        assert_ok(compress_network(method, &config, &layer, 1, 1, &compressed));
        compressed_to_floats(&compressed, &layer, 0, K, floats);
        by_hand(floats, &wanted);
        distortion_t alone, beside;
        divergence_t many;
        assert_ok(distortion_of(&layer, &compressed, 1, &alone));
        assert_ok(divergence_of(&layer, &compressed, 1, &beside, &on_grid));
        assert_memory_equal(&alone, &beside, sizeof alone);
        assert_ok(divergence_of(&layer, &compressed, 3, &beside, &many));
        assert_memory_equal(&on_grid, &many, sizeof many);
        assert_near(on_grid.histogram, wanted.histogram, 1e-9);
        assert_near(on_grid.gaussian, wanted.gaussian, 1e-5);
        const compressed_t loose = {.floats = floats};
        assert_ok(divergence_of(&layer, &loose, 2, &unused, &off_grid));
        assert_near(off_grid.histogram, wanted.histogram, 1e-9);
        assert_near(off_grid.gaussian, wanted.gaussian, 1e-5);
        compressed_free(&compressed);
    }
    compressed_t same;
    divergence_t none;
    assert_ok(compress_keep(&layer, true, &same));
    assert_ok(divergence_of(&layer, &same, 2, &unused, &none));
    assert_true(none.histogram == 0 && none.gaussian == 0);
    compressed_free(&same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_normal_distributions_have_the_known_divergence),
        cmocka_unit_test(histograms_of_four_weights),
        cmocka_unit_test(a_layer_has_the_divergence_of_its_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
