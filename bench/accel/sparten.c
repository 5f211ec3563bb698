/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SparTen (Gondimalla et al., MICRO 2019): multiplies only the pairs of a dot product in which no operand is zero.
 *
 * A PE has one 8-bit multiplier and a buffer for 128 weights and 128 activations with bit masks; a pair takes one cycle.
 * All PEs proceed together, when the next activations are in the buffers: 16 columns x 128 x 9 bits over the input buffer's
 * bus. pairs.h counts the pairs: of real activations where their masks are given, else of drawn ones, each of which is not
 * zero with the layer's density, whatever its neighbours are. (Real activations are correlated, which lowers the maximum
 * of a tile, and unevenly dense, which raises it.) The standard error of the drawn cycles is a column of the rows; it is
 * below 0.1 % of the total of each of the paper's networks.
 *
 * A slice is cut from the channels of one kernel position, as for all other designs here: then a pixel is stored with one
 * mask, which every kernel position that meets the pixel uses. Cutting [c, kh, kw] without regard to positions, as the
 * authors' simulator does when it counts cycles, fills slices better, but each output pixel would need its masks cut anew
 * (flat_slices = 1). Weights stay in the PEs for 32 output pixels, as in BitSim sim/sim/sparten.py:15.
 * 32 x 16 PEs = 512 8-bit multipliers. */
#include "accel/accel.h"
#include "accel/exact.h"
#include "accel/bitmap.h"
#include "accel/oddity.h"
#include "accel/pairs.h"
#include "accel/tile.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8, REUSE = 32, TOKEN_LIMIT = 128 };

enum { MASK_BITS, LOCAL_BYTES, LOCAL_BUS_BITS, FLAT_SLICES };

static const accel_key_t keys[] = {
    [MASK_BITS] = {"mask_bits", 0, 1, .what = "bits of the mask for each operand"},
    [LOCAL_BYTES] = {"local_bytes", 1, 1 << 30, .what = "bytes of the buffer in each PE"},
    [LOCAL_BUS_BITS] = {"local_bus_bits", 1, 4096, .what = "bus of the buffer in each PE, in bits"},
    [FLAT_SLICES] = {"flat_slices", 0, 1,
                     .what = "1: slices are cut from [c, kh, kw] without regard to kernel positions; 0: within a position"},
    {.key = NULL},
};

static void storage_of(const accel_config_t *config, accel_storage_t *storage)
{
    storage->mask_bits = config->own[MASK_BITS];
    storage->local_bytes = config->own[LOCAL_BYTES];
    storage->local_bus_bits = config->own[LOCAL_BUS_BITS];
}

static outcome_t check(const accel_config_t *config)
{
    if (config->group <= BITMAP_BITS)
        return outcome_ok();
    return outcome_usage("sparten", "group", text_of("%" PRId64, config->group).chars, "at most 128 weights", NULL);
}

/* Bits of a masked tensor. */
static int64_t masked_bits(const accel_config_t *config, int64_t elements, double density)
{
    return exact_plus(exact_times(elements, config->own[MASK_BITS]),
                      exact_times(exact_share(elements, density), ACTIVATION_BITS));
}

/* The authors' simulator cuts the flattened kernel only where it counts cycles; it counts accesses by kernel positions. */
static int64_t accessed_slices(const accel_config_t *config, const net_layer_t *shape, const pairs_t *pairs)
{
    return config->oddities & ODDITY_WHOLE_READS ? tile_slices(shape, config->group) : pairs->slices;
}

static int64_t whole(double value)
{
    return value < (double)EXACT_OVERFLOW ? (int64_t)value : EXACT_OVERFLOW;
}

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    const net_layer_t *shape = layer->shape;
    const int64_t steps = tile_pixel_steps(shape, config->columns), loads = exact_ceil(steps, REUSE);
    const int64_t row_tiles = tile_row_tiles(shape, config->rows), inside = tile_positions_inside(shape);
    const double density = layer->input_density;
    net_layer_t computed = *shape;
    if (config->oddities & ODDITY_TOKEN_LIMIT && computed.tokens > TOKEN_LIMIT)
        computed.tokens = TOKEN_LIMIT;
    const pairs_request_t request = {
        .shape = &computed,
        .weights = layer->weights,
        .density = density,
        .masks = layer->masks,
        .rows = config->rows,
        .columns = config->columns,
        .group = config->group,
        .flat = config->own[FLAT_SLICES] != 0,
        .load = exact_ceil(config->columns * config->group * (ACTIVATION_BITS + config->own[MASK_BITS]),
                           config->input_banks * config->input_bus_bits)};
    pairs_t pairs;
    outcome_t result;
    if (outcome_bad(&result, pairs_count(&request, threads, &pairs)))
        return result;
    const int64_t slices = accessed_slices(config, shape, &pairs);
    work->parts[0] = (accel_part_t){"all channels", shape->k, row_tiles, slices, steps, .bits = 0};
    work->tiles = exact_times(exact_times(row_tiles, slices), steps);
    work->cycles = whole(ceil(pairs.cycles));
    work->cycles_variance = whole(ceil(pairs.variance));
    work->sensitive = shape->k;
    work->value_bits = exact_times(pairs.nonzero, WEIGHT_BITS);
    bool has_meta = !(config->oddities & ODDITY_NO_METADATA);
    work->meta_bits = has_meta ? exact_times(net_layer_weights(shape), config->own[MASK_BITS]) : 0;
    work->weight_read_bits = exact_times(exact_plus(work->value_bits, work->meta_bits), loads);
    work->input_read_bits = masked_bits(config, exact_times(row_tiles, exact_times(inside, shape->c)), density);
    work->pairs = whole(ceil(pairs.pairs));
    work->local_read_bits = exact_times(work->pairs, WEIGHT_BITS + ACTIVATION_BITS);
    work->local_write_bits = exact_plus(masked_bits(config, exact_times(shape->k, exact_times(inside, shape->c)), density),
                                        exact_times(work->weight_read_bits, config->columns));
    work->lane_slots = exact_times(exact_times(config->rows, config->columns), work->cycles);
    work->row_slots = work->useful_slots = work->pairs;
    return result;
}

const accelerator_t accelerator_sparten = {
    .name = "sparten",
    .title = "SparTen",
    .source = "BBS paper section VI; Gondimalla et al., MICRO 2019; buffers of BitSim sim/sim/sparten.py:617-658",
    .summary = "whole 8-bit products of the pairs in which no operand is zero",
    .skips = "weights and activations with the value zero; PEs wait for the one with the most pairs",
    .stores = "for each operand a mask bit, and 8 bits if it is not zero",
    .part = "sparten",
    .accuracy = "int8",
    .needs_weights = true,
    .needs_density = true,
    .work_oddities = ODDITY_TOKEN_LIMIT | ODDITY_NO_METADATA | ODDITY_WHOLE_READS,
    .keys = keys,
    .storage = storage_of,
    .check = check,
    .work = work_of};
