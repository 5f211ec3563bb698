/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_STATISTICS_H
#define BBS_EXPERIMENTS_STATISTICS_H

#include <stdint.h>

/* The statistics of accuracy rows, on the GNU Scientific Library. */

/* Wilson's score interval at 95 % for `correct` of `samples`, as fractions in [0, 1] (Wilson 1927). samples > 0. */
void statistics_wilson(int64_t correct, int64_t samples, double *low, double *high);

/* Answers that changed between two runs over the same samples. */
typedef struct {
    int64_t right_to_wrong, wrong_to_right;
} flips_t;

flips_t statistics_flips(const int32_t *labels, const int *before, const int *after, int64_t samples);

/* McNemar's exact test: two-sided p of these flips if each direction were equally likely (binomial with 1/2);
 * 1 when nothing flipped. */
double statistics_mcnemar(flips_t flips);

#endif
