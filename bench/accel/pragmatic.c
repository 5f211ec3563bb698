/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bit-Pragmatic (Albericio et al., MICRO 2017), as the paper uses it: the zero bits of weights in sign-magnitude are
 * skipped, weight by weight, behind a shifter a lane.
 *
 * A PE has 16 lanes, one weight each; a slice takes as many cycles as the weight with most ones in its magnitude has.
 * The sign is no bit to be worked on (the authors' simulator counts it as one). That a two-stage shifter cannot serve
 * every mix of positions at once is not modelled. 16 x 16 PEs x 16 lanes / 8 = 512. */
#include "accel/cost.h"
#include "accel/dense.h"
#include "accel/designs.h"
#include "accel/lockstep.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    dense_work(config, layer->shape, WEIGHT_BITS, ACTIVATION_BITS, work);
    return lockstep_work(config, layer, cost_pragmatic, threads, work);
}

const accelerator_t accelerator_pragmatic = {.name = "pragmatic",
                                             .title = "Pragmatic",
                                             .source = "BBS paper section VI; Albericio et al., MICRO 2017",
                                             .part = "pragmatic",
                                             .needs_weights = true,
                                             .defaults = {.rows = 16,
                                                          .columns = 16,
                                                          .group = 16,
                                                          .lanes = 16,
                                                          .lane_bits = 1,
                                                          .weight_sram_bytes = 256 * 1024,
                                                          .weight_banks = 16,
                                                          .weight_bus_bits = 128,
                                                          .input_sram_bytes = 256 * 1024,
                                                          .input_banks = 16,
                                                          .input_bus_bits = 128,
                                                          .activation_bits = 8},
                                             .work = work_of};
