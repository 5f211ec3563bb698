/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PARTS_H
#define BBS_COMPRESS_PARTS_H

#include "compress/preparation.h"

/* A network that is compressed in parts of layers, so that memory holds a few million weights whatever the network's size.
 * The bytes are those of compress_network(): every method looks at one output channel at a time, and what is chosen for a
 * whole layer or network is chosen before, from numbers that a first pass over the weights keeps of each channel or layer.
 */
typedef struct {
    const method_t *method;
    method_config_t config;
    const compress_source_t *source;
    int threads;
    preparation_t preparation;
    compress_form_t *forms; /* [source->count]: sizes of all results, before the first is there */
} compress_parts_t;

/* `source` must outlive `parts`, which is to be freed in any case. Weights are read here only when channels, columns or
 * bits are chosen over the network. */
outcome_t compress_parts_open(const method_t *method, const method_config_t *config, const compress_source_t *source,
                              int threads, compress_parts_t *parts);
void compress_parts_free(compress_parts_t *parts);

/* Compress a layer and give it to `sink` in parts, one after the other: `compressed` are the channels of `part`, which is
 * the layer from channel `first` on. Arrays, not counts, are those of the layer: forms[] has its counts. */
typedef outcome_t (*compress_parts_sink_t)(void *context, int64_t first, const compress_layer_t *part,
                                           const compressed_t *compressed);
outcome_t compress_parts_layer(const compress_parts_t *parts, size_t index, compress_parts_sink_t sink, void *context);

#endif
