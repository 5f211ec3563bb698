/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/tile.h"

#include "accel/exact.h"

int64_t tile_channel_slices(const net_layer_t *layer, int64_t group)
{
    return exact_times(exact_ceil(layer->c, group), exact_times(layer->kh, layer->kw));
}

int64_t tile_slices(const net_layer_t *layer, int64_t group)
{
    int64_t positions = exact_times(layer->kh, layer->kw);
    if (positions > layer->c)
        return exact_times(exact_ceil(positions, group), layer->c);
    return tile_channel_slices(layer, group);
}

int64_t tile_pixel_steps(const net_layer_t *layer, int64_t columns)
{
    if (layer->kind == NET_LINEAR)
        return exact_ceil(layer->tokens, columns);
    return exact_times(exact_ceil(layer->out_w, columns), layer->out_h);
}

int64_t tile_pixels(const net_layer_t *layer)
{
    return exact_times(exact_times(layer->out_h, layer->out_w), layer->tokens);
}
