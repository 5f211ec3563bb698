/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_INT8_NETWORK_H
#define BBS_WEIGHTS_INT8_NETWORK_H

#include "base/text.h"
#include "compress/compress.h"
#include "nets/weights.h"

/* The INT8 weights of a network, whatever their source: compressed, counted and computed with through this one type.
 *
 * There are three sources:
 *     int8_network_load(), int8_network_from()    the checkpoint of a known network
 *     int8_tensors_open()     (int8_tensors.h)    any tensor file, without a layer table
 *     substitute_draw()       (substitute.h)      drawn after portraits of other networks
 * Everything after that is shared: compress_each() gives each layer and its compressed_t to a sink; a design that looks at
 * pruned weights makes the same values a channel at a time (accel_layer_t.unpruned). A file of compressed weights is not an
 * INT8 network: its reader would give the layers together with the compressed_t that compress_each() would have made. */

/* Memory for the values of one network after the other, so that it is made once: {0} has none yet. A network that uses it
 * ends before the next begins. */
typedef struct {
    int8_t *q;
    size_t size;
} int8_room_t;

void int8_room_free(int8_room_t *room);

typedef struct {
    compress_layer_t *layers; /* in the order of net_layers(), or of the file */
    size_t count;
    text_t source;  /* "resnet34.safetensors", "synthetic:resnet50v2_imagenet_partial+..." */
    bool synthetic; /* drawn after portraits */
    size_t *places; /* of a tensor file: the index of each layer's tensor in its set; else NULL */

    const net_weights_t *lender; /* owner of the floats in layers[].weights; NULL: this network, or no floats */
    char *names;                 /* block of layers[].name */
    int8_t *q;                   /* block of layers[].q, except of layers that point into a tensor file */
    bool in_room;                /* the block belongs to an int8_room_t */
    float *scale;                /* block of layers[].scale, with the same exception */
    float *floats;               /* block of layers[].weights, when this network owns the floats */
} int8_network_t;

/* From float weights of the caller: `weights` must outlive the network, whose layers point to its floats. The floats are
 * left at rest. Layers stay at 8 bits as net_layer_stays_whole() says. */
outcome_t int8_network_from(const net_weights_t *weights, bool prune_first, int threads, int8_network_t *network);

/* From a checkpoint: `path`, or NULL for the shipped or fetched weights of the size (net_weights_load()). The floats are
 * freed. */
outcome_t int8_network_load(const network_t *of, const net_size_t *size, const char *path, bool prune_first, int threads,
                            int8_network_t *network);

/* Keep the layer that reads the image whole, that is at 8 bits: the first convolution of 2 to 4 input channels, else the
 * first of one channel (a depthwise kernel has one channel too). A network without one, such as a BERT, keeps none. */
void int8_network_keep_image(int8_network_t *network);
/* Keep each other kernel of one input channel whole: a depthwise convolution (net_layer_stays_whole()). */
void int8_network_keep_depthwise(int8_network_t *network);
/* Keep the layer `name` whole. `where` names the file in errors. */
outcome_t int8_network_keep(int8_network_t *network, const char *where, const char *name);

/* The floats of a layer are not needed soon: a network is in memory once (net_weights_rest()). */
void int8_network_rest(const int8_network_t *network, size_t layer);

int64_t int8_network_weights(const int8_network_t *network);

void int8_network_free(int8_network_t *network);

/* ===  For the three sources  === */

/* Layers of these names and shapes without room for weights that a shape does not have. */
outcome_t int8_network_list(const compress_layer_t *shapes, size_t count, int8_network_t *network);
/* Layers of these names and shapes, with room for values and scales where a shape has no `q` of its own; the room is not
 * filled yet. Names are copied; nothing is left to free on failure. */
outcome_t int8_network_reserve(const compress_layer_t *shapes, size_t count, int8_network_t *network);
/* The same for a layer table. The values go into `room`, which then outlives the network; NULL: they are the network's. */
outcome_t int8_network_reserve_table(const net_table_t *table, bool prune_first, int8_room_t *room,
                                     int8_network_t *network);

/* The room for the values and scales of a layer. */
int8_t *int8_network_values(const int8_network_t *network, size_t layer);
float *int8_network_scales(const int8_network_t *network, size_t layer);

/* Quantise floats [k, c, kh, kw] into the room of a layer. */
void int8_network_quantize(const int8_network_t *network, size_t layer, const float *floats, int threads);

/* The last part of a path, for `source`. */
text_t int8_network_source(const char *path);

#endif
