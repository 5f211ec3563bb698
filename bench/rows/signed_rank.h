/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_SIGNED_RANK_H
#define BBS_ROWS_SIGNED_RANK_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wilcoxon's signed-rank test of paired values (Wilcoxon, Biometrics Bulletin 1, 1945): is the distribution of the
 * differences symmetric about 0?
 *
 * Differences of 0 are dropped, as Wilcoxon did. The sizes of the others are ranked from 1; equal sizes share the mean of
 * their ranks. Up to SIGNED_RANK_EXACT differences p is exact, also with equal sizes: each of the 2^n choices of signs of
 * these very ranks is as likely. Above, p is of the normal distribution with the variance for equal sizes and a correction
 * of 1/2 for continuity (Lehmann, Nonparametrics, 1975). */

enum { SIGNED_RANK_EXACT = 50 }; /* differences; up to here all counts of choices are exact integers */

typedef struct {
    int64_t zeros;              /* differences of 0, dropped */
    int64_t positive, negative; /* differences of each sign */
    double positive_ranks;      /* sum of the ranks of the positive differences: W+, R's V */
    double negative_ranks;
    double p;      /* two-sided; 1 when no difference is left */
    double effect; /* rank-biserial correlation (W+ - W-) / (W+ + W-), -1 to 1 (Kerby 2014); 0 when none is left */
    bool exact;
} signed_rank_t;

/* Test `count` differences (may be 0). FAULT_FAILED when one is NaN. `differences` stays as it is. */
outcome_t signed_rank_test(const double *differences, size_t count, signed_rank_t *test);

#endif
