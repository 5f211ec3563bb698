/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_DISTORTION_H
#define BBS_COMPRESS_DISTORTION_H

#include "compress/layer.h"

/* The distance of compressed weights w' from the INT8 weights w = q * scale that they were made from.
 * The Kullback-Leibler divergence is that of softmax(w') from softmax(w) over all weights of a layer. The paper does not
 * define its KL; this definition is inferred: for small errors it is half their variance, and the three values of Fig. 1
 * (INT5 5.1e-6, zero columns 1.8e-6, BBS 8e-7) have the ratios of their squared errors (5.3, 1.75, 0.75). */
typedef struct {
    int64_t weights;
    double squared_steps; /* sum of ((w' - w) / scale)^2: in INT8 steps */
    double steps;         /* sum of (w' - w) / scale: what moves all weights one way, and outputs with them */
    double signal, noise; /* sums of w^2 and (w' - w)^2 */
    double divergence;    /* KL in nats, of a layer; of several layers the mean, weighted by their weights */
    /* Squared error of the layer's outputs over their squares, when the inputs are independent and normal, cut off below
     * zero (as behind a ReLU); of several layers the mean, weighted by their weights. Such inputs have a mean, so errors of
     * one sign add up: the error of an output is variance * sum of e^2 + mean^2 * (sum of e)^2 over its weights. Infinite
     * for zeros that were changed. */
    double output_error;
} distortion_t;

outcome_t distortion_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion);

/* The same of a layer that comes in parts, one after the other. Sums over channels go on from part to part, so that the
 * result is that of the whole layer, bit for bit. Begin with zeros. */
typedef struct {
    int64_t weights;
    double squared_steps, steps, signal, noise;           /* as in distortion_t */
    double internal_z, internal_z_compressed;             /* sums of e^w and of e^w' */
    double internal_drift;                                /* sum of e^w (w - w') */
    double internal_output_noise, internal_output_signal; /* squared, of the layer's outputs */
} distortion_sums_t;

outcome_t distortion_sum(const compress_layer_t *part, const compressed_t *compressed, int threads,
                         distortion_sums_t *sums);
/* `signal` and `noise` alone, in a fraction of the time: the same numbers; the other sums are not touched. */
outcome_t distortion_energy(const compress_layer_t *part, const compressed_t *compressed, int threads,
                            distortion_sums_t *sums);
distortion_t distortion_of_sums(const distortion_sums_t *sums);

void distortion_add(distortion_t *sum, const distortion_t *distortion);

double distortion_mse(const distortion_t *distortion);     /* INT8 steps squared */
double distortion_mean(const distortion_t *distortion);    /* mean error, INT8 steps, signed */
double distortion_sqnr_db(const distortion_t *distortion); /* NaN when there is no error */

#endif
