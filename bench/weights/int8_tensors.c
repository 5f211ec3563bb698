/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two passes over the set. The first reads shapes and scales, so that the size of all blocks is known. The second quantises
 * the float tensors: F32 where it lies, other types through one scratch buffer, or each in its own place when the floats
 * are kept. */
#include "weights/int8_tensors.h"

#include "base/text.h"
#include "compress/weight_tensors.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Which tensors are weights  === */

static bool is_float(const tensor_t *tensor)
{
    return tensor->type <= TENSOR_BF16;
}

/* "a.b.weight", "a_weight2": yes; "a.word_embeddings.weight": no. */
static bool has_weight_name(const char *name)
{
    static const char WORD[] = "weight";
    size_t end = strlen(name);
    while (end > 0 && isdigit((unsigned char)name[end - 1]))
        end--;
    size_t word = sizeof WORD - 1;
    if (end <= word || strncmp(name + end - word, WORD, word) != 0)
        return false;
    size_t dot = end - word - 1;
    if (name[dot] != '.' && name[dot] != '_')
        return false;
    size_t part = dot;
    while (part > 0 && name[part - 1] != '.')
        part--;
    text_t module = text_of("%.*s", (int)(dot - part), name + part);
    return strstr(module.chars, "embed") == NULL && strstr(module.chars, "relative") == NULL;
}

static const tensor_t *scale_of(const tensor_set_t *set, const tensor_t *tensor)
{
    return tensor_set_find(set, text_of("%s.scale", tensor->name).chars);
}

static outcome_t wrong(const char *where, const tensor_t *tensor, const char *found, const char *expected, const char *todo)
{
    return outcome_failed(where, text_of("tensor %s", tensor->name).chars, found, expected, todo);
}

/* `*weight` says whether the tensor is a weight. */
static outcome_t classify(const tensor_set_t *set, const char *where, const tensor_t *tensor, bool *weight)
{
    *weight = false;
    if (tensor->rank < 2 || tensor->count == 0)
        return outcome_ok();
    const tensor_t *scale = scale_of(set, tensor);
    if (tensor->type == TENSOR_I16 && scale != NULL)
        return wrong(where, tensor, "compressed values", "INT8 or float weights", "give the file from before compression");
    if (tensor->type == TENSOR_I8 && scale == NULL && has_weight_name(tensor->name))
        return wrong(where, tensor, "I8 without a scale",
                     text_of("%s.scale, F32 [%lld]", tensor->name, (long long)tensor->shape[0]).chars,
                     "quantise the float checkpoint with bbsbench quantize");
    *weight = (tensor->type == TENSOR_I8 && scale != NULL) || (is_float(tensor) && has_weight_name(tensor->name));
    return outcome_ok();
}

/* ===  Opening  === */

static outcome_t take_int8(const tensor_set_t *set, const char *where, const tensor_t *tensor, compress_layer_t *layer)
{
    const tensor_t *scale = scale_of(set, tensor);
    if (scale->type != TENSOR_F32 || scale->rank != 1 || scale->count != layer->k) {
        char shape[128];
        tensor_shape_text(scale->rank, scale->shape, shape, sizeof shape);
        return wrong(where, scale, text_of("%s %s", tensor_type_name(scale->type), shape).chars,
                     text_of("F32 [%lld]", (long long)layer->k).chars, "one scale for each output channel");
    }
    layer->q = tensor->data;
    layer->scale = scale->data;
    for (int64_t channel = 0; channel < layer->k; channel++)
        if (!isfinite(layer->scale[channel]) || !(layer->scale[channel] > 0))
            return outcome_failed(where, text_of("tensor %s, element %lld", scale->name, (long long)channel).chars,
                                  text_of("%g", (double)layer->scale[channel]).chars, "a positive scale", NULL);
    return outcome_ok();
}

static compress_layer_t shape_of(const tensor_t *tensor)
{
    compress_layer_t layer = {.name = tensor->name, .k = tensor->shape[0], .c = tensor->shape[1], .kh = 1, .kw = 1};
    if (tensor->rank >= 4)
        layer.kh = tensor->shape[2];
    for (int i = tensor->rank >= 4 ? 3 : 2; i < tensor->rank; i++)
        layer.kw *= tensor->shape[i];
    return layer;
}

/* Is NAME.weight a layer of the table? NULL: every weight is. */
static bool is_wanted(const net_table_t *only, const char *name)
{
    if (only == NULL)
        return true;
    for (size_t i = 0; i < only->count; i++)
        if (text_equal(text_of("%s.weight", only->items[i].name).chars, name))
            return true;
    return false;
}

/* shapes[] and places[] have room for set->count entries. */
static outcome_t find_layers(const tensor_set_t *set, const char *where, const net_table_t *only, compress_layer_t *shapes,
                             size_t *places, size_t *count)
{
    outcome_t result;
    *count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        bool weight;
        if (outcome_bad(&result, classify(set, where, tensor, &weight)))
            return result;
        if (!weight || !is_wanted(only, tensor->name))
            continue;
        shapes[*count] = shape_of(tensor);
        if (tensor->type == TENSOR_I8 && outcome_bad(&result, take_int8(set, where, tensor, &shapes[*count])))
            return result;
        places[(*count)++] = i;
    }
    return *count > 0 ? outcome_ok()
                      : outcome_failed(where, NULL, "no weight tensor", "tensors NAME.weight of rank 2 or more",
                                       "check that this is a checkpoint");
}

/* Quantise the float tensors. F32 is read where it lies. Kept floats of other types lie one after the other; otherwise each
 * tensor overwrites the one before. */
static outcome_t fill_floats(const tensor_set_t *set, const char *where, bool keep_floats, int threads,
                             int8_network_t *network)
{
    size_t all = 0, largest = 0;
    for (size_t i = 0; i < network->count; i++) {
        const tensor_t *tensor = &set->items[network->places[i]];
        size_t size = tensor->type == TENSOR_I8 || tensor->type == TENSOR_F32 ? 0 : (size_t)tensor->count;
        all += size;
        largest = size > largest ? size : largest;
    }
    float *floats = malloc(((keep_floats ? all : largest) + 1) * sizeof *floats), *at = floats;
    if (floats == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < network->count; i++) {
        const tensor_t *tensor = &set->items[network->places[i]];
        const bool lies = tensor->type == TENSOR_F32;
        const float *values = lies ? tensor->data : at;
        if (tensor->type == TENSOR_I8)
            continue;
        if (outcome_bad(&result, lies ? tensor_check_finite(tensor, where, 0, tensor->count, values)
                                      : tensor_to_finite_f32(tensor, where, at)))
            break;
        int8_network_quantize(network, i, values, threads);
        network->layers[i].weights = keep_floats ? values : NULL;
        at += keep_floats && !lies ? tensor->count : 0;
    }
    if (keep_floats)
        network->floats = floats;
    else
        free(floats);
    return result;
}

/* `make` is int8_network_list(), or int8_network_reserve(). */
static outcome_t make_network(const tensor_set_t *set, const char *where, const net_table_t *only,
                              outcome_t (*make)(const compress_layer_t *, size_t, int8_network_t *),
                              int8_network_t *network)
{
    compress_layer_t *shapes = calloc(set->count + 1, sizeof *shapes);
    size_t *places = calloc(set->count + 1, sizeof *places), count;
    *network = (int8_network_t){0};
    outcome_t result = shapes && places ? outcome_ok() : outcome_out_of_memory(where);
    if (!outcome_is_ok(&result) || outcome_bad(&result, find_layers(set, where, only, shapes, places, &count)) ||
        outcome_bad(&result, make(shapes, count, network)))
        goto out;
    network->source = int8_network_source(where);
    network->places = places;
    places = NULL;

out:
    free(shapes);
    free(places);
    return result;
}

outcome_t int8_tensors_list(const tensor_set_t *set, const char *where, const net_table_t *only, int8_network_t *network)
{
    return make_network(set, where, only, int8_network_list, network);
}

outcome_t int8_tensors_open(const tensor_set_t *set, const char *where, bool keep_floats, int threads,
                            int8_network_t *network)
{
    outcome_t result = make_network(set, where, NULL, int8_network_reserve, network);
    if (outcome_is_ok(&result) && outcome_bad(&result, fill_floats(set, where, keep_floats, threads, network)))
        int8_network_free(network);
    return result;
}

bool int8_tensors_is_scale(const tensor_set_t *set, const int8_network_t *network, const tensor_t *tensor)
{
    for (size_t i = 0; i < network->count; i++) {
        const tensor_t *weight = &set->items[network->places[i]];
        size_t length = strlen(weight->name);
        if (weight->type == TENSOR_I8 && text_starts(tensor->name, weight->name) &&
            text_equal(tensor->name + length, ".scale"))
            return true;
    }
    return false;
}
