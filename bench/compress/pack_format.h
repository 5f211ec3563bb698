/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PACK_FORMAT_H
#define BBS_COMPRESS_PACK_FORMAT_H

#include "compress/pack_layer.h"
#include "tensor/tensor.h"

#include <stdbool.h>

/* The head of a .bbs file (header and directory in docs/format.md), as a structure and as bytes. */

enum { PACK_VERSION = 1, PACK_HEADER_SIZE = 64, PACK_ENTRIES_MOST = 16384, PACK_NAME_MOST = 400 };

/* One tensor of the file. */
typedef struct {
    char *name;
    bool packed;        /* a weight in bit columns; else plain bytes */
    tensor_type_t type; /* of a plain tensor; TENSOR_I16 for a weight */
    int rank;
    int64_t shape[TENSOR_MAX_RANK];
    int64_t offset, size; /* bytes in the file */
    uint32_t crc;         /* CRC-32 (zlib) of those bytes */
    pack_shape_t weight;  /* of a packed weight */
    pack_layout_t layout;
} pack_entry_t;

typedef struct {
    pack_entry_t *entries;
    size_t count;
    tensor_note_t *notes;
    size_t note_count;
    int64_t size; /* bytes of the head */
    int64_t file_size;
} pack_head_t;

extern const uint8_t pack_magic[8]; /* the first bytes of a file */

void pack_head_free(pack_head_t *head); /* for heads that were read: they own their texts */

/* Set k, c, kh and kw of a weight from the shape of its tensor: rank 2 is [k, c], rank 3 [k, c, kw]; from rank 5 on the
 * inner sizes make up kw. */
void pack_entry_shape(pack_entry_t *entry);

int64_t pack_head_size(const pack_head_t *head);
int64_t pack_aligned(int64_t offset);
/* Write head->size bytes. */
void pack_head_write(const pack_head_t *head, uint8_t *bytes);
/* Read and check the head without the tensors: counts, names, shapes, offsets, sizes, padding, checksum of the head.
 * `where` names the file; an error gives the offset. */
outcome_t pack_head_read(const char *where, const uint8_t *bytes, size_t size, pack_head_t *head);

#endif
