/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_SAFETENSORS_WRITER_H
#define BBS_TENSOR_SAFETENSORS_WRITER_H

#include "base/outfile.h"
#include "base/spill.h"
#include "tensor/tensor.h"

/* A safetensors file that is written in parts, so that it may be larger than the memory: its header first, from names,
 * types and shapes; then the bytes of its tensors, in any order. The file is complete or absent (base/outfile.h).
 *
 * What cannot be written out of order, a pipe or a device, is kept in a file of $TMPDIR until the end (base/spill.h), and
 * its header too: a reader gets nothing of a file that was given up. */
typedef struct {
    outfile_t file;
    int64_t *starts; /* [count + 1], of the tensors, in bytes after the header; the last is the end */
    size_t count;
    int64_t header; /* bytes before the first tensor */
    int64_t put;    /* bytes of tensors so far */
    spill_t kept;   /* of a pipe */
    char *kept_header;
} safetensors_writer_t;

/* `set` says what will be written: its notes, and its tensors without elements. Refused: a file that may not be written,
 * and sizes beyond 2^53 bytes, which a header cannot say exactly. On failure there is nothing to end. */
outcome_t safetensors_begin(safetensors_writer_t *writer, const char *path, const tensor_set_t *set);
/* Bytes [first, first + size) of a tensor. Every byte is put once. */
outcome_t safetensors_put(safetensors_writer_t *writer, size_t tensor, int64_t first, const void *data, size_t size);
/* FAULT_FAILED when bytes are missing, or could not be written. The writer is closed in any case. */
outcome_t safetensors_end(safetensors_writer_t *writer);
/* Give up. Harmless after the end and on a zeroed struct. */
void safetensors_abandon(safetensors_writer_t *writer);

#endif
