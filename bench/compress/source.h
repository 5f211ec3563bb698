/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_SOURCE_H
#define BBS_COMPRESS_SOURCE_H

#include "compress/layer.h"

/* The layers of a network whose weights need not be in memory: their shapes, and a reader that gives the weights of some
 * output channels. What all methods do is the same whether a layer is read at once or in parts. */
typedef struct {
    const compress_layer_t *layers; /* names and shapes; the weights too when there is no reader */
    size_t count;
    int64_t part; /* weights that are read at a time, or one channel; 0: COMPRESS_SOURCE_WEIGHTS */
    /* Channels [first, first + rows) of layers[index] as a layer of `rows` channels, whose arrays are valid until the next
     * call. `weights` stays NULL where only INT8 is known. NULL: the weights are those of layers[]. */
    outcome_t (*read)(void *context, size_t index, int64_t first, int64_t rows, compress_layer_t *part);
    void *context;
} compress_source_t;

/* Weights that are read at a time: their arrays fit the processor's last cache, or nearly. */
enum { COMPRESS_SOURCE_WEIGHTS = 1 << 22 };

/* Channels of a layer that are read at a time, when a part may be `times` as large. */
int64_t compress_source_step(const compress_source_t *source, size_t index, int64_t times);

/* Call `visit` for the parts of a layer of so many channels, one after the other. Stops at the first that fails. */
typedef outcome_t (*compress_visit_t)(void *context, int64_t first, const compress_layer_t *part);
outcome_t compress_source_each(const compress_source_t *source, size_t index, int64_t step, compress_visit_t visit,
                               void *context);

#endif
