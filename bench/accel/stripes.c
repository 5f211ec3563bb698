/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stripes (Judd et al., MICRO 2016), as the paper uses it: dense, bit-serial over the weights, the reference of all
 * speedups.
 *
 * A PE has 16 lanes, each one bit of a weight times an 8-bit activation, so a tile of 16 weights always takes 8 cycles. 16
 * x 16 PEs x 16 lanes / 8 = 512 8-bit multipliers. */
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/exact.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    (void)threads;
    dense_work(config, layer->shape, WEIGHT_BITS, ACTIVATION_BITS, work);
    work->cycles = exact_times(work->tiles, WEIGHT_BITS);
    return outcome_ok();
}

const accelerator_t accelerator_stripes = {.name = "stripes",
                                           .title = "Stripes",
                                           .source = "BBS paper sections V and VI; Judd et al., MICRO 2016",
                                           .part = "stripes",
                                           .weights_per_lane = 1,
                                           .accuracy = "int8",
                                           .work = work_of};
