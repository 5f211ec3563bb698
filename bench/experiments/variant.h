/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_VARIANT_H
#define BBS_EXPERIMENTS_VARIANT_H

#include "compress/compress.h"
#include "nets/weights.h"

/* A network's weights under a method: where nets and compress meet.
 *
 * The source holds the INT8 tensors of a network, quantised once; a variant is what one method makes of them, as floats
 * the engine computes with and as bits. */

typedef struct {
    const net_weights_t *weights; /* the caller's */
    compress_layer_t *layers;     /* weights->table.count */
    int8_t *q;
    float *scale;
} variant_source_t;

/* `prune_first_layer` false: the network's first layer stays at 8 bits. */
outcome_t variant_open(const net_weights_t *weights, bool prune_first_layer, int threads, variant_source_t *source);
void variant_close(variant_source_t *source);

typedef struct {
    const method_t *method;
    method_config_t config;
    compress_size_t bits;
    float **layers; /* [count], each [k, c, kh, kw] */
    float *storage;
} variant_t;

/* `spec` as compress/spec.h reads it. */
outcome_t variant_create(const variant_source_t *source, const char *spec, int threads, variant_t *variant);
void variant_free(variant_t *variant);

#endif
