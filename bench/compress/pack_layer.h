/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PACK_LAYER_H
#define BBS_COMPRESS_PACK_LAYER_H

#include "compress/layer.h"

/* One compressed layer as the BitVert memory holds it: only the bit columns that are left. docs/format.md, "Packed
 * weight", describes it byte by byte. */

/* The meaning of a group's metadata byte. The numbers are stored in files. */
typedef enum {
    PACK_WHOLE = 0,          /* nothing is pruned: bytes in the tensor's order, no columns, no metadata */
    PACK_UNSIGNED = 1,       /* redundant << 6 | unsigned constant (rounded averaging) */
    PACK_SIGNED = 2,         /* redundant << 6 | signed constant (zero-point shifting) */
    PACK_SIGN_MAGNITUDE = 3, /* mask of the stored columns of sign and magnitude (bit flip) */
    PACK_CODING_COUNT
} pack_coding_t;

typedef struct {
    int64_t k, c, kh, kw;
    pack_coding_t coding;
    int columns; /* pruned in the channels that are not whole; 0 for PACK_WHOLE */
    int group;
    int64_t whole; /* channels at 8 bits */
} pack_shape_t;

/* Offsets of the parts of a layer, in bytes from the start of the layer; all multiples of PACK_ALIGNMENT. */
enum { PACK_ALIGNMENT = 64 };
typedef struct {
    int64_t scale, index, meta, whole_columns, pruned_columns;
    int64_t size; /* of the layer: the end of the pruned columns, even when there are none */
    int64_t scale_bytes, index_bytes, meta_bytes, column_bytes; /* the rest of `size` is alignment */
    int64_t whole_channel_bytes, pruned_channel_bytes;          /* columns of one channel */
    int64_t channel_groups;
} pack_layout_t;

/* False when a member of `shape` is out of its range or a size overflows. */
bool pack_layout(const pack_shape_t *shape, pack_layout_t *layout);

int64_t pack_value_bits(const pack_shape_t *shape); /* of all weights, as compressed_t counts them */

/* Write a layer into `to`, layout->size bytes of zeros. `from` has values, scale, stored, bits and, unless PACK_WHOLE,
 * meta. Values that reading would not restore are refused, by channel or group. */
outcome_t pack_layer_write(const char *where, const char *name, const pack_shape_t *shape, const pack_layout_t *layout,
                           const compressed_t *from, uint8_t *to);

/* The reverse, into the arrays of `to`, which the caller has allocated; `to->meta` may be NULL only for PACK_WHOLE. The
 * layer begins at offset `base` of the file `where`; an error gives the offset. */
outcome_t pack_layer_read(const char *where, const char *name, int64_t base, const pack_shape_t *shape,
                          const pack_layout_t *layout, const uint8_t *from, compressed_t *to);

#endif
