/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_INT8_FILE_H
#define BBS_WEIGHTS_INT8_FILE_H

#include "compress/parts.h"
#include "tensor/tensor.h"
#include "weights/int8_network.h"

/* A tensor file with its weights as INT8, or compressed, written in parts of layers while the weights are read, so that
 * neither file need fit the memory. It has the bytes of safetensors_save() of the whole set. */

typedef struct {
    const tensor_set_t *set;         /* the file that is read; its other tensors are copied */
    const int8_network_t *network;   /* int8_tensors_list() of the set */
    const compress_source_t *source; /* its weights: tensor_rows_open() */
} int8_file_t;

/* Copy the notes of a set to one that has none yet. */
outcome_t int8_file_notes(const tensor_set_t *set, tensor_set_t *out);

/* Write `path`: each weight as NAME (I8) and NAME.scale (F32 [k]). `out` has the notes of the file; it receives the
 * tensors, without elements. */
outcome_t int8_file_quantised(const int8_file_t *file, const char *path, tensor_set_t *out);

/* The same with each weight as weight_tensors_add() has it. */
outcome_t int8_file_compressed(const int8_file_t *file, const compress_parts_t *parts, const char *path, tensor_set_t *out);

#endif
