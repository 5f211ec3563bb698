/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_COST_H
#define BBS_ACCEL_COST_H

#include <stdbool.h>
#include <stdint.h>

/* The cycles of one slice of weights on a PE that skips bits, and the number of ones among its bits. The functional models
 * in pe/ take the same number of cycles; a test compares them.
 *
 * `count` is a multiple of 8, at most 1024. Every slice takes at least one cycle, even an empty one, except where the
 * authors' simulator differs. */

typedef struct {
    int64_t cycles;
    int64_t useful; /* ones that a lane has to work on */
} cost_t;

/* Pragmatic: a lane takes the ones of a weight's magnitude one by one; the weight with most ones decides. */
cost_t cost_pragmatic(const int8_t *weights, int64_t count);
/* The same as in the authors' simulator: the sign of a negative weight counts as a one, and a slice of zeros takes no
 * cycle. */
cost_t cost_pragmatic_signed(const int8_t *weights, int64_t count);
/* Bitlet: a lane takes the ones of a significance weight by weight (two's complement); the fullest significance decides. */
cost_t cost_bitlet(const int8_t *weights, int64_t count);
/* The same as in the authors' simulator: a slice of zeros takes no cycle. */
cost_t cost_bitlet_zeros(const int8_t *weights, int64_t count);

/* BitWave: a mask of the columns of a slice that are not all zero: bit b is set when some magnitude has bit b; -128 counts
 * as -127. Adds the number of ones to `ones`. */
uint8_t cost_columns(const int8_t *weights, int64_t count, int64_t *ones);
int64_t cost_ones(uint8_t byte);
bool cost_any_negative(const int8_t *weights, int64_t count);

/* SparTen: weights that are not zero. */
int64_t cost_nonzero(const int8_t *weights, int64_t count);

#endif
