/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/bitmap.h"

#include "accel/exact.h"
#include "accel/tile.h"

#include <stdlib.h>

static const int64_t filling = -1;

bitmap_plane_t bitmap_plane(const net_layer_t *layer)
{
    if (layer->kind == NET_LINEAR)
        return (bitmap_plane_t){
            .in_h = 1, .in_w = layer->tokens, .out_h = 1, .out_w = layer->tokens, .stride = 1, .planes = 1};
    return (bitmap_plane_t){.in_h = layer->in_h,
                            .in_w = layer->in_w,
                            .out_h = layer->out_h,
                            .out_w = layer->out_w,
                            .stride = layer->stride,
                            .pad = layer->pad,
                            .planes = layer->tokens};
}

/* ===  Order  === */

/* The operand number `i` of a channel, counted in the order [c, kh, kw], goes to place `at`. */
static void put(bitmap_order_t *order, int64_t at, int64_t i)
{
    const int64_t positions = order->kh * order->kw, position = i % positions;
    order->input[at] = (position / order->kw * order->width + position % order->kw) * order->c + i / positions;
}

/* Runs of `length` operands, each filled up to a multiple of the group. */
static void put_runs(bitmap_order_t *order, const tile_layout_t *layout)
{
    const int64_t padded = exact_ceil(layout->length, order->group) * order->group;
    for (int64_t segment = 0; segment < layout->segments; segment++)
        for (int64_t i = 0; i < layout->length; i++)
            put(order, segment * padded + i,
                layout->along_plane ? segment * layout->length + i : i * layout->segments + segment);
}

outcome_t bitmap_order_open(const net_layer_t *layer, int64_t group, bool flat, int64_t columns, bitmap_order_t *order)
{
    const tile_layout_t layout = tile_layout(layer);
    const int64_t all = layout.segments * layout.length, stride = bitmap_plane(layer).stride;
    *order = (bitmap_order_t){.c = layer->c,
                              .kh = layer->kh,
                              .kw = layer->kw,
                              .stride = stride,
                              .group = group,
                              .slices = flat ? exact_ceil(all, group) : tile_slices(layer, group),
                              .width = (columns - 1) * stride + layer->kw};
    const size_t places = (size_t)(order->slices * group);
    order->input = malloc(places * sizeof *order->input);
    if (order->input == NULL) {
        bitmap_order_close(order);
        return outcome_out_of_memory(layer->name);
    }
    for (size_t i = 0; i < places; i++)
        order->input[i] = filling;
    if (!flat)
        put_runs(order, &layout);
    for (int64_t i = 0; i < all && flat; i++)
        put(order, i, i);
    return outcome_ok();
}

void bitmap_order_close(bitmap_order_t *order)
{
    free(order->input);
    *order = (bitmap_order_t){0};
}

/* ===  Bitmaps  === */

void bitmap_of_window(const bitmap_order_t *order, const uint8_t *window, int64_t columns, bitmap_t *slices)
{
    const int64_t next = order->stride * order->c;
    for (int64_t slice = 0; slice < order->slices; slice++) {
        const int64_t *at = order->input + slice * order->group;
        for (int64_t column = 0; column < columns; column++, slices++) {
            bitmap_t bits = {{0}};
            for (int64_t i = 0; i < order->group; i++)
                if (at[i] != filling)
                    bits.words[i / 64] |= (uint64_t)window[at[i] + column * next] << i % 64;
            *slices = bits;
        }
    }
}
