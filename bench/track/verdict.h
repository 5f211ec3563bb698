/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_VERDICT_H
#define BBS_TRACK_VERDICT_H

#include "track/comparison.h"

/* Correct all p of a comparison together, and give each row its change and its verdict in words:
 *
 *     same
 *     within noise: 1 of 2,000 answers
 *     moved: 3 of 2,000 answers, p = 0.250
 *     worse: 40 lost and 5 gained of 2,000 answers, p < 0.001
 *
 * The p in a verdict is that of the row alone; where the correction takes away its meaning, the corrected p follows.
 * Also counts the tests, and finds the loss that could have been seen: paired_detectable() at 0.05 divided
 * by the number of tests (Holm's strictest step), with a power of 0.8 and the upper end of the interval of the share of
 * answers that changed between right and wrong. */
outcome_t verdict_all(comparison_t *comparison);

#define VERDICT_LEVEL 0.05 /* of the tests, after correction */
#define VERDICT_POWER 0.8  /* with which the smallest loss is found */

#endif
