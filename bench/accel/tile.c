/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/tile.h"

#include "accel/exact.h"
#include "compress/transpose.h"

#include <string.h>

int64_t tile_channel_slices(const net_layer_t *layer, int64_t group)
{
    return exact_times(exact_ceil(layer->c, group), exact_times(layer->kh, layer->kw));
}

tile_layout_t tile_layout(const net_layer_t *layer)
{
    int64_t positions = exact_times(layer->kh, layer->kw);
    if (positions > layer->c)
        return (tile_layout_t){.segments = layer->c, .length = positions, .along_plane = true};
    return (tile_layout_t){.segments = positions, .length = layer->c};
}

static void copy_row(const net_layer_t *layer, int64_t group, const int8_t *weights, int8_t *row)
{
    tile_layout_t layout = tile_layout(layer);
    int64_t padded = exact_ceil(layout.length, group) * group, step = layout.along_plane ? 1 : layout.segments;
    if (step > 1 && padded == layout.length) {
        transpose_bytes(weights, layout.length, layout.segments, row);
        return;
    }
    for (int64_t segment = 0; segment < layout.segments; segment++, row += padded) {
        const int8_t *from = weights + segment * (layout.along_plane ? layout.length : 1);
        if (step == 1)
            memcpy(row, from, (size_t)layout.length);
        for (int64_t i = 0; i < layout.length && step > 1; i++)
            row[i] = from[i * step];
        memset(row + layout.length, 0, (size_t)(padded - layout.length));
    }
}

const int8_t *tile_row_of(const net_layer_t *layer, int64_t group, const int8_t *weights, int8_t *room)
{
    const tile_layout_t layout = tile_layout(layer);
    const bool in_order = layout.along_plane || layout.segments == 1;
    if (in_order && layout.length % group == 0)
        return weights;
    copy_row(layer, group, weights, room);
    return room;
}

int64_t tile_slices(const net_layer_t *layer, int64_t group)
{
    tile_layout_t layout = tile_layout(layer);
    return exact_times(exact_ceil(layout.length, group), layout.segments);
}

int64_t tile_row_tiles_of(const net_layer_t *layer, int64_t channels, int64_t rows)
{
    const int64_t groups = net_layer_groups(layer), each = channels / groups, more = channels % groups;
    return exact_plus(exact_times(groups - more, exact_ceil(each, rows)), exact_times(more, exact_ceil(each + 1, rows)));
}

int64_t tile_row_tiles(const net_layer_t *layer, int64_t rows)
{
    return tile_row_tiles_of(layer, layer->k, rows);
}

tile_rows_t tile_rows(const net_layer_t *layer, int64_t rows, int64_t index)
{
    const int64_t each = layer->k / net_layer_groups(layer), tiles = exact_ceil(each, rows);
    const int64_t group = index / tiles * each, first = index % tiles * rows, end = first + rows;
    return (tile_rows_t){.first = group + first, .end = group + (end < each ? end : each)};
}

int64_t tile_pixel_steps(const net_layer_t *layer, int64_t columns)
{
    if (layer->kind == NET_LINEAR)
        return exact_ceil(layer->tokens, columns);
    return exact_times(exact_times(exact_ceil(layer->out_w, columns), layer->out_h), layer->tokens);
}

int64_t tile_pixels(const net_layer_t *layer)
{
    return exact_times(exact_times(layer->out_h, layer->out_w), layer->tokens);
}

/* Pairs of a kernel position and an output along one direction that meet inside the plane. */
static int64_t inside(int64_t in, int64_t out, int64_t stride, int64_t pad, int64_t kernel)
{
    int64_t count = 0;
    for (int64_t position = 0; position < kernel; position++) {
        const int64_t before = pad - position, last = in - 1 + before;
        const int64_t first = before > 0 ? exact_ceil(before, stride) : 0, end = last < 0 ? 0 : last / stride + 1;
        const int64_t outputs = (end < out ? end : out) - first;
        count = exact_plus(count, outputs > 0 ? outputs : 0);
    }
    return count;
}

int64_t tile_positions_inside(const net_layer_t *layer)
{
    if (layer->kind == NET_LINEAR)
        return layer->tokens;
    const int64_t down = inside(layer->in_h, layer->out_h, layer->stride, layer->pad, layer->kh),
                  along = inside(layer->in_w, layer->out_w, layer->stride, layer->pad, layer->kw);
    return exact_times(exact_times(down, along), layer->tokens);
}
