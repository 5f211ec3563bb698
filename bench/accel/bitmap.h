/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_BITMAP_H
#define BBS_ACCEL_BITMAP_H

#include "base/outcome.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stdint.h>

/* Which operands of a dot product are not zero: a bit for each, in slices of at most 128 operands. The pairs that a PE
 * multiplies are the ones in the AND of two such bitmaps. */

enum { BITMAP_BITS = 128 };

typedef struct {
    uint64_t words[BITMAP_BITS / 64];
} bitmap_t;

/* The plane that a layer reads and the one that it writes. A linear layer is a line of tokens; a convolution has one plane
 * for each of its tokens. */
typedef struct {
    int64_t in_h, in_w, out_h, out_w, stride, pad, planes;
} bitmap_plane_t;

/* The order in which a PE takes the inputs of one output, and where each is found. Filling has the place -1. */
typedef struct {
    int64_t c, kh, kw, stride;
    int64_t group, slices; /* operands of a slice; slices */
    int64_t width;         /* of a window, in pixels */
    int64_t *input;        /* [slices * group], place in a window, for its first output */
} bitmap_order_t;

bitmap_plane_t bitmap_plane(const net_layer_t *layer);

/* The order of tile_layout(); with `flat` the order of the weights in memory, [c, kh, kw], cut without regard to kernel
 * positions. `columns` outputs of a line share a window. Free with bitmap_order_close(). */
outcome_t bitmap_order_open(const net_layer_t *layer, int64_t group, bool flat, int64_t columns, bitmap_order_t *order);
void bitmap_order_close(bitmap_order_t *order);

/* The bitmaps of `columns` outputs: slices[order->slices, columns]. The window is [kh, order->width, c], the inputs of
 * neighbouring outputs of one line; a byte is 1 where the input is not zero, and 0 where it is zero or padding. */
void bitmap_of_window(const bitmap_order_t *order, const uint8_t *window, int64_t columns, bitmap_t *slices);

#endif
