/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_CUT_H
#define BBS_SHARDS_CUT_H

#include "shards/plan.h"

/* Cut evaluations into units of about equal cost. */

/* One command whose rows are wanted, with its measured cost. Texts belong to the caller. */
typedef struct {
    const char *rows, *net, *size, *data, *command;
    const char *const *methods; /* in the order of the rows */
    size_t method_count;
    int64_t samples;
    double sample_seconds; /* processor time of a sample under a method */
    double fixed_seconds;  /* processor time of loading and compressing, once a unit */
} evaluation_t;

/* How large units are: so that there are about `units`; or of `seconds` of processor time; with neither so that what is
 * fixed takes CUT_OVERHEAD_PERCENT of a unit. */
typedef struct {
    int64_t units;
    double seconds;
} cut_t;

enum { CUT_OVERHEAD_PERCENT = 3 };

/* The parts of the samples of an evaluation, all of them cut alike for every method: samples from samples * i / parts on
 * are part i. At least 1, at most one a sample. */
int64_t cut_parts(const evaluation_t *evaluations, size_t count, size_t index, const cut_t *cut);

/* The units of all evaluations, the first wave before the second; within a wave by evaluation, then range, then method.
 * `*units` is to free(), and so is `*texts`, which holds the names of references; other texts are those of the evaluations.
 */
outcome_t cut_units(const evaluation_t *evaluations, size_t count, const cut_t *cut, unit_t **units, size_t *unit_count,
                    text_t **texts);

#endif
