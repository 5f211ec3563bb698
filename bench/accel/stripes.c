/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stripes (Judd et al., MICRO 2016), as the paper uses it: dense, bit-serial over the weights, the base of all speedups.
 *
 * A PE has 16 lanes, each one bit of a weight times an 8-bit activation, so a tile of 16 weights takes 8 cycles whatever
 * they are. 16 x 16 PEs x 16 lanes / 8 = 512 8-bit multipliers. */
#include "accel/designs.h"
#include "accel/exact.h"
#include "accel/tile.h"

enum { WEIGHT_BITS = 8, ACTIVATION_BITS = 8 };

static void work_of(const accel_config_t *config, const accel_layer_t *layer, accel_work_t *work)
{
    const net_layer_t *shape = layer->shape;
    int64_t slices = tile_slices(shape, config->group);
    int64_t row_tiles = exact_ceil(shape->k, config->rows);
    int64_t steps = tile_pixel_steps(shape, config->columns);
    work->tiles = exact_times(exact_times(row_tiles, slices), steps);
    work->cycles = exact_times(work->tiles, WEIGHT_BITS);
    work->sensitive = shape->k;
    work->value_bits = exact_times(net_layer_weights(shape), WEIGHT_BITS);
    work->meta_bits = 0;
    work->weight_read_bits = exact_times(exact_times(shape->k, exact_times(slices, steps)), config->group * WEIGHT_BITS);
    work->input_read_bits =
        exact_times(exact_times(row_tiles, exact_times(slices, tile_pixels(shape))), config->group * ACTIVATION_BITS);
}

const accelerator_t accelerator_stripes = {.name = "stripes",
                                           .title = "Stripes",
                                           .source = "BBS paper sections V and VI; Judd et al., MICRO 2016",
                                           .part = "stripes",
                                           .defaults = {.rows = 16,
                                                        .columns = 16,
                                                        .group = 16,
                                                        .lanes = 16,
                                                        .lane_bits = 1,
                                                        .weight_sram_bytes = 256 * 1024,
                                                        .weight_banks = 16,
                                                        .weight_bus_bits = 128,
                                                        .input_sram_bytes = 256 * 1024,
                                                        .input_banks = 16,
                                                        .input_bus_bits = 128},
                                           .work = work_of};
