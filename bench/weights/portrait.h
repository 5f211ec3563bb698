/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_PORTRAIT_H
#define BBS_WEIGHTS_PORTRAIT_H

#include "compress/compress.h"

/* What a layer's INT8 weights look like, in 130 numbers: enough to draw another layer like it (synthesis.h), too little to
 * get the layer back.
 *
 * A weight in INT8 steps is taken as   spread[channel] * gain[group] * weight,   the three independent of one another:
 *   spread  root mean square of an output channel's weights, in steps of that channel;
 *   gain    of 32 consecutive input channels at one kernel position against their channel: weights that are large or small
 *           together (dead inputs, corners of a kernel) are what makes redundant bit columns;
 *   weight  what is left, of all weights.
 * Each is kept as a table of empirical quantiles, so that tails and heaps at zero stay. Beside the last stands the
 * generalised Gaussian exp(-|x / a|^shape) of the same mean magnitude, for the reader: it is no part of the drawing. */

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
    double depth;                    /* its place in its network, 0 to 1 */
    double shape;                    /* of the generalised Gaussian: 2 = Gaussian, 1 = Laplacian */
    double misfit;                   /* largest distance of its distribution function from the weights' own */
    double scale[PORTRAIT_CHANNELS]; /* scale factors of the channels, in the units of the float weights */
    double spread[PORTRAIT_CHANNELS];
    double gain[PORTRAIT_GAINS];
    double weight[PORTRAIT_WEIGHTS];
} portrait_t;

/* Take the portrait of a layer whose float weights and scales are known. `depth` is set to 0 and `linear` to false. Numbers
 * are rounded to four digits, so that one read back from a file is the same. */
outcome_t portrait_take(const compress_layer_t *layer, portrait_t *portrait);

/* The probability that belongs to weight[index]: 1/2 in the middle, from there outwards each time 0.65 of the tail. */
double portrait_probability(int index);

/* Value of a table of evenly spaced quantiles at `probability`. */
double portrait_quantile(const double *table, int count, double probability);

/* The largest |weight| to be expected among `count`. */
double portrait_peak(const portrait_t *portrait, int64_t count);

#endif
