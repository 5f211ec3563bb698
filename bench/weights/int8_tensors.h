/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_INT8_TENSORS_H
#define BBS_WEIGHTS_INT8_TENSORS_H

#include "tensor/tensor.h"
#include "weights/int8_network.h"

/* The weights of a tensor file as an INT8 network, and such a network as tensors again.
 *
 * A weight is a tensor of rank 2 or more and at least one element that is either I8 with a scale beside it (NAME.scale,
 * F32 [k]) or of a float type and named as one: NAME ends in "weight", after a dot or an underscore, digits may follow.
 * Tables of embeddings and of relative positions are looked up, not multiplied, and stay float: the name's last part
 * before the weight contains "embed" or "relative". Rank 3 is [k, c, kw]; from rank 5 on, the inner sizes make up kw. */

/* All weights of `set` in its order, float ones quantised; floats stay known only when asked for. `where` names the file in
 * errors: NaN and infinity are refused with tensor and element, as are a scale that is missing or of a wrong shape,
 * compressed values, and a set without weights. INT8 values and their scales stay the set's, which must outlive the
 * network. */
outcome_t int8_tensors_open(const tensor_set_t *set, const char *where, bool keep_floats, int threads,
                            int8_network_t *network);

/* `set` with its weights as INT8 tensors and scales; everything else is copied. `network` is the one that was opened on
 * this set, here and below. */
outcome_t int8_tensors_quantised(const tensor_set_t *set, const int8_network_t *network, tensor_set_t *out);

/* `set` with its weights as compressed[]: NAME (I16 values, or F32 where the method leaves the integer grid),
 * NAME.scale, NAME.stored, NAME.meta ([groups]) and NAME.bits as far as the method has them. The arrays of compressed[] are
 * freed on the way, so that no two copies of a network are in memory; its counts stay. */
outcome_t int8_tensors_compressed(const tensor_set_t *set, const int8_network_t *network, compressed_t *compressed,
                                  tensor_set_t *out);

#endif
