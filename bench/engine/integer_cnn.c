/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CNNs in integers: weights and activations of 8 bits, the accumulators 32.
 *
 * A tensor between two layers lies as [h, w, c] bytes; its step is the range of the layer that reads it (nets/ranges.h),
 * divided by 255. A layer's sums are multiplied, channel by channel, by (step in) (weight scale) (BatchNorm's multiplier)
 * in one float, get their bias and the residual, pass the ReLU and are rounded to the reader's levels, in one pass
 * (levels.h). The residual is what the memory holds: levels where its tensor has any. Tensors that no weights read stay
 * float: the branch of a projection, the last map before the average, the logits. Maxima are taken of levels. */
#include "engine/integer_cnn.h"

#include "base/text.h"
#include "engine/engine.h"
#include "engine/levels.h"
#include "engine/onednn.h"
#include "engine/pixels.h"
#include "engine/plan.h"
#include "engine/product.h"
#include "engine/widen.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, IMAGE = -1, GATHERED = 256 /* outputs of the first layer at a time */ };

/* One layer of the graph, shared by the workers. */
typedef struct {
    plan_step_t plan;
    int64_t table;              /* index of the layer table, or NET_NONE */
    int source, other, target;  /* layers in whose memory the operands and the result are; IMAGE; -1 in `other`: none */
    float step;                 /* of the result; 0: floats */
    product_shape_t shape;      /* of layers with weights */
    product_shape_t multiplied; /* the same, or of the gathered rows of the first layer */
    product_t *product;
    int64_t permuted;         /* pixels of the plane that an inner product reads: its weights are put in [h, w, c] order */
    float *multiplier, *bias; /* [groups, k]; [kinds, k] */
    int32_t *kind;            /* first layer: of each output; else NULL */
    int64_t kinds;
} stage_t;

typedef struct cnn cnn_t;

/* What a replaced forward function finds behind its layer. */
typedef struct {
    cnn_t *cnn;
    int worker;
    const stage_t *stage;
} place_t;

typedef struct {
    place_t *places; /* one a layer */
    uint8_t *pixels, *gathered;
    int32_t *sums;
    float *row; /* of additions, and of means */
    void *scratch;
    bool refused;
} worker_t;

struct cnn {
    const net_weights_t *weights;
    const product_set_t *set;
    graph_t *graphs;
    pixels_t image;
    int layers, workers;
    stage_t *stages;
    worker_t *states;
};

static void *memory_of(const cnn_t *cnn, int worker, int index)
{
    return index < 0 ? NULL : cnn->graphs[worker].net->layers[index].output;
}

static int64_t pixels_of(const onednn_plane_t *plane)
{
    return plane->h * plane->w;
}

/* ===  Forward  === */

/* Sums, to what the stage's result is kept as. `first`: output that the sums begin with. */
static void finish(const cnn_t *cnn, int worker, const stage_t *stage, const int32_t *sums, int groups, int64_t first,
                   int64_t rows)
{
    const int64_t width = stage->shape.k;
    uint8_t *target = memory_of(cnn, worker, stage->target);
    const void *residual = stage->plan.accumulate ? memory_of(cnn, worker, stage->other) : NULL;
    const float residual_step = residual != NULL ? cnn->stages[stage->other].step : 0;
    levels_finish_t finish = {.groups = groups,
                              .bias = stage->bias,
                              .bias_row = stage->kind != NULL ? stage->kind + first : NULL,
                              .relu = stage->plan.relu};
    for (int group = 0; group < groups; group++) {
        finish.sums[group] = sums + group * rows * width;
        finish.multiplier[group] = stage->multiplier + group * width;
    }
    if (residual != NULL && residual_step > 0) {
        finish.levels = (const uint8_t *)residual + first * width;
        finish.level_step = residual_step;
    } else if (residual != NULL) {
        finish.floats = (const float *)residual + first * width;
    }
    if (stage->step > 0) {
        finish.to_levels = target + first * width;
        finish.per_step = 1.0F / stage->step;
    } else {
        finish.to_floats = (float *)(void *)target + first * width;
    }
    levels_finish(&finish, rows, width);
}

static bool run_image(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const worker_t *own = &cnn->states[worker];
    const product_shape_t *shape = &stage->shape;
    const int groups = cnn->image.groups;
    const int64_t taps = shape->kh * shape->kw, row = shape->c * taps, all = shape->out_h * shape->out_w;
    bool done = true;
    for (int64_t first = 0; first < all && done; first += GATHERED) {
        const int64_t rows = all - first < GATHERED ? all - first : GATHERED;
        pixels_gather(shape, own->pixels, first, rows, own->gathered);
        for (int group = 0; group < groups && done; group++) {
            const int64_t begin = group * taps, count = groups > 1 ? taps : row;
            done = cnn->set->multiply(stage->product, rows, own->gathered + begin, row, begin, count,
                                      own->sums + group * rows * shape->k, own->scratch);
        }
        finish(cnn, worker, stage, own->sums, groups, first, rows);
    }
    return done;
}

static bool run_weights(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const worker_t *own = &cnn->states[worker];
    const uint8_t *source = memory_of(cnn, worker, stage->source);
    const product_shape_t *shape = &stage->shape;
    bool done = shape->in_h > 0
                    ? cnn->set->convolve(stage->product, source, own->sums, own->scratch)
                    : cnn->set->multiply(stage->product, 1, source, shape->c, 0, shape->c, own->sums, own->scratch);
    finish(cnn, worker, stage, own->sums, 1, 0, shape->in_h > 0 ? shape->out_h * shape->out_w : 1);
    return done;
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

static void keep_row(const stage_t *stage, const float *values, int64_t first, int64_t width, void *target)
{
    if (stage->step > 0)
        levels_round(values, width, 1.0F / stage->step, (uint8_t *)target + first);
    else
        memcpy((float *)target + first, values, (size_t)width * sizeof *values);
}

static void run_average(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const float step = cnn->stages[stage->source].step;
    const void *source = memory_of(cnn, worker, stage->source);
    float *means = cnn->states[worker].row;
    levels_average(step > 0 ? source : NULL, step, source, pixels_of(&stage->plan.from), stage->plan.from.c, means);
    keep_row(stage, means, 0, stage->plan.from.c, memory_of(cnn, worker, stage->target));
}

static float value_at(const void *memory, float step, int64_t index)
{
    return step > 0 ? (float)((const uint8_t *)memory)[index] * step : ((const float *)memory)[index];
}

/* A shortcut that no convolution could add: each pixel of the sum is the main branch's, plus the other's where that has
 * one; an option-A shortcut (widen.h) has fewer channels, and pixels further apart. */
static void run_add(const cnn_t *cnn, int worker, const stage_t *stage)
{
    const layer *at = &cnn->graphs[worker].net->layers[stage->target];
    const widen_t widen = widen_of(at, 1);
    const void *main = memory_of(cnn, worker, stage->source), *narrow = memory_of(cnn, worker, stage->other);
    const float main_step = cnn->stages[stage->source].step, narrow_step = cnn->stages[stage->other].step;
    const int64_t c = widen.wide_c, before = (c - widen.narrow_c) / 2, stride = widen.narrow_w / widen.wide_w;
    float *row = cnn->states[worker].row;
    for (int64_t y = 0; y < widen.wide_h; y++)
        for (int64_t x = 0; x < widen.wide_w; x++) {
            const int64_t first = (y * widen.wide_w + x) * c, from = (y * widen.narrow_w + x) * stride * widen.narrow_c;
            for (int64_t i = 0; i < c; i++)
                row[i] = value_at(main, main_step, first + i);
            for (int64_t i = 0; i < widen.narrow_c; i++)
                row[before + i] += value_at(narrow, narrow_step, from + i);
            for (int64_t i = 0; i < c && widen.relu; i++)
                row[i] = row[i] > 0 ? row[i] : 0;
            keep_row(stage, row, first, c, memory_of(cnn, worker, stage->target));
        }
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
        done = stage->source == IMAGE ? run_image(cnn, place->worker, stage) : run_weights(cnn, place->worker, stage);
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
    pixels_recover(&cnn->image, input, own->pixels);
    own->refused = false;
    onednn_prepare_thread();
    const float *output = network_predict(cnn->graphs[worker].net, (float *)(uintptr_t)input); /* layers read own->pixels */
    if (own->refused)
        return outcome_failed("oneDNN", "running a layer", "an error", "success", "try --kernels plain");
    memcpy(logits, output, (size_t)cnn->weights->size->classes * sizeof *logits);
    return outcome_ok();
}

/* ===  Stages  === */

/* Who reads what, in terms of the memory it is in. */
static void wire(cnn_t *cnn, const network *net)
{
    for (int i = 0; i < cnn->layers; i++) {
        stage_t *stage = &cnn->stages[i];
        const plan_step_t *plan = &stage->plan;
        stage->source = plan->source < 0 ? IMAGE : cnn->stages[plan->source].target;
        stage->other = -1;
        stage->target = i;
        if (plan->accumulate) { /* the shortcut behind it does nothing; its memory takes the sum */
            stage->target = i + 1;
            stage->other = cnn->stages[net->layers[i + 1].index].target;
        } else if (plan->kind == PLAN_ADD || plan->kind == PLAN_WIDEN) {
            stage->other = cnn->stages[plan->other].target;
        } else if (net->layers[i].type == ROUTE) {
            stage->target = cnn->stages[net->layers[i].input_layers[0]].target;
        }
    }
}

/* The range of the first layer with weights that reads this memory, directly or through a maximum; 0: none does.
 * `reader` is its table index. */
static float range_of(const cnn_t *cnn, const net_ranges_t *ranges, int memory, int64_t *reader)
{
    for (int i = memory; i < cnn->layers; i++) {
        const stage_t *stage = &cnn->stages[i];
        if (stage->source != memory)
            continue;
        if (stage->plan.kind == PLAN_CONVOLUTION || stage->plan.kind == PLAN_INNER_PRODUCT) {
            *reader = stage->table;
            return ranges->most[stage->table];
        }
        if (stage->plan.kind == PLAN_MAX_POOL && i != memory)
            return range_of(cnn, ranges, i, reader);
    }
    *reader = NET_NONE;
    return 0;
}

static outcome_t choose_steps(cnn_t *cnn, const net_ranges_t *ranges)
{
    for (int i = 0; i < cnn->layers; i++) {
        int64_t reader;
        const float range = range_of(cnn, ranges, i, &reader);
        if (reader != NET_NONE && !(range > 0))
            return outcome_missing(cnn->weights->table.items[reader].name, "range of its input", "not in the ranges file",
                                   "a positive number", "make the ranges: bbsbench calibrate");
        cnn->stages[i].step = reader != NET_NONE ? range / 255.0F : 0;
    }
    for (int i = 0; i < cnn->layers; i++) { /* a convolution that adds writes what the shortcut's readers read */
        stage_t *stage = &cnn->stages[i];
        stage->step = cnn->stages[stage->target].step;
        if (stage->plan.kind == PLAN_MAX_POOL && !(stage->step > 0))
            return outcome_failed("integer kernels", text_of("layer %d", i).chars, "a maximum that no weights read",
                                  "a convolution or linear layer behind it", "use --activations fp32");
    }
    return outcome_ok();
}

static product_shape_t shape_of(const plan_step_t *plan)
{
    if (plan->kind == PLAN_INNER_PRODUCT)
        return (product_shape_t){
            .k = plan->to.c * plan->to.h * plan->to.w, .c = plan->from.c * pixels_of(&plan->from), .kh = 1, .kw = 1};
    return (product_shape_t){.k = plan->to.c,
                             .c = plan->from.c,
                             .kh = plan->window.kernel_h,
                             .kw = plan->window.kernel_w,
                             .stride = plan->window.stride,
                             .pad_top = plan->window.pad_top,
                             .pad_left = plan->window.pad_left,
                             .pad_bottom = plan->window.pad_bottom,
                             .pad_right = plan->window.pad_right,
                             .in_h = plan->from.h,
                             .in_w = plan->from.w,
                             .out_h = plan->to.h,
                             .out_w = plan->to.w};
}

static outcome_t open_stage(cnn_t *cnn, stage_t *stage)
{
    const bool image = stage->source == IMAGE;
    stage->shape = shape_of(&stage->plan);
    stage->multiplied = stage->shape;
    const product_shape_t *shape = &stage->shape;
    stage->kinds = 1;
    stage->permuted = shape->in_h == 0 ? pixels_of(&stage->plan.from) : 1;
    if (image) { /* gathered rows, of which each is multiplied by the whole kernel */
        stage->multiplied = (product_shape_t){.k = shape->k, .c = shape->c * shape->kh * shape->kw, .kh = 1, .kw = 1};
        stage->kind = malloc((size_t)(shape->out_h * shape->out_w) * sizeof *stage->kind);
        if (stage->kind == NULL)
            return outcome_out_of_memory("integer kernels");
        stage->kinds = pixels_kinds(shape, stage->kind);
    }
    stage->multiplier = malloc((size_t)(cnn->image.groups * shape->k) * sizeof *stage->multiplier);
    stage->bias = malloc((size_t)(stage->kinds * shape->k) * sizeof *stage->bias);
    if (stage->multiplier == NULL || stage->bias == NULL)
        return outcome_out_of_memory("integer kernels");
    return cnn->set->open(&stage->multiplied, &stage->product);
}

static outcome_t open_shared(cnn_t *cnn, const net_ranges_t *ranges)
{
    const network *net = cnn->graphs[0].net;
    plan_step_t *plan = calloc((size_t)net->n, sizeof *plan);
    outcome_t result = outcome_ok();
    cnn->layers = net->n;
    cnn->stages = calloc((size_t)net->n, sizeof *cnn->stages);
    cnn->states = calloc((size_t)cnn->workers, sizeof *cnn->states);
    if (plan == NULL || cnn->stages == NULL || cnn->states == NULL)
        result = outcome_out_of_memory("integer kernels");
    if (!outcome_is_ok(&result) || outcome_bad(&result, plan_make(net, plan)) ||
        outcome_bad(&result, pixels_open(cnn->weights->size, &cnn->image)))
        goto out;
    for (int i = 0; i < net->n; i++)
        cnn->stages[i] = (stage_t){.plan = plan[i], .table = NET_NONE};
    for (size_t i = 0; i < cnn->weights->table.count; i++)
        cnn->stages[cnn->graphs[0].layer_of[i]].table = (int64_t)i;
    wire(cnn, net);
    result = choose_steps(cnn, ranges);
    for (int i = 0; i < net->n && outcome_is_ok(&result); i++)
        if (cnn->stages[i].table != NET_NONE)
            result = open_stage(cnn, &cnn->stages[i]);

out:
    free(plan);
    return result;
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
    own->places = calloc((size_t)cnn->layers, sizeof *own->places);
    if (own->places == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < cnn->layers; i++) {
        const stage_t *stage = &cnn->stages[i];
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
        const bool image = stage->source == IMAGE;
        const int64_t places = image ? GATHERED * cnn->image.groups : pixels_of(&stage->plan.to),
                      room = cnn->set->scratch(stage->product);
        sums = places * stage->shape.k > sums ? places * stage->shape.k : sums;
        scratch = room > scratch ? room : scratch;
        gathered = image ? GATHERED * stage->shape.c * stage->shape.kh * stage->shape.kw : gathered;
    }
    net->output = net->layers[cnn->layers - 1].output;
    own->pixels = aligned(cnn->image.channels * cnn->image.pixels);
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
    for (int i = 0; i < cnn->layers && own->places != NULL; i++)
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
    for (int i = 0; i < cnn->layers && cnn->stages != NULL; i++) {
        cnn->set->close(cnn->stages[i].product);
        free(cnn->stages[i].multiplier);
        free(cnn->stages[i].bias);
        free(cnn->stages[i].kind);
    }
    free(cnn->stages);
    free(cnn->states);
    free(cnn);
}

static outcome_t open_cnn(const product_set_t *set, const net_weights_t *weights, const net_ranges_t *ranges,
                          graph_t *graphs, int workers, void **state)
{
    cnn_t *cnn = calloc(1, sizeof *cnn);
    if (cnn == NULL)
        return outcome_out_of_memory("integer kernels");
    *cnn = (cnn_t){.weights = weights, .set = set, .graphs = graphs, .workers = workers};
    outcome_t result = open_shared(cnn, ranges);
    for (int worker = 0; worker < workers && outcome_is_ok(&result); worker++)
        result = open_worker(cnn, worker);
    if (outcome_is_ok(&result))
        *state = cnn;
    else
        close_cnn(cnn);
    return result;
}

/* ===  Weights  === */

/* Multipliers and biases of one output channel. */
static void fold(const cnn_t *cnn, stage_t *stage, int64_t k, const int16_t *weights, double scale, double *terms)
{
    const int64_t all = stage->shape.k;
    double multiplier, bias;
    net_fold_norm(&cnn->weights->table.items[stage->table], &cnn->weights->layers[stage->table], k, &multiplier, &bias);
    if (stage->source != IMAGE) {
        stage->multiplier[k] = (float)((double)cnn->stages[stage->source].step * scale * multiplier);
        stage->bias[k] = (float)bias;
        return;
    }
    for (int group = 0; group < cnn->image.groups; group++)
        stage->multiplier[group * all + k] = (float)(pixels_step(&cnn->image, group) * scale * multiplier);
    pixels_terms(&cnn->image, &stage->shape, weights, stage->kind, stage->kinds, terms);
    for (int64_t kind = 0; kind < stage->kinds; kind++)
        stage->bias[kind * all + k] = (float)(bias - terms[kind] * scale * multiplier);
}

/* [rows, c, pixels] -> [rows, pixels, c]: the order of a plane in memory. */
static void permute(const int16_t *weights, int64_t rows, int64_t c, int64_t pixels, int16_t *permuted)
{
    for (int64_t k = 0; k < rows; k++)
        for (int64_t i = 0; i < c; i++)
            for (int64_t pixel = 0; pixel < pixels; pixel++)
                permuted[(k * pixels + pixel) * c + i] = weights[(k * c + i) * pixels + pixel];
}

static outcome_t set_integers(void *state, size_t index, int64_t first, int64_t rows, const int16_t *weights,
                              const float *scale)
{
    cnn_t *cnn = state;
    stage_t *stage = &cnn->stages[cnn->graphs[0].layer_of[index]];
    const int64_t row = stage->shape.c * stage->shape.kh * stage->shape.kw, plane = stage->permuted;
    int16_t *permuted = plane > 1 ? malloc((size_t)(rows * row) * sizeof *permuted) : NULL;
    double *terms = malloc((size_t)stage->kinds * sizeof *terms);
    outcome_t result = outcome_ok();
    if (terms == NULL || (plane > 1 && permuted == NULL)) {
        result = outcome_out_of_memory("integer weights");
        goto out;
    }
    for (int64_t k = 0; k < rows; k++)
        fold(cnn, stage, first + k, weights + k * row, (double)scale[k], terms);
    if (permuted != NULL)
        permute(weights, rows, row / plane, plane, permuted);
    result = cnn->set->set(stage->product, first, rows, permuted != NULL ? permuted : weights);

out:
    free(permuted);
    free(terms);
    return result;
}

static outcome_t open_fast(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                           void **state)
{
    return open_cnn(&product_fast, weights, ranges, graphs, workers, state);
}

static outcome_t open_plain(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                            void **state)
{
    return open_cnn(&product_plain, weights, ranges, graphs, workers, state);
}

const kernels_t kernels_integer_fast = {
    .name = "fast", .open = open_fast, .set_integers = set_integers, .predict = predict, .close = close_cnn};
const kernels_t kernels_integer_plain = {
    .name = "plain", .open = open_plain, .set_integers = set_integers, .predict = predict, .close = close_cnn};
