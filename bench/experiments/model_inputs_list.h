/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MODEL_INPUTS_LIST_H
#define BBS_EXPERIMENTS_MODEL_INPUTS_LIST_H

#include "experiments/measurement.h"
#include "measure/model.h"

/* The inputs of accelerator models with synthetic weights: constants and portraits (for measurement_t.list_inputs). */
outcome_t model_inputs_list(const run_mode_t *mode, inputs_t *inputs);

/* These networks at full size on these designs (both NULL-terminated), with synthetic weights and the default settings. */
model_plan_t model_synthetic_plan(const measurement_context_t *context, const network_t *const *networks,
                                  const accelerator_t *const *accelerators);

#endif
