/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_WEIGHT_TENSORS_H
#define BBS_COMPRESS_WEIGHT_TENSORS_H

#include "compress/layer.h"
#include "tensor/tensor.h"

#include <stdbool.h>

/* A compressed weight as tensors of a set, as `bbsbench compress` writes it: NAME holds the values (I16; F32 of a method
 * that leaves the integer grid), and its parts lie beside it:
 *     NAME.scale   F32 [k]
 *     NAME.stored  I8, the shape of NAME: the kept columns, before the constant is added
 *     NAME.meta    U8, one byte a group
 *     NAME.bits    U8 [k]
 * A part that the method does not have is left out. */
typedef enum { WEIGHT_SCALE, WEIGHT_STORED, WEIGHT_META, WEIGHT_BITS, WEIGHT_PARTS } weight_part_t;

const char *weight_part_name(weight_part_t part); /* ".scale" */
tensor_type_t weight_part_type(weight_part_t part);

/* The part of the weight `name` in the set; NULL when it is absent. */
tensor_t *weight_tensors_part(const tensor_set_t *set, const char *name, weight_part_t part);

/* Is this tensor the values (I16) of a weight whose stored columns lie beside it? */
bool weight_tensors_is_weight(const tensor_set_t *set, const tensor_t *tensor);

/* Append a tensor, and copy its elements from `data`. */
outcome_t weight_tensors_copy(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                              const void *data);

/* Append a copy of a part of the weight; nothing when `data` is NULL. */
outcome_t weight_tensors_add_part(tensor_set_t *set, const char *weight, weight_part_t part, int rank, const int64_t *shape,
                                  const void *data);

/* Append a copy of the weight `name` of this rank and shape, with its parts. A method that changes nothing has neither
 * values nor floats: then the layer's own floats are the values. */
outcome_t weight_tensors_add(tensor_set_t *set, const char *name, int rank, const int64_t *shape,
                             const compress_layer_t *layer, const compressed_t *compressed);

/* Append the weight `name` and its parts as a compressed layer of this form has them, without elements
 * (tensor_set_describe()); in the same order as weight_tensors_add(). */
outcome_t weight_tensors_describe(tensor_set_t *set, const char *name, int rank, const int64_t *shape,
                                  const compress_form_t *form);
/* Append a part without elements. */
outcome_t weight_tensors_describe_part(tensor_set_t *set, const char *weight, weight_part_t part, int rank,
                                       const int64_t *shape);

#endif
