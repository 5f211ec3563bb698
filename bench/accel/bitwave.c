/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BitWave (Shi et al., HPCA 2024): columns of a sign-magnitude group that are all zero are neither stored nor computed.
 * A PE processes 8 weights of a column with 8 lanes and takes one cycle per magnitude column that is not empty; the sign
 * column is used in each cycle. (The authors' simulator counts the sign column and subtracts one, which is wrong where the
 * sign column is empty: oddity bitwave-sign.) Memory holds, for each 8 weights, an 8-bit mask of the columns, then the
 * signs and the columns of the mask. The caller gives the bit-flipped weights. All channels are flipped, as in the authors'
 * simulator, whose script the numbers of columns come from; the paper's Fig. 14 (BitWave stays about constant from 2 to 32
 * rows) agrees. With beta_permille above 0 the sensitive channels stay whole, as in the paper's accuracy figures (section
 * V); channels are not ordered, so a row tile with a sensitive channel waits for it.
 *
 * The array can be cut in seven ways; the configured rows, columns and group are the first. A layer runs in the way with
 * the fewest cycles, the first of equal ones. An array with another configuration has only that one, and must say so:
 * fixed_array = 1. 32 x 16 PEs x 8 lanes / 8 = 512. */
#include "accel/cost.h"
#include "accel/accel.h"
#include "accel/exact.h"
#include "accel/oddity.h"
#include "accel/settings.h"
#include "accel/tile.h"
#include "base/clones.h"
#include "base/text.h"
#include "base/threads.h"
#include "compress/bitflip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT = 8, WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

enum { FLIP_COLUMNS, FLIP_GROUP, BETA_PERMILLE, CHANNEL_UNIT, FIXED_ARRAY };

static const accel_key_t keys[] = {
    [FLIP_COLUMNS] = {"flip_columns", 1, 6, .by_network = true, .what = "bit columns flipped to zero in a pruned channel"},
    [FLIP_GROUP] = {"flip_group", 1, 1024, .what = "weights that are flipped together"},
    [BETA_PERMILLE] = {"beta_permille", 0, 1000, .what = "share of sensitive channels, in thousandths"},
    [CHANNEL_UNIT] = {"channel_unit", 1, 4096, .what = "the number of sensitive channels in a layer is a multiple of it"},
    [FIXED_ARRAY] = {"fixed_array", 0, 1, .what = "1: every layer runs in the configured array"},
    {.key = NULL},
};

static void pruning_of(const accel_config_t *config, accel_pruning_t *pruning)
{
    bool submitted = config->oddities & ODDITY_BITWAVE_SUBMITTED;
    *pruning = (accel_pruning_t){.columns = submitted ? 0 : config->own[FLIP_COLUMNS],
                                 .group = config->own[FLIP_GROUP],
                                 .beta_permille = config->own[BETA_PERMILLE],
                                 .channel_unit = config->own[CHANNEL_UNIT]};
}

/* flip_columns has values of single networks, which settings_put() takes away. */
static outcome_t prune(const accel_pruning_t *pruning, accel_config_t *config)
{
    outcome_t result = settings_put(keys, config, keys[FLIP_COLUMNS].key, pruning->columns);
    config->own[FLIP_GROUP] = pruning->group;
    config->own[BETA_PERMILLE] = pruning->beta_permille;
    config->own[CHANNEL_UNIT] = pruning->channel_unit;
    return outcome_is_ok(&result) ? settings_check(keys, config, "bitwave") : result;
}

static void storage_of(const accel_config_t *config, accel_storage_t *storage)
{
    storage->written_centibits = 100 * (WEIGHT_BITS - config->own[FLIP_COLUMNS]);
}

/* BitSim sim/sim/bitwave.py:41-44. `group` is a multiple of UNIT. */
typedef struct {
    int64_t group, rows, columns;
} dataflow_t;

static const dataflow_t dataflows[] = {{8, 32, 16}, {16, 32, 8}, {32, 32, 4}, {128, 8, 1},
                                       {16, 64, 1}, {32, 32, 1}, {16, 1, 16}};

enum { DATAFLOWS = sizeof dataflows / sizeof dataflows[0] };

typedef struct {
    const accel_layer_t *layer;
    const dataflow_t *flows;
    int64_t flow_count;
    tile_layout_t layout;
    int64_t units;        /* units of UNIT weights in a run of the layout */
    int64_t row_units;    /* units in an output channel */
    int8_t *rows;         /* per worker: row_units * UNIT */
    uint8_t *masks;       /* [k][row_units], columns that are not empty */
    uint8_t cycles[256];  /* cycles for the columns of a mask */
    bool with_signs;      /* oddity bitwave-sign: the sign is a column of the mask, and each slice takes one cycle less */
    uint8_t counted;      /* the columns that take a cycle */
    int64_t *ones, *bits; /* [k]: ones in the magnitudes; stored bits */
} columns_t;

/* ===  Columns of each unit of 8 weights  === */

static void look_at_row(void *context, int64_t k, int worker)
{
    columns_t *columns = context;
    const net_layer_t *shape = columns->layer->shape;
    int8_t *row = columns->rows + worker * columns->row_units * UNIT;
    uint8_t *masks = columns->masks + k * columns->row_units;
    tile_row(shape, UNIT, columns->layer->weights + k * shape->c * shape->kh * shape->kw, row);
    int64_t ones = 0, bits = 0;
    for (int64_t segment = 0; segment < columns->layout.segments; segment++)
        for (int64_t from = 0; from < columns->layout.length; from += UNIT, row += UNIT) {
            int64_t left = columns->layout.length - from;
            *masks = cost_columns(row, UNIT, &ones);
            bits += *masks ? (left < UNIT ? left : UNIT) * (1 + columns->cycles[*masks]) : 0;
            if (columns->with_signs && cost_any_negative(row, UNIT))
                *masks |= 1 << 7;
            masks++;
        }
    columns->ones[k] = ones;
    columns->bits[k] = bits;
}

/* Oddity bitwave-submitted: the columns that are left when the highest are dropped, the sign column among them. A linear
 * layer has one less: the fully connected layer of ResNet-34 takes 5 cycles a tile where the convolutions take 6. */
static uint8_t submitted_columns(const accel_config_t *config, const net_layer_t *shape)
{
    int64_t left = WEIGHT_BITS - config->own[FLIP_COLUMNS] - (shape->kind == NET_LINEAR);
    return (uint8_t)((1 << left) - 1);
}

static outcome_t look_at_layer(const accel_config_t *config, const accel_layer_t *layer, int threads, columns_t *columns)
{
    columns->layer = layer;
    bool submitted = config->oddities & ODDITY_BITWAVE_SUBMITTED;
    columns->with_signs = !submitted && config->oddities & ODDITY_BITWAVE_SIGN;
    columns->counted = submitted ? submitted_columns(config, layer->shape) : UINT8_MAX;
    columns->layout = tile_layout(layer->shape);
    columns->units = exact_ceil(columns->layout.length, UNIT);
    columns->row_units = tile_slices(layer->shape, UNIT);
    columns->cycles[0] = !columns->with_signs && !submitted; /* an empty unit takes a cycle */
    for (int mask = 1; mask < 256; mask++)
        columns->cycles[mask] = (uint8_t)cost_ones((uint8_t)mask & columns->counted);
    size_t k = (size_t)layer->shape->k, row_units = (size_t)columns->row_units;
    columns->rows = malloc((size_t)threads * row_units * UNIT);
    columns->masks = malloc(k * row_units);
    columns->ones = calloc(k, sizeof *columns->ones);
    columns->bits = calloc(k, sizeof *columns->bits);
    if (columns->rows == NULL || columns->masks == NULL || columns->ones == NULL || columns->bits == NULL)
        return outcome_out_of_memory(layer->shape->name);
    return threads_for(threads, layer->shape->k, look_at_row, columns);
}

static void free_columns(columns_t *columns)
{
    free(columns->rows);
    free(columns->masks);
    free(columns->ones);
    free(columns->bits);
}

/* ===  One way to cut the array  === */

typedef struct {
    int64_t cycles;     /* of one pixel step: sum over row tiles and slices of the slowest row */
    int64_t row_cycles; /* sum over rows and slices */
    bool failed;
} cut_t;

typedef struct {
    const columns_t *columns;
    cut_t cuts[DATAFLOWS];
} trial_t;

/* Cycles of each slice of one row: a column is skipped when it is empty in all `wide` units side by side. */
static void row_cycles(const columns_t *columns, int64_t k, int64_t wide, uint8_t *cycles)
{
    const uint8_t *run = columns->masks + k * columns->row_units;
    for (int64_t segment = 0; segment < columns->layout.segments; segment++, run += columns->units)
        for (int64_t first = 0; first < columns->units; first += wide) {
            const int64_t end = first + wide < columns->units ? first + wide : columns->units;
            uint8_t any = run[first];
            for (int64_t unit = first + 1; unit < end; unit++)
                any |= run[unit];
            *cycles++ = columns->cycles[any];
        }
}

/* Keep the slowest row of each slice, and return the sum of the cycles. Slices are filled up to whole vectors. */
enum { SLICES_AT_A_TIME = 32 };
CLONES("avx2", "default")
static int64_t accel_bitwave_slower(const uint8_t *restrict cycles, int64_t slices, uint8_t *restrict slowest)
{
    int64_t sum = 0;
    for (int64_t slice = 0; slice < slices; slice += SLICES_AT_A_TIME) {
        uint16_t part = 0; /* at most 8 cycles each */
        for (int i = 0; i < SLICES_AT_A_TIME; i++)
            slowest[slice + i] = cycles[slice + i] > slowest[slice + i] ? cycles[slice + i] : slowest[slice + i];
        for (int i = 0; i < SLICES_AT_A_TIME; i++)
            part = (uint16_t)(part + cycles[slice + i]);
        sum += part;
    }
    return sum;
}

static void try_cut(void *context, int64_t index, int worker)
{
    (void)worker;
    trial_t *trial = context;
    const columns_t *columns = trial->columns;
    cut_t *cut = &trial->cuts[index];
    int64_t wide = columns->flows[index].group / UNIT, rows = columns->flows[index].rows,
            tiles = tile_row_tiles(columns->layer->shape, rows);
    const int64_t slices = exact_ceil(columns->units, wide) * columns->layout.segments,
                  signs = columns->with_signs ? slices : 0, room = exact_ceil(slices, SLICES_AT_A_TIME) * SLICES_AT_A_TIME;
    uint8_t *cycles = calloc((size_t)room, 1), *slowest = malloc((size_t)room);
    cut->failed = cycles == NULL || slowest == NULL;
    for (int64_t tile = 0; tile < tiles && !cut->failed; tile++) {
        const tile_rows_t channels = tile_rows(columns->layer->shape, rows, tile);
        memset(slowest, 0, (size_t)room);
        for (int64_t k = channels.first; k < channels.end; k++) {
            row_cycles(columns, k, wide, cycles);
            cut->row_cycles += accel_bitwave_slower(cycles, room, slowest) - signs;
        }
        for (int64_t slice = 0; slice < slices; slice++)
            cut->cycles += slowest[slice];
        cut->cycles -= signs;
    }
    cut->cycles = cut->cycles > 0 ? cut->cycles : 0;
    free(cycles);
    free(slowest);
}

/* ===  The layer  === */

/* Oddity stored-bits: the same number of columns of all weights, in units of 8 channels at each kernel position. */
static void store_equally(const accel_config_t *config, const net_layer_t *shape, accel_work_t *work)
{
    int64_t bits = WEIGHT_BITS - config->own[FLIP_COLUMNS], positions = exact_times(shape->kh, shape->kw);
    int64_t stored = exact_times(exact_times(exact_ceil(shape->c, UNIT) * UNIT, positions), exact_times(shape->k, bits));
    work->value_bits = exact_times(net_layer_weights(shape), bits);
    work->padding_bits = stored - work->value_bits;
}

static void add_up(const accel_config_t *config, const columns_t *columns, const trial_t *trial, accel_work_t *work)
{
    const net_layer_t *shape = columns->layer->shape;
    int64_t best = 0, best_cycles = EXACT_OVERFLOW, ones = 0;
    for (int64_t i = 0; i < columns->flow_count; i++) {
        int64_t cycles = exact_times(trial->cuts[i].cycles, tile_pixel_steps(shape, columns->flows[i].columns));
        if (cycles < best_cycles) {
            best = i;
            best_cycles = cycles;
        }
    }
    for (int64_t k = 0; k < shape->k; k++) {
        work->value_bits = exact_plus(work->value_bits, columns->bits[k]);
        ones += columns->ones[k];
    }
    if (config->oddities & ODDITY_STORED_BITS)
        store_equally(config, shape, work);
    const dataflow_t *flow = &columns->flows[best];
    int64_t steps = tile_pixel_steps(shape, flow->columns), slices = tile_slices(shape, flow->group);
    int64_t row_tiles = tile_row_tiles(shape, flow->rows);
    work->tiles = exact_times(exact_times(row_tiles, slices), steps);
    work->parts[0] = (accel_part_t){"all channels", shape->k, row_tiles, slices, steps, .bits = 0};
    work->cycles = best_cycles;
    work->sensitive = shape->k;
    bool has_meta = !(config->oddities & ODDITY_NO_METADATA);
    work->meta_bits = has_meta ? exact_times(exact_times(shape->k, columns->row_units), UNIT) : 0;
    work->weight_passes = best_cycles;
    work->weight_read_bits = exact_times(exact_plus(work->value_bits, work->meta_bits), steps);
    work->input_read_bits =
        exact_times(exact_times(row_tiles, exact_times(slices, tile_pixels(shape))), flow->group * ACTIVATION_BITS);
    int64_t column_steps = exact_times(steps, flow->columns);
    work->lane_slots = exact_times(exact_times(trial->cuts[best].cycles, flow->rows * flow->group), column_steps);
    work->row_slots = exact_times(exact_times(trial->cuts[best].row_cycles, flow->group), column_steps);
    work->useful_slots = exact_times(ones, column_steps);
}

static outcome_t check(const accel_config_t *config)
{
    bool can_be_cut =
        config->group == dataflows[0].group && config->rows == dataflows[0].rows && config->columns == dataflows[0].columns;
    if (can_be_cut || config->own[FIXED_ARRAY] != 0)
        return outcome_ok();
    return outcome_usage("bitwave", "fixed_array",
                         text_of("0 with %" PRId64 " rows, %" PRId64 " columns and group %" PRId64, config->rows,
                                 config->columns, config->group)
                             .chars,
                         "1: the seven ways to cut the array are of 32 rows, 16 columns and group 8",
                         "add --set bitwave.fixed_array=1, and compare with the same setting at 32 rows");
}

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    dataflow_t configured = {config->group, config->rows, config->columns};
    bool fixed = config->own[FIXED_ARRAY] != 0;
    columns_t columns = {.flows = fixed ? &configured : dataflows, .flow_count = fixed ? 1 : DATAFLOWS};
    trial_t trial = {.columns = &columns};
    outcome_t result;
    if (outcome_bad(&result, look_at_layer(config, layer, threads, &columns)) ||
        outcome_bad(&result, threads_for(threads, columns.flow_count, try_cut, &trial)))
        goto out;
    for (int64_t i = 0; i < columns.flow_count; i++)
        if (trial.cuts[i].failed)
            result = outcome_out_of_memory(layer->shape->name);
    if (outcome_is_ok(&result))
        add_up(config, &columns, &trial, work);

out:
    free_columns(&columns);
    return result;
}

const accelerator_t accelerator_bitwave = {
    .name = "bitwave",
    .title = "BitWave",
    .source = "BBS paper section VI; Shi et al., HPCA 2024",
    .summary = "bit columns of sign-magnitude groups that are zero are skipped, weights flipped to have more of them",
    .skips = "magnitude columns of 8 weights that are all zero",
    .stores = "for each 8 weights a mask of 8 bits, the signs and the columns that are not zero; activations of 8 bits",
    .part = "bitwave",
    .weights_per_lane = 1,
    .needs_weights = true,
    .accuracy = "bitflip:columns=3:beta=0",
    .work_oddities = ODDITY_BITWAVE_SIGN | ODDITY_BITWAVE_SUBMITTED | ODDITY_NO_METADATA | ODDITY_STORED_BITS,
    .keys = keys,
    .method = &bitflip_method,
    .pruning = pruning_of,
    .prune = prune,
    .check = check,
    .storage = storage_of,
    .work = work_of};
