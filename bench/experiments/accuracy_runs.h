/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_ACCURACY_RUNS_H
#define BBS_EXPERIMENTS_ACCURACY_RUNS_H

#include "experiments/measurement.h"
#include "measure/accuracy_rows.h"

/* The networks whose accuracy a mode measures: those that were brought; else each one whose size of the mode has weights in
 * the project. */

/* Their weights, graphs and data. */
outcome_t accuracy_runs_inputs(const run_mode_t *mode, inputs_t *inputs);

/* accuracy_run() over all of them into rows of `schema` at `path`. The caller sets methods, kernels, activations and the
 * folder of answers in `config`; the rest is filled in here. With integer activations a CNN without ranges is left out. */
outcome_t accuracy_runs_write(const measurement_context_t *context, accuracy_config_t *config, const rows_schema_t *schema,
                              const char *path);

/* How many methods the measurement `accuracy` runs in a mode. */
size_t accuracy_runs_methods(const run_mode_t *mode);

#endif
