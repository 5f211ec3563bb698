/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two references of every method: unchanged float weights, and INT8 with nothing pruned. */
#include "compress/method.h"

#include <stdlib.h>
#include <string.h>

enum { FLOAT_BITS = 32 };

static outcome_t compress_fp32(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                               compressed_t *compressed)
{
    (void)config, (void)mask, (void)threads;
    *compressed = (compressed_t){0};
    compressed->bits = malloc((size_t)layer->k);
    if (compressed->bits == NULL)
        return outcome_out_of_memory(layer->name);
    memset(compressed->bits, FLOAT_BITS, (size_t)layer->k);
    compressed->value_bits = FLOAT_BITS * compress_layer_size(layer);
    return outcome_ok();
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
    .input = METHOD_FLOAT,
    .defaults = {.group = 32, .bits = FLOAT_BITS},
    .compress = compress_fp32,
    .everywhere = true,
};

const method_t plain_int8 = {
    .name = "int8",
    .summary = "INT8 per output channel, nothing pruned (reference)",
    .input = METHOD_INT8,
    .packs = true,
    .defaults = {.group = 32, .bits = 8},
    .compress = compress_int8,
};
