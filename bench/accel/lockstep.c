/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/lockstep.h"

#include "accel/exact.h"
#include "accel/tile.h"
#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

/* One tile of rows, over all slices of a dot product. */
typedef struct {
    int64_t cycles;     /* sum over slices of the slowest row */
    int64_t row_cycles; /* sum over slices and rows */
    int64_t useful;
} row_tile_t;

typedef struct {
    const accel_config_t *config;
    const accel_layer_t *layer;
    cost_t (*cost)(const int8_t *weights, int64_t count);
    int64_t slices;
    int8_t *rows;     /* per worker: slices * group */
    int64_t *slowest; /* per worker: slices */
    row_tile_t *tiles;
} pass_t;

static void run_row_tile(void *context, int64_t index, int worker)
{
    const pass_t *pass = context;
    const net_layer_t *shape = pass->layer->shape;
    int64_t group = pass->config->group, per_row = shape->c * shape->kh * shape->kw;
    const tile_rows_t rows = tile_rows(shape, pass->config->rows, index);
    int8_t *row = pass->rows + worker * pass->slices * group;
    int64_t *slowest = pass->slowest + worker * pass->slices;
    row_tile_t tile = {0};
    memset(slowest, 0, (size_t)pass->slices * sizeof *slowest);
    for (int64_t k = rows.first; k < rows.end; k++) {
        tile_row(shape, group, pass->layer->weights + k * per_row, row);
        for (int64_t slice = 0; slice < pass->slices; slice++) {
            cost_t cost = pass->cost(row + slice * group, group);
            slowest[slice] = cost.cycles > slowest[slice] ? cost.cycles : slowest[slice];
            tile.row_cycles += cost.cycles;
            tile.useful += cost.useful;
        }
    }
    for (int64_t slice = 0; slice < pass->slices; slice++)
        tile.cycles += slowest[slice];
    pass->tiles[index] = tile;
}

outcome_t lockstep_work(const accel_config_t *config, const accel_layer_t *layer,
                        cost_t (*cost)(const int8_t *weights, int64_t count), int threads, accel_work_t *work)
{
    int64_t row_tiles = tile_row_tiles(layer->shape, config->rows), steps = tile_pixel_steps(layer->shape, config->columns);
    pass_t pass = {.config = config, .layer = layer, .cost = cost, .slices = tile_slices(layer->shape, config->group)};
    size_t slices = (size_t)pass.slices, workers = (size_t)threads;
    pass.rows = calloc(workers * slices, (size_t)config->group);
    pass.slowest = calloc(workers * slices, sizeof *pass.slowest);
    pass.tiles = calloc((size_t)row_tiles, sizeof *pass.tiles);
    outcome_t result;
    if (pass.rows == NULL || pass.slowest == NULL || pass.tiles == NULL) {
        result = outcome_out_of_memory(layer->shape->name);
        goto out;
    }
    if (outcome_bad(&result, threads_for(threads, row_tiles, run_row_tile, &pass)))
        goto out;
    row_tile_t sum = {0};
    for (int64_t i = 0; i < row_tiles; i++) {
        sum.cycles += pass.tiles[i].cycles;
        sum.row_cycles += pass.tiles[i].row_cycles;
        sum.useful += pass.tiles[i].useful;
    }
    work->cycles = exact_times(sum.cycles, steps);
    int64_t column_steps = exact_times(steps, config->columns);
    work->lane_slots = exact_times(exact_times(sum.cycles, config->rows * config->lanes), column_steps);
    work->row_slots = exact_times(exact_times(sum.row_cycles, config->lanes), column_steps);
    work->useful_slots = exact_times(sum.useful, column_steps);

out:
    free(pass.rows);
    free(pass.slowest);
    free(pass.tiles);
    return result;
}
