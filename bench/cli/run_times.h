/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_RUN_TIMES_H
#define BBS_CLI_RUN_TIMES_H

#include "experiments/experiment.h"
#include "track/ledger.h"

/* How long each experiment of a run will take: as long as in the newest finished run of the same mode on the same processor
 * in the history. Nothing is guessed: what that run did not have is not known. */
typedef struct {
    const experiments_t *experiments;
    double *seconds; /* of each experiment; NaN: not known */
    const char *mode;
    text_t processor;
} run_times_t;

/* `ledger` NULL: nothing is known. Free with run_times_free(), whatever the outcome. */
outcome_t run_times_read(const ledger_t *ledger, const char *mode, const experiments_t *experiments, run_times_t *times);
void run_times_free(run_times_t *times);

/* For run_request_t.expected: `context` is the run_times_t. */
double run_times_of(const void *context, const char *experiment);

#endif
