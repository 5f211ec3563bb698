/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ANT (Guo et al., MICRO 2022) at 6 bits, both weights and activations (the paper's Table II).
 *
 * As in the authors' simulator a tile takes one cycle per bit, so the gain over Stripes is 8 / 6 and the wider array. The
 * layer that reads the image runs at 8 bits. (The simulator instead uses a mean of 6.05 to 6.3 bits per network, because it
 * leaves some layers at 8 bits: mean_centibits.) Array and PE energy are those of the simulator at submission (df8e520).
 * Decoders of ANT's number formats are not modelled. */
#include "accel/dense.h"
#include "accel/accel.h"
#include "accel/exact.h"
#include "accel/oddity.h"

enum { WHOLE_BITS = 8 };

enum { LOW_BITS, MEAN_CENTIBITS };

static const accel_key_t keys[] = {
    [LOW_BITS] = {"low_bits", 1, 8, .what = "bits per weight"},
    [MEAN_CENTIBITS] = {"mean_centibits", 100, 800, .may_be_none = true, .by_network = true,
                        .what =
                            "average bits of both operands over all layers, in hundredths of a bit; in place of low_bits"},
    {.key = NULL},
};

static int64_t weight_centibits(const accel_config_t *config)
{
    return config->own[MEAN_CENTIBITS] > 0 ? config->own[MEAN_CENTIBITS] : 100 * config->own[LOW_BITS];
}

static void storage_of(const accel_config_t *config, accel_storage_t *storage)
{
    if (config->own[MEAN_CENTIBITS] > 0)
        storage->activation_centibits = storage->whole_centibits = config->own[MEAN_CENTIBITS];
    storage->written_centibits = weight_centibits(config);
}

/* Bits between the weights, which are stored one kernel position after the other, when each begins a byte. */
static int64_t padding(const accel_config_t *config, const net_layer_t *shape, int64_t value_bits)
{
    int64_t position_bits = exact_times(exact_ceil(exact_times(shape->c, weight_centibits(config)), 800), 8);
    return exact_times(position_bits, exact_times(shape->k, exact_times(shape->kh, shape->kw))) - value_bits;
}

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    (void)threads;
    int64_t centibits = config->own[MEAN_CENTIBITS], weight_bits = layer->whole ? WHOLE_BITS : config->own[LOW_BITS];
    if (centibits == 0) {
        dense_work(config, layer->shape, weight_bits, layer->whole ? WHOLE_BITS : config->activation_bits, work);
        work->cycles = exact_times(work->tiles, weight_bits);
        work->parts[0].bits = weight_bits;
    } else {
        dense_work(config, layer->shape, 1, 1, work);
        work->cycles = exact_ceil(exact_times(work->tiles, centibits), 100);
        if (config->oddities & ODDITY_FRACTIONS)
            work->cycle_excess =
                exact_times(exact_times(work->cycles, 100) - exact_times(work->tiles, centibits), 1000000000 / 100);
        work->value_bits = exact_ceil(exact_times(work->value_bits, centibits), 100);
        work->weight_read_bits = exact_ceil(exact_times(work->weight_read_bits, centibits), 100);
        work->input_read_bits = exact_ceil(exact_times(work->input_read_bits, centibits), 100);
    }
    if (config->oddities & ODDITY_STORED_BITS && !layer->whole)
        work->padding_bits = padding(config, layer->shape, work->value_bits);
    work->sensitive = layer->whole && centibits == 0 ? layer->shape->k : 0;
    return outcome_ok();
}

const accelerator_t accelerator_ant = {.name = "ant",
                                       .title = "ANT",
                                       .source = "BBS paper Table II and section VI; array of BitSim sim/test_ant.py",
                                       .summary = "6-bit weights and activations in adaptive number formats",
                                       .skips = "nothing; a tile takes one cycle for each bit",
                                       .stores =
                                           "6 bits of each weight and activation; the layer that reads the image has 8",
                                       .part = "ant",
                                       .weights_per_lane = 1,
                                       .accuracy = "ant:activations=6",
                                       .keys = keys,
                                       .storage = storage_of,
                                       .work = work_of};
