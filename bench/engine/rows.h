/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ROWS_H
#define BBS_ENGINE_ROWS_H

#include <stdint.h>

/* The operations of a transformer besides products, on rows of floats, vectorised, with sums in a fixed order of lanes. */

/* target = (source - mean) / sqrt(variance + epsilon) gamma + beta, row by row; mean and variance of the row's `width`
 * values (Ba et al. 2016). `target` may be `source`. */
void rows_layer_norm(const float *source, int64_t rows, int64_t width, const float *gamma, const float *beta,
                     double epsilon, float *target);

/* target = source / sqrt(mean of source^2 + epsilon) gamma, row by row. `target` may be `source`. */
void rows_rms_norm(const float *source, int64_t rows, int64_t width, const float *gamma, double epsilon, float *target);

/* target[rows, width] = g / (1 + exp(-g)) u of source [rows, 2 width], whose rows are [g, u]. */
void rows_swiglu(const float *source, int64_t rows, int64_t width, float *target);

/* x Phi(x) with the normal distribution's Phi (Hendrycks and Gimpel 2016), in place; absolute error below 3e-7 max(1, |x|).
 */
void rows_gelu(float *values, int64_t count);

/* exp(s x) divided by the sum over the row, in place. */
void rows_softmax(float *values, int64_t rows, int64_t width, float s);
/* The same where row i sees only columns 0 to first + i; the others become 0. */
void rows_softmax_causal(float *values, int64_t rows, int64_t width, int64_t first, float s);

/* target[rows, outputs] = source[rows, inputs] W^T + bias, W [outputs, inputs], each sum in a fixed order of lanes. */
void rows_linear(const float *source, int64_t rows, int64_t inputs, const float *weights, const float *bias,
                 int64_t outputs, float *target);

/* tanh, in place: (1 - e) / (1 + e) with e = exp(-2 |x|); absolute error below 3e-7. */
void rows_tanh(float *values, int64_t count);

#endif
