/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_PUBLISH_H
#define BBS_RUN_PUBLISH_H

#include "base/outcome.h"
#include "experiments/experiment.h"

/* The report of a run folder: report.html and report.md, claims.csv and claims.json, from run.json, the rows, the figures
 * in FOLDER/figures, the claims and the baselines. Reads only; may be made again at any time, also of a run that has not
 * finished. */
typedef struct {
    const experiments_t *experiments;
    const char *folder;    /* of the run */
    const char *claims;    /* "results/claims.csv" */
    const char *reference; /* "results/reference" */
} publish_request_t;

outcome_t publish_report(const publish_request_t *request);

/* The experiments that a run folder was made with: those of the suite and, as its run.json says, of a user's folder.
 * experiments_close() them. */
outcome_t publish_experiments(const char *folder, experiments_t *experiments);

#endif
