/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library/compressed.h"

#include "base/text.h"
#include "compress/compress.h"
#include "compress/notes.h"
#include "compress/spec.h"
#include "library/call.h"
#include "library/layer.h"

#include <stdlib.h>
#include <string.h>

/* ===  One tensor  === */

outcome_t compressed_new(const char *name, int rank, const int64_t *shape, bbs_compressed_t **compressed)
{
    bbs_compressed_t *made = calloc(1, sizeof *made);
    *compressed = made;
    if (made == NULL || (made->name = text_copy(name)) == NULL)
        return outcome_out_of_memory(name);
    outcome_t result = layer_sizes(made->name, rank, shape, &made->layer);
    if (!outcome_is_ok(&result))
        return result;
    made->rank = rank;
    memcpy(made->shape, shape, (size_t)rank * sizeof *shape);
    return result;
}

void bbs_compressed_free(bbs_compressed_t *compressed)
{
    if (compressed == NULL)
        return;
    free(compressed->name);
    compressed_free(&compressed->arrays);
    tensor_set_free(&compressed->notes);
    free(compressed);
}

void bbs_list_free(bbs_compressed_t **tensors, size_t count)
{
    for (size_t i = 0; tensors != NULL && i < count; i++)
        bbs_compressed_free(tensors[i]);
    free(tensors);
}

void bbs_view(const bbs_compressed_t *compressed, bbs_view_t *view)
{
    const compressed_t *arrays = &compressed->arrays;
    *view = (bbs_view_t){.name = compressed->name,
                         .rank = compressed->rank,
                         .values = arrays->values,
                         .scale = arrays->scale,
                         .floats = arrays->floats,
                         .stored = arrays->stored,
                         .meta = arrays->meta,
                         .bits = arrays->bits,
                         .groups = arrays->groups,
                         .value_bits = arrays->value_bits,
                         .meta_bits = arrays->meta_bits,
                         .sensitive = arrays->sensitive};
    memcpy(view->shape, compressed->shape, sizeof view->shape);
}

void bbs_weights_of(const bbs_compressed_t *compressed, float *weights)
{
    call_t call;
    outcome_t result = call_begin(&call); /* without its locale the floats are the same */
    compressed_to_floats(&compressed->arrays, &compressed->layer, 0, compressed->layer.k, weights);
    result = outcome_ok();
    call_end(&call, &result, NULL);
}

/* ===  A network  === */

typedef struct {
    const bbs_weights_t *tensors;
    const layer_t *opened;
    bbs_compressed_t **made;
} taking_t;

/* Take the arrays of a compressed layer over. A method that changes nothing has none: its floats are copied. */
static outcome_t take(void *context, size_t index, compressed_t *compressed)
{
    const taking_t *taking = context;
    const bbs_weights_t *tensor = &taking->tensors[index];
    const compress_layer_t *layer = &taking->opened[index].layer;
    bbs_compressed_t *made = NULL;
    outcome_t result = compressed_new(layer->name, tensor->rank, tensor->shape, &made);
    taking->made[index] = made;
    if (!outcome_is_ok(&result))
        return result;
    made->arrays = *compressed;
    *compressed = (compressed_t){0};
    if (made->arrays.values != NULL || made->arrays.floats != NULL)
        return result;
    size_t size = (size_t)compress_layer_size(layer) * sizeof(float);
    made->arrays.floats = malloc(size);
    if (made->arrays.floats == NULL)
        return outcome_out_of_memory(layer->name);
    memcpy(made->arrays.floats, layer->weights, size);
    return result;
}

/* Each tensor has the notes of the whole call. */
static outcome_t note(const char *spec, const method_t *method, const method_config_t *config, const bbs_weights_t *tensors,
                      size_t count, bbs_compressed_t **made)
{
    bool first = false;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count; i++)
        first = first || tensors[i].whole;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = notes_of_method(spec, method, config, first, &made[i]->notes);
    return result;
}

static outcome_t read_method(const char *spec, const method_t **method, method_config_t *config)
{
    if (spec == NULL)
        return outcome_usage("method", NULL, "NULL", "the name of a method", NULL);
    outcome_t result = method_parse(spec, method, config);
    if (outcome_is_ok(&result) && config->activation_bits > 0)
        return outcome_usage("method", spec, "the key activations", "only keys of the weights", NULL);
    return result;
}

static outcome_t compress_all(const bbs_weights_t *tensors, size_t count, const char *spec, int threads,
                              bbs_compressed_t **made)
{
    const method_t *method;
    method_config_t config;
    outcome_t result = read_method(spec, &method, &config);
    compress_layer_t *layers = calloc(count + 1, sizeof *layers);
    layer_t *opened = calloc(count + 1, sizeof *opened);
    if (outcome_is_ok(&result) && (layers == NULL || opened == NULL))
        result = outcome_out_of_memory("tensors");
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        result = layer_open(&tensors[i], threads, &opened[i]);
        layers[i] = opened[i].layer;
    }
    taking_t taking = {.tensors = tensors, .opened = opened, .made = made};
    if (outcome_is_ok(&result) &&
        !outcome_bad(&result, compress_each(method, &config, layers, count, threads, take, &taking)))
        result = note(spec, method, &config, tensors, count, made);
    for (size_t i = 0; opened != NULL && i < count; i++)
        layer_close(&opened[i]);
    free(opened);
    free(layers);
    return result;
}

bbs_code_t bbs_compress(const bbs_weights_t *tensors, size_t count, const char *method, int threads,
                        bbs_compressed_t **results, bbs_error_t *error)
{
    call_t call;
    bbs_compressed_t **made = calloc(count + 1, sizeof *made);
    int crew;
    outcome_t result = call_begin(&call);
    if (outcome_is_ok(&result) && made == NULL)
        result = outcome_out_of_memory("tensors");
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, compress_all(tensors, count, method, crew, made)))
        goto out;
    memcpy(results, made, count * sizeof *made);
    memset(made, 0, count * sizeof *made);

out:
    bbs_list_free(made, count);
    return call_end(&call, &result, error);
}

const char *bbs_method(size_t index, const char **summary)
{
    size_t methods = 0;
    while (method_registry[methods] != NULL)
        methods++;
    if (index < methods) {
        if (summary != NULL)
            *summary = method_registry[index]->summary;
        return method_registry[index]->name;
    }
    for (size_t i = 0; preset_registry[i] != NULL; i++)
        if (i == index - methods) {
            if (summary != NULL)
                *summary = preset_registry[i]->summary;
            return preset_registry[i]->name;
        }
    return NULL;
}
