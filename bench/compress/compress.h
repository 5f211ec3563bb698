/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_COMPRESS_H
#define BBS_COMPRESS_COMPRESS_H

#include "compress/layer.h"
#include "compress/method.h"

/* Compress a whole network by one method. */

/* Select sensitive channels over the network (Algorithm 2), then compress each layer, in order. `compressed` has room for
 * `count` layers; on failure there is nothing to free. Whole layers take no part in the selection and keep all channels at
 * 8 bits, unless method_t.everywhere. Same bytes for any number of threads. */
outcome_t compress_network(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                           size_t count, int threads, compressed_t *compressed);

/* The same, one layer at a time, so that the whole network is never held compressed: `sink` is called for each layer in
 * order; whatever it leaves in `compressed` is freed after the call. */
typedef outcome_t (*compress_sink_t)(void *context, size_t index, compressed_t *compressed);
outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context);

/* Whether the method, with this configuration, reads the float weights of a layer. */
bool compress_reads_floats(const method_t *method, const method_config_t *config);

#endif
