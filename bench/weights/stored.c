/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/stored.h"

#include "base/file.h"
#include "compress/pack.h"
#include "tensor/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Files  === */

outcome_t stored_load(const char *path, const char *todo, int threads, bool mapped, tensor_set_t *set)
{
    bytes_t bytes;
    *set = (tensor_set_t){0};
    if (!pack_is_packed(path))
        return mapped ? tensor_set_map(path, todo, set) : tensor_set_load(path, todo, set);
    outcome_t result = file_read(path, todo, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    result = pack_decode(path, bytes.data, bytes.size, threads, set);
    file_free_bytes(&bytes);
    return result;
}

/* ===  From integers to floats  === */

static outcome_t wrong(const char *where, const tensor_t *tensor, const char *found, const char *expected)
{
    return outcome_failed(where, text_of("tensor %s", tensor->name).chars, found, expected, "make the file again");
}

static outcome_t check_scale(const char *where, const tensor_t *tensor, const tensor_t *scale)
{
    const int64_t channels = tensor->rank > 0 ? tensor->shape[0] : 0;
    if (scale->type != TENSOR_F32 || scale->rank != 1 || scale->count != channels)
        return wrong(where, scale, "a scale of another shape or type", text_of("F32 [%lld]", (long long)channels).chars);
    for (int64_t i = 0; i < channels; i++)
        if (!isfinite(((const float *)scale->data)[i]) || !(((const float *)scale->data)[i] > 0))
            return wrong(where, scale, text_of("%g", (double)((const float *)scale->data)[i]).chars, "positive scales");
    return outcome_ok();
}

static int value_at(const stored_tensor_t *stored, int64_t index)
{
    return stored->type == TENSOR_I8 ? ((const int8_t *)stored->values)[index] : ((const int16_t *)stored->values)[index];
}

/* The tensor's elements become floats; the integers go to `stored`. */
static outcome_t exchange(const char *where, tensor_t *tensor, const tensor_t *scale, const tensor_t *bits,
                          stored_tensor_t *stored)
{
    const int64_t channels = tensor->shape[0], row = channels > 0 ? tensor->count / channels : 0;
    outcome_t result = check_scale(where, tensor, scale);
    if (!outcome_is_ok(&result))
        return result;
    if (bits != NULL && (bits->type != TENSOR_U8 || bits->count != channels))
        return wrong(where, bits, "another shape or type", text_of("U8 [%lld]", (long long)channels).chars);
    *stored = (stored_tensor_t){.name = text_copy(tensor->name),
                                .type = tensor->type,
                                .values = tensor->data,
                                .lent = tensor->lent,
                                .count = tensor->count,
                                .channels = channels};
    tensor->data = NULL; /* until there are floats; free(NULL) is harmless */
    stored->scale = malloc((size_t)channels * sizeof *stored->scale + 1);
    stored->bits = bits != NULL ? malloc((size_t)channels + 1) : NULL;
    float *floats = aligned_alloc(64, ((size_t)tensor->count * sizeof *floats + 64) / 64 * 64);
    if (stored->name == NULL || stored->scale == NULL || floats == NULL || (bits != NULL && stored->bits == NULL)) {
        free(floats);
        return outcome_out_of_memory(where);
    }
    memcpy(stored->scale, scale->data, (size_t)channels * sizeof *stored->scale);
    if (bits != NULL)
        memcpy(stored->bits, bits->data, (size_t)channels);
    for (int64_t i = 0; i < tensor->count; i++)
        floats[i] = (float)value_at(stored, i) * stored->scale[i / row];
    tensor->data = floats;
    tensor->type = TENSOR_F32;
    tensor->lent = false;
    return result;
}

static void take_notes(const tensor_set_t *set, stored_t *stored)
{
    const char *method = tensor_set_get_note(set, "method"), *first = tensor_set_get_note(set, "first_layer"),
               *meta = tensor_set_get_note(set, "meta_bits"), *values = tensor_set_get_note(set, "value_bits");
    if (tensor_set_get_note(set, "columns") == NULL || tensor_set_get_note(set, "group") == NULL || first == NULL)
        method = NULL; /* another program's note */
    stored->compressed = method != NULL;
    stored->method = text_of("%s", method != NULL ? method : stored->count > 0 ? "int8" : "");
    stored->keep_first = first == NULL || text_equal(first, "keep");
    if (meta == NULL || !text_to_integer(meta, 0, INT64_MAX, &stored->meta_bits))
        stored->meta_bits = -1;
    if (values == NULL || !text_to_integer(values, 0, INT64_MAX, &stored->value_bits))
        stored->value_bits = -1;
}

outcome_t stored_take(const char *where, tensor_set_t *set, stored_t *stored)
{
    *stored = (stored_t){.value_bits = -1, .meta_bits = -1};
    stored->items = calloc(set->count + 1, sizeof *stored->items);
    if (stored->items == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < set->count && outcome_is_ok(&result); i++) {
        tensor_t *tensor = &set->items[i];
        const tensor_t *scale = tensor->type == TENSOR_I8 || tensor->type == TENSOR_I16
                                    ? tensor_set_find(set, text_of("%s.scale", tensor->name).chars)
                                    : NULL;
        const tensor_t *bits = scale != NULL ? tensor_set_find(set, text_of("%s.bits", tensor->name).chars) : NULL;
        if (scale != NULL)
            result = exchange(where, tensor, scale, bits, &stored->items[stored->count++]);
        for (int64_t v = 0; scale != NULL && outcome_is_ok(&result) && v < tensor->count; v++) {
            const int value = value_at(&stored->items[stored->count - 1], v);
            stored->beyond += value < INT8_MIN || value > INT8_MAX;
        }
    }
    take_notes(set, stored);
    return result;
}

void stored_free(stored_t *stored)
{
    for (size_t i = 0; stored->items != NULL && i < stored->count; i++) {
        free((void *)(uintptr_t)stored->items[i].name);
        if (!stored->items[i].lent)
            free(stored->items[i].values);
        free(stored->items[i].scale);
        free(stored->items[i].bits);
    }
    free(stored->items);
    *stored = (stored_t){0};
}

/* ===  In use  === */

const stored_tensor_t *stored_find(const stored_t *stored, const char *layer)
{
    text_t name = text_of("%s.weight", layer);
    for (size_t i = 0; i < stored->count; i++)
        if (text_equal(stored->items[i].name, name.chars))
            return &stored->items[i];
    return NULL;
}

void stored_into(const stored_t *stored, const int8_network_t *network)
{
    for (size_t layer = 0; layer < network->count; layer++) {
        const stored_tensor_t *item = stored_find(stored, network->layers[layer].name);
        if (item == NULL)
            continue;
        int8_t *values = int8_network_values(network, layer);
        for (int64_t i = 0; i < item->count; i++) {
            const int value = value_at(item, i);
            values[i] = (int8_t)(value < INT8_MIN ? INT8_MIN : value > INT8_MAX ? INT8_MAX : value);
        }
        memcpy(int8_network_scales(network, layer), item->scale, (size_t)item->channels * sizeof(float));
    }
}

/* What compress_each() would have given for this layer. The pointers are lent: the sink may not keep them. */
static outcome_t lend(const stored_tensor_t *item, const compress_layer_t *layer, int16_t *values, compressed_t *compressed)
{
    const int64_t row = item->count / item->channels;
    *compressed = (compressed_t){.values = values, .scale = item->scale};
    for (int64_t i = 0; i < item->count; i++)
        values[i] = (int16_t)value_at(item, i);
    for (int64_t channel = 0; channel < layer->k; channel++) {
        const int bits = item->bits != NULL ? item->bits[channel] : 8;
        compressed->value_bits += row * bits;
        compressed->sensitive += bits == 8;
    }
    return outcome_ok();
}

outcome_t stored_each(const stored_t *stored, const int8_network_t *network, compress_sink_t sink, void *context)
{
    outcome_t result = outcome_ok();
    compressed_t compressed;
    for (size_t layer = 0; layer < network->count && outcome_is_ok(&result); layer++) {
        const compress_layer_t *shape = &network->layers[layer];
        const stored_tensor_t *item = stored_find(stored, shape->name);
        compressed = (compressed_t){.value_bits = 32 * compress_layer_size(shape)}; /* a layer that stayed float */
        int16_t *values = item != NULL ? malloc((size_t)item->count * sizeof *values + 1) : NULL;
        if (item != NULL && values == NULL)
            return outcome_out_of_memory(shape->name);
        if (item != NULL)
            result = lend(item, shape, values, &compressed);
        if (stored->meta_bits >= 0) /* noted for the whole network: counted with the first layer */
            compressed.meta_bits = layer == 0 ? stored->meta_bits : 0;
        if (stored->value_bits >= 0)
            compressed.value_bits = layer == 0 ? stored->value_bits : 0;
        if (outcome_is_ok(&result))
            result = sink(context, layer, &compressed);
        free(values);
    }
    return result;
}
