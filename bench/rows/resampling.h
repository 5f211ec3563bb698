/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_RESAMPLING_H
#define BBS_ROWS_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

/* The bootstrap of many statistics over as many parts from one seed. Which parts a draw takes depends on their number and
 * on the seed alone, so the numbers are drawn once and kept: an interval then costs a sum over them. The intervals are
 * those of statistics_bootstrap_mean() and statistics_bootstrap_ratio(), bit for bit.
 *
 * Start with {0}. Not for two threads at once. Numbers of the last two (count, seed) are kept, at most 64 MiB each; where
 * they take more, or memory is out, they are drawn for the one interval alone. */
enum { RESAMPLING_KEPT = 2 };

typedef struct {
    uint16_t *parts; /* [draws / 8, count, 8]: part i of 8 draws side by side; NULL: nothing is kept */
    size_t count, draws;
    uint32_t seed;
} resampling_numbers_t;

typedef struct {
    resampling_numbers_t kept[RESAMPLING_KEPT]; /* the last used first */
} resampling_t;

void resampling_mean(resampling_t *resampling, const double *values, size_t count, uint32_t seed, double *low,
                     double *high);
void resampling_ratio(resampling_t *resampling, const double *sums, const int64_t *counts, size_t count, uint32_t seed,
                      double *low, double *high);
void resampling_free(resampling_t *resampling);

#endif
