/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expected largest number of pairs has no closed form, because the rows of a column share its inputs: their numbers are
 * correlated, each pair of rows in another way. So inputs are drawn and the pairs counted, bit for bit.
 *
 * A step of the array is one line of outputs, at most `columns` of them. Steps that read padding at the same places are of
 * one kind: in a plane the corners, the edges and the inside. Of each kind 4 to 32 steps are drawn, and their mean counts
 * for all steps of the kind. Each draw has its own random numbers, whose seed follows from the layer's name and the number
 * of the draw; so results do not depend on threads, networks or other layers. The differences between the draws of a kind
 * give the standard error. */
#include "accel/pairs.h"

#include "accel/bitmap.h"
#include "accel/exact.h"
#include "accel/tile.h"
#include "base/tausworthe.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_DRAWS = 4, MOST_DRAWS = 32 };

/* `draws` steps of one kind, which stand for `steps` of them. */
typedef struct {
    int64_t y, x, columns; /* the first of them: its line, its first output, its outputs */
    int64_t steps, draws;
    int64_t first; /* number of its first draw */
} kind_t;

typedef struct {
    int64_t kind;
    int64_t y, x, sample;
    int64_t cycles, pairs; /* result */
} draw_t;

typedef struct {
    const pairs_request_t *request;
    bitmap_plane_t plane;
    bitmap_order_t order;
    int64_t row_tiles;
    kind_t *kinds;
    int64_t kind_count, draw_count;
    draw_t *draws;
    bitmap_t *weights; /* [row tiles, slices, rows] */
    uint8_t *windows;  /* per worker: [kh, width, c] */
    bitmap_t *inputs;  /* per worker: [slices, columns] */
    int8_t *ordered;   /* per worker: [slices * group], the weights of a channel */
} pass_t;

/* ===  Steps  === */

/* One direction of the plane: outputs in steps of `step`. */
typedef struct {
    int64_t in, out, stride, pad, kernel, step;
} axis_t;

/* How many steps from number `i` on have no padding and all their outputs; 1 for a step that lacks some. */
static int64_t alike(const axis_t *axis, int64_t i)
{
    const int64_t last = axis->in + axis->pad - axis->kernel, inside = last < 0 ? 0 : last / axis->stride + 1;
    const int64_t end = (inside < axis->out ? inside : axis->out) / axis->step;
    return i * axis->step * axis->stride >= axis->pad && i < end ? end - i : 1;
}

static int64_t steps_of(const axis_t *axis)
{
    return exact_ceil(axis->out, axis->step);
}

/* Fill kinds[], or only count them when it is NULL. Real inputs differ in each step, so each step is a kind. */
static int64_t list_kinds(const pass_t *pass, kind_t *kinds)
{
    const bitmap_plane_t *plane = &pass->plane;
    const net_layer_t *shape = pass->request->shape;
    const axis_t down = {plane->in_h, plane->out_h, plane->stride, plane->pad, shape->kh, 1},
                 along = {plane->in_w, plane->out_w, plane->stride, plane->pad, shape->kw, pass->request->columns};
    const bool drawn = pass->request->masks.samples == 0;
    const int64_t planes = plane->planes;
    int64_t count = 0;
    for (int64_t y = 0, lines; y < steps_of(&down); y += lines) {
        lines = drawn ? alike(&down, y) : 1;
        for (int64_t i = 0, tiles; i < steps_of(&along); i += tiles, count++) {
            const int64_t x = i * along.step, left = along.out - x;
            tiles = drawn ? alike(&along, i) : 1;
            if (kinds != NULL)
                kinds[count] = (kind_t){.y = y,
                                        .x = x,
                                        .columns = left < along.step ? left : along.step,
                                        .steps = exact_times(planes, exact_times(lines, tiles))};
        }
    }
    return count;
}

/* A layer of few steps is drawn several times. Where all inputs are there, one draw is exact. */
static int64_t draws_of(const pass_t *pass, int64_t steps, int64_t all_steps)
{
    if (pass->request->masks.samples > 0)
        return pass->request->masks.samples;
    if (pass->request->density >= 1.0)
        return 1;
    const int64_t wanted = exact_times(steps, exact_ceil(MOST_DRAWS, all_steps));
    return wanted < LEAST_DRAWS ? LEAST_DRAWS : wanted > MOST_DRAWS ? MOST_DRAWS : wanted;
}

static outcome_t list_draws(pass_t *pass)
{
    int64_t all_steps = 0;
    pass->kind_count = list_kinds(pass, NULL);
    pass->kinds = calloc((size_t)pass->kind_count, sizeof *pass->kinds);
    if (pass->kinds == NULL)
        return outcome_out_of_memory(pass->request->shape->name);
    list_kinds(pass, pass->kinds);
    for (int64_t i = 0; i < pass->kind_count; i++)
        all_steps = exact_plus(all_steps, pass->kinds[i].steps);
    for (int64_t i = 0; i < pass->kind_count; i++) {
        pass->kinds[i].first = pass->draw_count;
        pass->kinds[i].draws = draws_of(pass, pass->kinds[i].steps, all_steps);
        pass->draw_count += pass->kinds[i].draws;
    }
    pass->draws = calloc((size_t)pass->draw_count, sizeof *pass->draws);
    if (pass->draws == NULL)
        return outcome_out_of_memory(pass->request->shape->name);
    for (int64_t i = 0; i < pass->kind_count; i++)
        for (int64_t draw = 0; draw < pass->kinds[i].draws; draw++)
            pass->draws[pass->kinds[i].first + draw] =
                (draw_t){.kind = i, .y = pass->kinds[i].y, .x = pass->kinds[i].x, .sample = draw};
    return outcome_ok();
}

/* ===  Inputs of a step  === */

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

static void draw_pixels(tausworthe_t *random, double density, int64_t count, uint8_t *pixels)
{
    const uint64_t bound = (uint64_t)ldexp(density, 32);
    for (int64_t i = 0; i < count; i++)
        pixels[i] = tausworthe_next(random) < bound;
}

static void copy_pixels(const uint8_t *bits, int64_t first, int64_t count, uint8_t *pixels)
{
    for (int64_t i = 0; i < count; i++)
        pixels[i] = bits[(first + i) / 8] >> (first + i) % 8 & 1;
}

/* The channels of one group of a line of pixels: of each pixel they lie side by side. */
static void copy_group(const pairs_request_t *request, const draw_t *draw, int64_t group, int64_t first, int64_t count,
                       uint8_t *pixels)
{
    const uint8_t *bits = request->masks.bits + draw->sample * request->masks.bytes;
    const int64_t c = request->shape->c, all = net_layer_inputs(request->shape);
    if (c == all) {
        copy_pixels(bits, first * c, count * c, pixels);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        copy_pixels(bits, (first + i) * all + group * c, c, pixels + i * c);
}

/* The window of a step for one group of the layer: zero outside the plane, drawn or real inside. */
static void fill_window(const pass_t *pass, const draw_t *draw, int64_t group, tausworthe_t *random, uint8_t *window)
{
    const pairs_request_t *request = pass->request;
    const bitmap_plane_t *plane = &pass->plane;
    const int64_t c = request->shape->c, width = pass->order.width, left = draw->x * plane->stride - plane->pad;
    const int64_t from = left < 0 ? -left : 0, to = plane->in_w - left < width ? plane->in_w - left : width;
    memset(window, 0, (size_t)(request->shape->kh * width * c));
    for (int64_t ky = 0; ky < request->shape->kh; ky++) {
        const int64_t y = draw->y * plane->stride - plane->pad + ky;
        if (y < 0 || y >= plane->in_h || from >= to)
            continue;
        uint8_t *pixels = window + (ky * width + from) * c;
        if (request->masks.samples == 0)
            draw_pixels(random, request->density, (to - from) * c, pixels);
        else
            copy_group(request, draw, group, y * plane->in_w + left + from, to - from, pixels);
    }
}

/* ===  Counting  === */

static void read_channel(void *context, int64_t k, int worker)
{
    const pass_t *pass = context;
    const pairs_request_t *request = pass->request;
    const int64_t rows = request->rows, per_row = net_layer_weights(request->shape) / request->shape->k;
    const int64_t each = request->shape->k / net_layer_groups(request->shape);
    const int64_t tile = k / each * exact_ceil(each, rows) + k % each / rows;
    const int64_t places = pass->order.slices * request->group;
    const int8_t *weights = request->weights + k * per_row;
    int8_t *ordered = pass->ordered + worker * places;
    if (request->flat) {
        memcpy(ordered, weights, (size_t)per_row);
        memset(ordered + per_row, 0, (size_t)(places - per_row));
    } else {
        tile_row(request->shape, request->group, weights, ordered);
    }
    bitmap_of_row(&pass->order, ordered, rows, pass->weights + tile * pass->order.slices * rows + k % each % rows);
}

static void run_draw(void *context, int64_t index, int worker)
{
    const pass_t *pass = context;
    const pairs_request_t *request = pass->request;
    const int64_t slices = pass->order.slices, rows = request->rows;
    draw_t *draw = &pass->draws[index];
    const int64_t columns = pass->kinds[draw->kind].columns;
    uint8_t *window = pass->windows + worker * request->shape->kh * pass->order.width * request->shape->c;
    bitmap_t *inputs = pass->inputs + worker * slices * request->columns;
    tausworthe_t random;
    tausworthe_seed(seed_of(request->shape->name, index), &random);
    const int64_t group_tiles = pass->row_tiles / net_layer_groups(request->shape);
    for (int64_t tile = 0; tile < pass->row_tiles; tile++) {
        const tile_rows_t channels = tile_rows(request->shape, rows, tile);
        const int64_t used = channels.end - channels.first;
        if (tile % group_tiles == 0) {
            fill_window(pass, draw, tile / group_tiles, &random, window);
            bitmap_of_window(&pass->order, window, columns, inputs);
        }
        for (int64_t slice = 0; slice < slices; slice++) {
            const bitmap_pairs_t pairs =
                bitmap_pairs(pass->weights + (tile * slices + slice) * rows, used, inputs + slice * columns, columns);
            draw->cycles += pairs.most > request->load ? pairs.most : request->load;
            draw->pairs += pairs.sum;
        }
    }
}

static void add_kind(const pass_t *pass, const kind_t *kind, pairs_t *pairs)
{
    const double draws = (double)kind->draws, steps = (double)kind->steps;
    int64_t cycles = 0, multiplied = 0;
    double squares = 0.0;
    for (int64_t i = 0; i < kind->draws; i++) {
        cycles += pass->draws[kind->first + i].cycles;
        multiplied += pass->draws[kind->first + i].pairs;
    }
    for (int64_t i = 0; i < kind->draws; i++) {
        const double away = (double)pass->draws[kind->first + i].cycles - (double)cycles / draws;
        squares += away * away;
    }
    pairs->cycles += steps * ((double)cycles / draws);
    pairs->pairs += steps * ((double)multiplied / draws);
    if (pass->request->masks.samples == 0 && kind->draws > 1)
        pairs->variance += steps * steps * squares / (draws * (draws - 1.0));
}

static void add_up(const pass_t *pass, pairs_t *pairs)
{
    const int64_t slices = pass->order.slices;
    *pairs =
        (pairs_t){.slices = slices, .nonzero = bitmap_ones(pass->weights, pass->row_tiles * slices * pass->request->rows)};
    for (int64_t i = 0; i < pass->kind_count; i++)
        add_kind(pass, &pass->kinds[i], pairs);
}

/* ===  All of it  === */

static outcome_t open_pass(pass_t *pass, int threads)
{
    const pairs_request_t *request = pass->request;
    const net_layer_t *shape = request->shape;
    outcome_t result;
    if (outcome_bad(&result, bitmap_order_open(shape, request->group, request->flat, request->columns, &pass->order)) ||
        outcome_bad(&result, list_draws(pass)))
        return result;
    const size_t workers = (size_t)threads, slices = (size_t)pass->order.slices;
    pass->weights = calloc((size_t)pass->row_tiles * slices * (size_t)request->rows, sizeof *pass->weights);
    pass->windows = malloc(workers * (size_t)(shape->kh * pass->order.width * shape->c));
    pass->inputs = malloc(workers * slices * (size_t)request->columns * sizeof *pass->inputs);
    pass->ordered = malloc(workers * slices * (size_t)request->group);
    if (pass->weights == NULL || pass->windows == NULL || pass->inputs == NULL || pass->ordered == NULL)
        return outcome_out_of_memory(shape->name);
    return outcome_ok();
}

static void close_pass(pass_t *pass)
{
    bitmap_order_close(&pass->order);
    free(pass->kinds);
    free(pass->draws);
    free(pass->weights);
    free(pass->windows);
    free(pass->inputs);
    free(pass->ordered);
}

outcome_t pairs_count(const pairs_request_t *request, int threads, pairs_t *pairs)
{
    pass_t pass = {.request = request,
                   .plane = bitmap_plane(request->shape),
                   .row_tiles = tile_row_tiles(request->shape, request->rows)};
    outcome_t result = open_pass(&pass, threads);
    if (outcome_is_ok(&result))
        result = threads_for(threads, request->shape->k, read_channel, &pass);
    if (outcome_is_ok(&result))
        result = threads_for(threads, pass.draw_count, run_draw, &pass);
    if (outcome_is_ok(&result))
        add_up(&pass, pairs);
    close_pass(&pass);
    return result;
}
