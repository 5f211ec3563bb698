/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MEASUREMENT_H
#define BBS_EXPERIMENTS_MEASUREMENT_H

#include "base/outcome.h"
#include "experiments/inputs.h"
#include "experiments/mode.h"
#include "rows/schema.h"

/* A measurement computes the rows of an experiment by code, where they cannot be a query of other rows. The rest of an
 * experiment is its page (page.h). */

typedef struct {
    const run_mode_t *mode;
    int jobs;           /* threads */
    const char *folder; /* the run folder, with the rows of the experiments that the page's `from` names */
} measurement_context_t;

typedef struct {
    const rows_schema_t *schema; /* its name is the experiment's id */
    /* Optional. Lists the files that the measurement will read, for their hashes. */
    outcome_t (*list_inputs)(const run_mode_t *mode, inputs_t *inputs);
    /* Required. Writes rows of the schema to `path`, completely or not at all. */
    outcome_t (*run)(const measurement_context_t *context, const char *path);
} measurement_t;

/* Every measurement, NULL-terminated: one line in measurement.c adds one. */
extern const measurement_t *const measurement_registry[];

/* Find by id; NULL when there is none, because the experiment is a query. */
const measurement_t *measurement_find(const char *id);

#endif
