/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_TIMES_H
#define BBS_TRACK_TIMES_H

#include "experiments/experiment.h"
#include "track/side.h"

/* Wall times of an experiment in the runs of the history that ran the same program (by its SHA-256) in the same mode on the
 * same processor: how far one time can be trusted. */
typedef struct {
    int64_t runs;       /* 0: none */
    double least, most; /* seconds */
} times_t;

/* `times` receives one for each experiment. Without a ledger, or for a side without a record, all are of no runs. */
outcome_t times_read(const ledger_t *ledger, const side_t *side, const experiments_t *experiments, times_t *times);

#endif
