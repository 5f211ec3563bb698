/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_SWEEP_H
#define BBS_MEASURE_MODEL_SWEEP_H

#include "measure/model.h"

/* A setting of a grid changes a design ("bitvert.rows=8", configuration_set()) or what is run: tokens, context or batch of
 * the plan ("context=4096"). */

/* Is this, "context" or "context=4096", a setting of what is run? */
bool model_sweep_is_workload(const char *setting);
/* Does a sweep of the plan change what is run, or this part of it? NULL: any. */
bool model_sweeps(const model_plan_t *plan, const char *key);

/* The largest value of tokens, context or batch; 0 for another key. */
int64_t model_sweep_most(const char *key);

/* Put such a setting into a plan. FAULT_USAGE for a value that is no whole number from 1 to model_sweep_most(). */
outcome_t model_sweep_put(const char *setting, model_plan_t *plan);

#endif
