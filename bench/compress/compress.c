/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/compress.h"

#include "base/text.h"
#include "compress/clones.h"
#include "compress/preparation.h"

#include <stdlib.h>
#include <string.h>

outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context)
{
    const compress_source_t source = {.layers = layers, .count = count};
    preparation_t preparation;
    compressed_t compressed = {0};
    outcome_t result = preparation_open(method, config, &source, threads, &preparation);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const method_config_t own = preparation_config(&preparation, config, i);
        if (!outcome_bad(&result, preparation_compress(method, &own, &layers[i], preparation_mask(&preparation, i), threads,
                                                       &compressed)))
            result = sink(context, i, &compressed);
        compressed_free(&compressed);
    }
    preparation_free(&preparation);
    return result;
}

static outcome_t keep(void *context, size_t index, compressed_t *compressed)
{
    compressed_t *all = context;
    all[index] = *compressed;
    *compressed = (compressed_t){0};
    return outcome_ok();
}

outcome_t compress_network(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                           size_t count, int threads, compressed_t *compressed)
{
    memset(compressed, 0, count * sizeof *compressed);
    outcome_t result = compress_each(method, config, layers, count, threads, keep, compressed);
    for (size_t i = 0; !outcome_is_ok(&result) && i < count; i++)
        compressed_free(&compressed[i]);
    return result;
}

/* ===  Values alone  === */

/* 16 bits to 8; false when a value does not fit. */
COMPRESS_CLONES
static bool compress_narrow(const int16_t *restrict values, int64_t count, int8_t *restrict to)
{
    int16_t beyond = 0;
    for (int64_t i = 0; i < count; i++) {
        beyond |= (int16_t)(values[i] + 128);
        to[i] = (int8_t)values[i];
    }
    return (beyond & ~UINT8_MAX) == 0;
}

/* The values of some rows of a layer. */
static outcome_t take_part(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                           const bool *mask, int threads, int8_t *values)
{
    compressed_t compressed = {0};
    outcome_t result = preparation_compress(method, config, layer, mask, threads, &compressed);
    if (outcome_is_ok(&result) &&
        (compressed.values == NULL || !compress_narrow(compressed.values, compress_layer_size(layer), values)))
        result = outcome_failed(layer->name, text_of("method %s", method->name).chars, "weights beyond 8-bit integers",
                                "a method that stays on the INT8 grid", NULL);
    compressed_free(&compressed);
    return result;
}

/* A method that prunes columns looks at one channel at a time, so a layer can be compressed in parts: the values of a large
 * layer would take twice its memory. */
static int64_t rows_at_a_time(const method_t *method, const compress_layer_t *layer)
{
    return method->coder == NULL ? layer->k : compress_layer_step(layer, COMPRESS_SOURCE_WEIGHTS);
}

static outcome_t take_layer(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                            const bool *mask, int threads, int8_t *values)
{
    const int64_t step = rows_at_a_time(method, layer), row = compress_layer_row(layer);
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < layer->k && outcome_is_ok(&result); first += step) {
        const compress_layer_t part = compress_layer_rows(layer, first, layer->k - first < step ? layer->k - first : step);
        result = take_part(method, config, &part, mask != NULL ? mask + first : NULL, threads, values + first * row);
    }
    return result;
}

outcome_t compress_values(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                          size_t count, int threads, int8_t *values)
{
    const compress_source_t source = {.layers = layers, .count = count};
    method_config_t settings = *config;
    preparation_t preparation;
    settings.values_only = true;
    outcome_t result = preparation_open(method, &settings, &source, threads, &preparation);
    for (size_t i = 0; i < count && outcome_is_ok(&result); values += compress_layer_size(&layers[i++])) {
        const method_config_t own = preparation_config(&preparation, &settings, i);
        result = take_layer(method, &own, &layers[i], preparation_mask(&preparation, i), threads, values);
    }
    preparation_free(&preparation);
    return result;
}

bool compress_reads_floats(const method_t *method, const method_config_t *config)
{
    return method->input == METHOD_FLOAT || config->score_by_deviation;
}
