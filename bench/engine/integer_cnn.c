/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CNNs in integers: weights and activations of 8 bits, accumulators of 32. stages.h describes the layers; this file runs
 * them.
 *
 * One pass over a layer's sums (levels.h) multiplies them channel by channel in float, adds bias and residual, applies the
 * ReLU and rounds to the levels of the reading layer. The residual has the form that is in memory: levels if the tensor has
 * levels. Floats are used for the branch of a projection, the last map before the average, and the logits. Max-pools work
 * on levels.
 */
#include "engine/integer_cnn.h"

#include "base/text.h"
#include "engine/engine.h"
#include "engine/laps.h"
#include "engine/levels.h"
#include "engine/onednn.h"
#include "engine/stages.h"
#include "engine/widen.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, GATHERED = 256 /* outputs of the first layer at a time */ };

typedef struct cnn cnn_t;

/* The data of a replaced forward function, found through its layer. */
typedef struct {
    cnn_t *cnn;
    int worker;
    const stage_t *stage;
} place_t;

typedef struct {
    place_t *places; /* one per layer */
    uint8_t *pixels, *gathered;
    int32_t *sums;
    float *row; /* for additions and means */
    void *scratch;
    bool refused;
} worker_t;

struct cnn {
    stages_t stages;
    graph_t *graphs; /* [workers] */
    int workers;
    worker_t *states;
    engine_watcher_t watcher; /* or NULL */
    void *watcher_context;
};

static void *memory_of(const cnn_t *cnn, int worker, int index)
{
    return index < 0 ? NULL : cnn->graphs[worker].net->layers[index].output;
}

/* ===  Forward  === */

/* How the sums of a stage become its result; the sums themselves are not in it yet. */
static levels_finish_t finish_of(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const int64_t width = stage->shape.k;
    void *target = memory_of(cnn, worker, stage->target);
    const void *residual = stage->plan.accumulate ? memory_of(cnn, worker, stage->other) : NULL;
    const float residual_step = residual != NULL ? cnn->stages.items[stage->other].step : 0;
    levels_finish_t finish = {.groups = stage->source == STAGE_IMAGE ? cnn->stages.image.groups : 1,
                              .stride = width,
                              .bias = stage->bias,
                              .bias_row = stage->kind,
                              .relu = stage->plan.relu,
                              .clip = stage->plan.clip,
                              .levels = residual_step > 0 ? residual : NULL,
                              .level_step = residual_step,
                              .floats = residual_step > 0 ? NULL : residual,
                              .to_levels = stage->step > 0 ? target : NULL,
                              .per_step = stage->step > 0 ? 1.0F / stage->step : 0,
                              .to_floats = stage->step > 0 ? NULL : target};
    if (stage->step > 0 && stage->step * 255 <= finish.clip)
        finish.clip = 0; /* the highest level is not above it */
    for (int group = 0; group < finish.groups; group++)
        finish.multiplier[group] = stage->multiplier + group * width;
    return finish;
}

/* Convert a piece of sums. The sums of a further group begin `next` numbers behind those of the one before. */
static void finish_piece(const levels_finish_t *all, const product_piece_t *piece, int64_t next)
{
    levels_finish_t finish = *all;
    const int64_t first = piece->row * finish.stride + piece->output;
    finish.sums_stride = piece->stride;
    finish.bias += piece->output;
    if (finish.bias_row != NULL)
        finish.bias_row += piece->row;
    if (finish.levels != NULL)
        finish.levels += first;
    if (finish.floats != NULL)
        finish.floats += first;
    if (finish.to_levels != NULL)
        finish.to_levels += first;
    else
        finish.to_floats += first;
    for (int group = 0; group < finish.groups; group++) {
        finish.sums[group] = piece->sums + group * next;
        finish.multiplier[group] += piece->output;
    }
    levels_finish(&finish, piece->rows, piece->outputs);
}

static void read_piece(void *context, const product_piece_t *piece)
{
    finish_piece(context, piece, 0);
}

static bool run_image(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const worker_t *own = &cnn->states[worker];
    const product_shape_t *shape = &stage->shape;
    const int groups = cnn->stages.image.groups;
    const levels_finish_t finish = finish_of(cnn, worker, stage);
    const int64_t taps = shape->kh * shape->kw, row = shape->c * taps, all = shape->out_h * shape->out_w;
    laps_t *laps = cnn->graphs[worker].laps;
    bool done = true;
    for (int64_t first = 0; first < all && done; first += GATHERED) {
        const int64_t rows = all - first < GATHERED ? all - first : GATHERED;
        pixels_gather(shape, own->pixels, first, rows, own->gathered);
        laps_end(laps, ENGINE_STEP_GATHER);
        for (int group = 0; group < groups && done; group++) {
            const int64_t begin = group * taps, count = groups > 1 ? taps : row;
            done = cnn->stages.set->multiply(stage->product, rows, own->gathered + begin, row, begin, count,
                                             own->sums + group * rows * shape->k, own->scratch, NULL);
        }
        laps_end(laps, ENGINE_STEP_PRODUCT);
        finish_piece(
            &finish,
            &(product_piece_t){.row = first, .rows = rows, .outputs = shape->k, .sums = own->sums, .stride = shape->k},
            rows * shape->k);
        laps_end(laps, ENGINE_STEP_RESCALE);
    }
    return done;
}

static bool run_weights(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const worker_t *own = &cnn->states[worker];
    const uint8_t *source = memory_of(cnn, worker, stage->source);
    const product_shape_t *shape = &stage->shape;
    levels_finish_t finish = finish_of(cnn, worker, stage);
    const product_reader_t reader = {.read = read_piece, .context = &finish, .finish = &finish};
    return shape->in_h > 0 ? cnn->stages.set->convolve(stage->product, source, own->sums, own->scratch, &reader)
                           : cnn->stages.set->multiply(stage->product, 1, source, shape->c, 0, shape->c, own->sums,
                                                       own->scratch, &reader);
}

static void run_max_pool(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const plan_step_t *plan = &stage->plan;
    const levels_window_t window = {.in_h = plan->from.h,
                                    .in_w = plan->from.w,
                                    .out_h = plan->to.h,
                                    .out_w = plan->to.w,
                                    .kernel = plan->window.kernel_h,
                                    .stride = plan->window.stride,
                                    .pad_top = plan->window.pad_top,
                                    .pad_left = plan->window.pad_left};
    levels_max_pool(memory_of(cnn, worker, stage->source), &window, plan->to.c, memory_of(cnn, worker, stage->target));
}

/* `values` are overwritten. */
static void keep_row(const stage_t *stage, float *values, int64_t first, int64_t width, void *target)
{
    for (int64_t i = 0; i < width && stage->zero > 0; i++)
        values[i] += (float)stage->zero * stage->step;
    if (stage->step > 0)
        levels_round(values, width, 1.0F / stage->step, (uint8_t *)target + first);
    else
        memcpy((float *)target + first, values, (size_t)width * sizeof *values);
}

static void run_average(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const float step = cnn->stages.items[stage->source].step;
    const void *source = memory_of(cnn, worker, stage->source);
    float *means = cnn->states[worker].row;
    levels_average(step > 0 ? source : NULL, step, source, stages_pixels(&stage->plan.from), stage->plan.from.c, means);
    for (int64_t i = 0; i < stage->plan.from.c; i++)
        means[i] -= (float)cnn->stages.items[stage->source].zero * step;
    keep_row(stage, means, 0, stage->plan.from.c, memory_of(cnn, worker, stage->target));
}

/* Of the result of `stage`, which is in `memory`. */
static float value_at(const void *memory, const stage_t *stage, int64_t index)
{
    return stage->step > 0 ? (float)(((const uint8_t *)memory)[index] - stage->zero) * stage->step
                           : ((const float *)memory)[index];
}

/* A shortcut that is not added by a convolution: each pixel of the sum is that of the main branch, plus that of the other
 * branch if it has one. The other branch of an option-A shortcut (widen.h) has fewer channels, and its pixels are further
 * apart. */
static void run_add(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const layer *at = &cnn->graphs[worker].net->layers[stage->target];
    const widen_t widen = widen_of(at, 1);
    const void *main = memory_of(cnn, worker, stage->source), *narrow = memory_of(cnn, worker, stage->other);
    const stage_t *main_stage = &cnn->stages.items[stage->source], *narrow_stage = &cnn->stages.items[stage->other];
    const int64_t c = widen.wide_c, before = (c - widen.narrow_c) / 2, stride = widen.narrow_w / widen.wide_w;
    float *row = cnn->states[worker].row;
    for (int64_t y = 0; y < widen.wide_h; y++)
        for (int64_t x = 0; x < widen.wide_w; x++) {
            const int64_t first = (y * widen.wide_w + x) * c, from = (y * widen.narrow_w + x) * stride * widen.narrow_c;
            for (int64_t i = 0; i < c; i++)
                row[i] = value_at(main, main_stage, first + i);
            for (int64_t i = 0; i < widen.narrow_c; i++)
                row[before + i] += value_at(narrow, narrow_stage, from + i);
            for (int64_t i = 0; i < c && widen.relu; i++)
                row[i] = row[i] > 0 ? row[i] : 0;
            keep_row(stage, row, first, c, memory_of(cnn, worker, stage->target));
        }
}

/* ===  Watching  === */

static void show_input(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const bool image = stage->source == STAGE_IMAGE, plane = stage->shape.in_h > 0;
    const pixels_t *pixels = &cnn->stages.image;
    engine_view_t view = {.layer = (size_t)stage->table, .channel_step = 1};
    if (image) { /* planes of bytes */
        view.levels = cnn->states[worker].pixels;
        view.pixels = view.channel_step = pixels->pixels;
        view.channels = pixels->channels;
        view.pixel_step = 1;
    } else { /* the plane in front of an inner product is [h, w, c] too */
        view.levels = memory_of(cnn, worker, stage->source);
        view.zero = cnn->stages.items[stage->source].zero;
        view.pixels = plane ? stage->shape.in_h * stage->shape.in_w : stage->permuted;
        view.channels = view.pixel_step = plane ? stage->shape.c : stage->shape.c / stage->permuted;
    }
    cnn->watcher(cnn->watcher_context, worker, &view);
}

static void show_output(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const bool levels = stage->step > 0;
    const void *target = memory_of(cnn, worker, stage->target);
    const engine_view_t view = {.layer = (size_t)stage->table,
                                .output = true,
                                .levels = levels ? target : NULL,
                                .zero = stage->zero,
                                .floats = levels ? NULL : target,
                                .pixels = stage->shape.in_h > 0 ? stage->shape.out_h * stage->shape.out_w : 1,
                                .channels = stage->shape.k,
                                .pixel_step = stage->shape.k,
                                .channel_step = 1};
    cnn->watcher(cnn->watcher_context, worker, &view);
}

static bool run_product(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const bool watched = cnn->watcher != NULL && stage->table != NET_NONE;
    if (watched)
        show_input(cnn, worker, stage);
    const bool done = stage->source == STAGE_IMAGE ? run_image(cnn, worker, stage) : run_weights(cnn, worker, stage);
    if (watched)
        show_output(cnn, worker, stage);
    return done;
}

static void forward_stage(layer at, network net)
{
    const place_t *place = (const place_t *)(const void *)at.input_layer;
    const cnn_t *cnn = place->cnn;
    const stage_t *stage = place->stage;
    bool done = true;
    (void)net;
    switch (stage->plan.kind) {
    case PLAN_CONVOLUTION:
    case PLAN_INNER_PRODUCT:
        done = run_product(cnn, place->worker, stage);
        break;
    case PLAN_MAX_POOL:
        run_max_pool(cnn, place->worker, stage);
        break;
    case PLAN_AVERAGE_POOL:
        run_average(cnn, place->worker, stage);
        break;
    case PLAN_ADD:
    case PLAN_WIDEN:
        run_add(cnn, place->worker, stage);
        break;
    case PLAN_NOTHING:
        break;
    }
    if (!done)
        cnn->states[place->worker].refused = true;
}

static outcome_t predict(void *state, int worker, const float *input, float *logits)
{
    cnn_t *cnn = state;
    worker_t *own = &cnn->states[worker];
    pixels_recover(&cnn->stages.image, input, own->pixels);
    laps_end(cnn->graphs[worker].laps, ENGINE_STEP_GATHER);
    own->refused = false;
    onednn_prepare_thread();
    const float *output = network_predict(cnn->graphs[worker].net, (float *)(uintptr_t)input); /* layers read own->pixels */
    if (own->refused)
        return outcome_failed("oneDNN", "running a layer", "an error", "success", "try --kernels plain");
    memcpy(logits, output, (size_t)cnn->stages.weights->size->classes * sizeof *logits);
    return outcome_ok();
}

/* ===  Workers  === */

static void *aligned(int64_t bytes)
{
    return aligned_alloc(ALIGNMENT, (size_t)((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT));
}

static outcome_t open_worker(cnn_t *cnn, int worker)
{
    network *net = cnn->graphs[worker].net;
    worker_t *own = &cnn->states[worker];
    int64_t sums = 0, scratch = 0, row = 1, gathered = 1;
    graph_free_training(&cnn->graphs[worker], false);
    own->places = calloc((size_t)cnn->stages.count, sizeof *own->places);
    if (own->places == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < cnn->stages.count; i++) {
        const stage_t *stage = &cnn->stages.items[i];
        layer *at = &net->layers[i];
        const int64_t needed = stage->target == i ? (int64_t)at->outputs * (stage->step > 0 ? 1 : 4) : 1;
        free(at->output);
        at->output = aligned(needed);
        if (at->output == NULL)
            return outcome_out_of_memory("activations");
        own->places[i] = (place_t){.cnn = cnn, .worker = worker, .stage = stage};
        at->forward = forward_stage;
        at->input_layer = (layer *)(void *)&own->places[i];
        row = at->out_c > row ? at->out_c : row;
        if (stage->product == NULL)
            continue;
        const bool image = stage->source == STAGE_IMAGE;
        const int64_t places = image ? GATHERED * cnn->stages.image.groups : stages_pixels(&stage->plan.to),
                      room = cnn->stages.set->scratch(stage->product);
        sums = places * stage->shape.k > sums ? places * stage->shape.k : sums;
        scratch = room > scratch ? room : scratch;
        gathered = image ? GATHERED * stage->shape.c * stage->shape.kh * stage->shape.kw : gathered;
    }
    net->output = net->layers[cnn->stages.count - 1].output;
    own->pixels = aligned(cnn->stages.image.channels * cnn->stages.image.pixels);
    own->gathered = aligned(gathered);
    own->sums = aligned(sums * (int64_t)sizeof *own->sums);
    own->row = aligned(row * (int64_t)sizeof *own->row);
    own->scratch = aligned(scratch);
    return own->pixels != NULL && own->gathered != NULL && own->sums != NULL && own->row != NULL && own->scratch != NULL
               ? outcome_ok()
               : outcome_out_of_memory("activations");
}

static void close_worker(cnn_t *cnn, int worker)
{
    worker_t *own = &cnn->states[worker];
    for (int i = 0; i < cnn->stages.count && own->places != NULL; i++)
        cnn->graphs[worker].net->layers[i].input_layer = NULL;
    free(own->places);
    free(own->pixels);
    free(own->gathered);
    free(own->sums);
    free(own->row);
    free(own->scratch);
}

static void close_cnn(void *state)
{
    cnn_t *cnn = state;
    for (int worker = 0; worker < cnn->workers && cnn->states != NULL; worker++)
        close_worker(cnn, worker);
    stages_close(&cnn->stages);
    free(cnn->states);
    free(cnn);
}

static outcome_t open_cnn(const product_set_t *set, const net_weights_t *weights, const net_ranges_t *ranges,
                          graph_t *graphs, int workers, void **state)
{
    cnn_t *cnn = calloc(1, sizeof *cnn);
    if (cnn == NULL)
        return outcome_out_of_memory("integer kernels");
    *cnn = (cnn_t){.graphs = graphs, .workers = workers, .states = calloc((size_t)workers, sizeof *cnn->states)};
    outcome_t result = stages_open(set, weights, ranges, graphs, &cnn->stages);
    if (outcome_is_ok(&result) && cnn->states == NULL)
        result = outcome_out_of_memory("integer kernels");
    for (int worker = 0; worker < workers && outcome_is_ok(&result); worker++)
        result = open_worker(cnn, worker);
    if (outcome_is_ok(&result))
        *state = cnn;
    else
        close_cnn(cnn);
    return result;
}

static void watch(void *state, engine_watcher_t watcher, void *context)
{
    cnn_t *cnn = state;
    cnn->watcher = watcher;
    cnn->watcher_context = context;
}

static outcome_t set_integers(void *state, size_t index, int64_t first, int64_t rows, const int16_t *weights,
                              const float *scale)
{
    cnn_t *cnn = state;
    return stages_set(&cnn->stages, index, first, rows, weights, scale);
}

static outcome_t open_fast(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                           void **state)
{
    return open_cnn(product_best(), weights, ranges, graphs, workers, state);
}

static outcome_t open_plain(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                            void **state)
{
    return open_cnn(&product_plain, weights, ranges, graphs, workers, state);
}

const kernels_t kernels_integer_fast = {.name = "fast",
                                        .open = open_fast,
                                        .set_integers = set_integers,
                                        .predict = predict,
                                        .watch = watch,
                                        .close = close_cnn};
const kernels_t kernels_integer_plain = {.name = "plain",
                                         .open = open_plain,
                                         .set_integers = set_integers,
                                         .predict = predict,
                                         .watch = watch,
                                         .close = close_cnn};
