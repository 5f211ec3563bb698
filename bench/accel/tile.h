/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_TILE_H
#define BBS_ACCEL_TILE_H

#include "nets/net.h"

#include <stdint.h>

/* How a layer is cut into tiles; the same for every accelerator. A tile costs the same however little of it is used. */

/* Slices of a dot product, at most `group` weights each, consecutive input channels at one kernel position. Where the
 * kernel has more positions than the layer has input channels (7x7x3), slices are taken along the kernel plane. */
int64_t tile_slices(const net_layer_t *layer, int64_t group);
/* The same, always along the input channels: compressed groups lie along them and share their constant. */
int64_t tile_channel_slices(const net_layer_t *layer, int64_t group);

/* Steps in which `columns` PEs go through the output pixels, line by line, or through the tokens. */
int64_t tile_pixel_steps(const net_layer_t *layer, int64_t columns);
int64_t tile_pixels(const net_layer_t *layer); /* output pixels, or tokens */

#endif
