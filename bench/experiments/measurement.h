/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MEASUREMENT_H
#define BBS_EXPERIMENTS_MEASUREMENT_H

#include "base/outcome.h"
#include "experiments/inputs.h"
#include "experiments/mode.h"
#include "rows/schema.h"

/* What must be computed by code: an experiment whose rows are no query of other rows. The other half of every experiment,
 * what is said of it, is its page (page.h). */

typedef struct {
    const run_mode_t *mode;
    int jobs;           /* threads */
    const char *folder; /* of the run */
} measurement_context_t;

typedef struct {
    const rows_schema_t *schema; /* its name is the experiment's id */
    /* The files that it will read, for their hashes; NULL: none. */
    outcome_t (*list_inputs)(const run_mode_t *mode, inputs_t *inputs);
    /* Rows of the schema into `path`, complete or not at all. */
    outcome_t (*run)(const measurement_context_t *context, const char *path);
} measurement_t;

/* Every measurement, NULL-terminated: one line in measurement.c adds one. */
extern const measurement_t *const measurement_registry[];

/* By id; NULL when there is none: the experiment is a query then. */
const measurement_t *measurement_find(const char *id);

#endif
