/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_WEIGHTS_H
#define BBS_WEIGHTS_WEIGHTS_H

#include "compress/compress.h"
#include "tensor/tensor.h"

/* The weights of a tensor file as layers, and layers as tensors again.
 *
 * A weight is a tensor of rank 2 or more and at least one element that is either I8 with a scale beside it (NAME.scale,
 * F32 [k]) or of a float type and named as one: NAME ends in "weight", after a dot or an underscore, digits may follow.
 * Tables of embeddings and of relative positions are looked up, not multiplied, and stay float: the name's last part
 * before the weight contains "embed" or "relative". Rank 3 is [k, c, kw]; from rank 5 on, the inner sizes make up kw. */

typedef struct {
    compress_layer_t *layers; /* in the file's order; names and INT8 data are the tensor set's */
    size_t *places;           /* index of each in the set */
    struct weights_owned *owned;
    size_t count;
} weights_t;

/* All weights of `set`, float ones quantised; floats stay known only when asked for. `where` names the file in errors: NaN
 * and infinity are refused with tensor and element, as are a scale that is missing or of a wrong shape, compressed values,
 * and a set without weights. The set must outlive it. */
outcome_t weights_open(const tensor_set_t *set, const char *where, bool keep_floats, int threads, weights_t *weights);
/* Let one stay whole, at 8 bits: that name, or the first when `name` is NULL. */
outcome_t weights_keep(weights_t *weights, const char *where, const char *name);
void weights_free(weights_t *weights);

/* `set` with its weights as INT8 tensors and scales; everything else is copied. */
outcome_t weights_quantised(const tensor_set_t *set, const weights_t *weights, tensor_set_t *out);

/* `set` with its weights as compressed[]: NAME (I16 values, or F32 where the method leaves the integer grid),
 * NAME.scale, NAME.stored, NAME.meta ([groups]) and NAME.bits as far as the method has them. The arrays of compressed[] are
 * freed on the way, so that no two copies of a network are in memory; its counts stay. */
outcome_t weights_compressed(const tensor_set_t *set, const weights_t *weights, compressed_t *compressed,
                             tensor_set_t *out);

#endif
