/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_PAIRING_H
#define BBS_TRACK_PAIRING_H

#include "rows/paired.h"
#include "rows/signed_rank.h"
#include "track/answers.h"

/* Two runs' answers to the same samples, pair by pair. */

typedef struct {
    int64_t changed;        /* answers that are not the same, also from one wrong class to another */
    flips_t flips;          /* between right and wrong */
    double p;               /* McNemar's exact test of the flips, two-sided */
    paired_effect_t effect; /* on the accuracy */
} pairing_t;

/* Do both have the same samples with the same labels, in the same order? Only then are they pairs. */
bool pairing_possible(const answers_t *before, const answers_t *after);

/* FAULT_FAILED when pairing_possible() is false or there is no sample. */
outcome_t pairing_of_answers(const answers_t *before, const answers_t *after, pairing_t *pairing);

/* A statistic that both have, after minus before. A pair with an unknown value on a side is left out. A difference of at
 * most 1e-5 of the mean size of the values before counts as none: float32 sums of another order differ so, which is about
 * 100 of the smallest steps of a float32 (6e-8 of its size). */
typedef struct {
    int64_t pairs, changed;
    double mean_before, mean_after;
    double effect, low, high; /* mean difference and its 95 % interval by Student's t */
    signed_rank_t test;
} statistic_pairing_t;

/* `a` and `b` are the statistic's places in each. The samples are pairs, as above. */
outcome_t pairing_of_statistic(const answers_t *before, size_t a, const answers_t *after, size_t b,
                               statistic_pairing_t *pairing);

#endif
