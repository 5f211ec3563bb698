/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_SIMULATE_SUMMARY_H
#define BBS_CLI_SIMULATE_SUMMARY_H

#include "cli/options.h"
#include "measure/model.h"

/* The table that `bbsbench simulate` prints: a line for each total, ratios to a base, and geometric means over the networks
 * for each design at each point of the grid. */

typedef struct {
    const accelerator_t *design; /* the base is this design at the same point; NULL: each design at the first point */
} summary_base_t;

/* --base, behind the designs and sweeps of the plan. A design that the plan lacks is refused when it was named. */
outcome_t summary_base_read(const options_t *options, const model_plan_t *plan, summary_base_t *base);

/* "12 points (3 x 4) x 2 designs x 7 networks = 168 runs", for a note before the work begins. */
text_t summary_announce(const model_plan_t *plan);

/* totals[model_points(plan)]; `notes` are of the checkpoint, or NULL. */
void summary_print(const model_plan_t *plan, const model_total_t *totals, const summary_base_t *base, const char *notes);

#endif
