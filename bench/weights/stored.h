/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_STORED_H
#define BBS_WEIGHTS_STORED_H

#include "base/text.h"
#include "compress/compress.h"
#include "nets/net.h"
#include "tensor/tensor.h"
#include "weights/int8_network.h"

/* Weights that are stored as integers, with their scales. They are given to the engine and the accelerator models as they
 * are, so that a file gives the same answers as its method on the fly. */

typedef struct {
    const char *name; /* of the weight's tensor, in names */
    tensor_type_t type;
    void *values;  /* I8 or I16, [k, ...] */
    bool lent;     /* they are in a mapped file, which outlives them */
    float *scale;  /* [k] */
    uint8_t *bits; /* [k], bits per weight of each channel; NULL: 8 */
    int64_t count, channels;
} stored_tensor_t;

typedef struct {
    text_t method; /* "" for float weights, "int8", or the spec that was given to `bbsbench compress` */
    bool compressed;
    bool keep_first;               /* compressed: the layer that reads the image stayed at 8 bits */
    int64_t value_bits, meta_bits; /* of a compressed file: all values, all metadata; -1: not noted */
    int64_t beyond;                /* values that 8 bits cannot hold */
    stored_tensor_t *items;
    size_t count;
} stored_t;

/* A tensor file of any kind: as tensor_set_load() or, `mapped`, tensor_set_map(); or a packed file (.bbs), which is
 * unpacked. */
outcome_t stored_load(const char *path, const char *todo, int threads, bool mapped, tensor_set_t *set);

/* Take the integer weights of `set`, whose tensors become the floats that they mean (value * scale). `where` names the file
 * in errors. Nothing is done to a set of float weights. */
outcome_t stored_take(const char *where, tensor_set_t *set, stored_t *stored);
void stored_free(stored_t *stored);

/* The integers of NAME.weight, or NULL. */
const stored_tensor_t *stored_find(const stored_t *stored, const char *layer);

/* Put the integers of the file into an INT8 network that was made of its floats. Values beyond 8 bits (stored->beyond, of
 * zero-point shifting) become the nearest ones of 8 bits. */
void stored_into(const stored_t *stored, const int8_network_t *network);

/* Give each layer of the network to `sink`, as compress_each() would have done by the method of the file. */
outcome_t stored_each(const stored_t *stored, const int8_network_t *network, compress_sink_t sink, void *context);

#endif
