/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_LAYER_H
#define BBS_COMPRESS_LAYER_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A layer and a compressed layer: input and output of every compression method.
 *
 * A layer is one weight tensor [k, c, kh, kw] ([k, c] is kh = kw = 1) in PyTorch order, quantised to INT8 per output
 * channel: weight = q * scale[channel]. A group is `group` consecutive input channels (default 32) at one kernel
 * position of one output channel; it never crosses either, and the last one of a row may be short. Groups are numbered
 * channel by channel, kernel position by kernel position (row-major), then along C.
 *
 * Bits are counted, never assumed: value bits are the columns that are stored, metadata bits are counted apart. */

typedef struct {
    const char *name;
    int64_t k, c, kh, kw;
    bool whole;           /* stays at 8 bits whatever the method (it reads the network's image) */
    const float *weights; /* [k, c, kh, kw]; NULL when only INT8 is known: methods with METHOD_FLOAT refuse it */
    const int8_t *q;      /* [k, c, kh, kw] */
    const float *scale;   /* [k] */
} compress_layer_t;

/* A compressed layer; owned by the caller, freed with compressed_free(). Integer methods fill values; methods that
 * leave the integer grid (Microscaling, ANT, OliVe) fill floats instead; with neither (fp32) the layer's own floats are
 * computed with. */
typedef struct {
    int16_t
        *values;   /* [k, c, kh, kw], the values that are computed with; may exceed 8 bits (zero-point shifting); or NULL */
    float *scale;  /* [k], of values; or NULL */
    float *floats; /* [k, c, kh, kw]; or NULL */
    int8_t *stored;     /* [k, c, kh, kw], the bit columns kept, before the constant is applied; NULL: no columns */
    uint8_t *meta;      /* per group: redundant columns << 6 | 6-bit constant (bitflip: mask of the stored columns, bit 7
                           the sign); 0 for the groups of sensitive channels; NULL: none, or not storable in a byte */
    uint8_t *bits;      /* [k], bits per stored weight of this channel: 8 = whole */
    int64_t groups;     /* in the layer */
    int64_t value_bits; /* of all weights */
    int64_t meta_bits;  /* of all groups and tables that decoding needs: for methods with columns 8 bits per group of
                           each pruned channel and, where both precisions occur, an index per channel */
    int64_t sensitive;  /* channels left at 8 bits */
} compressed_t;

void compressed_free(compressed_t *compressed);

/* What is known of a compressed layer before any weight is read: it follows from the shape, the sensitive channels and the
 * parameters. A file of compressed weights says it first, in its header. */
typedef struct {
    compressed_t counts; /* groups, value_bits, meta_bits and sensitive; no arrays */
    bool integers;       /* values and scale; else floats */
    bool stored, meta;   /* these arrays too; `bits` is always there */
} compress_form_t;

/* A layer unchanged, all channels at 8 bits: the result for whole layers, and of the int8 method. */
outcome_t compress_keep(const compress_layer_t *layer, bool values_only, compressed_t *compressed);
compress_form_t compress_keep_form(const compress_layer_t *layer);

/* How many channels the mask marks; NULL marks none. */
int64_t compress_marked(const bool *mask, int64_t channels);

int64_t compress_layer_size(const compress_layer_t *layer);              /* weights: k * c * kh * kw */
int64_t compress_layer_row(const compress_layer_t *layer);               /* weights of a channel: c * kh * kw */
int64_t compress_layer_groups(const compress_layer_t *layer, int group); /* k * kh * kw * ceil(c / group) */

/* The channels [first, first + rows) as a layer of their own, which points into the same arrays. */
compress_layer_t compress_layer_rows(const compress_layer_t *layer, int64_t first, int64_t rows);
/* How many channels have at most `weights` weights: 1 to all of them. */
int64_t compress_layer_step(const compress_layer_t *layer, int64_t weights);

/* Bits of a channel's original index in packed memory: 16, or 32 beyond 65536 channels. */
int compress_index_bits(int64_t channels);

/* The floats that a compressed layer computes with (values * scale, or floats) for `rows` output channels from `first`.
 * `weights` has room for rows * c * kh * kw floats. */
void compressed_to_floats(const compressed_t *compressed, const compress_layer_t *layer, int64_t first, int64_t rows,
                          float *weights);

/* Size of a whole network. */
typedef struct {
    int64_t weights;
    int64_t value_bits, meta_bits;
    int64_t layers, whole_layers; /* whole: every channel at 8 bits */
    int64_t channels, sensitive;
} compress_size_t;

compress_size_t compress_total(const compress_layer_t *layers, const compressed_t *compressed, size_t count);
void compress_add_size(compress_size_t *total, const compress_layer_t *layer, const compressed_t *compressed);
double compress_bits_per_weight(const compress_size_t *size, bool with_metadata);

#endif
