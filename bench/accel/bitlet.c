/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bitlet (Lu et al., MICRO 2021), as the paper uses it: bits of 64 weights interleaved, one lane per significance.
 *
 * Each cycle a lane picks the next of the 64 weights that has its bit, through a 64:1 multiplexer, so the cycles of a
 * slice are the ones in its fullest significance (two's complement). 32 x 16 PEs x 8 lanes / 8 = 512. */
#include "accel/cost.h"
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/lockstep.h"
#include "accel/oddity.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    dense_work(config, layer->shape, WEIGHT_BITS, ACTIVATION_BITS, work);
    bool zeros = config->oddities & ODDITY_BITLET_ZEROS;
    return lockstep_work(config, layer, zeros ? cost_bitlet_zeros : cost_bitlet, threads, work);
}

const accelerator_t accelerator_bitlet = {
    .name = "bitlet",
    .title = "Bitlet",
    .source = "BBS paper section VI; Lu et al., MICRO 2021; group of 64 as BitSim at submission",
    .part = "bitlet",
    .accuracy = "int8",
    .needs_weights = true,
    .work = work_of};
