/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/compress.h"

#include "base/text.h"
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

static outcome_t plan(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                      bool *const *masks, int threads, int **columns)
{
    *columns = calloc(count + 1, sizeof **columns);
    if (*columns == NULL)
        return outcome_out_of_memory("columns of the layers");
    return method->plan(config, layers, count, masks, threads, *columns);
}

outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context)
{
    selection_t selection = {0};
    compressed_t compressed = {0};
    int *columns = NULL;
    outcome_t result = method_check(method, config);
    if (outcome_is_ok(&result) && method->selects)
        result = select_channels(config, layers, count, &selection);
    if (outcome_is_ok(&result) && method->plan != NULL)
        result = plan(method, config, layers, count, selection.masks, threads, &columns);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const bool *mask = selection.masks != NULL ? selection.masks[i] : NULL;
        method_config_t own = *config;
        own.columns = columns != NULL ? columns[i] : config->columns;
        if (!outcome_bad(&result, compress_one(method, &own, &layers[i], mask, threads, &compressed)))
            result = sink(context, i, &compressed);
        compressed_free(&compressed);
    }
    free(columns);
    selection_free(&selection);
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

typedef struct {
    const method_t *method;
    const compress_layer_t *layers;
    int8_t *to;
} values_t;

static outcome_t take_values(void *context, size_t index, compressed_t *compressed)
{
    values_t *values = context;
    const compress_layer_t *layer = &values->layers[index];
    const int64_t size = compress_layer_size(layer);
    bool fits = compressed->values != NULL;
    for (int64_t i = 0; i < size && fits; i++) {
        fits = compressed->values[i] >= INT8_MIN && compressed->values[i] <= INT8_MAX;
        values->to[i] = (int8_t)compressed->values[i];
    }
    values->to += size;
    return fits ? outcome_ok()
                : outcome_failed(layer->name, text_of("method %s", values->method->name).chars,
                                 "weights beyond 8-bit integers", "a method that stays on the INT8 grid", NULL);
}

outcome_t compress_values(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                          size_t count, int threads, int8_t *values)
{
    method_config_t settings = *config;
    values_t taken = {.method = method, .layers = layers, .to = values};
    settings.values_only = true;
    return compress_each(method, &settings, layers, count, threads, take_values, &taken);
}

bool compress_reads_floats(const method_t *method, const method_config_t *config)
{
    return method->input == METHOD_FLOAT || config->score_by_deviation;
}
