/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PIXELS_H
#define BBS_ENGINE_PIXELS_H

#include "base/outcome.h"
#include "data/profile.h"
#include "engine/product.h"
#include "nets/weights.h"

/* The first layer of the integer mode reads pixels as u8; the profile's mean and deviation are folded into multipliers and
 * biases.
 *
 * x_c = (p_c / 255 - mean_c) / std_c, so  sum w x = sum_c 1 / (255 std_c) sum w p_c  -  sum over the taps inside the plane
 * of w mean_c / std_c. The sums over p are integers: one for all channels when their deviations are equal, else one per
 * channel. The second term depends on the position only by the taps that are inside, so there are a few kinds of rows and
 * columns. */

typedef struct {
    const profile_t *profile;
    int64_t channels, pixels; /* of a plane */
    int groups;               /* number of separate sums: 1, or one per channel */
} pixels_t;

outcome_t pixels_open(const net_weights_t *weights, pixels_t *pixels);

/* The value of one level of group `group`: 1 / (255 std). */
double pixels_step(const pixels_t *pixels, int group);

enum { PIXELS_ROOM = 8 }; /* bytes that may be read after the pixels, and written after the gathered rows */

/* Recover the bytes from which the profile made `input`: [channels, pixels]. */
void pixels_recover(const pixels_t *pixels, const float *input, uint8_t *bytes);

/* Gather the inputs of a convolution for the outputs `first` to `first` + count - 1: rows [channels, kh, kw], zeros outside
 * the plane. */
void pixels_gather(const product_shape_t *shape, const uint8_t *bytes, int64_t first, int64_t count, uint8_t *rows);

/* The kinds of outputs, by the taps that are inside: kind[out_h * out_w]. Returns the number of kinds. */
int64_t pixels_kinds(const product_shape_t *shape, int32_t *kind);

/* The second term above for one output channel and each kind: terms[kinds]; `weights` [channels, kh, kw] in INT8 steps. */
void pixels_terms(const pixels_t *pixels, const product_shape_t *shape, const int16_t *weights, const int32_t *kind,
                  int64_t kinds, double *terms);

#endif
