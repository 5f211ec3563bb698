/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_LOSSES_H
#define BBS_EXPERIMENTS_LOSSES_H

#include "experiments/experiment.h"
#include "experiments/rows.h"

/* Losses of accuracy against INT8, read from accuracy.csv of the run folder: what Table I to III and Fig. 11 are made of.
 */

/* Rows of a table about accuracy: one a network and method. */
extern const char losses_header[];

typedef struct {
    const char *net;    /* NULL: every network of the run */
    const char *method; /* spec as in accuracy.csv */
} losses_choice_t;

/* Write FOLDER/FILE: for each chosen method of each network accuracy, loss, bits; then, with `mean`, a row `mean` a method
 * with the mean loss over the networks and its bootstrap interval (statistics.h). */
outcome_t losses_write(const experiment_context_t *context, const char *file, const losses_choice_t *choices, size_t count,
                       bool mean);

/* Show the rows of FILE; `what` begins the caption. */
outcome_t losses_present(const experiment_view_t *view, document_t *document, const char *file, const char *what);

/* The files that accuracy.csv comes from are listed there. */
outcome_t losses_inputs(const run_mode_t *mode, inputs_t *inputs);

/* Cell of a row; NaN where there is none. */
double losses_of(rows_t *rows, const char *net, const char *method, const char *column);

/* Share of the networks that have both methods on which the first loses less than the second, or as much; and how many. */
double losses_share(rows_t *rows, const char *first, const char *second, size_t *networks);

/* How much a number may be set against the paper's: a stand-in's not at all; what fewer samples or networks gave than the
 * paper has is a subset; else `best`, which is BASIS_SUBSET where the paper quantises activations too and we do not. Bits a
 * weight depend on no sample. */
claim_basis_t losses_basis(rows_t *rows, size_t row, claim_basis_t best, const char *column);

/* Join one number with a claim. */
outcome_t losses_measured(claims_t *claims, rows_t *rows, const char *claim, claim_basis_t best, const char *net,
                          const char *method, const char *column, const char *file);

extern const diff_rule_t losses_rule;

#endif
