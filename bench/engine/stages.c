/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A convolution that adds the following shortcut writes into the shortcut's memory; a route is the memory of the layer that
 * it names. The first layer multiplies pixels, with one product per channel when the channels' deviations differ
 * (pixels.h). A layer's multipliers are (step of its input) (weight scale) (BatchNorm's multiplier); its biases are
 * BatchNorm's. */
#include "engine/stages.h"

#include "base/text.h"

#include <stdlib.h>

int64_t stages_pixels(const onednn_plane_t *plane)
{
    return plane->h * plane->w;
}

/* Find the memory in which each layer reads its operands and writes its result. */
static void wire(stages_t *stages, const network *net)
{
    for (int i = 0; i < stages->count; i++) {
        stage_t *stage = &stages->items[i];
        const plan_step_t *plan = &stage->plan;
        stage->source = plan->source < 0 ? STAGE_IMAGE : stages->items[plan->source].target;
        stage->other = STAGE_NONE;
        stage->target = i;
        if (plan->accumulate) { /* the following shortcut does nothing; its memory holds the sum */
            stage->target = i + 1;
            stage->other = stages->items[net->layers[i + 1].index].target;
        } else if (plan->kind == PLAN_ADD || plan->kind == PLAN_WIDEN) {
            stage->other = stages->items[plan->other].target;
        } else if (net->layers[i].type == ROUTE) {
            stage->target = stages->items[net->layers[i].input_layers[0]].target;
        }
    }
}

/* The range of the first layer with weights that reads this memory, directly or through a max-pool; 0: there is none.
 * `reader` is its table index. */
static float range_of(const stages_t *stages, const net_ranges_t *ranges, int memory, int64_t *reader)
{
    for (int i = memory; i < stages->count; i++) {
        const stage_t *stage = &stages->items[i];
        if (stage->source != memory)
            continue;
        if (stage->plan.kind == PLAN_CONVOLUTION || stage->plan.kind == PLAN_INNER_PRODUCT) {
            *reader = stage->table;
            return ranges->most[stage->table];
        }
        if (stage->plan.kind == PLAN_MAX_POOL && i != memory)
            return range_of(stages, ranges, i, reader);
    }
    *reader = NET_NONE;
    return 0;
}

/* Can the result of this stage be negative? A pool has the signs of what it reads. */
static bool is_signed(const stages_t *stages, int index)
{
    const stage_t *stage = &stages->items[index];
    const bool pool = stage->plan.kind == PLAN_MAX_POOL || stage->plan.kind == PLAN_AVERAGE_POOL;
    if (pool && stage->source != STAGE_IMAGE)
        return stages->items[stage->source].zero > 0;
    return pool ? false : !stage->plan.relu;
}

static outcome_t choose_step(stages_t *stages, const net_ranges_t *ranges, int index)
{
    int64_t reader;
    stage_t *stage = &stages->items[index];
    const float range = range_of(stages, ranges, index, &reader);
    if (reader == NET_NONE)
        return outcome_ok();
    if (!(range > 0))
        return outcome_missing(stages->weights->table.items[reader].name, "range of its input", "not in the ranges file",
                               "a positive number", "make the ranges again: bbsbench calibrate");
    for (int i = 0; i < stages->count; i++) /* the stage that writes this memory */
        if (stages->items[i].target == index && stages->items[i].plan.kind != PLAN_NOTHING)
            stage->zero = is_signed(stages, i) ? STAGE_CENTRE : 0;
    stage->step = range / (stage->zero > 0 ? 127.5F : 255.0F);
    return outcome_ok();
}

static outcome_t choose_steps(stages_t *stages, const net_ranges_t *ranges)
{
    outcome_t result = outcome_ok();
    for (int i = 0; i < stages->count && outcome_is_ok(&result); i++)
        result = choose_step(stages, ranges, i);
    for (int i = 0; i < stages->count && outcome_is_ok(&result);
         i++) { /* a convolution that adds a shortcut writes for the readers of the shortcut */
        stage_t *stage = &stages->items[i];
        stage->step = stages->items[stage->target].step;
        stage->zero = stages->items[stage->target].zero;
        if (stage->plan.kind == PLAN_MAX_POOL && !(stage->step > 0))
            result = outcome_failed("integer kernels", text_of("layer %d", i).chars,
                                    "a max-pool that no layer with weights reads", "a convolution or linear layer after it",
                                    "use --activations fp32");
    }
    return result;
}

static product_shape_t shape_of(const plan_step_t *plan)
{
    if (plan->kind == PLAN_INNER_PRODUCT)
        return (product_shape_t){
            .k = plan->to.c * plan->to.h * plan->to.w, .c = plan->from.c * stages_pixels(&plan->from), .kh = 1, .kw = 1};
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
                             .out_w = plan->to.w,
                             .groups = plan->window.groups};
}

static outcome_t open_stage(stages_t *stages, stage_t *stage)
{
    const bool image = stage->source == STAGE_IMAGE;
    stage->shape = shape_of(&stage->plan);
    stage->multiplied = stage->shape;
    const product_shape_t *shape = &stage->shape;
    stage->kinds = 1;
    stage->permuted = shape->in_h == 0 ? stages_pixels(&stage->plan.from) : 1;
    if (!image && stages->items[stage->source].zero > 0 &&
        shape->pad_top + shape->pad_left + shape->pad_bottom + shape->pad_right > 0)
        return outcome_failed("integer kernels", stages->weights->table.items[stage->table].name,
                              "a convolution with padding that reads signed values", "values behind a ReLU",
                              "use --activations fp32");
    if (image) { /* gathered rows, each multiplied by the whole kernel */
        stage->multiplied = (product_shape_t){
            .k = shape->k, .c = shape->c * shape->kh * shape->kw, .kh = 1, .kw = 1, .ranges = stages->image.groups};
        stage->kind = malloc((size_t)(shape->out_h * shape->out_w) * sizeof *stage->kind);
        if (stage->kind == NULL)
            return outcome_out_of_memory("integer kernels");
        stage->kinds = pixels_kinds(shape, stage->kind);
    }
    stage->multiplier = malloc((size_t)(stages->image.groups * shape->k) * sizeof *stage->multiplier);
    stage->bias = malloc((size_t)(stage->kinds * shape->k) * sizeof *stage->bias);
    if (stage->multiplier == NULL || stage->bias == NULL)
        return outcome_out_of_memory("integer kernels");
    return stages->set->open(&stage->multiplied, &stage->product);
}

outcome_t stages_open(const product_set_t *set, const net_weights_t *weights, const net_ranges_t *ranges,
                      const graph_t *graph, stages_t *stages)
{
    const network *net = graph->net;
    plan_step_t *plan = calloc((size_t)net->n, sizeof *plan);
    outcome_t result = outcome_ok();
    *stages = (stages_t){.weights = weights,
                         .set = set,
                         .graph = graph,
                         .count = net->n,
                         .items = calloc((size_t)net->n, sizeof *stages->items)};
    if (plan == NULL || stages->items == NULL)
        result = outcome_out_of_memory("integer kernels");
    if (!outcome_is_ok(&result) || outcome_bad(&result, plan_make(graph, &weights->table, plan)) ||
        outcome_bad(&result, pixels_open(stages->weights, &stages->image)))
        goto out;
    for (int i = 0; i < net->n; i++)
        stages->items[i] = (stage_t){.plan = plan[i], .table = NET_NONE};
    for (size_t i = 0; i < stages->weights->table.count; i++)
        stages->items[stages->graph->layer_of[i]].table = (int64_t)i;
    wire(stages, net);
    result = choose_steps(stages, ranges);
    for (int i = 0; i < net->n && outcome_is_ok(&result); i++)
        if (stages->items[i].table != NET_NONE)
            result = open_stage(stages, &stages->items[i]);

out:
    free(plan);
    return result;
}

void stages_close(stages_t *stages)
{
    for (int i = 0; i < stages->count && stages->items != NULL; i++) {
        stages->set->close(stages->items[i].product);
        free(stages->items[i].multiplier);
        free(stages->items[i].bias);
        free(stages->items[i].kind);
    }
    free(stages->items);
}

/* ===  Weights  === */

/* What the zeros of the levels add to the sums of one output channel, in the unit of the result: that of the result is put
 * in, those of the input and of the residual are taken out. */
static double zero_terms(const stages_t *stages, const stage_t *stage, const int16_t *weights, double per_sum)
{
    double terms = (double)stage->zero * (double)stage->step;
    int64_t sum = 0;
    if (stage->plan.accumulate)
        terms -= (double)stages->items[stage->other].zero * (double)stages->items[stage->other].step;
    for (int64_t i = 0; i < product_weights(&stage->shape); i++)
        sum += weights[i];
    if (stage->source != STAGE_IMAGE)
        terms -= (double)stages->items[stage->source].zero * (double)sum * per_sum;
    return terms;
}

/* Multipliers and biases of one output channel. */
static void fold(const stages_t *stages, stage_t *stage, int64_t k, const int16_t *weights, double scale, double *terms)
{
    const int64_t all = stage->shape.k;
    double multiplier, bias;
    net_fold_norm(&stages->weights->table.items[stage->table], &stages->weights->layers[stage->table], k, &multiplier,
                  &bias);
    if (stage->source != STAGE_IMAGE) {
        const double per_sum = (double)stages->items[stage->source].step * scale * multiplier;
        stage->multiplier[k] = (float)per_sum;
        stage->bias[k] = (float)(bias + zero_terms(stages, stage, weights, per_sum));
        return;
    }
    for (int group = 0; group < stages->image.groups; group++)
        stage->multiplier[group * all + k] = (float)(pixels_step(&stages->image, group) * scale * multiplier);
    pixels_terms(&stages->image, &stage->shape, weights, stage->kind, stage->kinds, terms);
    bias += zero_terms(stages, stage, weights, 0);
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

outcome_t stages_set(stages_t *stages, size_t index, int64_t first, int64_t rows, const int16_t *weights,
                     const float *scale)
{
    stage_t *stage = &stages->items[stages->graph->layer_of[index]];
    const int64_t row = product_weights(&stage->shape), plane = stage->permuted;
    int16_t *permuted = plane > 1 ? malloc((size_t)(rows * row) * sizeof *permuted) : NULL;
    double *terms = malloc((size_t)stage->kinds * sizeof *terms);
    outcome_t result = outcome_ok();
    if (terms == NULL || (plane > 1 && permuted == NULL)) {
        result = outcome_out_of_memory("integer weights");
        goto out;
    }
    for (int64_t k = 0; k < rows; k++)
        fold(stages, stage, first + k, weights + k * row, (double)scale[k], terms);
    if (permuted != NULL)
        permute(weights, rows, row / plane, plane, permuted);
    result = stages->set->set(stage->product, first, rows, permuted != NULL ? permuted : weights);

out:
    free(permuted);
    free(terms);
    return result;
}
