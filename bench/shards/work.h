/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_WORK_H
#define BBS_SHARDS_WORK_H

#include "measure/accuracy.h"
#include "shards/parts.h"

/* Compute a unit of `accuracy` or `integers` and leave its files (parts.h). */

typedef struct {
    const plan_t *plan;
    const unit_t *unit;
    const accuracy_config_t *config; /* of the whole evaluation, with its threads */
    const char *stamp;               /* "program=...", and with float activations " isa=...": what computes, for the keys */
    bool again;                      /* also when the unit is done */
} work_t;

/* `*done` says that whole files of this program were there already, and nothing was computed. Files of another program or
 * of other samples, and damaged ones, are computed again. */
outcome_t work_run(const work_t *work, bool *done);

#endif
