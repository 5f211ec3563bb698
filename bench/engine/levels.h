/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LEVELS_H
#define BBS_ENGINE_LEVELS_H

#include <stdbool.h>
#include <stdint.h>

/* Activations in 8 bits: the arithmetic between two integer products. Elementwise float32 in a fixed order, every operation
 * rounded as IEEE 754 says, nothing fused, no libm: the same bytes on every processor. A level u stands for u * step.
 *
 * A pixel or token is a row of `width` values; rows are dense. */

/* The result of a convolution from its sums: v = sum_g sums[g] multiplier[g] + bias + residual, clipped at 0 with `relu`
 * and at `clip`, then stored as floats or as the nearest of 256 levels (ties to even). */
typedef struct {
    int groups; /* 1 to 3 products that are added, each with its own multiplier */
    const int32_t *sums[3];
    int64_t sums_stride;        /* a row of sums begins each so many numbers; 0: rows are dense */
    const float *multiplier[3]; /* [width] */
    const float *bias;          /* [width], or [bias rows, width] */
    const int32_t *bias_row;    /* which row of biases each row uses; NULL: always the first */
    const uint8_t *levels;      /* residual, in levels of level_step; or NULL */
    float level_step;
    const float *floats; /* residual; or NULL */
    bool relu;
    float clip;         /* with the ReLU: v is at most this (ReLU6); 0: no limit */
    uint8_t *to_levels; /* or NULL */
    float per_step;     /* 1 / step of the result */
    float *to_floats;   /* used when to_levels is NULL */
    int64_t stride;     /* rows of residual, result and biases begin so far apart; 0: they are dense */
} levels_finish_t;

void levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width);

/* The nearest levels of floats, as above. */
void levels_round(const float *values, int64_t count, float per_step, uint8_t *levels);

/* Pools of a [h, w, width] plane; the pad_top rows and pad_left columns in front are outside and ignored. */
typedef struct {
    int64_t in_h, in_w, out_h, out_w, kernel, stride, pad_top, pad_left;
} levels_window_t;
void levels_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target);
/* The mean of all rows, of levels or floats. */
void levels_average(const uint8_t *levels, float step, const float *floats, int64_t rows, int64_t width, float *means);

/* Signed, per row: q = round(x 127.5 / max|x|) clipped to -128..127, as 128 + q; step[row] = max|x| / 127.5 (0 for a row of
 * zeros). Rows begin `stride` floats apart; targets are dense. */
void levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step);
/* The same without the 128, and the sum of each row's q (NULL: not wanted). */
void levels_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step,
                           int32_t *sum);
/* The same per column. */
void levels_of_columns(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step);

/* target (+)= (sums - zero[column]) * (row_step[row] * step[column]) + bias[column]; NULL: zero and bias are 0. Target rows
 * begin `stride` floats apart. */
typedef struct {
    const int32_t *sums, *zero;
    const float *row_step, *step, *bias;
    bool accumulate;
    float *target;
    int64_t stride;
    int64_t sums_stride; /* 0: rows are dense */
} levels_rows_t;
void levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width);

#endif
