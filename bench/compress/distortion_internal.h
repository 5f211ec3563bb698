/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_DISTORTION_INTERNAL_H
#define BBS_COMPRESS_DISTORTION_INTERNAL_H

#include "compress/distortion.h"
#include "compress/grid_counts.h"

/* The distortion, while a watcher sees counts and sums of each channel that lies on the layer's grid: each channel once, by
 * any worker below `threads`, in any order. */
typedef void (*distortion_watcher_t)(void *context, int64_t channel, int worker, const grid_counts_t *counts,
                                     const grid_sums_t *sums);

outcome_t distortion_watch(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                           distortion_watcher_t watcher, void *context, distortion_t *distortion);

/* Are the compressed values of a channel integers in the steps of the layer itself? */
bool distortion_is_on_grid(const compress_layer_t *layer, const compressed_t *compressed, int64_t channel);

#endif
