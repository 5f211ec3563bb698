/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_RUN_H
#define BBS_RUN_RUN_H

#include "base/text.h"
#include "experiments/experiment.h"

#include <stdbool.h>
#include <stdio.h>

/* A run: the experiments of one mode, in order, into one folder with its run.json (manifest.h).
 *
 * With `resume` a killed run continues: every complete CSV and every predictions file is kept, and a folder with a
 * different configuration is refused. An experiment that fails does not stop the others; the outcome is the first failure.
 * A whole run is then compared with the baselines: rows that moved are FAULT_FAILED (baseline_check()). */
typedef struct {
    const run_mode_t *mode;
    const experiments_t *experiments;
    int jobs;
    const char *results;   /* folder of run folders, "results" */
    const char *reference; /* folder of baselines, "results/reference" */
    const char *folder;    /* NULL: RESULTS/<UTC>-<mode>; with resume: the newest of the mode */
    const char *only;      /* "id,id": only these experiments and their sources; NULL: all */
    bool resume;
    bool compare;        /* with the baselines */
    const char *command; /* written to run.json */
    FILE *log;           /* receives one line per experiment, and the comparison with the baselines */
    /* Seconds that an experiment will take, NaN where that is not known; NULL: none is. For the time left, in the log. */
    double (*expected)(const void *context, const char *experiment);
    const void *expected_context;
} run_request_t;

/* `*folder` is the run folder; "" when the run was refused before it began. */
outcome_t run_execute(const run_request_t *request, text_t *folder);

#endif
