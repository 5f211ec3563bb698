/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/compress.h"

#include "base/text.h"
#include "compress/clones.h"
#include "compress/select.h"

#include <stdlib.h>
#include <string.h>

static outcome_t compress_one(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                              const bool *mask, int threads, compressed_t *compressed)
{
    if (layer->whole && !method->everywhere)
        return compress_keep(layer, config->values_only, compressed);
    if (method->input == METHOD_FLOAT && layer->weights == NULL)
        return outcome_failed(layer->name, text_of("method %s", method->name).chars, "INT8 weights", "float weights",
                              "give the float checkpoint, not the quantised one");
    return method->compress(config, layer, mask, threads, compressed);
}

/* What is decided over the whole network before its first layer is compressed. */
typedef struct {
    selection_t selection;
    int *columns; /* of each layer; NULL: those of the configuration */
} preparation_t;

static outcome_t plan(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                      bool *const *masks, int threads, int **columns)
{
    *columns = calloc(count + 1, sizeof **columns);
    if (*columns == NULL)
        return outcome_out_of_memory("columns of the layers");
    return method->plan(config, layers, count, masks, threads, *columns);
}

static outcome_t prepare(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                         size_t count, int threads, preparation_t *preparation)
{
    *preparation = (preparation_t){.columns = NULL};
    outcome_t result = method_check(method, config);
    if (outcome_is_ok(&result) && method->selects)
        result = select_channels(config, layers, count, &preparation->selection);
    if (outcome_is_ok(&result) && method->plan != NULL)
        result = plan(method, config, layers, count, preparation->selection.masks, threads, &preparation->columns);
    return result;
}

static void release(preparation_t *preparation)
{
    free(preparation->columns);
    selection_free(&preparation->selection);
}

static const bool *mask_of(const preparation_t *preparation, size_t layer)
{
    return preparation->selection.masks != NULL ? preparation->selection.masks[layer] : NULL;
}

static method_config_t config_of(const preparation_t *preparation, const method_config_t *config, size_t layer)
{
    method_config_t own = *config;
    own.columns = preparation->columns != NULL ? preparation->columns[layer] : config->columns;
    return own;
}

outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context)
{
    preparation_t preparation;
    compressed_t compressed = {0};
    outcome_t result = prepare(method, config, layers, count, threads, &preparation);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const method_config_t own = config_of(&preparation, config, i);
        if (!outcome_bad(&result, compress_one(method, &own, &layers[i], mask_of(&preparation, i), threads, &compressed)))
            result = sink(context, i, &compressed);
        compressed_free(&compressed);
    }
    release(&preparation);
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

enum { PART_WEIGHTS = 1 << 22 /* compressed at a time: the values of a large layer would take twice its memory */ };

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
    outcome_t result = compress_one(method, config, layer, mask, threads, &compressed);
    if (outcome_is_ok(&result) &&
        (compressed.values == NULL || !compress_narrow(compressed.values, compress_layer_size(layer), values)))
        result = outcome_failed(layer->name, text_of("method %s", method->name).chars, "weights beyond 8-bit integers",
                                "a method that stays on the INT8 grid", NULL);
    compressed_free(&compressed);
    return result;
}

/* A method that prunes columns looks at one channel at a time, so a layer can be compressed in parts. */
static int64_t rows_at_a_time(const method_t *method, const compress_layer_t *layer)
{
    const int64_t row = compress_layer_size(layer) / layer->k, rows = PART_WEIGHTS / row;
    return method->coder == NULL || rows > layer->k ? layer->k : rows > 0 ? rows : 1;
}

static outcome_t take_layer(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                            const bool *mask, int threads, int8_t *values)
{
    const int64_t step = rows_at_a_time(method, layer), row = compress_layer_size(layer) / layer->k;
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < layer->k && outcome_is_ok(&result); first += step) {
        compress_layer_t part = *layer;
        part.k = layer->k - first < step ? layer->k - first : step;
        part.q += first * row;
        part.scale += first;
        part.weights = layer->weights != NULL ? layer->weights + first * row : NULL;
        result = take_part(method, config, &part, mask != NULL ? mask + first : NULL, threads, values + first * row);
    }
    return result;
}

outcome_t compress_values(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                          size_t count, int threads, int8_t *values)
{
    method_config_t settings = *config;
    preparation_t preparation;
    settings.values_only = true;
    outcome_t result = prepare(method, &settings, layers, count, threads, &preparation);
    for (size_t i = 0; i < count && outcome_is_ok(&result); values += compress_layer_size(&layers[i++])) {
        const method_config_t own = config_of(&preparation, &settings, i);
        result = take_layer(method, &own, &layers[i], mask_of(&preparation, i), threads, values);
    }
    release(&preparation);
    return result;
}

bool compress_reads_floats(const method_t *method, const method_config_t *config)
{
    return method->input == METHOD_FLOAT || config->score_by_deviation;
}
