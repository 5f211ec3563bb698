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

#include "accel/exact.h"
#include "accel/pairs_inputs.h"
#include "accel/pairs_tile.h"
#include "accel/tile.h"
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
    const pairs_request_t *request;
    bitmap_plane_t plane;
    int64_t row_tiles;
    kind_t *kinds;
    int64_t kind_count, draw_count, columns; /* columns: of a step, at most */
    pairs_step_t *draws;
    pairs_sum_t *sums; /* [draws] */
    int64_t nonzero;
    pairs_inputs_t inputs; /* of some draws at a time */
    int64_t some;          /* so many */
    int workers;
    pairs_tile_t *tiles;      /* per worker */
    pairs_sum_t *worker_sums; /* per worker: [room of the inputs] */
    int8_t *ordered;          /* per worker: [slices * group], the weights of a channel */
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
    pass->draws = malloc((size_t)pass->draw_count * sizeof *pass->draws);
    pass->sums = calloc((size_t)pass->draw_count, sizeof *pass->sums);
    if (pass->draws == NULL || pass->sums == NULL)
        return outcome_out_of_memory(pass->request->shape->name);
    for (int64_t i = 0; i < pass->kind_count; i++) {
        const kind_t *kind = &pass->kinds[i];
        pass->columns = kind->columns > pass->columns ? kind->columns : pass->columns;
        for (int64_t draw = 0; draw < kind->draws; draw++)
            pass->draws[kind->first + draw] = (pairs_step_t){
                .y = kind->y, .x = kind->x, .columns = kind->columns, .number = kind->first + draw, .sample = draw};
    }
    return outcome_ok();
}

/* ===  Counting  === */

static const int8_t *order_row(const pass_t *pass, int64_t k, int worker)
{
    const pairs_request_t *request = pass->request;
    const int64_t per_row = net_layer_weights(request->shape) / request->shape->k;
    const int64_t places = pass->inputs.slices * request->group;
    const int8_t *weights = request->weights + k * per_row;
    int8_t *ordered = pass->ordered + worker * places;
    if (!request->flat)
        return tile_row_of(request->shape, request->group, weights, ordered);
    memcpy(ordered, weights, (size_t)per_row);
    memset(ordered + per_row, 0, (size_t)(places - per_row));
    return ordered;
}

/* One row tile with the inputs that are there. */
static void run_tile(void *context, int64_t index, int worker)
{
    const pass_t *pass = context;
    const net_layer_t *shape = pass->request->shape;
    const tile_rows_t channels = tile_rows(shape, pass->request->rows, index);
    const int64_t group = index / (pass->row_tiles / net_layer_groups(shape));
    pairs_tile_t *tile = &pass->tiles[worker];
    const int64_t before = tile->nonzero;
    pairs_tile_clear(tile);
    for (int64_t k = channels.first; k < channels.end; k++)
        pairs_tile_add(tile, order_row(pass, k, worker));
    tile->nonzero += before;
    pairs_tile_count(tile, &pass->inputs, group, pass->some, pass->request->load,
                     pass->worker_sums + worker * pass->inputs.room);
}

/* All row tiles with the inputs of draws from `first` on, as many as there is room for. */
static outcome_t run_some(pass_t *pass, int64_t first)
{
    const int64_t left = pass->draw_count - first, room = pass->inputs.room;
    outcome_t result;
    pass->some = left < room ? left : room;
    memset(pass->worker_sums, 0, (size_t)(pass->workers * room) * sizeof *pass->worker_sums);
    for (int worker = 0; worker < pass->workers; worker++)
        pass->tiles[worker].nonzero = 0;
    if (outcome_bad(&result, pairs_inputs_fill(&pass->inputs, pass->draws + first, pass->some, pass->workers)) ||
        outcome_bad(&result, threads_for(pass->workers, pass->row_tiles, run_tile, pass)))
        return result;
    pass->nonzero = 0; /* the same each time */
    for (int worker = 0; worker < pass->workers; worker++) {
        pass->nonzero += pass->tiles[worker].nonzero;
        for (int64_t i = 0; i < pass->some; i++) {
            pass->sums[first + i].cycles += pass->worker_sums[worker * room + i].cycles;
            pass->sums[first + i].pairs += pass->worker_sums[worker * room + i].pairs;
        }
    }
    return result;
}

static void add_kind(const pass_t *pass, const kind_t *kind, pairs_t *pairs)
{
    const double draws = (double)kind->draws, steps = (double)kind->steps;
    int64_t cycles = 0, multiplied = 0;
    double squares = 0.0;
    for (int64_t i = 0; i < kind->draws; i++) {
        cycles += pass->sums[kind->first + i].cycles;
        multiplied += pass->sums[kind->first + i].pairs;
    }
    for (int64_t i = 0; i < kind->draws; i++) {
        const double away = (double)pass->sums[kind->first + i].cycles - (double)cycles / draws;
        squares += away * away;
    }
    pairs->cycles += steps * ((double)cycles / draws);
    pairs->pairs += steps * ((double)multiplied / draws);
    if (pass->request->masks.samples == 0 && kind->draws > 1)
        pairs->variance += steps * steps * squares / (draws * (draws - 1.0));
}

static void add_up(const pass_t *pass, pairs_t *pairs)
{
    *pairs = (pairs_t){.slices = pass->inputs.slices, .nonzero = pass->nonzero};
    for (int64_t i = 0; i < pass->kind_count; i++)
        add_kind(pass, &pass->kinds[i], pairs);
}

/* ===  All of it  === */

static outcome_t open_pass(pass_t *pass, bool plain)
{
    const pairs_request_t *request = pass->request;
    outcome_t result;
    if (outcome_bad(&result, list_draws(pass)) ||
        outcome_bad(&result,
                    pairs_inputs_open(request, pass->columns, pass->draw_count, pass->workers, plain, &pass->inputs)))
        return result;
    const size_t workers = (size_t)pass->workers;
    pass->tiles = calloc(workers, sizeof *pass->tiles);
    pass->worker_sums = malloc(workers * (size_t)pass->inputs.room * sizeof *pass->worker_sums);
    pass->ordered = malloc(workers * (size_t)(pass->inputs.slices * request->group));
    if (pass->tiles == NULL || pass->worker_sums == NULL || pass->ordered == NULL)
        return outcome_out_of_memory(request->shape->name);
    for (int worker = 0; worker < pass->workers && outcome_is_ok(&result); worker++)
        result = pairs_tile_open(request->rows, pass->inputs.slices, request->group, &pass->tiles[worker]);
    return result;
}

static void close_pass(pass_t *pass)
{
    for (int worker = 0; worker < pass->workers && pass->tiles != NULL; worker++)
        pairs_tile_close(&pass->tiles[worker]);
    pairs_inputs_close(&pass->inputs);
    free(pass->kinds);
    free(pass->draws);
    free(pass->sums);
    free(pass->tiles);
    free(pass->worker_sums);
    free(pass->ordered);
}

static outcome_t count_pairs(const pairs_request_t *request, int threads, bool plain, pairs_t *pairs)
{
    pass_t pass = {.request = request,
                   .plane = bitmap_plane(request->shape),
                   .row_tiles = tile_row_tiles(request->shape, request->rows),
                   .workers = threads};
    outcome_t result = open_pass(&pass, plain);
    for (int64_t first = 0; first < pass.draw_count && outcome_is_ok(&result); first += pass.inputs.room)
        result = run_some(&pass, first);
    if (outcome_is_ok(&result))
        add_up(&pass, pairs);
    close_pass(&pass);
    return result;
}

outcome_t pairs_count(const pairs_request_t *request, int threads, pairs_t *pairs)
{
    return count_pairs(request, threads, false, pairs);
}

outcome_t pairs_count_plain(const pairs_request_t *request, int threads, pairs_t *pairs)
{
    return count_pairs(request, threads, true, pairs);
}
