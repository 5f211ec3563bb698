/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_INT8_NETWORK_H
#define BBS_WEIGHTS_INT8_NETWORK_H

#include "base/text.h"
#include "compress/compress.h"
#include "nets/weights.h"

/* The INT8 weights of a network, however they came: what is compressed, counted and computed with.
 *
 * There are three ways in, and each gives this one type:
 *     int8_network_load(), int8_network_from()    the checkpoint of a known network
 *     int8_tensors_open()     (int8_tensors.h)    any tensor file, without a layer table
 *     substitute_draw()       (substitute.h)      drawn after portraits of other networks
 * From here on all is one road: compress_each() hands each layer and its compressed_t to a sink, compress_values() gives
 * the values alone. Weights that a file holds compressed are no INT8 network: a reader of such files stands beside these
 * three, with the layers of one and the compressed_t that compress_each() would have made. */

typedef struct {
    compress_layer_t *layers; /* in the order of net_layers(), or of the file */
    size_t count;
    text_t source;  /* "resnet34.safetensors", "synthetic:resnet50v2_imagenet_partial+..." */
    bool synthetic; /* drawn */
    size_t *places; /* of a tensor file: the index of each layer's tensor in its set; else NULL */

    const net_weights_t *lender; /* whose floats layers[].weights are; NULL: own ones, or none */
    char *names;                 /* behind layers[].name */
    int8_t *q;                   /* behind layers[].q, except where a tensor file holds INT8 */
    float *scale;                /* the same of layers[].scale */
    float *floats;               /* behind layers[].weights, where they are this network's own */
} int8_network_t;

/* From float weights that stay the caller's: `weights` must outlive the network, whose layers keep pointing at its floats.
 * They are left at rest. The first layer is whole unless `prune_first`. */
outcome_t int8_network_from(const net_weights_t *weights, bool prune_first, int threads, int8_network_t *network);

/* From a checkpoint: `path`, or NULL for the size's own weights or those that were fetched (net_weights_load()). The floats
 * are given up. */
outcome_t int8_network_load(const network_t *of, const net_size_t *size, const char *path, bool prune_first, int threads,
                            int8_network_t *network);

/* Let one layer stay whole, at 8 bits: that name, or the first when `name` is NULL. `where` names the file in errors. */
outcome_t int8_network_keep(int8_network_t *network, const char *where, const char *name);

/* The floats of a layer are not needed soon: a network is in memory once (net_weights_rest()). */
void int8_network_rest(const int8_network_t *network, size_t layer);

int64_t int8_network_weights(const int8_network_t *network);

void int8_network_free(int8_network_t *network);

/* ===  For the ways in  === */

/* Layers of these names and shapes, with room for values and scales where a shape has no `q` of its own; the room is not
 * filled yet. Names are copied; nothing is left to free on failure. */
outcome_t int8_network_reserve(const compress_layer_t *shapes, size_t count, int8_network_t *network);
/* The same of a layer table. */
outcome_t int8_network_reserve_table(const net_table_t *table, bool prune_first, int8_network_t *network);

/* Where the values and scales of a layer with room go. */
int8_t *int8_network_values(const int8_network_t *network, size_t layer);
float *int8_network_scales(const int8_network_t *network, size_t layer);

/* Fill a layer with room from its floats, [k, c, kh, kw]. */
void int8_network_quantize(const int8_network_t *network, size_t layer, const float *floats, int threads);

/* The last part of a path, as `source` has it. */
text_t int8_network_source(const char *path);

#endif
