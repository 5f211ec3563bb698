/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_COST_H
#define BBS_ACCEL_COST_H

#include <stdbool.h>
#include <stdint.h>

/* What one slice of weights costs a PE that skips bits, and how many of its bits are ones. The functional models in
 * pe/ take the same number of cycles, and a test holds them to it.
 *
 * `count` is a multiple of 8, at most 1024. No slice takes less than one cycle: that it is empty has to be seen. */

typedef struct {
    int64_t cycles;
    int64_t useful; /* ones that a lane has to work on */
} cost_t;

/* Pragmatic: each weight's magnitude bit by bit, ones only; the weight with most ones decides. */
cost_t cost_pragmatic(const int8_t *weights, int64_t count);
/* The same as the authors' simulator has it: the sign is a one of a negative weight, and a slice of zeros takes no cycle.
 */
cost_t cost_pragmatic_signed(const int8_t *weights, int64_t count);
/* Bitlet: each significance of the two's complement weight by weight, ones only; the fullest significance decides. */
cost_t cost_bitlet(const int8_t *weights, int64_t count);

/* BitWave: the columns of a slice that are not all zero, as a mask: bit b is set when some magnitude has it, -128 counting
 * as -127. Adds the ones to `ones`. */
uint8_t cost_columns(const int8_t *weights, int64_t count, int64_t *ones);
int64_t cost_ones(uint8_t byte);
bool cost_any_negative(const int8_t *weights, int64_t count);

/* SparTen: weights that are not zero. */
int64_t cost_nonzero(const int8_t *weights, int64_t count);

#endif
