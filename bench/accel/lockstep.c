/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/lockstep.h"

#include "accel/exact.h"
#include "accel/tile.h"
#include "base/clones.h"
#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

/* One tile of rows, over all slices of a dot product. */
typedef struct {
    int64_t cycles;     /* sum over slices of the slowest row */
    int64_t row_cycles; /* sum over slices and rows */
    int64_t useful;
} row_tile_t;

enum { AT_A_TIME = 32 /* slices */ };

typedef struct {
    const accel_config_t *config;
    const accel_layer_t *layer;
    const cost_rule_t *rule;
    int64_t slices, room;       /* room: filled up to a multiple of AT_A_TIME, with slices of no cycle */
    int8_t *rows;               /* per worker: slices * group */
    uint16_t *cycles, *slowest; /* per worker: room */
    row_tile_t *tiles;
} pass_t;

/* Keep the slowest row of each slice, and return the sum of the cycles, of which each slice has at most 1024 (cost.h). */
CLONES("avx2", "default")
static int64_t accel_lockstep_slower(const uint16_t *restrict cycles, int64_t slices, uint16_t *restrict slowest)
{
    int64_t sum = 0;
    for (int64_t slice = 0; slice < slices; slice += AT_A_TIME) {
        uint16_t part = 0;
        for (int i = 0; i < AT_A_TIME; i++)
            slowest[slice + i] = cycles[slice + i] > slowest[slice + i] ? cycles[slice + i] : slowest[slice + i];
        for (int i = 0; i < AT_A_TIME; i++)
            part = (uint16_t)(part + cycles[slice + i]);
        sum += part;
    }
    return sum;
}

static void run_row_tile(void *context, int64_t index, int worker)
{
    const pass_t *pass = context;
    const net_layer_t *shape = pass->layer->shape;
    int64_t group = pass->config->group, per_row = shape->c * shape->kh * shape->kw;
    const tile_rows_t rows = tile_rows(shape, pass->config->rows, index);
    int8_t *room = pass->rows + worker * pass->slices * group;
    uint16_t *cycles = pass->cycles + worker * pass->room, *slowest = pass->slowest + worker * pass->room;
    row_tile_t tile = {0};
    memset(slowest, 0, (size_t)pass->room * sizeof *slowest);
    for (int64_t k = rows.first; k < rows.end; k++) {
        const int8_t *row = tile_row_of(shape, group, pass->layer->weights + k * per_row, room);
        tile.useful += cost_rows(pass->rule, row, pass->slices, group, cycles);
        tile.row_cycles += accel_lockstep_slower(cycles, pass->room, slowest);
    }
    for (int64_t slice = 0; slice < pass->slices; slice++)
        tile.cycles += slowest[slice];
    pass->tiles[index] = tile;
}

static void add_up(const pass_t *pass, int64_t row_tiles, accel_work_t *work)
{
    const accel_config_t *config = pass->config;
    const int64_t steps = tile_pixel_steps(pass->layer->shape, config->columns);
    row_tile_t sum = {0};
    for (int64_t i = 0; i < row_tiles; i++) {
        sum.cycles += pass->tiles[i].cycles;
        sum.row_cycles += pass->tiles[i].row_cycles;
        sum.useful += pass->tiles[i].useful;
    }
    work->cycles = exact_times(sum.cycles, steps);
    int64_t column_steps = exact_times(steps, config->columns);
    work->lane_slots = exact_times(exact_times(sum.cycles, config->rows * config->lanes), column_steps);
    work->row_slots = exact_times(exact_times(sum.row_cycles, config->lanes), column_steps);
    work->useful_slots = exact_times(sum.useful, column_steps);
}

outcome_t lockstep_work(const accel_config_t *config, const accel_layer_t *layer, const cost_rule_t *rule, int threads,
                        accel_work_t *work)
{
    const int64_t row_tiles = tile_row_tiles(layer->shape, config->rows);
    pass_t pass = {.config = config, .layer = layer, .rule = rule, .slices = tile_slices(layer->shape, config->group)};
    pass.room = exact_ceil(pass.slices, AT_A_TIME) * AT_A_TIME;
    const size_t workers = (size_t)threads, room = (size_t)pass.room;
    pass.rows = malloc(workers * (size_t)pass.slices * (size_t)config->group);
    pass.cycles = calloc(workers * room, sizeof *pass.cycles);
    pass.slowest = malloc(workers * room * sizeof *pass.slowest);
    pass.tiles = calloc((size_t)row_tiles, sizeof *pass.tiles);
    outcome_t result = outcome_out_of_memory(layer->shape->name);
    if (pass.rows != NULL && pass.cycles != NULL && pass.slowest != NULL && pass.tiles != NULL &&
        !outcome_bad(&result, threads_for(threads, row_tiles, run_row_tile, &pass)))
        add_up(&pass, row_tiles, work);
    free(pass.rows);
    free(pass.cycles);
    free(pass.slowest);
    free(pass.tiles);
    return result;
}
