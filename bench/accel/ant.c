/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ANT (Guo et al., MICRO 2022) at 6 bits, weights and activations alike (the paper's Table II).
 *
 * As in the authors' simulator a tile takes one cycle a bit, so the gain over Stripes is 8 / 6 and the wider array. The
 * network's first layer runs at 8 bits. (The simulator has a mean of 6.05 to 6.5 bits a network instead, from layers
 * that it leaves at 8.) Decoders of ANT's number formats are not modelled. */
#include "accel/dense.h"
#include "accel/designs.h"
#include "accel/exact.h"

enum { WHOLE_BITS = 8 };

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    (void)threads;
    int64_t weight_bits = layer->whole ? WHOLE_BITS : config->low_bits;
    dense_work(config, layer->shape, weight_bits, layer->whole ? WHOLE_BITS : config->activation_bits, work);
    work->cycles = exact_times(work->tiles, weight_bits);
    work->sensitive = layer->whole ? layer->shape->k : 0;
    return outcome_ok();
}

const accelerator_t accelerator_ant = {
    .name = "ant",
    .title = "ANT",
    .source = "BBS paper Table II and section VI; array of BitSim sim/test_ant.py",
    .part = "ant",
    .unequal = "5120 6-bit lanes: its PEs are smaller, and the array has the PE area of the others, as in the simulator",
    .defaults = {.rows = 16,
                 .columns = 20,
                 .group = 16,
                 .lanes = 16,
                 .lane_bits = 1,
                 .weight_sram_bytes = 256 * 1024,
                 .weight_banks = 16,
                 .weight_bus_bits = 128,
                 .input_sram_bytes = 256 * 1024,
                 .input_banks = 16,
                 .input_bus_bits = 128,
                 .activation_bits = 6,
                 .low_bits = 6},
    .work = work_of};
