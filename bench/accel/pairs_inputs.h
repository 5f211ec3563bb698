/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_PAIRS_INPUTS_H
#define BBS_ACCEL_PAIRS_INPUTS_H

#include "accel/bitmap.h"
#include "accel/pairs.h"

/* The inputs of some steps of the array (pairs.h), drawn or real, as bitmaps. */

/* One step: its line, its first output and its outputs. */
typedef struct {
    int64_t y, x, columns;
    int64_t number; /* drawn: the random numbers follow from it and from the layer's name */
    int64_t sample; /* real inputs: which */
} pairs_step_t;

/* Of each slice of each step the bitmaps of its columns. `by_vectors` adds what vectors.h needs to count pairs without
 * looking at each: columns with more ones come first, and each bit has the number of columns that have it. */
typedef struct {
    const pairs_request_t *request;
    bitmap_plane_t plane;
    bitmap_order_t order;
    bool by_vectors;
    int64_t groups, slices; /* groups of the layer; slices of a dot product */
    int64_t columns, room;  /* at most; steps that there is room for */
    int64_t *used;          /* [room], columns of each step */
    bitmap_t *bitmaps;      /* [groups, slices, room, columns] */
    uint8_t *ones;          /* [groups, slices, room, columns], ones of each */
    int8_t *counts;         /* [groups, slices, room, BITMAP_BITS] */
    uint8_t *windows;       /* per worker: [kh, width, c] */
    bitmap_t *scratch;      /* per worker: [slices, columns], or the pixels of TAUSWORTHE_LANES steps */
    int64_t scratch_size;
} pairs_inputs_t;

/* `columns`: of a step, at most. There is room for as many steps as fit into a few megabytes, at most for `steps`. With
 * `plain` nothing is done by vectors.h. Free with pairs_inputs_close(). */
outcome_t pairs_inputs_open(const pairs_request_t *request, int64_t columns, int64_t steps, int threads, bool plain,
                            pairs_inputs_t *inputs);
void pairs_inputs_close(pairs_inputs_t *inputs);

/* Make the inputs of steps[count], count <= room. Same bits for any number of threads, and by vectors. */
outcome_t pairs_inputs_fill(pairs_inputs_t *inputs, const pairs_step_t *steps, int64_t count, int threads);

#endif
