/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_GRID_COUNTS_H
#define BBS_COMPRESS_GRID_COUNTS_H

#include <stdint.h>

/* The weights of one channel before and after compression, counted by value and summed, where both lie on the layer's INT8
 * grid. All is exact. */
enum {
    GRID_BEFORE = 256, /* INT8 values, from -128 */
    GRID_AFTER = 512,  /* compressed values, from GRID_LOWEST */
    GRID_LOWEST = -256 /* they lie in [-160, 158] (zero-point shifting); those of PTQ within 8 bits */
};

typedef struct {
    int64_t before[GRID_BEFORE]; /* weights of value i - 128 */
    int64_t moved[GRID_BEFORE];  /* the sum of what they are compressed to */
    int64_t after[GRID_AFTER];   /* weights that are compressed to i + GRID_LOWEST */
} grid_counts_t;

void grid_counts_of(const int8_t *q, const int16_t *values, int64_t size, grid_counts_t *counts);

/* Sums over the weights q and the compressed values v. */
typedef struct {
    int64_t q, q_squares, v, v_squares, q_times_v;
} grid_sums_t;

grid_sums_t grid_sums_of(const int8_t *q, const int16_t *values, int64_t size);

#endif
