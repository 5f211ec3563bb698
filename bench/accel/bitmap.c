/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/bitmap.h"

#include "base/clones.h"
#include "accel/exact.h"
#include "accel/tile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* One count of bits is one instruction where the processor has it; the loader picks by cpuid. Clang 14 gives even a static
 * clone a global symbol, so its name has the module prefix. */
#define BITMAP_CLONES CLONES("popcnt", "default")
#define BITMAP_INLINE static inline __attribute__((always_inline))

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

/* A bit for each of eight bytes that is not zero. */
BITMAP_INLINE uint64_t nonzero_of(const int8_t *weights)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu, each_1 = 0x0101010101010101u, gather = 0x0102040810204080u;
    uint64_t word;
    memcpy(&word, weights, sizeof word);
    return ((((word & low) + low) | word) >> 7 & each_1) * gather >> 56;
}

void bitmap_of_row(const bitmap_order_t *order, const int8_t *row, int64_t step, bitmap_t *slices)
{
    enum { AT_A_TIME = 8 };
    for (int64_t slice = 0; slice < order->slices; slice++, row += order->group) {
        bitmap_t bits = {{0}};
        int64_t i = 0;
        for (; i + AT_A_TIME <= order->group; i += AT_A_TIME)
            bits.words[i / 64] |= nonzero_of(row + i) << i % 64;
        for (; i < order->group; i++)
            bits.words[i / 64] |= (uint64_t)(row[i] != 0) << i % 64;
        slices[slice * step] = bits;
    }
}

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

/* ===  Pairs  === */

/* Up to 16 columns, a lane each; columns that are not there have no ones. */
enum { LANES = 16 };
typedef struct {
    uint64_t low[LANES], high[LANES];
} lanes_t;

BITMAP_INLINE bitmap_pairs_t pairs_of(const bitmap_t *rows, int64_t row_count, const lanes_t *columns)
{
    uint64_t sums[LANES] = {0}, most[LANES] = {0};
    bitmap_pairs_t pairs = {0};
    for (int64_t row = 0; row < row_count; row++) {
        const uint64_t low = rows[row].words[0], high = rows[row].words[1];
        for (int lane = 0; lane < LANES; lane++) {
            const uint64_t count = (uint64_t)__builtin_popcountll(columns->low[lane] & low) +
                                   (uint64_t)__builtin_popcountll(columns->high[lane] & high);
            sums[lane] += count;
            most[lane] = count > most[lane] ? count : most[lane];
        }
    }
    for (int lane = 0; lane < LANES; lane++) {
        pairs.sum += (int64_t)sums[lane];
        pairs.most = (int64_t)most[lane] > pairs.most ? (int64_t)most[lane] : pairs.most;
    }
    return pairs;
}

BITMAP_CLONES static bitmap_pairs_t accel_pairs_of(const bitmap_t *rows, int64_t row_count, const lanes_t *columns)
{
    return pairs_of(rows, row_count, columns);
}

/* Eight counts are one instruction. No clone: gcc 12 takes only whole processors with this instruction for a clone. */
#if defined(__x86_64__)
__attribute__((target("avx512vpopcntdq,avx512f"))) static bitmap_pairs_t
pairs_of_vectors(const bitmap_t *rows, int64_t row_count, const lanes_t *columns)
{
    enum { WIDTH = 8 };
    __m512i sums = _mm512_setzero_si512(), most = sums;
    for (int lane = 0; lane < LANES; lane += WIDTH) {
        const __m512i low = _mm512_loadu_si512(columns->low + lane), high = _mm512_loadu_si512(columns->high + lane);
        for (int64_t row = 0; row < row_count; row++) {
            const __m512i a = _mm512_and_si512(low, _mm512_set1_epi64((int64_t)rows[row].words[0])),
                          b = _mm512_and_si512(high, _mm512_set1_epi64((int64_t)rows[row].words[1]));
            const __m512i count = _mm512_add_epi64(_mm512_popcnt_epi64(a), _mm512_popcnt_epi64(b));
            sums = _mm512_add_epi64(sums, count);
            most = _mm512_max_epu64(most, count);
        }
    }
    return (bitmap_pairs_t){.sum = _mm512_reduce_add_epi64(sums), .most = (int64_t)_mm512_reduce_max_epu64(most)};
}

static bool counts_vectors(void)
{
    return __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512f");
}
#else
#define pairs_of_vectors pairs_of
static bool counts_vectors(void)
{
    return false;
}
#endif

bitmap_pairs_t bitmap_pairs(const bitmap_t *rows, int64_t row_count, const bitmap_t *columns, int64_t column_count)
{
    const bool vectors = counts_vectors();
    bitmap_pairs_t all = {0};
    for (int64_t first = 0; first < column_count; first += LANES) {
        const int64_t some = column_count - first < LANES ? column_count - first : LANES;
        lanes_t lanes = {.low = {0}};
        for (int64_t lane = 0; lane < some; lane++) {
            lanes.low[lane] = columns[first + lane].words[0];
            lanes.high[lane] = columns[first + lane].words[1];
        }
        const bitmap_pairs_t pairs =
            vectors ? pairs_of_vectors(rows, row_count, &lanes) : accel_pairs_of(rows, row_count, &lanes);
        all.sum += pairs.sum;
        all.most = pairs.most > all.most ? pairs.most : all.most;
    }
    return all;
}

BITMAP_CLONES static int64_t accel_ones_of(const bitmap_t *bitmaps, int64_t count)
{
    int64_t ones = 0;
    for (int64_t i = 0; i < count; i++)
        ones += __builtin_popcountll(bitmaps[i].words[0]) + __builtin_popcountll(bitmaps[i].words[1]);
    return ones;
}

int64_t bitmap_ones(const bitmap_t *bitmaps, int64_t count)
{
    return accel_ones_of(bitmaps, count);
}
