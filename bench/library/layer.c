/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library/layer.h"

#include "base/text.h"
#include "compress/quantize.h"
#include "library/call.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* A weight takes at most 8 bytes in any array of the library, and sizes in bits are counted in 64 bits. */
static const int64_t weights_most = INT64_MAX / 128;

const char *layer_name(const bbs_weights_t *tensor)
{
    return tensor->name != NULL ? tensor->name : "weight";
}

outcome_t layer_sizes(const char *name, int rank, const int64_t *shape, compress_layer_t *layer)
{
    int64_t count = 1;
    if (rank < 2 || rank > BBS_RANK_MOST)
        return outcome_usage(name, "rank", text_of("%d", rank).chars, text_of("2 to %d", BBS_RANK_MOST).chars, NULL);
    for (int i = 0; i < rank; i++)
        if (shape[i] < 1 || __builtin_mul_overflow(count, shape[i], &count) || count > weights_most)
            return outcome_usage(name, text_of("shape, size %d", i).chars, text_of("%" PRId64, shape[i]).chars,
                                 "sizes of at least 1 whose product fits 56 bits", NULL);
    *layer = (compress_layer_t){.name = name, .k = shape[0], .c = shape[1], .kh = 1, .kw = 1};
    if (rank >= 4)
        layer->kh = shape[2];
    for (int i = rank >= 4 ? 3 : 2; i < rank; i++)
        layer->kw *= shape[i];
    return outcome_ok();
}

outcome_t layer_check_finite(const char *name, const float *floats, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(floats[i]))
            return outcome_failed(name, text_of("weight %" PRId64, i).chars, text_of("%g", (double)floats[i]).chars,
                                  "a finite number", NULL);
    return outcome_ok();
}

static outcome_t check_scale(const char *name, const float *scale, int64_t channels)
{
    for (int64_t i = 0; i < channels; i++)
        if (!isfinite(scale[i]) || !(scale[i] > 0))
            return outcome_failed(name, text_of("scale %" PRId64, i).chars, text_of("%g", (double)scale[i]).chars,
                                  "a positive scale", NULL);
    return outcome_ok();
}

static outcome_t quantise(layer_t *opened, int threads)
{
    compress_layer_t *layer = &opened->layer;
    const int64_t size = compress_layer_size(layer);
    opened->q = malloc((size_t)size);
    opened->scale = malloc((size_t)layer->k * sizeof *opened->scale);
    if (opened->q == NULL || opened->scale == NULL)
        return outcome_out_of_memory(layer->name);
    quantize_channels(layer->weights, layer->k, size / layer->k, threads, opened->q, opened->scale);
    layer->q = opened->q;
    layer->scale = opened->scale;
    return outcome_ok();
}

outcome_t layer_open(const bbs_weights_t *tensor, int threads, layer_t *opened)
{
    compress_layer_t *layer = &opened->layer;
    const char *name = layer_name(tensor);
    *opened = (layer_t){0};
    outcome_t result = layer_sizes(name, tensor->rank, tensor->shape, layer);
    if (!outcome_is_ok(&result))
        return result;
    layer->whole = tensor->whole != 0;
    layer->weights = tensor->weights;
    layer->q = tensor->q;
    layer->scale = tensor->scale;
    if ((tensor->q == NULL) != (tensor->scale == NULL) || (tensor->weights == NULL && tensor->q == NULL))
        return outcome_usage(name, NULL, "one of q and scale, or no weights at all", "weights, or q and scale", NULL);
    if (layer->weights != NULL &&
        outcome_bad(&result, layer_check_finite(name, layer->weights, compress_layer_size(layer))))
        return result;
    return layer->q != NULL ? check_scale(name, layer->scale, layer->k) : quantise(opened, threads);
}

void layer_close(layer_t *opened)
{
    free(opened->q);
    free(opened->scale);
    *opened = (layer_t){0};
}

/* ===  The public function  === */

bbs_code_t bbs_quantise(const float *weights, int64_t channels, int64_t per_channel, int threads, int8_t *q, float *scale,
                        bbs_error_t *error)
{
    static const char name[] = "bbs_quantise";
    call_t call;
    compress_layer_t layer;
    int crew;
    outcome_t result = call_begin(&call);
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, layer_sizes(name, 2, (const int64_t[]){channels, per_channel}, &layer)) ||
        outcome_bad(&result, layer_check_finite(name, weights, channels * per_channel)))
        goto out;
    quantize_channels(weights, channels, per_channel, crew, q, scale);

out:
    return call_end(&call, &result, error);
}
