/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BitVert (the BBS paper, section IV): bit columns of which half are skipped, on binary-pruned weights.
 * A PE processes 16 weights of a column with 8 lanes, since with inversion at most half of a column's bits need work. It
 * takes one cycle per stored column: 8 for a sensitive channel, 6 (cons) or 4 (mod) for a pruned one. The constant of a
 * group is multiplied in the same cycles (3 bits per cycle, in two of at least four cycles). Channels are ordered so that
 * the rows of a tile have one precision: sensitive and pruned channels fill separate row tiles, and the last tile of each
 * may not be full (the authors' simulator uses the fraction of sensitive channels instead: oddity fractional-channels). A
 * compressed group lies along the input channels at one kernel position, so a pruned layer with 3 input channels is also
 * cut along the channels and wastes most of each tile; a layer that stays whole is cut as in Stripes. Memory holds the
 * columns that are left, 8 bits of metadata for each 32 weights of a pruned channel and, where both precisions occur, each
 * channel's index before the ordering. The paper's metadata and channel-index buffers are read with the weights. The
 * generator of activation sums, one for 32 channels, has no published energy and is left out. 32 x 16 PEs x 8 lanes / 8 =
 * 512 8-bit multipliers. */
#include "accel/accel.h"
#include "accel/exact.h"
#include "accel/oddity.h"
#include "accel/settings.h"
#include "accel/tile.h"
#include "compress/ra.h"
#include "compress/zps.h"

enum { WHOLE_BITS = 8, ACTIVATION_BITS = 8 };

enum { LOW_BITS, BETA_PERMILLE, CHANNEL_UNIT, META_GROUP, META_BITS };

static const accel_key_t keys[] = {
    [LOW_BITS] = {"low_bits", 1, 8, .what = "bit columns kept in a pruned channel"},
    [BETA_PERMILLE] = {"beta_permille", 0, 1000, .what = "share of sensitive channels, in thousandths"},
    [CHANNEL_UNIT] = {"channel_unit", 1, 4096,
                      .what = "C_H: the number of sensitive channels in a layer is a multiple of it"},
    [META_GROUP] = {"meta_group", 1, 1024, .what = "weights that are pruned together and share one metadata field"},
    [META_BITS] = {"meta_bits", 0, 1024, .what = "bits of a metadata field: redundant columns and constant"},
    {.key = NULL},
};

static void pruning_of(const accel_config_t *config, accel_pruning_t *pruning)
{
    *pruning = (accel_pruning_t){.columns = WHOLE_BITS - config->own[LOW_BITS],
                                 .group = config->own[META_GROUP],
                                 .beta_permille = config->own[BETA_PERMILLE],
                                 .channel_unit = config->own[CHANNEL_UNIT]};
}

static outcome_t prune(const accel_pruning_t *pruning, accel_config_t *config)
{
    config->own[LOW_BITS] = WHOLE_BITS - pruning->columns;
    config->own[META_GROUP] = pruning->group;
    config->own[BETA_PERMILLE] = pruning->beta_permille;
    config->own[CHANNEL_UNIT] = pruning->channel_unit;
    return settings_check(keys, config, "bitvert");
}

/* The channels of one precision: `rows` channels, each `slices` slices of `bits` columns. */
typedef struct {
    int64_t rows, slices, bits;
} part_t;

static accel_part_t describe(const accel_config_t *config, const net_layer_t *shape, const part_t *part, const char *what)
{
    return (accel_part_t){.what = what,
                          .channels = part->rows,
                          .row_tiles = tile_row_tiles_of(shape, part->rows, config->rows),
                          .slices = part->slices,
                          .steps = tile_pixel_steps(shape, config->columns),
                          .bits = part->bits};
}

static int64_t part_tiles(const accel_config_t *config, const net_layer_t *shape, const part_t *part)
{
    return exact_times(tile_row_tiles_of(shape, part->rows, config->rows), part->slices);
}

static int64_t part_word_bits(const accel_config_t *config, const part_t *part)
{
    return exact_times(exact_times(part->rows, part->slices), config->group * part->bits);
}

/* Cycles per pixel step, summed over the rows. */
static int64_t part_cycles(const part_t *part)
{
    return exact_times(exact_times(part->rows, part->slices), part->bits);
}

/* Bits of one channel number. */
static int64_t index_bits(int64_t channels)
{
    int64_t bits = 0;
    while (((int64_t)1 << bits) < channels)
        bits++;
    return bits;
}

/* Oddity fractional-channels: tiles as if all channels had one precision, and cycles by the share of each precision. */
static void take_shares(const accel_config_t *config, const net_layer_t *shape, const part_t *high, const part_t *low,
                        accel_work_t *work)
{
    int64_t row_tiles = tile_row_tiles(shape, config->rows), steps = tile_pixel_steps(shape, config->columns);
    int64_t bits = exact_plus(exact_times(high->rows, high->bits), exact_times(low->rows, low->bits));
    work->tiles = exact_times(exact_times(row_tiles, high->slices), steps);
    work->parts[0] = (accel_part_t){"all channels", shape->k, row_tiles, high->slices, steps, .bits = 0};
    work->parts[1] = (accel_part_t){.what = NULL};
    int64_t shares = exact_times(work->tiles, bits);
    work->cycles = exact_ceil(shares, shape->k);
    if (config->oddities & ODDITY_FRACTIONS)
        work->cycle_excess = exact_times(exact_times(work->cycles, shape->k) - shares, 1000000000) / shape->k;
}

#define BITVERT_STORES                                                                            \
    "the kept columns, 8 bits of metadata for each 32 weights of a pruned channel, an index for " \
    "each channel; activations of 8 bits"

static outcome_t work_of(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work)
{
    (void)threads;
    const net_layer_t *shape = layer->shape;
    int64_t kept = layer->sensitive, pruned = shape->k - kept, row = net_layer_weights(shape) / shape->k;
    part_t high = {kept, tile_slices(shape, config->group), WHOLE_BITS};
    part_t low = {pruned, tile_channel_slices(shape, config->group), config->own[LOW_BITS]};
    int64_t steps = tile_pixel_steps(shape, config->columns);
    int64_t high_tiles = part_tiles(config, shape, &high), low_tiles = part_tiles(config, shape, &low);
    bool has_meta = !(config->oddities & ODDITY_NO_METADATA);
    int64_t group_meta = has_meta ? exact_times(exact_times(pruned, tile_channel_slices(shape, config->own[META_GROUP])),
                                                config->own[META_BITS])
                                  : 0;

    work->parts[0] = describe(config, shape, &high, "channels at 8 bits");
    work->parts[1] = describe(config, shape, &low, "pruned channels");
    work->tiles = exact_times(exact_plus(high_tiles, low_tiles), steps);
    work->cycles = exact_times(exact_plus(exact_times(high_tiles, high.bits), exact_times(low_tiles, low.bits)), steps);
    work->sensitive = kept;
    work->value_bits = exact_times(exact_plus(exact_times(kept, high.bits), exact_times(pruned, low.bits)), row);
    work->meta_bits =
        exact_plus(group_meta, has_meta && kept > 0 && pruned > 0 ? exact_times(shape->k, index_bits(shape->k)) : 0);
    int64_t words = exact_plus(part_word_bits(config, &high), part_word_bits(config, &low));
    work->weight_read_bits = exact_times(exact_plus(words, group_meta), steps);
    work->input_read_bits =
        exact_times(exact_times(exact_plus(high_tiles, low_tiles), tile_pixels(shape)), config->group * ACTIVATION_BITS);
    if (config->oddities & ODDITY_FRACTIONAL_CHANNELS)
        take_shares(config, shape, &high, &low, work);
    if (layer->effectual > 0) {
        int64_t column_steps = exact_times(steps, config->columns);
        int64_t row_cycles = exact_plus(part_cycles(&high), part_cycles(&low));
        work->lane_slots = exact_times(exact_times(work->cycles, config->rows * config->lanes), config->columns);
        work->row_slots = exact_times(exact_times(row_cycles, config->lanes), column_steps);
        work->useful_slots = exact_times(layer->effectual, column_steps);
    }
    return outcome_ok();
}

const accelerator_t accelerator_bitvert_cons = {
    .name = "bitvert-cons",
    .title = "BitVert (cons)",
    .source = "BBS paper sections III and IV: 2 columns pruned, beta = 10 %",
    .summary = "bit-serial over the 6 columns that BBS keeps, 16 weights on 8 lanes",
    .skips = "pruned columns; in each column the half with more bits, by inversion",
    .stores = BITVERT_STORES,
    .part = "bitvert",
    .weights_per_lane = 2, /* at most half of a column's bits need work */
    .selects = true,
    .counts_lanes = true,
    .accuracy = "bbs-cons",
    .keys = keys,
    .method = &ra_method,
    .pruning = pruning_of,
    .prune = prune,
    .work = work_of};

const accelerator_t accelerator_bitvert_mod = {
    .name = "bitvert-mod",
    .title = "BitVert (mod)",
    .source = "BBS paper sections III and IV: 4 columns pruned, beta = 20 %",
    .summary = "bit-serial over the 4 columns that BBS keeps, 16 weights on 8 lanes",
    .skips = "pruned columns; in each column the half with more bits, by inversion",
    .stores = BITVERT_STORES,
    .part = "bitvert",
    .weights_per_lane = 2, /* at most half of a column's bits need work */
    .selects = true,
    .counts_lanes = true,
    .accuracy = "bbs-mod",
    .keys = keys,
    .method = &zps_method,
    .pruning = pruning_of,
    .prune = prune,
    .work = work_of};
