/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/layer.h"

#include "base/large.h"

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

int64_t compress_layer_row(const compress_layer_t *layer)
{
    return layer->c * layer->kh * layer->kw;
}

compress_layer_t compress_layer_rows(const compress_layer_t *layer, int64_t first, int64_t rows)
{
    const int64_t skipped = first * compress_layer_row(layer);
    compress_layer_t part = *layer;
    part.k = rows;
    part.q = layer->q != NULL ? layer->q + skipped : NULL;
    part.scale = layer->scale != NULL ? layer->scale + first : NULL;
    part.weights = layer->weights != NULL ? layer->weights + skipped : NULL;
    return part;
}

int64_t compress_layer_step(const compress_layer_t *layer, int64_t weights)
{
    const int64_t rows = weights / compress_layer_row(layer);
    return rows > layer->k ? layer->k : rows > 0 ? rows : 1;
}

int64_t compress_marked(const bool *mask, int64_t channels)
{
    int64_t marked = 0;
    for (int64_t channel = 0; mask != NULL && channel < channels; channel++)
        marked += mask[channel];
    return marked;
}

int64_t compress_layer_groups(const compress_layer_t *layer, int group)
{
    return layer->k * layer->kh * layer->kw * ((layer->c + group - 1) / group);
}

int compress_index_bits(int64_t channels)
{
    return channels <= 65536 ? 16 : 32;
}

compress_form_t compress_keep_form(const compress_layer_t *layer)
{
    return (compress_form_t){
        .counts = {.value_bits = 8 * compress_layer_size(layer), .sensitive = layer->k}, .integers = true, .stored = true};
}

outcome_t compress_keep(const compress_layer_t *layer, bool values_only, compressed_t *compressed)
{
    *compressed = compress_keep_form(layer).counts;
    int64_t size = compress_layer_size(layer);
    compressed->values = large_alloc((size_t)size * sizeof *compressed->values);
    compressed->stored = values_only ? NULL : large_alloc((size_t)size);
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
    return outcome_ok();
}

void compressed_to_floats(const compressed_t *compressed, const compress_layer_t *layer, int64_t first, int64_t rows,
                          float *weights)
{
    const int64_t row = compress_layer_row(layer);
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
