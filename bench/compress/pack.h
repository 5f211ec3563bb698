/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PACK_H
#define BBS_COMPRESS_PACK_H

#include "base/file.h"
#include "tensor/tensor.h"

#include <stdbool.h>

/* The packed format .bbs (docs/format.md): a compressed file with only the bit columns that are left; every other tensor is
 * unchanged. Unpacking restores the compressed file, tensor for tensor. */

/* How the bytes of a file are used. */
typedef struct {
    int64_t weights;                      /* packed, a count */
    int64_t columns, meta, index, scales; /* bytes */
    int64_t plain;                        /* tensors that are not weights */
    int64_t padding;                      /* columns of short groups are padded to whole bytes */
    int64_t alignment, head, file;        /* file is the sum of all of these */
} pack_report_t;

/* The bytes of a file from what bbsbench compress writes; free with file_free_bytes(). Refused, by name: sets that
 * bbsbench compress did not write, methods whose values bit columns cannot hold, values that unpacking would not restore.
 */
outcome_t pack_encode(const char *where, const tensor_set_t *set, int threads, bytes_t *file, pack_report_t *report);

/* Does the file at `path` begin as a packed one? */
bool pack_is_packed(const char *path);

/* The reverse. Every length, offset, checksum and padding byte is checked; an error gives the offset. */
outcome_t pack_decode(const char *where, const uint8_t *bytes, size_t size, int threads, tensor_set_t *set);

#endif
