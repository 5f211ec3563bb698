/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each step has its own generator, so sixteen steps of one kind, which draw for the same pixels, are drawn at once, a lane
 * each: a comparison gives the bits of sixteen steps. A pixel is drawn once as bits, and every kernel position that meets
 * it copies them. */
#include "accel/pairs_inputs.h"

#include "accel/exact.h"
#include "accel/tile.h"
#include "base/tausworthe.h"
#include "base/threads.h"
#include "base/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum {
    LANES = TAUSWORTHE_LANES,
    MOST_ROWS = 255,     /* counts of rows are bytes */
    MOST_COLUMNS = 32,   /* a vector of 16-bit numbers */
    ROOM_BYTES = 8 << 20 /* for all steps at a time, but at least LANES of them */
};

/* Steps that are drawn at once. */
typedef struct {
    int64_t first, count;
} batch_t;

typedef struct {
    pairs_inputs_t *inputs;
    const pairs_step_t *steps;
    batch_t *batches;
    int64_t batch_count;
} fill_t;

/* FNV-1a of the layer's name, then the finaliser of MurmurHash3, so that neighbouring draws start far apart. */
static uint32_t seed_of(const char *name, int64_t draw)
{
    uint32_t seed = 2166136261u;
    for (; *name != '\0'; name++)
        seed = (seed ^ (uint8_t)*name) * 16777619u;
    seed += (uint32_t)draw;
    seed = (seed ^ seed >> 16) * 0x85ebca6bu;
    seed = (seed ^ seed >> 13) * 0xc2b2ae35u;
    return seed ^ seed >> 16;
}

/* ===  The bitmaps of a slice  === */

static int64_t place_of(const pairs_inputs_t *inputs, int64_t group, int64_t slice, int64_t step)
{
    return (group * inputs->slices + slice) * inputs->room + step;
}

#ifdef VECTORS
VECTORS static void put_by_vectors(pairs_inputs_t *inputs, int64_t place, const bitmap_t *columns, int64_t count)
{
    bitmap_t *bitmaps = inputs->bitmaps + place * inputs->columns;
    uint8_t *ones = inputs->ones + place * inputs->columns;
    uint16_t keys[MOST_COLUMNS] = {0};
    __m512i low = _mm512_setzero_si512(), high = low;
    const __m512i one = _mm512_set1_epi8(1);
    for (int64_t i = 0; i < count; i++) {
        const uint64_t *words = columns[i].words;
        low = _mm512_mask_add_epi8(low, words[0], low, one);
        high = _mm512_mask_add_epi8(high, words[1], high, one);
        keys[i] = (uint16_t)((__builtin_popcountll(words[0]) + __builtin_popcountll(words[1])) * 256 + 255 - (int)i);
    }
    _mm512_storeu_si512(inputs->counts + place * BITMAP_BITS, low);
    _mm512_storeu_si512(inputs->counts + place * BITMAP_BITS + BITMAP_BITS / 2, high);
    const __m512i all = _mm512_loadu_si512(keys);
    for (int64_t i = 0; i < count; i++) {
        const int rank = __builtin_popcount(_mm512_cmpgt_epu16_mask(all, _mm512_set1_epi16((short)keys[i])));
        bitmaps[rank] = columns[i];
        ones[rank] = (uint8_t)(keys[i] / 256);
    }
}
#else
#define put_by_vectors put_plain
#endif

static void put_plain(pairs_inputs_t *inputs, int64_t place, const bitmap_t *columns, int64_t count)
{
    memcpy(inputs->bitmaps + place * inputs->columns, columns, (size_t)count * sizeof *columns);
}

static void put(pairs_inputs_t *inputs, int64_t group, int64_t slice, int64_t step, const bitmap_t *columns)
{
    const int64_t place = place_of(inputs, group, slice, step);
    if (inputs->by_vectors)
        put_by_vectors(inputs, place, columns, inputs->used[step]);
    else
        put_plain(inputs, place, columns, inputs->used[step]);
}

/* ===  The window of a step  === */

/* The part of a window that lies inside the plane. */
typedef struct {
    int64_t first_y, first_x; /* in the plane, of the window's corner */
    int64_t from, to;         /* pixels of a line of the window */
} inside_t;

static inside_t inside_of(const pairs_inputs_t *inputs, const pairs_step_t *step)
{
    const bitmap_plane_t *plane = &inputs->plane;
    const int64_t left = step->x * plane->stride - plane->pad, width = inputs->order.width;
    return (inside_t){.first_y = step->y * plane->stride - plane->pad,
                      .first_x = left,
                      .from = left < 0 ? -left : 0,
                      .to = plane->in_w - left < width ? plane->in_w - left : width};
}

static bool has_line(const pairs_inputs_t *inputs, const inside_t *inside, int64_t ky)
{
    const int64_t y = inside->first_y + ky;
    return y >= 0 && y < inputs->plane.in_h && inside->from < inside->to;
}

static uint64_t bound_of(double density)
{
    return (uint64_t)ldexp(density, 32);
}

static void draw_pixels(tausworthe_t *random, double density, int64_t count, uint8_t *pixels)
{
    const uint64_t bound = bound_of(density);
    for (int64_t i = 0; i < count; i++)
        pixels[i] = tausworthe_next(random) < bound;
}

static void copy_pixels(const uint8_t *bits, int64_t first, int64_t count, uint8_t *pixels)
{
    for (int64_t i = 0; i < count; i++)
        pixels[i] = bits[(first + i) / 8] >> (first + i) % 8 & 1;
}

/* The channels of one group of a line of pixels: of each pixel they lie side by side. */
static void copy_group(const pairs_request_t *request, int64_t sample, int64_t group, int64_t first, int64_t count,
                       uint8_t *pixels)
{
    const uint8_t *bits = request->masks.bits + sample * request->masks.bytes;
    const int64_t c = request->shape->c, all = net_layer_inputs(request->shape);
    if (c == all) {
        copy_pixels(bits, first * c, count * c, pixels);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        copy_pixels(bits, (first + i) * all + group * c, c, pixels + i * c);
}

/* The window of a step for one group of the layer: zero outside the plane, drawn or real inside. */
static void fill_window(const pairs_inputs_t *inputs, const pairs_step_t *step, int64_t group, tausworthe_t *random,
                        uint8_t *window)
{
    const pairs_request_t *request = inputs->request;
    const int64_t c = request->shape->c, width = inputs->order.width;
    const inside_t inside = inside_of(inputs, step);
    memset(window, 0, (size_t)(request->shape->kh * width * c));
    for (int64_t ky = 0; ky < request->shape->kh; ky++) {
        if (!has_line(inputs, &inside, ky))
            continue;
        uint8_t *pixels = window + (ky * width + inside.from) * c;
        const int64_t count = inside.to - inside.from, y = inside.first_y + ky;
        if (request->masks.samples == 0)
            draw_pixels(random, request->density, count * c, pixels);
        else
            copy_group(request, step->sample, group, y * inputs->plane.in_w + inside.first_x + inside.from, count, pixels);
    }
}

static void fill_step(pairs_inputs_t *inputs, const pairs_step_t *step, int64_t index, int worker)
{
    const net_layer_t *shape = inputs->request->shape;
    uint8_t *window = inputs->windows + worker * shape->kh * inputs->order.width * shape->c;
    bitmap_t *bitmaps = inputs->scratch + worker * inputs->scratch_size;
    tausworthe_t random;
    tausworthe_seed(seed_of(shape->name, step->number), &random);
    for (int64_t group = 0; group < inputs->groups; group++) {
        fill_window(inputs, step, group, &random, window);
        bitmap_of_window(&inputs->order, window, step->columns, bitmaps);
        for (int64_t slice = 0; slice < inputs->slices; slice++)
            put(inputs, group, slice, index, bitmaps + slice * step->columns);
    }
}

/* ===  Sixteen steps at once  === */

#ifdef VECTORS
/* Draw `count` operands of each lane, at most a bitmap: bit i of bitmaps[lane * next]. */
VECTORS static void draw_bitmaps(tausworthe_lanes_t *random, uint64_t bound, int64_t count, bitmap_t *bitmaps, int64_t next)
{
    uint32_t numbers[BITMAP_BITS * LANES];
    uint16_t lanes_of[BITMAP_BITS] = {0}; /* of each operand: the lanes where it is not zero */
    tausworthe_fill(random, count, numbers);
    const __mmask16 any = bound > 0 ? UINT16_MAX : 0;
    const __m512i most = _mm512_set1_epi32((int32_t)(bound - 1)); /* bound may be 2^32 */
    for (int64_t i = 0; i < count; i++)
        lanes_of[i] = _mm512_mask_cmple_epu32_mask(any, _mm512_loadu_si512(numbers + i * LANES), most);
    for (int lane = 0; lane < LANES; lane++) {
        const __m512i bit = _mm512_set1_epi16((short)(1 << lane));
        for (int word = 0; word < 2; word++) {
            const uint16_t *at = lanes_of + word * 64;
            const uint64_t low = _mm512_test_epi16_mask(_mm512_loadu_si512(at), bit),
                           high = _mm512_test_epi16_mask(_mm512_loadu_si512(at + 32), bit);
            bitmaps[lane * next].words[word] = low | high << 32;
        }
    }
}

/* The pixels of a window as bitmaps, [lane, kh, width, slices of a pixel]. */
static void draw_lines(const pairs_inputs_t *inputs, const pairs_step_t *step, tausworthe_lanes_t *random, bitmap_t *pixels)
{
    const pairs_request_t *request = inputs->request;
    const int64_t kh = request->shape->kh, c = request->shape->c, each = exact_ceil(c, request->group);
    const int64_t line = inputs->order.width * each, next = kh * line;
    const inside_t inside = inside_of(inputs, step);
    memset(pixels, 0, (size_t)(LANES * next) * sizeof *pixels);
    for (int64_t ky = 0; ky < kh; ky++)
        for (int64_t x = inside.from; x < inside.to && has_line(inputs, &inside, ky); x++)
            for (int64_t part = 0; part < each; part++) {
                const int64_t left = c - part * request->group;
                draw_bitmaps(random, bound_of(request->density), left < request->group ? left : request->group,
                             pixels + ky * line + x * each + part, next);
            }
}

static void gather(pairs_inputs_t *inputs, int64_t group, int64_t step, const bitmap_t *pixels)
{
    const net_layer_t *shape = inputs->request->shape;
    const int64_t each = exact_ceil(shape->c, inputs->request->group), stride = inputs->plane.stride * each;
    bitmap_t columns[MOST_COLUMNS];
    for (int64_t slice = 0; slice < inputs->slices; slice++) {
        const int64_t position = slice / each, part = slice % each;
        const bitmap_t *at = pixels + (position / shape->kw * inputs->order.width + position % shape->kw) * each + part;
        for (int64_t column = 0; column < inputs->used[step]; column++)
            columns[column] = at[column * stride];
        put(inputs, group, slice, step, columns);
    }
}

static void fill_lanes(pairs_inputs_t *inputs, const pairs_step_t *steps, const batch_t *batch, int worker)
{
    const net_layer_t *shape = inputs->request->shape;
    const int64_t next = shape->kh * inputs->order.width * exact_ceil(shape->c, inputs->request->group);
    bitmap_t *pixels = inputs->scratch + worker * inputs->scratch_size;
    uint32_t seeds[LANES];
    tausworthe_lanes_t random;
    for (int64_t lane = 0; lane < LANES; lane++)
        seeds[lane] = seed_of(shape->name, lane < batch->count ? steps[batch->first + lane].number : 0);
    tausworthe_seed_lanes(seeds, &random);
    for (int64_t group = 0; group < inputs->groups; group++) {
        draw_lines(inputs, &steps[batch->first], &random, pixels);
        for (int64_t lane = 0; lane < batch->count; lane++)
            gather(inputs, group, batch->first + lane, pixels + lane * next);
    }
}
#else
static void fill_lanes(pairs_inputs_t *inputs, const pairs_step_t *steps, const batch_t *batch, int worker)
{
    (void)inputs, (void)steps, (void)batch, (void)worker;
}
#endif

/* Where slices are cut from the channels of a pixel. */
static bool draws_lanes(const pairs_inputs_t *inputs)
{
    const pairs_request_t *request = inputs->request;
    return inputs->by_vectors && !request->flat && request->masks.samples == 0 && !tile_layout(request->shape).along_plane;
}

/* ===  All steps  === */

static void fill_batch(void *context, int64_t index, int worker)
{
    const fill_t *fill = context;
    const batch_t *batch = &fill->batches[index];
    if (draws_lanes(fill->inputs))
        fill_lanes(fill->inputs, fill->steps, batch, worker);
    else
        fill_step(fill->inputs, &fill->steps[batch->first], batch->first, worker);
}

static bool are_alike(const pairs_step_t *a, const pairs_step_t *b)
{
    return a->y == b->y && a->x == b->x && a->columns == b->columns;
}

/* Steps that follow one another and are alike, LANES at most; or each on its own. */
static void list_batches(fill_t *fill, int64_t count)
{
    const int64_t most = draws_lanes(fill->inputs) ? LANES : 1;
    for (int64_t i = 0; i < count; i++) {
        batch_t *last = i > 0 ? &fill->batches[fill->batch_count - 1] : NULL;
        if (last != NULL && last->count < most && are_alike(&fill->steps[last->first], &fill->steps[i]))
            last->count++;
        else
            fill->batches[fill->batch_count++] = (batch_t){.first = i, .count = 1};
    }
}

outcome_t pairs_inputs_fill(pairs_inputs_t *inputs, const pairs_step_t *steps, int64_t count, int threads)
{
    fill_t fill = {.inputs = inputs, .steps = steps};
    fill.batches = malloc((size_t)count * sizeof *fill.batches);
    if (fill.batches == NULL)
        return outcome_out_of_memory(inputs->request->shape->name);
    for (int64_t i = 0; i < count; i++)
        inputs->used[i] = steps[i].columns;
    list_batches(&fill, count);
    outcome_t result = threads_for(threads, fill.batch_count, fill_batch, &fill);
    free(fill.batches);
    return result;
}

/* Bitmaps that a worker needs: of one step, or the pixels of sixteen. */
static int64_t scratch_size(const pairs_inputs_t *inputs)
{
    const net_layer_t *shape = inputs->request->shape;
    const int64_t pixels = shape->kh * inputs->order.width * exact_ceil(shape->c, inputs->request->group);
    return draws_lanes(inputs) ? LANES * pixels : inputs->slices * inputs->columns;
}

outcome_t pairs_inputs_open(const pairs_request_t *request, int64_t columns, int64_t steps, int threads, bool plain,
                            pairs_inputs_t *inputs)
{
    const net_layer_t *shape = request->shape;
    outcome_t result;
    *inputs = (pairs_inputs_t){.request = request,
                               .plane = bitmap_plane(shape),
                               .by_vectors = !plain && vectors_there() && request->rows <= MOST_ROWS &&
                                             request->columns <= MOST_COLUMNS,
                               .groups = net_layer_groups(shape),
                               .columns = columns};
    if (outcome_bad(&result, bitmap_order_open(shape, request->group, request->flat, request->columns, &inputs->order)))
        return result;
    inputs->slices = inputs->order.slices;
    const int64_t slices = inputs->groups * inputs->slices;
    const int64_t each = slices * (columns * ((int64_t)sizeof(bitmap_t) + 1) + BITMAP_BITS), fit = ROOM_BYTES / each;
    inputs->room = fit < LANES ? LANES : fit;
    inputs->room = inputs->room < steps ? inputs->room : steps;
    inputs->scratch_size = scratch_size(inputs);
    const size_t places = (size_t)(slices * inputs->room), workers = (size_t)threads;
    inputs->used = malloc((size_t)inputs->room * sizeof *inputs->used);
    inputs->bitmaps = malloc(places * (size_t)columns * sizeof *inputs->bitmaps);
    inputs->ones = malloc(places * (size_t)columns);
    inputs->counts = malloc(places * BITMAP_BITS);
    inputs->windows = malloc(workers * (size_t)(shape->kh * inputs->order.width * shape->c));
    inputs->scratch = malloc(workers * (size_t)inputs->scratch_size * sizeof *inputs->scratch);
    if (inputs->used == NULL || inputs->bitmaps == NULL || inputs->ones == NULL || inputs->counts == NULL ||
        inputs->windows == NULL || inputs->scratch == NULL) {
        pairs_inputs_close(inputs);
        return outcome_out_of_memory(shape->name);
    }
    return result;
}

void pairs_inputs_close(pairs_inputs_t *inputs)
{
    bitmap_order_close(&inputs->order);
    free(inputs->used);
    free(inputs->bitmaps);
    free(inputs->ones);
    free(inputs->counts);
    free(inputs->windows);
    free(inputs->scratch);
    *inputs = (pairs_inputs_t){0};
}
