/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_TILE_H
#define BBS_ACCEL_TILE_H

#include "nets/net.h"

#include <stdbool.h>
#include <stdint.h>

/* How a layer is cut into tiles; the same for every accelerator. A tile that is not full costs as much as a full one. */

/* The weights of one output channel in the order in which a PE takes them: `segments` runs of `length` weights. A run is
 * the input channels at one kernel position, or, where the kernel has more positions than the layer has input channels
 * (7x7x3), the kernel plane of one input channel. */
typedef struct {
    int64_t segments, length;
    bool along_plane;
} tile_layout_t;

tile_layout_t tile_layout(const net_layer_t *layer);

/* The weights of one output channel, [c, kh, kw], in that order, each run padded with zeros to a multiple of `group`, so
 * that row[tile_slices() * group] holds slice after slice: `weights` itself, if they lie so already, else a copy in `room`.
 */
const int8_t *tile_row_of(const net_layer_t *layer, int64_t group, const int8_t *weights, int8_t *room);

/* Slices of a dot product, at most `group` weights each, cut from the runs of tile_layout(). */
int64_t tile_slices(const net_layer_t *layer, int64_t group);
/* The same, but always along the input channels, as compressed groups lie along them. */
int64_t tile_channel_slices(const net_layer_t *layer, int64_t group);

/* Tiles of `rows` output channels. The rows of a tile share their inputs, so its channels are of one group of the layer
 * (net_layer_t.groups), and the groups run one after the other: of a depthwise layer a tile has one channel, and the other
 * rows are idle. None of the designs says how it runs groups; the authors' simulator has the same rule for depthwise layers
 * (one row of PEs at work, channel after channel), which it never applies. */
int64_t tile_row_tiles(const net_layer_t *layer, int64_t rows);

/* The channels of row tile `index`: `first` to `end` - 1. */
typedef struct {
    int64_t first, end;
} tile_rows_t;
tile_rows_t tile_rows(const net_layer_t *layer, int64_t rows, int64_t index);

/* The same number of tiles for some of the channels, spread over the groups as evenly as can be. */
int64_t tile_row_tiles_of(const net_layer_t *layer, int64_t channels, int64_t rows);

/* The steps that `columns` PEs need for all output pixels, line by line and picture by picture, or for all tokens. */
int64_t tile_pixel_steps(const net_layer_t *layer, int64_t columns);
int64_t tile_pixels(const net_layer_t *layer); /* output pixels, or tokens */

/* Kernel positions of all output pixels that read an input pixel, and not padding; linear: tokens. */
int64_t tile_positions_inside(const net_layer_t *layer);

#endif
