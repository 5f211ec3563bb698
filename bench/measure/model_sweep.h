/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_SWEEP_H
#define BBS_MEASURE_MODEL_SWEEP_H

#include "accel/technology_file.h"
#include "measure/model.h"

/* A setting of a grid changes a design ("bitvert.rows=8", configuration_set()); what is run: tokens, context or batch of
 * the plan ("context=4096"); or a constant of technology.csv ("technology.dram.access=800", in the unit of the table). */

/* Is this, "context" or "context=4096", a setting of what is run, or of a constant? */
bool model_sweep_is_general(const char *setting);
/* Does a sweep of the plan change tokens, context or batch (`key`)? NULL: any of them, or a constant. */
bool model_sweeps(const model_plan_t *plan, const char *key);

/* The largest value of tokens, context or batch; 0 for another key. */
int64_t model_sweep_most(const char *key);

/* Put such a setting into a plan, or into `technology` of technology_create(). FAULT_USAGE for a constant that is not there
 * and a value that cannot be: of a workload, a whole number from 1 to model_sweep_most(). */
outcome_t model_sweep_put(const char *setting, model_plan_t *plan, technology_t *technology);

#endif
