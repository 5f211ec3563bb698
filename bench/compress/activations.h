/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ACTIVATIONS_H
#define BBS_COMPRESS_ACTIVATIONS_H

#include "base/outcome.h"
#include "compress/grid.h"

#include <stdbool.h>
#include <stdint.h>

/* Quantisers of activations: what a method does to the input of a layer with weights before the product.
 *
 * A method that quantises activations has an activation_method_t. It makes one activation_t for each layer, from samples of
 * the layer's input (calibration), or from its settings alone where each block is scaled as it comes (Microscaling). The
 * engine calls activation_t.quantise on the input of the layer in every prediction (engine_filter()); it knows no formats.
 *
 * Values stay float32: `to` receives the numbers for which the levels stand, so the product that follows is that of the
 * quantised operands, summed in float32. */

/* An input in memory: `channels` x `positions` values (pixels of a plane, or tokens). Value (channel, position) lies at
 *     (channel / block * positions + position) * block + channel % block
 * planes [channel, position] have block 1, oneDNN's blocked planes 8 or 16, rows [position, channel] block = channels. */
typedef struct {
    int64_t channels, positions, block;
    bool flat; /* a linear layer reads the plane as one vector, [channel, position] */
} activation_shape_t;

int64_t activation_place(const activation_shape_t *shape, int64_t channel, int64_t position);

typedef struct activation activation_t;
struct activation {
    /* `to` has the layout of `from`, and is another memory. Any number of threads may call at the same time. */
    void (*quantise)(const activation_t *by, const activation_shape_t *shape, const float *from, float *to);
    grid_t grid;
    float scale;   /* of the tensor; 0: every value becomes 0. Not used by Microscaling */
    float *noise;  /* [channels], added before quantisation and taken off after it; NULL: none */
    int64_t group; /* Microscaling: values of a block */
    int exponent;  /* Microscaling: of the largest power of two among the elements */
};

void activation_free(activation_t *activation);

/* The quantiser with one scale: grid_nearest((x + noise) / scale) * scale - noise, in float32. */
void activation_by_tensor(const activation_t *by, const activation_shape_t *shape, const float *from, float *to);

/* What a method sees of the input of one layer. */
typedef struct {
    const char *layer;
    float largest; /* magnitude, over all values of all calibration samples */
    bool negative; /* whether one of them is below 0 */
    int64_t count; /* values of the input, evenly strided within each sample */
    const float *values;
    int64_t channels;          /* that have a noise each */
    int64_t rows;              /* rows of the layer's product, evenly strided within each sample */
    int64_t inputs;            /* values of a row, in the order of the weights [c, kh, kw] */
    const float *row_values;   /* [rows, inputs] */
    const uint8_t *inside;     /* [rows, inputs]: 0 where a row reaches beyond the plane and reads a zero */
    const int32_t *channel_of; /* [inputs] */
    int64_t outputs;
    const float *weights; /* [outputs, inputs], as compressed; NULL unless the method reads weights */
} activation_samples_t;

struct method_config;

typedef struct activation_method {
    bool calibrates;    /* needs samples; else `samples` has only the layer's name and channels */
    bool reads_weights; /* needs samples->weights, row_values and inside */
    /* Choose the quantiser of a layer with config->activation_bits; freed by activation_free(). The same bytes for any
     * number of threads. */
    outcome_t (*fit)(const struct method_config *config, const activation_samples_t *samples, int threads,
                     activation_t *activation);
} activation_method_t;

#endif
