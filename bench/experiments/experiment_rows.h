/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_EXPERIMENT_ROWS_H
#define BBS_EXPERIMENTS_EXPERIMENT_ROWS_H

#include "experiments/experiment.h"

/* The rows of experiments in a database (rows/database.h).
 * The database has a table for each experiment, empty where it has no rows, and these tables:
 *
 *     networks(net, title, family, place, paper)                paper: one of the seven that the paper evaluates
 *     accelerators(accelerator, title, place, accuracy_method)  the method whose measured accuracy stands for the design
 *     methods(method, spec, summary, place)                     spec: of a preset
 *     datasets(data, title, samples)                            of the published set; NULL: any number is whole
 *     run(mode, size, images, brings)                           images NULL: all
 *     claims(id, experiment, what, paper_value, ...)            the paper's numbers (results/claims.csv)
 *
 * and the views of views.sql. */

/* Which rows of a folder. */
typedef struct {
    const char *folder;     /* NULL: every table is empty */
    const run_mode_t *mode; /* in a folder of baselines NAME.MODE.csv is preferred to NAME.csv */
    bool compute;           /* compute a query whose CSV is missing */
    /* Does the file of this experiment count? NULL: every file that is there. `context` is the caller's. */
    bool (*holds)(const void *context, const char *id);
    const void *context;
} experiment_source_t;

/* Open the database of one run. Views, the queries, their descriptions and the sources that their pages name are checked.
 */
outcome_t experiment_rows_open(const experiments_t *experiments, const experiment_source_t *source,
                               rows_database_t **database);

/* Add another run, as run2, run3 ... Rows that are computed are computed from the rows of that run. */
outcome_t experiment_rows_add(const experiments_t *experiments, const experiment_source_t *source,
                              rows_database_t *database);

/* Load the rows that an experiment has just written to the folder, in place of those that its table has.
 * `*count` is how many there are. */
outcome_t experiment_rows_load(const experiment_t *experiment, const char *folder, rows_database_t *database,
                               size_t *count);

/* The same checks alone, before a run begins. */
outcome_t experiment_rows_check(const experiments_t *experiments, const run_mode_t *mode);

/* The schema of an experiment's rows; valid as long as the database. */
const rows_schema_t *experiment_rows_schema(const experiment_t *experiment, const rows_database_t *database);

#endif
