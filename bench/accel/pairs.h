/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_PAIRS_H
#define BBS_ACCEL_PAIRS_H

#include "accel/accel.h"

/* The cycles of a layer on an array whose PEs multiply only the pairs in which no operand is zero, one pair a cycle, all
 * PEs in lock step: a slice takes the largest number of pairs among the PEs, and at least `load` cycles.
 *
 * PE (row, column) has the weights of output channel `row` and the inputs of output `column`: all rows of a column see the
 * same inputs, so a row tile is of one group of the layer (tile.h). Inputs outside the plane are zero. A tile counts the
 * rows and columns that it has. */

typedef struct {
    const net_layer_t *shape;
    const int8_t *weights; /* [k, c, kh, kw] */
    double density;        /* share of inputs that are not zero, 0 to 1; used when there are no masks */
    accel_masks_t masks;   /* real inputs; samples 0: inputs are drawn, each on its own */
    int64_t rows, columns; /* of the array */
    int64_t group;         /* operands of a slice, at most BITMAP_BITS */
    bool flat;             /* bitmap.h */
    int64_t load;
} pairs_request_t;

/* Of one sample: with masks the mean over the samples, otherwise an estimate of the expected numbers from a fixed choice of
 * draws. */
typedef struct {
    double cycles;
    double variance; /* of the estimate of `cycles`, from the differences between draws; 0: nothing was drawn */
    double pairs;
    int64_t nonzero; /* weights that are not zero */
    int64_t slices;
} pairs_t;

/* Same numbers for any number of threads. */
outcome_t pairs_count(const pairs_request_t *request, int threads, pairs_t *pairs);
/* The same numbers, from every pair of a row and a column on every processor. */
outcome_t pairs_count_plain(const pairs_request_t *request, int threads, pairs_t *pairs);

#endif
