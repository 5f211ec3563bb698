/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_H
#define BBS_MEASURE_VARIANT_H

#include "compress/compress.h"
#include "engine/engine.h"
#include "nets/weights.h"

/* A network's weights under a method: where nets, compress and engine meet.
 *
 * The source holds the INT8 tensors of a network, quantised once; a variant is what one method makes of them: weights in
 * the engine, layer by layer, and a number of bits. */

typedef struct {
    const net_weights_t *weights; /* the caller's */
    compress_layer_t *layers;     /* weights->table.count */
    int8_t *q;
    float *scale;
} variant_source_t;

/* `prune_first_layer` false: the network's first layer stays at 8 bits. */
outcome_t variant_open(const net_weights_t *weights, bool prune_first_layer, int threads, variant_source_t *source);
void variant_close(variant_source_t *source);

/* `spec` as compress/spec.h reads it. Compress, and hand the weights to the engine; NULL: only count the bits. */
outcome_t variant_apply(const variant_source_t *source, const char *spec, int threads, engine_t *engine,
                        compress_size_t *bits);

#endif
