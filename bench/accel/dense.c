/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/dense.h"

#include "accel/exact.h"
#include "accel/tile.h"

void dense_work(const accel_config_t *config, const net_layer_t *shape, int64_t weight_bits, int64_t activation_bits,
                accel_work_t *work)
{
    int64_t slices = tile_slices(shape, config->group);
    int64_t row_tiles = tile_row_tiles(shape, config->rows);
    int64_t steps = tile_pixel_steps(shape, config->columns);
    int64_t row_words = exact_times(shape->k, exact_times(slices, steps));
    int64_t column_words = exact_times(row_tiles, exact_times(slices, tile_pixels(shape)));
    work->tiles = exact_times(exact_times(row_tiles, slices), steps);
    work->parts[0] = (accel_part_t){"all channels", shape->k, row_tiles, slices, steps, .bits = 0};
    work->sensitive = shape->k;
    work->value_bits = exact_times(net_layer_weights(shape), weight_bits);
    work->meta_bits = 0;
    work->weight_read_bits = exact_times(row_words, config->group * weight_bits);
    work->input_read_bits = exact_times(column_words, config->group * activation_bits);
}
