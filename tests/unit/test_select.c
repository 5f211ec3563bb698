/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/select: Algorithm 2 on networks small enough to follow by hand. */
#include "compress/select.h"

#include <string.h>

#include "testing.h"

enum { CHANNELS = 100, LAYERS = 3 };

static int8_t q[CHANNELS * 2];
static float scales[LAYERS][CHANNELS];

/* Layer 0 has the largest scales, then 1, then 2; within a layer they fall with the channel. */
static void make_network(compress_layer_t *layers)
{
    memset(q, 1, sizeof q);
    for (int layer = 0; layer < LAYERS; layer++) {
        for (int channel = 0; channel < CHANNELS; channel++)
            scales[layer][channel] = (float)(1000 * (LAYERS - layer) - channel);
        layers[layer] =
            (compress_layer_t){.name = "layer", .k = CHANNELS, .c = 2, .kh = 1, .kw = 1, .q = q, .scale = scales[layer]};
    }
}

static int64_t sensitive_of(const bool *mask)
{
    int64_t count = 0;
    for (int channel = 0; mask != NULL && channel < CHANNELS; channel++)
        count += mask[channel];
    return count;
}

static void assert_counts(const method_config_t *config, const compress_layer_t *layers, int first, int second, int third)
{
    selection_t selection;
    const int wanted[] = {first, second, third};
    assert_ok(select_channels(config, layers, LAYERS, &selection));
    for (int layer = 0; layer < LAYERS; layer++) {
        assert_int_equal(sensitive_of(selection.masks[layer]), wanted[layer]);
        assert_int_equal(selection.counts[layer], wanted[layer]);
        for (int channel = 0; channel < wanted[layer]; channel++)
            assert_true(selection.masks[layer][channel]); /* the highest scores */
    }
    selection_free(&selection);
}

static void counts_are_rounded_up_layer_by_layer(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    assert_counts(&(method_config_t){.beta = 0.1, .channel_unit = 32}, layers, 32, 0, 0);   /* 30 of 300: all in layer 0 */
    assert_counts(&(method_config_t){.beta = 0.11, .channel_unit = 32}, layers, 64, 0, 0);  /* 33 */
    assert_counts(&(method_config_t){.beta = 0.4, .channel_unit = 32}, layers, 100, 32, 0); /* 120: 100 and 20 */
    assert_counts(&(method_config_t){.beta = 0.11, .channel_unit = 1}, layers, 33, 0, 0);
    assert_counts(&(method_config_t){.beta = 1, .channel_unit = 32}, layers, 100, 100, 100);
    assert_counts(&(method_config_t){.beta = 0, .channel_unit = 32}, layers, 0, 0, 0);
}

static void whole_layers_take_no_part(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    layers[0].whole = true;
    assert_counts(&(method_config_t){.beta = 0.1, .channel_unit = 1}, layers, 0, 20, 0); /* 20 of 200 */
}

static void beta_of_an_exact_product_loses_no_channel(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    layers[1].whole = layers[2].whole = true;
    assert_counts(&(method_config_t){.beta = 0.29, .channel_unit = 1}, layers, 29, 0, 0);
    assert_counts(&(method_config_t){.beta = 0.298, .channel_unit = 1}, layers, 29, 0, 0);
}

static void equal_scores_go_to_the_earlier_channel(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    for (int layer = 0; layer < LAYERS; layer++)
        for (int channel = 0; channel < CHANNELS; channel++)
            scales[layer][channel] = 0.5f;
    assert_counts(&(method_config_t){.beta = 0.4, .channel_unit = 1}, layers, 100, 20, 0);
}

static void a_channel_of_zeros_is_not_sensitive(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    static const int8_t zeros[CHANNELS * 2];
    layers[0].q = zeros;
    assert_counts(&(method_config_t){.beta = 0.1, .channel_unit = 1}, layers, 0, 30, 0);
}

static void the_deviation_can_be_the_score(void **state)
{
    (void)state;
    compress_layer_t layers[LAYERS];
    make_network(layers);
    static float weights[CHANNELS * 2];
    for (int i = 0; i < CHANNELS * 2; i++)
        weights[i] = i % 2 ? 5.0f : 5.0f + (float)(CHANNELS - i / 2); /* spread falls with the channel */
    layers[0].whole = layers[1].whole = true;
    layers[2].weights = weights;
    assert_counts(&(method_config_t){.beta = 0.07, .channel_unit = 1, .score_by_deviation = true}, layers, 0, 0, 7);
    layers[2].weights = NULL; /* from INT8 and scale: all channels alike */
    assert_counts(&(method_config_t){.beta = 0.07, .channel_unit = 1, .score_by_deviation = true}, layers, 0, 0, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_rounded_up_layer_by_layer),
        cmocka_unit_test(whole_layers_take_no_part),
        cmocka_unit_test(beta_of_an_exact_product_loses_no_channel),
        cmocka_unit_test(equal_scores_go_to_the_earlier_channel),
        cmocka_unit_test(a_channel_of_zeros_is_not_sensitive),
        cmocka_unit_test(the_deviation_can_be_the_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
