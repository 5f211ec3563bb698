/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_LOCKSTEP_H
#define BBS_ACCEL_LOCKSTEP_H

#include "accel/accel.h"
#include "accel/cost_rows.h"

/* Rows of PEs that wait for each other: a tile takes as long as its slowest row. Columns share weights and never diverge.
 * Fills the cycles and slots of `work` from the weights of the layer: useful slots; row slots, up to the row's own cycles
 * (the difference is intra-PE stall); lane slots, up to the tile's cycles (the difference is inter-PE stall). */
outcome_t lockstep_work(const accel_config_t *config, const accel_layer_t *layer, const cost_rule_t *rule, int threads,
                        accel_work_t *work);

#endif
