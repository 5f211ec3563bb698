/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_LOCKSTEP_H
#define BBS_ACCEL_LOCKSTEP_H

#include "accel/accel.h"
#include "accel/cost.h"

/* Rows of PEs that wait for one another: a tile takes as long as its slowest row. Columns share their weights and never
 * diverge. Fills cycles and the three slots of `work` from the weights of the layer: useful, then
 * up to the row's own cycles (the rest is intra-PE stall), then up to the tile's (inter-PE stall). */
outcome_t lockstep_work(const accel_config_t *config, const accel_layer_t *layer,
                        cost_t (*cost)(const int8_t *weights, int64_t count), int threads, accel_work_t *work);

#endif
