/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_RATIO_SECTION_H
#define BBS_EXPERIMENTS_RATIO_SECTION_H

#include "experiments/experiment.h"
#include "experiments/rows.h"

/* What the experiments of Figs 12 and 13 share: a ratio for each network and design, and its geometric mean. Rows are those
 * of speedup.h. */

/* A table of `column` with a row a network and a column a design, means at the end. */
outcome_t ratio_present(const experiment_view_t *view, document_t *document, const char *column, const char *caption);

/* A ratio of one network, or of "geomean"; NaN where there is none. */
double ratio_of(rows_t *rows, const char *net, const char *accelerator, const char *column);

/* Join the geometric means of designs with claims: value = mean, or 1 / mean. */
typedef struct {
    const char *claim, *accelerator;
    bool inverse;
} ratio_claim_t;

outcome_t ratio_measure(const experiment_view_t *view, claims_t *claims, const char *file, const char *column,
                        const ratio_claim_t *which, size_t count);

/* For notes: "geometric mean of 7 networks, full size, synthetic weights". */
extern const char ratio_note[];

extern const diff_rule_t ratio_rule;

#endif
