/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_PUBLISH_H
#define BBS_RUN_PUBLISH_H

#include "base/outcome.h"
#include "experiments/experiment.h"
#include "run/manifest.h"

#include <stdio.h>

/* The report of a run folder: report.html, report.md and report.json, claims.csv and claims.json, from run.json, the rows,
 * the figures in FOLDER/figures, the claims and the baselines. It can be made again at any time, also of a run that has not
 * finished. */
typedef struct {
    const experiments_t *experiments;
    const char *folder;         /* of the run */
    const manifest_t *manifest; /* its run.json, by manifest_open() */
    const char *claims;         /* "results/claims.csv" */
    const char *reference;      /* "results/reference" */
    FILE *summary;              /* where the claims by verdict are printed as well; NULL: nowhere */
} publish_request_t;

outcome_t publish_report(const publish_request_t *request);

/* The experiments of a run folder: those of the suite and, if run.json names one, those of a user's folder. Free with
 * experiments_close(). */
outcome_t publish_experiments(const char *folder, experiments_t *experiments);

#endif
