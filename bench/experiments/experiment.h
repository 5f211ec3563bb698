/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_EXPERIMENT_H
#define BBS_EXPERIMENTS_EXPERIMENT_H

#include "base/csv.h"
#include "experiments/inputs.h"
#include "experiments/mode.h"
#include "experiments/claims.h"
#include "report/document.h"
#include "rows/diff.h"

/* An experiment: it computes rows into the run folder, and knows how to show them and which claims of the paper they
 * speak to. Everything the report says comes from the rows on disk, never from memory of the run. */

typedef struct {
    const run_mode_t *mode;
    int jobs;           /* threads */
    const char *folder; /* of the run */
} experiment_context_t;

/* A finished experiment, as the report reads it back. */
typedef struct {
    const run_mode_t *mode;
    const char *folder; /* of the run */
    const csv_table_t *rows;
} experiment_view_t;

typedef struct experiment {
    const char *id;       /* "accuracy" */
    const char *title;    /* heading of its section */
    const char *needs;    /* what must be there, in words */
    const char *cost;     /* estimate before, in words: time and disk on 2 cores */
    const char *settings; /* all that its rows depend on beside inputs, mode and program; --resume refuses another text */
    const char *seeds;    /* of what is drawn at random, in words */
    const char *rows;     /* file in the run folder, complete when it is there */
    const char *figure;   /* plots/FIGURE.gp draws figures/FIGURE.svg and .png from the rows; NULL: none */
    const char *figure_alt, *figure_caption;
    const diff_rule_t *rule;            /* how its rows compare with a baseline */
    const char *const *limits;          /* what a reader must not conclude; NULL-terminated */
    const char *const *stand_in_limits; /* and of networks that stand in for the paper's; NULL: nothing more */

    /* The files that it will read, for their hashes. */
    outcome_t (*list_inputs)(const run_mode_t *mode, inputs_t *inputs);
    outcome_t (*run)(const experiment_context_t *context);
    /* One to three headline numbers; the section's tables; the command that makes one row again. */
    outcome_t (*headline)(const experiment_view_t *view, document_t *document);
    outcome_t (*present)(const experiment_view_t *view, document_t *document);
    outcome_t (*rerun)(const experiment_view_t *view, document_t *document);
    /* Join measured values with the claims. */
    outcome_t (*measure)(const experiment_view_t *view, claims_t *claims);
} experiment_t;

/* Every experiment in the order of run and report, NULL-terminated: one line in registry.c adds one. */
extern const experiment_t *const experiment_registry[];
outcome_t experiment_find(const char *id, const experiment_t **experiment);

#endif
