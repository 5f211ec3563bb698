/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bit-Pragmatic (Albericio et al., MICRO 2017), as the paper uses it: the zero bits of weights in sign-magnitude are
 * skipped, weight by weight; each lane has a shifter.
 *
 * A PE has 16 lanes, one weight each; the cycles of a slice are the largest number of ones in a magnitude. The sign needs
 * no cycle (it does in the authors' simulator: oddity pragmatic-sign). Stalls of a two-stage shifter, which cannot serve
 * every mix of positions at once, are not modelled. 16 x 16 PEs x 16 lanes / 8 = 512. */
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/lockstep.h"
#include "accel/oddity.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    dense_work(config, layer->shape, WEIGHT_BITS, ACTIVATION_BITS, work);
    bool with_sign = config->oddities & ODDITY_PRAGMATIC_SIGN;
    return lockstep_work(config, layer, with_sign ? &cost_rule_pragmatic_signed : &cost_rule_pragmatic, threads, work);
}

const accelerator_t accelerator_pragmatic = {
    .name = "pragmatic",
    .title = "Pragmatic",
    .source = "BBS paper section VI; Albericio et al., MICRO 2017",
    .summary = "bit-serial weights, each lane works on the ones of its own weight",
    .skips = "zero bits of a weight in sign and magnitude; the PE waits for the weight with the most ones",
    .stores = "weights and activations of 8 bits",
    .part = "pragmatic",
    .weights_per_lane = 1,
    .accuracy = "int8",
    .needs_weights = true,
    .work_oddities = ODDITY_PRAGMATIC_SIGN,
    .work = work_of};
