/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_SIMULATE_EXPLAIN_H
#define BBS_CLI_SIMULATE_EXPLAIN_H

#include "cli/simulate_plan.h"

/* `simulate --explain LAYER`: the arithmetic of one layer of one network on one design, step by step, from what the model
 * computed (model_seen_t). Its numbers add up to the row of the layer. */

/* With --explain, make the plan show that layer to the printer. FAULT_USAGE for several networks or designs, a sweep, or
 * --layer. */
outcome_t simulate_explain(const options_t *options, simulate_plan_t *simulate);

#endif
