/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_DIVERGENCE_H
#define BBS_COMPRESS_DIVERGENCE_H

#include "compress/distortion.h"

/* The Kullback-Leibler divergence of the compressed weights of a layer from its INT8 weights w = q * scale, in nats, by two
 * definitions more than distortion.h has. The paper's Figs. 1 and 6 print a "KL divergence" of weights and do not define
 * it.
 *
 * Both take the weights of a layer as a sample of one distribution:
 *     histogram   bins of one INT8 step (of the weight's channel) from -256 to 255, half a count added to each bin of both
 *                 histograms, because compressed weights leave bins empty; values are rounded to the nearest step
 *     gaussian    two normal distributions with the means and variances of the real weights: it sees only a shift of the
 *                 mean and a change of the spread, no error of single weights
 * Each is the divergence of the compressed distribution from the original one, sum of P ln(P / Q) with P the original. */
typedef struct {
    double histogram, gaussian; /* gaussian: NaN where one variance is 0 and the other is not */
} divergence_t;

/* With the distortion of the layer, because both follow from the same counts. The same for any number of threads. */
outcome_t divergence_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion, divergence_t *divergence);

/* KL of N(mean', variance') from N(mean, variance). */
double divergence_gaussian(double mean, double variance, double mean_after, double variance_after);

#endif
