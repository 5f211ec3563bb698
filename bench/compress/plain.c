/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two references of every method: unchanged float weights, and INT8 with nothing pruned. */
#include "compress/method.h"

#include <stdlib.h>
#include <string.h>

enum { FLOAT_BITS = 32 };

static compress_form_t form_fp32(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    (void)config, (void)mask;
    return (compress_form_t){.counts = {.value_bits = FLOAT_BITS * compress_layer_size(layer)}};
}

static outcome_t compress_fp32(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                               compressed_t *compressed)
{
    (void)threads;
    *compressed = form_fp32(config, layer, mask).counts;
    compressed->bits = malloc((size_t)layer->k);
    if (compressed->bits == NULL)
        return outcome_out_of_memory(layer->name);
    memset(compressed->bits, FLOAT_BITS, (size_t)layer->k);
    return outcome_ok();
}

static compress_form_t form_int8(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    (void)config, (void)mask;
    return compress_keep_form(layer);
}

static outcome_t compress_int8(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                               compressed_t *compressed)
{
    (void)mask, (void)threads;
    return compress_keep(layer, config->values_only, compressed);
}

const method_t plain_fp32 = {
    .name = "fp32",
    .summary = "unchanged float weights (reference)",
    .does = "Leaves the float weights as they are. It is a reference: the network as it was trained.",
    .stores = "32 bits a weight.",
    .source = "the checkpoint itself",
    .input = METHOD_FLOAT,
    .defaults = {.group = 32, .bits = FLOAT_BITS},
    .form = form_fp32,
    .compress = compress_fp32,
    .everywhere = true,
};

const method_t plain_int8 = {
    .name = "int8",
    .summary = "INT8 per output channel, nothing pruned (reference)",
    .does = "Rounds each output channel to whole numbers from -128 to 127 times one scale. It is the reference that "
            "losses are measured against, and the input of all methods that prune bit columns.",
    .stores = "8 bits a weight and a scale for each channel.",
    .source = "BBS paper, section V-A: INT8 by per-channel quantisation",
    .input = METHOD_INT8,
    .packs = true,
    .defaults = {.group = 32, .bits = 8},
    .form = form_int8,
    .compress = compress_int8,
};
