/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/compress.h"

#include "base/text.h"
#include "compress/columns.h"
#include "compress/select.h"

#include <stdlib.h>
#include <string.h>

void compressed_free(compressed_t *compressed)
{
    free(compressed->values);
    free(compressed->scale);
    free(compressed->floats);
    free(compressed->stored);
    free(compressed->meta);
    free(compressed->bits);
    *compressed = (compressed_t){0};
}

int64_t compress_layer_size(const compress_layer_t *layer)
{
    return layer->k * layer->c * layer->kh * layer->kw;
}

int64_t compress_layer_groups(const compress_layer_t *layer, int group)
{
    return layer->k * layer->kh * layer->kw * ((layer->c + group - 1) / group);
}

int compress_index_bits(int64_t channels)
{
    return channels <= 65536 ? 16 : 32;
}

/* ===  Methods  === */

outcome_t method_find(const char *name, const method_t **method)
{
    text_t known = text_of("%s", "");
    for (const method_t *const *at = method_registry; *at != NULL; at++) {
        if (text_equal((*at)->name, name)) {
            *method = *at;
            return outcome_ok();
        }
        known = text_of("%s%s%s", known.chars, known.chars[0] ? ", " : "", (*at)->name);
    }
    return outcome_usage("method", name, "no such method", known.chars, NULL);
}

static outcome_t refuse(const method_t *method, const char *parameter, text_t found, const char *expected)
{
    return outcome_usage(text_of("method %s", method->name).chars, parameter, found.chars, expected, NULL);
}

outcome_t method_check(const method_t *method, const method_config_t *config)
{
    if (config->group < 1 || config->group > COLUMNS_GROUP_MOST)
        return refuse(method, "group", text_of("%d", config->group), "1 to 4096 weights");
    if (method->coder != NULL && (config->columns < 1 || config->columns > COLUMNS_MOST))
        return refuse(method, "columns", text_of("%d", config->columns), "1 to 6");
    if (method->selects && !(config->beta >= 0 && config->beta <= 1))
        return refuse(method, "beta", text_of("%g", config->beta), "0 to 1");
    if (method->selects && config->channel_unit < 1)
        return refuse(method, "channels", text_of("%lld", (long long)config->channel_unit), "at least 1");
    if (config->fixed_shift && !method->constant_is_signed)
        return refuse(method, "shift", text_of("%d", config->shift), "none: this method does not shift");
    return method->check != NULL ? method->check(config) : outcome_ok();
}

/* ===  Networks  === */

outcome_t compress_keep(const compress_layer_t *layer, bool values_only, compressed_t *compressed)
{
    *compressed = (compressed_t){0};
    int64_t size = compress_layer_size(layer);
    compressed->values = malloc((size_t)size * sizeof *compressed->values);
    compressed->stored = values_only ? NULL : malloc((size_t)size);
    compressed->scale = malloc((size_t)layer->k * sizeof *compressed->scale);
    compressed->bits = malloc((size_t)layer->k);
    if (!compressed->values || (!values_only && !compressed->stored) || !compressed->scale || !compressed->bits) {
        compressed_free(compressed);
        return outcome_out_of_memory(layer->name);
    }
    for (int64_t i = 0; i < size; i++)
        compressed->values[i] = layer->q[i];
    if (!values_only)
        memcpy(compressed->stored, layer->q, (size_t)size);
    memcpy(compressed->scale, layer->scale, (size_t)layer->k * sizeof *compressed->scale);
    memset(compressed->bits, 8, (size_t)layer->k);
    compressed->value_bits = 8 * size;
    compressed->sensitive = layer->k;
    return outcome_ok();
}

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

outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context)
{
    selection_t selection = {0};
    compressed_t compressed = {0};
    outcome_t result = method_check(method, config);
    if (outcome_is_ok(&result) && method->selects)
        result = select_channels(config, layers, count, &selection);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const bool *mask = selection.masks != NULL ? selection.masks[i] : NULL;
        if (!outcome_bad(&result, compress_one(method, config, &layers[i], mask, threads, &compressed)))
            result = sink(context, i, &compressed);
        compressed_free(&compressed);
    }
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

void compressed_to_floats(const compressed_t *compressed, const compress_layer_t *layer, int64_t first, int64_t rows,
                          float *weights)
{
    const int64_t row = layer->c * layer->kh * layer->kw;
    const float *floats = compressed->floats != NULL ? compressed->floats : layer->weights;
    if (compressed->values == NULL) {
        memcpy(weights, floats + first * row, (size_t)(rows * row) * sizeof *weights);
        return;
    }
    for (int64_t channel = first; channel < first + rows; channel++)
        for (int64_t i = channel * row; i < (channel + 1) * row; i++)
            *weights++ = (float)compressed->values[i] * compressed->scale[channel];
}

/* ===  Sizes  === */

void compress_add_size(compress_size_t *total, const compress_layer_t *layer, const compressed_t *compressed)
{
    total->layers++;
    total->weights += compress_layer_size(layer);
    total->value_bits += compressed->value_bits;
    total->meta_bits += compressed->meta_bits;
    total->whole_layers += compressed->sensitive == layer->k;
    total->channels += layer->k;
    total->sensitive += compressed->sensitive;
}

compress_size_t compress_total(const compress_layer_t *layers, const compressed_t *compressed, size_t count)
{
    compress_size_t total = {0};
    for (size_t i = 0; i < count; i++)
        compress_add_size(&total, &layers[i], &compressed[i]);
    return total;
}

double compress_bits_per_weight(const compress_size_t *size, bool with_metadata)
{
    int64_t bits = size->value_bits + (with_metadata ? size->meta_bits : 0);
    return size->weights > 0 ? (double)bits / (double)size->weights : 0;
}
