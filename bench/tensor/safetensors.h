/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_SAFETENSORS_H
#define BBS_TENSOR_SAFETENSORS_H

#include "tensor/tensor.h"

/* The safetensors container: 8 bytes of header length (little endian), a JSON header name -> {dtype, shape,
 * data_offsets}, then the raw tensors. (https://github.com/huggingface/safetensors, "Format")
 * Lengths, types, shapes, offsets, overlaps and holes are checked before a byte is used, and an error names the tensor.
 * Tensors are in the order of their offsets; text metadata becomes the set's notes. */
outcome_t safetensors_load(const char *path, const char *todo, tensor_set_t *set);
/* The same, but elements stay in the file, which is mapped (tensor_t.lent). */
outcome_t safetensors_map(const char *path, const char *todo, tensor_set_t *set);

/* The same from memory; `where` names it in errors. */
outcome_t safetensors_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

/* Write in the set's order, whole or not at all (base/outfile.h); in steps: tensor/safetensors_writer.h. */
outcome_t safetensors_save(const char *path, const tensor_set_t *set);

#endif
