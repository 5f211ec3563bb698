/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_PAIRED_H
#define BBS_ROWS_PAIRED_H

#include "rows/statistics.h"

#include <stdint.h>

/* How large a difference of two accuracies on the same samples is, and how small a one could have been seen. Both are
 * shares of the samples, in [-1, 1]. McNemar's exact test itself is statistics_mcnemar(). */

typedef struct {
    double effect;    /* (gained - lost) / samples */
    double low, high; /* 95 % interval */
} paired_effect_t;

/* The adjusted Wald interval of Bonett and Price (Journal of Educational and Behavioral Statistics 37, 2012): one more
 * answer is counted as lost and one as gained, so that no answer that moved is not taken for certainty. samples > 0. */
paired_effect_t paired_effect(flips_t flips, int64_t samples);

/* The smallest loss that a two-sided test of `samples` pairs at level `alpha` finds with probability `power`, when a share
 * `moving` of the answers changes between right and wrong: the d that solves
 *
 *     samples = ((z(1 - alpha/2) sqrt(m) + z(power) sqrt(m - d^2)) / d)^2,   m = max(moving, d)
 *
 * (Connor, Biometrics 43, 1987). A share that is not known is best taken too large: statistics_wilson()'s upper end. NaN
 * when no loss could be found. 0 < alpha < 1, 0.5 <= power < 1. */
double paired_detectable(int64_t samples, double moving, double alpha, double power);

#endif
