/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_LIBRARY_LAYER_H
#define BBS_LIBRARY_LAYER_H

#include "compress/layer.h"
#include "library/bbs.h"

/* A caller's tensor as a layer: checked, and quantised where it has only floats. */
typedef struct {
    compress_layer_t layer; /* borrows the caller's arrays */
    int8_t *q;              /* what was made here, or NULL */
    float *scale;
} layer_t;

/* The name that `tensor` has in errors and files. */
const char *layer_name(const bbs_weights_t *tensor);

/* Sizes of a layer from rank and shape. FAULT_USAGE: a rank that is not 2 to BBS_RANK_MOST, a size below 1, more weights
 * than can be counted. */
outcome_t layer_sizes(const char *name, int rank, const int64_t *shape, compress_layer_t *layer);

/* Free with layer_close(), after an error too. */
outcome_t layer_open(const bbs_weights_t *tensor, int threads, layer_t *opened);
void layer_close(layer_t *opened);

/* FAULT_FAILED names the first of `count` floats that is not finite. */
outcome_t layer_check_finite(const char *name, const float *floats, int64_t count);

#endif
