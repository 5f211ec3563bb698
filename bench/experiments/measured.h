/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MEASURED_H
#define BBS_EXPERIMENTS_MEASURED_H

#include "measure/accuracy.h"
#include "experiments/experiment.h"

/* The networks whose accuracy a mode measures: those that were brought; else each one whose size of the mode has weights in
 * the project. */

/* Their weights, graphs and data. */
outcome_t measured_inputs(const run_mode_t *mode, inputs_t *inputs);

/* accuracy_run() over all of them into FILE of the run folder. The caller sets methods, kernels, activations and the folder
 * of answers in `config`; the rest is filled in here. With integer activations a CNN without ranges is left out. */
outcome_t measured_run(const experiment_context_t *context, accuracy_config_t *config, const char *file);

#endif
