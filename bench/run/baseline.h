/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_BASELINE_H
#define BBS_RUN_BASELINE_H

#include "base/text.h"
#include "experiments/experiment.h"
#include "rows/diff.h"

#include <stdio.h>

/* The committed rows that a run is compared with: REFERENCE/MODE/NAME.csv, REFERENCE/NAME.MODE.csv, or REFERENCE/NAME.csv
 * for rows that are the same in every mode; the first that is there. */

/* The file, or "" when there is none. */
text_t baseline_path(const char *reference, const char *name, const char *mode);

typedef struct {
    const char *reference, *mode, *folder; /* of the baselines, of the run, of its rows */
    bool partial; /* networks, methods or samples are the user's choice: only rows that both have are compared
                     (rows/shared.h) */
    FILE *log;    /* receives a line for each experiment, and below it each row that moved */
} baseline_request_t;

/* Compare the rows of this schema in a run folder with the baseline. `*left_out` is the number of its rows that are not
 * compared. The outcome is a skip when there is no baseline. */
outcome_t baseline_compare(const baseline_request_t *request, const rows_schema_t *schema, diff_t *diff, size_t *left_out);

/* Compare the rows of these experiments (NULL-terminated) with their baselines. FAULT_FAILED when a row is not the same,
 * better or worse: the error counts the rows in each state and names their experiments. Gains never make up for losses. */
outcome_t baseline_check(const baseline_request_t *request, const experiment_t *const *experiments,
                         const rows_database_t *database);

#endif
