/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_PAIRS_TILE_H
#define BBS_ACCEL_PAIRS_TILE_H

#include "accel/pairs_inputs.h"

/* The weights of one tile of rows, as bitmaps, and the pairs that they make with the inputs of steps. */
typedef struct {
    int64_t group, slices;
    int64_t room;    /* rows, filled up to a multiple of eight with rows of zeros */
    int64_t rows;    /* those that are there */
    int64_t nonzero; /* weights of these rows that are not zero */
    uint64_t *words; /* [slices, 2, room]: the first halves of the bitmaps, then the second ones */
    uint8_t *counts; /* [slices, BITMAP_BITS]: rows that have each bit, at most 255 rows; kept by vectors.h alone */
} pairs_tile_t;

outcome_t pairs_tile_open(int64_t rows, int64_t slices, int64_t group, pairs_tile_t *tile);
void pairs_tile_close(pairs_tile_t *tile);

/* Without rows. */
void pairs_tile_clear(pairs_tile_t *tile);
/* The next row, in the order of the PE, filled up with zeros: row[slices * group]. */
void pairs_tile_add(pairs_tile_t *tile, const int8_t *row);

/* What the steps of `inputs` take. */
typedef struct {
    int64_t cycles; /* sum over slices of the largest number of pairs of a PE, and at least `load` */
    int64_t pairs;
} pairs_sum_t;

/* Add the tile with the inputs of group `group` of the layer to sums[count], of the first `count` steps. By vectors where
 * the inputs are made for it, else every pair is looked at: the same sums. */
void pairs_tile_count(const pairs_tile_t *tile, const pairs_inputs_t *inputs, int64_t group, int64_t count, int64_t load,
                      pairs_sum_t *sums);

#endif
