/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_PARTS_H
#define BBS_SHARDS_PARTS_H

#include "base/outcome.h"
#include "base/text.h"
#include "shards/plan.h"

#include <stdbool.h>

/* The files that units leave, below the folder of the plan:
 *
 *     EVALUATION.NET/FIRST/NET.SIZE.DATA.METHOD.csv   answers of the samples from FIRST on (measure/predictions.h)
 *     EVALUATION.NET/FIRST/NET.SIZE.DATA.METHOD.sizes.csv   bits of the method (sizes.h)
 *     EVALUATION.NET/FIRST/NET.SIZE.DATA.METHOD.logits   of a reference (measure/logits.h)
 *     EVALUATION.model/FIRST.csv                      rows of `simulate`
 *     state/UNIT.running.HOST.PID                     a worker that computes the unit
 *     state/UNIT.failed                               why the last attempt failed
 *     state/UNIT.done.csv                             what it took
 *     private/HOST.PID.UNIT/                          a worker's own files, until they are whole
 *
 * A unit is done when its files are there. Each is written in the worker's own folder, put on disk and then renamed, so it
 * is complete or absent, also where files have no locks, and two workers at the same unit do not meet. */

/* The folder of a range of samples; with the stem of a method's files in it; the file of a part of `model`. */
text_t parts_folder(const plan_t *plan, const unit_t *unit);
text_t parts_stem(const char *folder, const unit_t *unit, const char *method);
text_t parts_model(const plan_t *plan, const unit_t *unit);

/* Are all files of the unit there? */
bool parts_are_there(const plan_t *plan, const unit_t *unit);

/* ===  State  === */

/* What a unit took. */
typedef struct {
    int64_t unit;
    const char *host;
    int64_t threads;
    double wall_seconds, cpu_seconds, answer_seconds; /* answer: processor time of the samples alone */
} parts_cost_t;

outcome_t parts_begin(const plan_t *plan, const unit_t *unit);
/* End the unit's running state. `result` not ok: keep why it failed. Returns `result`, or the error of keeping it. */
outcome_t parts_end(const plan_t *plan, const unit_t *unit, const parts_cost_t *cost, outcome_t result);

/* This machine's name, and the name of this process among all workers: "HOST.PID". */
text_t parts_host(void);
text_t parts_worker(void);

typedef struct {
    enum { PARTS_WAITING, PARTS_RUNNING, PARTS_FAILED, PARTS_DONE } state;
    text_t reason;       /* of a failure; "" */
    double cost_seconds; /* processor time that a done unit took; NaN: not known */
} parts_state_t;

/* A worker of this machine is asked for by its number; one of another machine counts as running until it has taken four
 * times what is expected and ten minutes. */
parts_state_t parts_state(const plan_t *plan, const unit_t *unit);

#endif
