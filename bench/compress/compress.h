/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_COMPRESS_H
#define BBS_COMPRESS_COMPRESS_H

#include "compress/layer.h"
#include "compress/method.h"

/* A method over a network. */

/* Algorithm 2 over a whole network, then the method over each of its layers, in order. `compressed` has room for
 * `count`; on failure none of it is left to free. Whole layers take no part in the selection and come back with all
 * channels at 8 bits, unless the method works everywhere. Same bytes for any number of threads. */
outcome_t compress_network(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                           size_t count, int threads, compressed_t *compressed);

/* The same, one layer at a time, so that a network need not be held compressed as a whole: `sink` is called for each layer
 * in order; what it leaves in `compressed` is freed behind it. */
typedef outcome_t (*compress_sink_t)(void *context, size_t index, compressed_t *compressed);
outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context);

/* The same, of methods that stay on the INT8 grid: all values of the network, one layer behind the other, for the models
 * that compute with them. A method whose values leave 8 bits, or are no integers, is refused. */
outcome_t compress_values(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                          size_t count, int threads, int8_t *values);

/* Whether the method as it is set reads the float weights where they are known. */
bool compress_reads_floats(const method_t *method, const method_config_t *config);

#endif
