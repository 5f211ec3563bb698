/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/variant.h"

#include "compress/quantize.h"
#include "compress/spec.h"

#include <stdlib.h>

static int64_t all_weights(const net_table_t *table, int64_t *channels)
{
    int64_t weights = 0;
    *channels = 0;
    for (size_t i = 0; i < table->count; i++) {
        weights += net_layer_weights(&table->items[i]);
        *channels += table->items[i].k;
    }
    return weights;
}

outcome_t variant_open(const net_weights_t *weights, bool prune_first_layer, int threads, variant_source_t *source)
{
    const net_table_t *table = &weights->table;
    int64_t channels, total = all_weights(table, &channels);
    *source = (variant_source_t){.weights = weights};
    source->layers = calloc(table->count, sizeof *source->layers);
    source->q = malloc((size_t)total);
    source->scale = malloc((size_t)channels * sizeof *source->scale);
    if (source->layers == NULL || source->q == NULL || source->scale == NULL) {
        variant_close(source);
        return outcome_out_of_memory("INT8 weights");
    }
    int8_t *q = source->q;
    float *scale = source->scale;
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        quantize_channels(weights->layers[i].weights, layer->k, layer->c * layer->kh * layer->kw, threads, q, scale);
        source->layers[i] = (compress_layer_t){.name = layer->name,
                                               .k = layer->k,
                                               .c = layer->c,
                                               .kh = layer->kh,
                                               .kw = layer->kw,
                                               .whole = layer->first && !prune_first_layer,
                                               .weights = weights->layers[i].weights,
                                               .q = q,
                                               .scale = scale};
        q += net_layer_weights(layer);
        scale += layer->k;
    }
    return outcome_ok();
}

void variant_close(variant_source_t *source)
{
    free(source->layers);
    free(source->q);
    free(source->scale);
    *source = (variant_source_t){0};
}

outcome_t variant_create(const variant_source_t *source, const char *spec, int threads, variant_t *variant)
{
    const net_table_t *table = &source->weights->table;
    int64_t channels, total = all_weights(table, &channels);
    *variant = (variant_t){0};
    outcome_t result;
    if (outcome_bad(&result, method_parse(spec, &variant->method, &variant->config)))
        return result;
    compressed_t *compressed = calloc(table->count, sizeof *compressed);
    variant->layers = calloc(table->count, sizeof(float *));
    variant->storage = malloc((size_t)total * sizeof *variant->storage);
    if (compressed == NULL || variant->layers == NULL || variant->storage == NULL)
        result = outcome_out_of_memory("compressed weights");
    if (outcome_is_ok(&result))
        result = compress_network(variant->method, &variant->config, source->layers, table->count, threads, compressed);
    if (outcome_is_ok(&result)) {
        variant->bits = compress_total(source->layers, compressed, table->count);
        float *at = variant->storage;
        for (size_t i = 0; i < table->count; at += net_layer_weights(&table->items[i++])) {
            variant->layers[i] = at;
            compressed_to_floats(&compressed[i], &source->layers[i], at);
            compressed_free(&compressed[i]);
        }
    } else {
        variant_free(variant);
    }
    free(compressed);
    return result;
}

void variant_free(variant_t *variant)
{
    free(variant->layers);
    free(variant->storage);
    *variant = (variant_t){0};
}
