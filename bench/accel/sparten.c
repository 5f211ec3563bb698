/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SparTen (Gondimalla et al., MICRO 2019): multiplies only the pairs of a dot product in which no operand is zero.
 *
 * A PE has one 8-bit multiplier and a buffer for 128 weights and 128 activations with bit masks; a pair takes one cycle.
 * All PEs proceed together, when the next activations are in the buffers: 16 columns x 128 x 9 bits over the input buffer's
 * bus. The weights are known; of the activations only the share that is not zero. So a slice with n nonzero weights has a
 * binomial number of pairs, independent between PEs, and the cycles of a tile are the expected maximum of 512 such numbers.
 * (Real activations are correlated, which lowers the maximum, and unevenly dense, which raises it.) Weights stay in the PEs
 * for 32 output pixels, as in BitSim sim/sim/sparten.py:15. 32 x 16 PEs = 512 8-bit multipliers. */
#include "accel/cost.h"
#include "accel/accel.h"
#include "accel/exact.h"
#include "accel/oddity.h"
#include "accel/tile.h"
#include "base/text.h"
#include "base/threads.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8, SLICE = 128, REUSE = 32, TOKEN_LIMIT = 128 };

enum { MASK_BITS, LOCAL_BYTES, LOCAL_BUS_BITS };

static const accel_key_t keys[] = {
    [MASK_BITS] = {"mask_bits", 0, 1, .what = "bits of the mask for each operand"},
    [LOCAL_BYTES] = {"local_bytes", 1, 1 << 30, .what = "bytes of the buffer in each PE"},
    [LOCAL_BUS_BITS] = {"local_bus_bits", 1, 4096, .what = "bus of the buffer in each PE, in bits"},
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
    if (config->group <= SLICE)
        return outcome_ok();
    return outcome_usage("sparten", "group", text_of("%" PRId64, config->group).chars, "at most 128 weights", NULL);
}

/* at_most[n][t]: the probability that at most t of n activations are not zero. */
typedef struct {
    double at_most[SLICE + 1][SLICE + 1];
} chances_t;

static void fill_chances(chances_t *chances, double density)
{
    double exactly[SLICE + 2] = {1.0};
    for (int n = 0; n <= SLICE; n++) {
        double sum = 0.0;
        for (int t = 0; t <= SLICE; t++)
            chances->at_most[n][t] = t < n ? (sum += exactly[t]) : 1.0;
        for (int t = n + 1; t > 0; t--)
            exactly[t] = exactly[t] * (1.0 - density) + exactly[t - 1] * density;
        exactly[0] *= 1.0 - density;
    }
}

static double to_the_power(double base, int64_t exponent)
{
    double result = 1.0;
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1)
            result *= base;
    return result;
}

/* Expected largest number of pairs among all PEs, at least `load`: the sum over t of the probability to exceed t. */
static double tile_cycles(const chances_t *chances, const uint8_t *weights, int64_t rows, int64_t columns, int64_t load)
{
    int most = 0;
    for (int64_t row = 0; row < rows; row++)
        most = weights[row] > most ? weights[row] : most;
    double cycles = (double)load;
    for (int t = (int)load; t < most; t++) {
        double all_within = 1.0;
        for (int64_t row = 0; row < rows; row++)
            all_within *= chances->at_most[weights[row]][t];
        cycles += 1.0 - to_the_power(all_within, columns);
    }
    return cycles;
}

typedef struct {
    const accel_config_t *config;
    const accel_layer_t *layer;
    const chances_t *chances;
    int64_t slices, load;
    int8_t *rows;     /* per worker: slices * group */
    uint8_t *counts;  /* per worker: slices * rows, nonzero weights of each slice */
    double *cycles;   /* per row tile */
    int64_t *nonzero; /* per row tile */
} pass_t;

static void run_row_tile(void *context, int64_t index, int worker)
{
    const pass_t *pass = context;
    const net_layer_t *shape = pass->layer->shape;
    int64_t group = pass->config->group, most = pass->config->rows, per_row = shape->c * shape->kh * shape->kw;
    int64_t first = index * most, rows = shape->k - first < most ? shape->k - first : most;
    int8_t *row = pass->rows + worker * pass->slices * group;
    uint8_t *counts = pass->counts + worker * pass->slices * most;
    int64_t nonzero = 0;
    double cycles = 0.0;
    for (int64_t k = 0; k < rows; k++) {
        tile_row(shape, group, pass->layer->weights + (first + k) * per_row, row);
        for (int64_t slice = 0; slice < pass->slices; slice++) {
            int64_t count = cost_nonzero(row + slice * group, group);
            counts[slice * most + k] = (uint8_t)count;
            nonzero += count;
        }
    }
    for (int64_t slice = 0; slice < pass->slices; slice++)
        cycles += tile_cycles(pass->chances, counts + slice * most, rows, pass->config->columns, pass->load);
    pass->cycles[index] = cycles;
    pass->nonzero[index] = nonzero;
}

/* Bits of a masked tensor. */
static int64_t masked_bits(const accel_config_t *config, int64_t elements, double density)
{
    return exact_plus(exact_times(elements, config->own[MASK_BITS]),
                      exact_times(exact_share(elements, density), ACTIVATION_BITS));
}

static void add_up(const pass_t *pass, int64_t row_tiles, accel_work_t *work)
{
    const accel_config_t *config = pass->config;
    const net_layer_t *shape = pass->layer->shape;
    int64_t steps = tile_pixel_steps(shape, config->columns), pixels = tile_pixels(shape), nonzero = 0;
    net_layer_t computed = *shape;
    if (config->oddities & ODDITY_TOKEN_LIMIT && computed.tokens > TOKEN_LIMIT)
        computed.tokens = TOKEN_LIMIT;
    int64_t loads = exact_ceil(steps, REUSE), per_row = net_layer_weights(shape) / shape->k;
    double density = pass->layer->input_density, cycles = 0.0;
    for (int64_t i = 0; i < row_tiles; i++) {
        cycles += pass->cycles[i];
        nonzero += pass->nonzero[i];
    }
    cycles = ceil(cycles * (double)tile_pixel_steps(&computed, config->columns));
    work->tiles = exact_times(exact_times(row_tiles, pass->slices), steps);
    work->cycles = cycles < (double)EXACT_OVERFLOW ? (int64_t)cycles : EXACT_OVERFLOW;
    work->sensitive = shape->k;
    work->value_bits = exact_times(nonzero, WEIGHT_BITS);
    bool has_meta = !(config->oddities & ODDITY_NO_METADATA);
    work->meta_bits = has_meta ? exact_times(net_layer_weights(shape), config->own[MASK_BITS]) : 0;
    work->weight_read_bits = exact_times(exact_plus(work->value_bits, work->meta_bits), loads);
    work->input_read_bits = masked_bits(config, exact_times(row_tiles, exact_times(pixels, per_row)), density);
    work->pairs = exact_share(exact_times(nonzero, tile_pixels(&computed)), density);
    work->local_read_bits = exact_times(work->pairs, WEIGHT_BITS + ACTIVATION_BITS);
    work->local_write_bits = exact_plus(masked_bits(config, net_layer_macs(shape), density),
                                        exact_times(work->weight_read_bits, config->columns));
    work->lane_slots = exact_times(exact_times(config->rows, config->columns), work->cycles);
    work->row_slots = work->useful_slots = work->pairs;
}

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    int64_t row_tiles = exact_ceil(layer->shape->k, config->rows);
    pass_t pass = {.config = config,
                   .layer = layer,
                   .slices = tile_slices(layer->shape, config->group),
                   .load = exact_ceil(config->columns * config->group * (ACTIVATION_BITS + config->own[MASK_BITS]),
                                      config->input_banks * config->input_bus_bits)};
    size_t slices = (size_t)pass.slices * (size_t)threads;
    chances_t *chances = malloc(sizeof *chances);
    pass.chances = chances;
    pass.rows = malloc(slices * (size_t)config->group);
    pass.counts = malloc(slices * (size_t)config->rows);
    pass.cycles = malloc((size_t)row_tiles * sizeof *pass.cycles);
    pass.nonzero = malloc((size_t)row_tiles * sizeof *pass.nonzero);
    outcome_t result;
    if (!chances || !pass.rows || !pass.counts || !pass.cycles || !pass.nonzero) {
        result = outcome_out_of_memory(layer->shape->name);
    } else {
        fill_chances(chances, layer->input_density);
        result = threads_for(threads, row_tiles, run_row_tile, &pass);
        if (outcome_is_ok(&result))
            add_up(&pass, row_tiles, work);
    }
    free(chances);
    free(pass.rows);
    free(pass.counts);
    free(pass.cycles);
    free(pass.nonzero);
    return result;
}

const accelerator_t accelerator_sparten = {
    .name = "sparten",
    .title = "SparTen",
    .source = "BBS paper section VI; Gondimalla et al., MICRO 2019; buffers of BitSim sim/sim/sparten.py:617-658",
    .part = "sparten",
    .accuracy = "int8",
    .needs_weights = true,
    .needs_density = true,
    .keys = keys,
    .storage = storage_of,
    .check = check,
    .work = work_of};
