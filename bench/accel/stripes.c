/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stripes (Judd et al., MICRO 2016), as the paper uses it: dense, bit-serial over the weights, the reference of all
 * speedups.
 *
 * A PE has 16 lanes, each one bit of a weight times an 8-bit activation, so a tile of 16 weights of p bits takes p cycles:
 * Stripes gains from fewer bits of all weights, by plain quantisation (method ptq), and from nothing else. Memory holds p
 * bits per weight. A layer that stays whole has 8 bits, all other layers have p bits in every channel: the weights of
 * ptq:bits=p, whose beta is 0. The default, 8 bits, is the reference. 16 x 16 PEs x 16 lanes / 8 = 512 8-bit multipliers.
 */
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/exact.h"

enum { WHOLE_BITS = 8, ACTIVATION_BITS = 8 };

enum { WEIGHT_BITS };

static const accel_key_t keys[] = {
    [WEIGHT_BITS] = {.key = "weight_bits",
                     .least = 2,
                     .most = 8,
                     .what = "bits per weight, and cycles per tile, except in a layer that stays at 8"},
    {.key = NULL},
};

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    (void)threads;
    int64_t bits = layer->whole ? WHOLE_BITS : config->own[WEIGHT_BITS];
    dense_work(config, layer->shape, bits, ACTIVATION_BITS, work);
    work->cycles = exact_times(work->tiles, bits);
    work->parts[0].bits = bits;
    return outcome_ok();
}

const accelerator_t accelerator_stripes = {
    .name = "stripes",
    .title = "Stripes",
    .source = "BBS paper sections V and VI; Judd et al., MICRO 2016",
    .summary = "bit-serial weights, dense; the reference of all speedups",
    .skips = "nothing; fewer bits of all weights take fewer cycles",
    .stores = "p bits of every weight, p = weight_bits (8 by default); activations of 8 bits",
    .part = "stripes",
    .weights_per_lane = 1,
    .accuracy = "int8",
    .accuracy_at_bits = "ptq:bits=",
    .keys = keys,
    .work = work_of};
