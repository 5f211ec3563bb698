/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_PORTRAIT_H
#define BBS_WEIGHTS_PORTRAIT_H

#include "compress/compress.h"

/* The distribution of a layer's INT8 weights in 164 quantiles: enough to draw a similar layer (synthesis.h), too few to
 * restore the layer. A weight in INT8 steps is modelled as   spread[channel] * gain[group] * weight,   three independent
 * factors: spread  root mean square of an output channel's weights, in steps of that channel; gain    root mean square of
 * 32 consecutive input channels at one kernel position, relative to the channel: weights that are large or small together
 * (dead inputs, corners of a kernel) make redundant bit columns; weight  the remaining factor, over all weights. Each
 * factor is kept as a table of empirical quantiles, which keeps tails and a peak at zero. The generalised Gaussian exp(-|x
 * / a|^shape) with the mean magnitude of `weight` is there for the reader only: nothing is drawn from it. */

enum {
    PORTRAIT_GROUP = 32,    /* weights of one gain */
    PORTRAIT_CHANNELS = 33, /* quantiles over channels, at 0, 1/32, ..., 1 */
    PORTRAIT_GAINS = 33,
    PORTRAIT_WEIGHTS = 65, /* at portrait_probability() */
    PORTRAIT_NAME = 96
};

typedef struct {
    char name[PORTRAIT_NAME];
    int64_t k, c, kh, kw;            /* of the layer that it was taken from */
    bool linear;                     /* a matrix; false: a convolution, of 1x1 as well */
    double depth;                    /* position in its network, 0 to 1 */
    double shape;                    /* of the generalised Gaussian: 2 = Gaussian, 1 = Laplacian */
    double misfit;                   /* largest distance between its distribution function and that of the weights */
    double scale[PORTRAIT_CHANNELS]; /* scale factors of the channels, in the units of the float weights */
    double spread[PORTRAIT_CHANNELS];
    double gain[PORTRAIT_GAINS];
    double weight[PORTRAIT_WEIGHTS];
} portrait_t;

/* Take the portrait of a layer with float weights and scales. `depth` is set to 0 and `linear` to false. Numbers are
 * rounded to four digits, so that a portrait read from a file is equal to the one written. */
outcome_t portrait_take(const compress_layer_t *layer, portrait_t *portrait);

/* The probability of the quantile weight[index]: 1/2 in the middle; outwards, each tail probability is 0.65 of the one
 * before. */
double portrait_probability(int index);

/* The value at `probability` of a table of evenly spaced quantiles. */
double portrait_quantile(const double *table, int count, double probability);

/* The expected largest |weight| among `count` weights. */
double portrait_peak(const portrait_t *portrait, int64_t count);

#endif
