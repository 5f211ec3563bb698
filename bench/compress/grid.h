/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_GRID_H
#define BBS_COMPRESS_GRID_H

#include "compress/clones.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Number formats of a few bits as sets of levels; the level nearest to a weight.
 *
 * In every format here the spacing of the levels depends only on the binade: between 2^e and 2^(e+1) neighbours are
 * 2^s apart with s = slope * e + offset, clamped to [finest, coarsest]. An integer has slope 0, a float slope 1,
 * ANT's flint slope 2. Zero is a level, except where `low` is above it.
 *
 * A weight w is quantised with a scale to level * scale, where level is the nearest to x = w * (1 / scale) in float32;
 * values beyond low and high saturate; of two equally near levels the even multiple of their distance is taken (round half
 * to even). With a scale of 0 every result is 0. */
typedef struct {
    int slope, offset;
    int finest, coarsest; /* exponents of the least and the greatest spacing */
    float low, high;      /* the lowest and the highest level */
} grid_t;

grid_t grid_integer(int bits, bool is_signed);           /* -2^(b-1) .. 2^(b-1) - 1, or 0 .. 2^b - 1 */
grid_t grid_fixed(int bits, int fraction);               /* +-(2^(b-1) - 1) / 2^fraction */
grid_t grid_float(int exponent_bits, int mantissa_bits); /* sign, IEEE bias, subnormals, no infinity or NaN (OCP MX 1.0) */
grid_t grid_flint(int bits, bool is_signed);             /* 3 to 8 bits; ant.h has the definition */
grid_t grid_power_of_two(int bits, bool is_signed);      /* 0, and 2^0 to 2^-(2^m - 2) with m <= 7 bits of magnitude */

/* The nearest level to x. Rounding to a multiple of 2^s is adding and subtracting 1.5 * 2^(23 + s): the sum has no bits
 * left for anything finer, and float32 rounds it half to even. There is no negative zero. */
COMPRESS_INLINE float grid_nearest(const grid_t *grid, float x)
{
    x = x > grid->high ? grid->high : x;
    x = x < grid->low ? grid->low : x;
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t spacing = ((bits >> 23 & 255) - 127) * grid->slope + grid->offset;
    spacing = spacing < grid->finest ? grid->finest : spacing;
    spacing = spacing > grid->coarsest ? grid->coarsest : spacing;
    int32_t magic_bits = (spacing + 23 + 127) << 23 | 0x400000;
    float magic;
    memcpy(&magic, &magic_bits, sizeof magic);
    return x + magic - magic;
}

/* levels[i] of weights[i]. */
void grid_levels(const grid_t *grid, const float *weights, int64_t count, float scale, float *levels);
/* The float32 values level * scale; `values` may be `weights`. */
void grid_values(const grid_t *grid, const float *weights, int64_t count, float scale, float *values);
/* Sum of squared differences between weights and values, in float64 and an order that depends on `count` alone. */
double grid_error(const grid_t *grid, const float *weights, int64_t count, float scale);

float grid_largest(const float *weights, int64_t count); /* the largest magnitude */
float grid_scale(float range, float span);               /* range / span, or 0 where it or its reciprocal is not finite */
float grid_reciprocal(float scale);                      /* 1 / scale; 0 for a scale of 0 */

/* Ranges to try: base * i / 32 for i = last down to first, GRID_RANGES_MOST of them at most. */
enum { GRID_RANGES_MOST = 64 };
typedef struct {
    int first, last;
} grid_ranges_t;

typedef struct {
    float scale; /* 0 when all weights are zero or too small for a scale */
    double error;
} grid_fit_t;

/* The scale = range / span with the least squared error, the widest of equal ones. For integers span is high + 0.5 when
 * the range is the point where rounding saturates, or high when the range is the largest level. */
grid_fit_t grid_fit(const grid_t *grid, const float *weights, int64_t count, float base, float span, grid_ranges_t ranges);

/* The squared error of the first `count` weights with a scale; or INFINITY when it is above `most`. It does not become less
 * with more weights. */
typedef double grid_trial_t(const void *context, int64_t count, float scale, double most);

/* Of `number` scales the one with the least error, the first of equal ones; 0 when none is better than a scale of 0. A
 * scale of 0 in the list is left out. The same as trying all of them on all weights. */
grid_fit_t grid_search(grid_trial_t *trial, const void *context, int64_t count, const float *scales, int number);

#endif
