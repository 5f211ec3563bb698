/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bitlet (Lu et al., MICRO 2021), as the paper uses it: bits of 32 weights interleaved, one lane per significance.
 *
 * Each cycle a lane picks the next of the 32 weights that has its bit, through a 32:1 multiplexer, so the cycles of a
 * slice are the ones in its fullest significance (two's complement). 32 x 16 PEs x 8 lanes / 8 = 512.
 *
 * 32 is the width of the PE in the authors' RTL (Bitlet_32), of the PE energy that the models use, and of the paper's
 * Fig. 14. Their simulator at submission counted cycles for a PE of 64, for which there is no RTL: key `group`. */
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/lockstep.h"
#include "accel/oddity.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    dense_work(config, layer->shape, WEIGHT_BITS, ACTIVATION_BITS, work);
    bool zeros = config->oddities & ODDITY_BITLET_ZEROS;
    return lockstep_work(config, layer, zeros ? &cost_rule_bitlet_zeros : &cost_rule_bitlet, threads, work);
}

const accelerator_t accelerator_bitlet = {
    .name = "bitlet",
    .title = "Bitlet",
    .source = "BBS paper section VI; Lu et al., MICRO 2021; group of 32 as the synthesised PE",
    .summary = "bits of 32 weights interleaved, one lane for each significance",
    .skips = "zero bits of a significance in two's complement; the PE waits for the fullest significance",
    .stores = "weights and activations of 8 bits",
    .part = "bitlet",
    .accuracy = "int8",
    .needs_weights = true,
    .work_oddities = ODDITY_BITLET_ZEROS,
    .work = work_of};
