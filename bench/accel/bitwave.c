/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BitWave (Shi et al., HPCA 2024): columns of a sign-magnitude group that are all zero are neither stored nor computed.
 * A PE processes 8 weights of a column with 8 lanes and takes one cycle per magnitude column that is not empty; the sign
 * column is used in each cycle. (The authors' simulator counts the sign column and subtracts one, which is wrong where the
 * sign column is empty: oddity bitwave-sign.) Memory holds, for each 8 weights, an 8-bit mask of the columns, then the
 * signs and the columns of the mask. Weights are bit-flipped as they are looked at, or by the caller. All channels are
 * flipped, as in the authors' simulator, whose script the numbers of columns come from; the paper's Fig. 14 (BitWave stays
 * about constant from 2 to 32 rows) agrees. With beta_permille above 0 the sensitive channels stay whole, as in the paper's
 * accuracy figures (section V); channels are not ordered, so a row tile with a sensitive channel waits for it.
 *
 * The array can be cut in seven ways; the configured rows, columns and group are the first. A layer runs in the way with
 * the fewest cycles, the first of equal ones. An array with another configuration has only that one, and must say so:
 * fixed_array = 1. 32 x 16 PEs x 8 lanes / 8 = 512. */
#include "accel/accel.h"
#include "accel/bitwave_rows.h"
#include "accel/exact.h"
#include "accel/flip.h"
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

enum { UNIT = BITWAVE_UNIT, WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

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

/* A layer goes by blocks of rows, in which each way to cut the array has whole tiles. Ways whose slices are as wide share
 * the cycles of a row. */
typedef struct {
    int64_t cycles;     /* of one pixel step: sum over row tiles and slices of the slowest row */
    int64_t row_cycles; /* sum over rows and slices */
} cut_t;

typedef struct {
    cut_t cuts[DATAFLOWS];
    bitwave_sums_t sums;
} block_t;

typedef struct {
    const accel_layer_t *layer;
    const dataflow_t *flows;
    int64_t flow_count;
    tile_layout_t layout;
    bitwave_row_t row;
    bitwave_rule_t rule;
    flip_plan_t flip;
    int64_t block_rows, block_count;
    block_t *blocks;
    uint8_t *rooms; /* per worker: see room_of() */
} columns_t;

/* Work space of one thread. */
typedef struct {
    int8_t *flipped, *row; /* a channel in the order of memory, and in that of a PE */
    uint8_t *masks, *cycles;
    uint8_t *slowest[DATAFLOWS];
} room_t;

enum { PLACES_AT_A_TIME = 32 };

/* Slices of `wide` units, filled up to whole vectors. */
static int64_t places_of(const columns_t *columns, int64_t wide)
{
    return exact_ceil(bitwave_places(&columns->row, wide), PLACES_AT_A_TIME) * PLACES_AT_A_TIME;
}

static int64_t channel_size(const columns_t *columns)
{
    return exact_ceil(columns->layout.segments * columns->layout.length, BITWAVE_UNIT) * BITWAVE_UNIT;
}

/* Bytes of room_t.masks, of which a row has an eighth of its weights. */
static int64_t masks_size(const columns_t *columns)
{
    return places_of(columns, 1);
}

static int64_t room_size(const columns_t *columns)
{
    return channel_size(columns) + (BITWAVE_UNIT + 2 + columns->flow_count) * masks_size(columns);
}

static room_t room_of(const columns_t *columns, int worker)
{
    const int64_t size = masks_size(columns);
    uint8_t *at = columns->rooms + worker * room_size(columns);
    room_t room = {.row = (int8_t *)at};
    at += BITWAVE_UNIT * size;
    room.masks = at;
    room.cycles = at += size;
    for (int64_t flow = 0; flow < columns->flow_count; flow++)
        room.slowest[flow] = at += size;
    room.flipped = (int8_t *)(at + size);
    return room;
}

/* ===  Rows  === */

/* The weights of a channel as the design runs them, run after run. */
static const int8_t *read_row(const columns_t *columns, int64_t k, const room_t *room)
{
    enum { GROUP = BITWAVE_UNIT * BITWAVE_FILLED };
    const accel_layer_t *layer = columns->layer;
    const net_layer_t *shape = layer->shape;
    const bitwave_row_t *row = &columns->row;
    const int64_t positions = shape->kh * shape->kw;
    const int8_t *weights = layer->weights + k * shape->c * positions;
    if (!layer->unpruned || (layer->kept != NULL && layer->kept[k]))
        return tile_row_of(shape, GROUP, weights, room->row);
    if (columns->layout.along_plane) { /* groups lie across the runs */
        flip_channel(&columns->flip, weights, shape->c, positions, room->flipped);
        return tile_row_of(shape, GROUP, room->flipped, room->row);
    }
    const int8_t *from = tile_row_of(shape, GROUP, weights, room->row);
    for (int64_t run = 0, at = 0; run < row->runs; run++, at += row->room * BITWAVE_UNIT)
        flip_groups(&columns->flip, from + at, row->length, room->row + at);
    return room->row;
}

/* Keep the slowest row of each slice, and return the sum of the cycles. */
CLONES("avx2", "default")
static int64_t accel_bitwave_slower(const uint8_t *restrict cycles, int64_t places, uint8_t *restrict slowest)
{
    int64_t sum = 0;
    for (int64_t place = 0; place < places; place += PLACES_AT_A_TIME) {
        uint16_t part = 0; /* at most 8 cycles each */
        for (int i = 0; i < PLACES_AT_A_TIME; i++)
            slowest[place + i] = cycles[place + i] > slowest[place + i] ? cycles[place + i] : slowest[place + i];
        for (int i = 0; i < PLACES_AT_A_TIME; i++)
            part = (uint16_t)(part + cycles[place + i]);
        sum += part;
    }
    return sum;
}

/* The row with number `number` of its block, in every way to cut the array; `last`: of the block. */
static void cut_row(const columns_t *columns, const room_t *room, int64_t number, bool last, cut_t *cuts)
{
    int64_t wide = 0;
    for (int64_t i = 0; i < columns->flow_count; i++) {
        const dataflow_t *flow = &columns->flows[i];
        cut_t *cut = &cuts[i];
        const int64_t own = flow->group / BITWAVE_UNIT, places = places_of(columns, own);
        const int64_t signs = columns->rule.with_signs ? bitwave_slices(&columns->row, own) : 0;
        if (own != wide) {
            memset(room->cycles + places - PLACES_AT_A_TIME, 0, PLACES_AT_A_TIME);
            bitwave_cycles(&columns->row, &columns->rule, room->masks, own, room->cycles);
        }
        wide = own;
        cut->row_cycles += accel_bitwave_slower(room->cycles, places, room->slowest[i]) - signs;
        if ((number + 1) % flow->rows != 0 && !last)
            continue;
        for (int64_t place = 0; place < places; place++)
            cut->cycles += room->slowest[i][place];
        cut->cycles -= signs;
        memset(room->slowest[i], 0, (size_t)places);
    }
}

static void run_block(void *context, int64_t index, int worker)
{
    const columns_t *columns = context;
    const room_t room = room_of(columns, worker);
    const tile_rows_t channels = tile_rows(columns->layer->shape, columns->block_rows, index);
    block_t block = {.sums = {0}};
    for (int64_t i = 0; i < columns->flow_count; i++)
        memset(room.slowest[i], 0, (size_t)masks_size(columns));
    for (int64_t k = channels.first; k < channels.end; k++) {
        const bitwave_sums_t sums = bitwave_masks(&columns->row, &columns->rule, read_row(columns, k, &room), room.masks);
        block.sums.ones += sums.ones;
        block.sums.bits += sums.bits;
        cut_row(columns, &room, k - channels.first, k + 1 == channels.end, block.cuts);
    }
    columns->blocks[index] = block;
}

/* Oddity bitwave-submitted: the columns that are left when the highest are dropped, the sign column among them. A linear
 * layer has one less: the fully connected layer of ResNet-34 takes 5 cycles a tile where the convolutions take 6. */
static uint8_t submitted_columns(const accel_config_t *config, const net_layer_t *shape)
{
    int64_t left = WEIGHT_BITS - config->own[FLIP_COLUMNS] - (shape->kind == NET_LINEAR);
    return (uint8_t)((1 << left) - 1);
}

/* The least rows that are whole tiles in every way. */
static int64_t common_rows(const dataflow_t *flows, int64_t count)
{
    int64_t rows = 1;
    for (int64_t i = 0; i < count; i++) {
        int64_t both = rows;
        while (both % flows[i].rows != 0)
            both += rows;
        rows = both;
    }
    return rows;
}

static outcome_t open_columns(const accel_config_t *config, const accel_layer_t *layer, int threads, columns_t *columns)
{
    const bool submitted = config->oddities & ODDITY_BITWAVE_SUBMITTED,
               with_signs = !submitted && config->oddities & ODDITY_BITWAVE_SIGN;
    columns->layer = layer;
    columns->layout = tile_layout(layer->shape);
    columns->row = bitwave_row(&columns->layout);
    columns->rule = (bitwave_rule_t){.counted = submitted ? submitted_columns(config, layer->shape) : UINT8_MAX,
                                     .empty = !with_signs && !submitted, /* an empty unit takes a cycle */
                                     .with_signs = with_signs};
    if (layer->unpruned) {
        accel_pruning_t pruning;
        pruning_of(config, &pruning);
        flip_plan((int)pruning.columns, pruning.group, &columns->flip);
    }
    columns->block_rows = common_rows(columns->flows, columns->flow_count);
    columns->block_count = tile_row_tiles(layer->shape, columns->block_rows);
    columns->blocks = malloc((size_t)columns->block_count * sizeof *columns->blocks);
    columns->rooms = malloc((size_t)threads * (size_t)room_size(columns));
    return columns->blocks != NULL && columns->rooms != NULL ? outcome_ok() : outcome_out_of_memory(layer->shape->name);
}

static void close_columns(columns_t *columns)
{
    free(columns->blocks);
    free(columns->rooms);
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

/* The sums over all blocks. */
static block_t all_blocks(const columns_t *columns)
{
    block_t all = {.sums = {0}};
    for (int64_t i = 0; i < columns->block_count; i++) {
        const block_t *block = &columns->blocks[i];
        all.sums.ones += block->sums.ones;
        all.sums.bits += block->sums.bits;
        for (int64_t flow = 0; flow < columns->flow_count; flow++) {
            all.cuts[flow].cycles += block->cuts[flow].cycles;
            all.cuts[flow].row_cycles += block->cuts[flow].row_cycles;
        }
    }
    for (int64_t flow = 0; flow < columns->flow_count; flow++)
        all.cuts[flow].cycles = all.cuts[flow].cycles > 0 ? all.cuts[flow].cycles : 0;
    return all;
}

static void add_up(const accel_config_t *config, const columns_t *columns, accel_work_t *work)
{
    const net_layer_t *shape = columns->layer->shape;
    const block_t all = all_blocks(columns);
    int64_t best = 0, best_cycles = EXACT_OVERFLOW;
    for (int64_t i = 0; i < columns->flow_count; i++) {
        int64_t cycles = exact_times(all.cuts[i].cycles, tile_pixel_steps(shape, columns->flows[i].columns));
        if (cycles < best_cycles) {
            best = i;
            best_cycles = cycles;
        }
    }
    work->value_bits = all.sums.bits;
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
    work->meta_bits = has_meta ? exact_times(exact_times(shape->k, bitwave_slices(&columns->row, 1)), UNIT) : 0;
    work->weight_passes = best_cycles;
    work->weight_read_bits = exact_times(exact_plus(work->value_bits, work->meta_bits), steps);
    work->input_read_bits =
        exact_times(exact_times(row_tiles, exact_times(slices, tile_pixels(shape))), flow->group * ACTIVATION_BITS);
    int64_t column_steps = exact_times(steps, flow->columns);
    work->lane_slots = exact_times(exact_times(all.cuts[best].cycles, flow->rows * flow->group), column_steps);
    work->row_slots = exact_times(exact_times(all.cuts[best].row_cycles, flow->group), column_steps);
    work->useful_slots = exact_times(all.sums.ones, column_steps);
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
    outcome_t result;
    if (!outcome_bad(&result, open_columns(config, layer, threads, &columns)) &&
        !outcome_bad(&result, threads_for(threads, columns.block_count, run_block, &columns)))
        add_up(config, &columns, work);
    close_columns(&columns);
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
