/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_COST_ROWS_H
#define BBS_ACCEL_COST_ROWS_H

#include "accel/cost.h"

/* The costs of all slices of a row of weights at once. */

/* A rule of cost.h, and the faster way that there is for slices of one size. */
typedef struct {
    cost_t (*slice)(const int8_t *weights, int64_t count);
    int64_t group; /* weights of such a slice */
    /* On processors with vectors.h; the same numbers as cost_rows_plain(). */
    int64_t (*row)(const int8_t *row, int64_t slices, uint16_t *cycles);
} cost_rule_t;

extern const cost_rule_t cost_rule_pragmatic, cost_rule_pragmatic_signed, cost_rule_bitlet, cost_rule_bitlet_zeros;

/* cycles[slices] of row[slices * group]. Returns the ones that lanes have to work on, of all slices together. */
int64_t cost_rows(const cost_rule_t *rule, const int8_t *row, int64_t slices, int64_t group, uint16_t *cycles);
/* The same, slice by slice, on every processor. */
int64_t cost_rows_plain(const cost_rule_t *rule, const int8_t *row, int64_t slices, int64_t group, uint16_t *cycles);

#endif
