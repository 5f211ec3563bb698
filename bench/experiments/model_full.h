/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MODEL_FULL_H
#define BBS_EXPERIMENTS_MODEL_FULL_H

#include "experiments/experiment.h"

/* All networks at full size on all accelerators, on synthetic weights: what several experiments show a part of. The first
 * of them that runs leaves model.csv in the run folder, the others read it. */

/* How claims about cycles and energy of all networks are read: the synthetic weights' own error (likeness.h) is far below
 * the tolerances, and the note of each value names them. */
extern const claim_basis_t model_full_basis;

/* Constants and portraits. */
outcome_t model_full_inputs(const run_mode_t *mode, inputs_t *inputs);

/* model.csv, then its totals against one accelerator (speedup.h) as `name` in the run folder. */
outcome_t model_full_ratios(const experiment_context_t *context, const char *reference, const char *name);

#endif
