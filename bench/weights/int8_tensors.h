/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_INT8_TENSORS_H
#define BBS_WEIGHTS_INT8_TENSORS_H

#include "tensor/tensor.h"
#include "weights/int8_network.h"

/* The weights of a tensor file as an INT8 network, and an INT8 network as tensors.
 * A weight is a tensor of rank 2 or more with at least one element that is either I8 with a scale (NAME.scale, F32 [k]), or
 * of a float type with the name of a weight: NAME ends in "weight", after a dot or an underscore, and digits may follow.
 * Tables of embeddings and of relative positions are looked up, not multiplied, and stay float: the name's last part
 * before the weight contains "embed" or "relative". Rank 3 is [k, c, kw]; from rank 5 on, the inner sizes make up kw. */

/* All weights of `set`, in its order; float weights are quantised, and their floats are kept only with `keep_floats`.
 * `where` names the file in errors, which say tensor and element. Refused: NaN and infinity, a scale that is missing or of
 * a wrong shape, compressed values, a set without weights. INT8 values and their scales belong to the set, and so do kept
 * floats of type F32: it must outlive the network. */
outcome_t int8_tensors_open(const tensor_set_t *set, const char *where, bool keep_floats, int threads,
                            int8_network_t *network);
/* The same layers without reading floats: of a float tensor a layer has name and shape alone (tensor_rows.h reads it), so
 * NaN and infinity are not refused here. With `only`, the layers of a network's table alone are weights: what the network
 * computes with in float (heads of transformers, poolers) stays float, and methods choose channels as on the fly. The
 * tensors have the table's names. NULL: all weights. */
outcome_t int8_tensors_list(const tensor_set_t *set, const char *where, const net_table_t *only, int8_network_t *network);

/* Is the tensor the scale of an INT8 weight? It is written with the weight. */
bool int8_tensors_is_scale(const tensor_set_t *set, const int8_network_t *network, const tensor_t *tensor);

#endif
