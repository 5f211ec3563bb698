/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/plan.h"

#include "base/text.h"
#include "engine/widen.h"

/* ===  Shapes  === */

/* Blocked channels inside the network if every convolution allows them; the input is plain, as the profile makes it. */
static onednn_layout_t inner_layout(const network *net)
{
    for (int i = 0; i < net->n; i++)
        if (net->layers[i].type == CONVOLUTIONAL && net->layers[i].n % onednn_block() != 0)
            return ONEDNN_PLAIN;
    return ONEDNN_BLOCKED;
}

static onednn_plane_t plane_of(const network *net, onednn_layout_t inner, int index)
{
    if (index < 0)
        return (onednn_plane_t){.c = net->c, .h = net->h, .w = net->w, .layout = ONEDNN_PLAIN};
    const layer *at = &net->layers[index];
    return (onednn_plane_t){.c = at->out_c, .h = at->out_h, .w = at->out_w, .layout = inner};
}

/* Darknet's `pad` is one side of a convolution, but both sides of a max-pool, of which the smaller half comes first. */
static onednn_window_t window_of(const layer *at, const onednn_plane_t *from, int64_t stride)
{
    int64_t before = at->type == MAXPOOL ? at->pad / 2 : at->pad;
    return (onednn_window_t){.kernel_h = at->size,
                             .kernel_w = at->size,
                             .stride = stride,
                             .groups = at->type == CONVOLUTIONAL ? at->groups : 1,
                             .pad_top = before,
                             .pad_left = before,
                             .pad_bottom = (at->out_h - 1) * stride + at->size - from->h - before,
                             .pad_right = (at->out_w - 1) * stride + at->size - from->w - before};
}

/* ===  Who reads what  === */

/* Does a later layer than the one after `index` read the result of layer `wanted` by number? */
static bool is_read_after(const network *net, int wanted, int index)
{
    for (int i = index + 1; i < net->n; i++) {
        const layer *at = &net->layers[i];
        if (at->type == SHORTCUT && at->index == wanted)
            return true;
        for (int k = 0; at->type == ROUTE && k < at->n; k++)
            if (at->input_layers[k] == wanted)
                return true;
    }
    return false;
}

/* Is a result in this memory read by number after layer `index`? */
static bool is_memory_read_after(const network *net, const plan_step_t *steps, int buffer, int index)
{
    for (int i = 0; i < index; i++)
        if (steps[i].buffer == buffer && is_read_after(net, i, index))
            return true;
    return false;
}

/* Can convolution `index` add the shortcut that follows it, in the memory of the other summand? */
static bool takes_shortcut(const network *net, const plan_step_t *steps, int index)
{
    if (index + 1 >= net->n || net->layers[index].activation != LINEAR || net->layers[index + 1].type != SHORTCUT)
        return false;
    const layer *sum = &net->layers[index + 1];
    int buffer = steps[sum->index].buffer, source = steps[index].source;
    return net->layers[sum->index].outputs == sum->outputs && (source < 0 || steps[source].buffer != buffer) &&
           !is_memory_read_after(net, steps, buffer, index + 1) && !is_read_after(net, index, index + 1);
}

static bool is_subsampling(const network *net, int index)
{
    const layer *at = &net->layers[index], *next = &net->layers[index + 1];
    return index + 1 < net->n && at->type == MAXPOOL && at->size == 1 && next->type == CONVOLUTIONAL && next->size == 1 &&
           next->stride == 1 && next->pad == 0 && !is_read_after(net, index, index);
}

/* ===  Steps  === */

static void plan_convolution(const network *net, onednn_layout_t inner, int index, plan_step_t *steps)
{
    plan_step_t *step = &steps[index];
    const layer *at = &net->layers[index];
    int64_t stride = at->stride;
    step->kind = PLAN_CONVOLUTION;
    step->relu = at->activation == RELU;
    if (index > 0 && is_subsampling(net, index - 1)) {
        stride = net->layers[index - 1].stride;
        step->source = steps[index - 1].source;
    }
    step->from = plane_of(net, inner, step->source);
    step->window = window_of(at, &step->from, stride);
    if (takes_shortcut(net, steps, index)) {
        step->accumulate = true;
        step->relu = net->layers[index + 1].activation == RELU;
        step->buffer = steps[net->layers[index + 1].index].buffer;
    }
}

static void plan_shortcut(const network *net, int index, plan_step_t *steps)
{
    plan_step_t *step = &steps[index];
    if (index > 0 && steps[index - 1].accumulate) {
        step->buffer = steps[index - 1].buffer;
        return;
    }
    step->kind = widen_is(&net->layers[index]) ? PLAN_WIDEN : PLAN_ADD;
    step->other = net->layers[index].index;
    step->relu = net->layers[index].activation == RELU;
}

static outcome_t unsupported(const layer *at, int index)
{
    return outcome_failed("fast kernels", text_of("layer %d", index).chars,
                          text_of("Darknet type %d, activation %d", (int)at->type, (int)at->activation).chars,
                          "a layer of a CNN, linear or relu", "use --kernels stock");
}

static outcome_t plan_layer(const network *net, onednn_layout_t inner, int index, plan_step_t *steps)
{
    const layer *at = &net->layers[index];
    plan_step_t *step = &steps[index];
    *step = (plan_step_t){
        .source = index - 1, .buffer = index, .to = plane_of(net, inner, index), .from = plane_of(net, inner, index - 1)};
    bool weighted = at->type == CONVOLUTIONAL || at->type == CONNECTED || at->type == SHORTCUT;
    if (weighted && at->activation != RELU && at->activation != LINEAR)
        return unsupported(at, index);
    switch (at->type) {
    case CONVOLUTIONAL:
        plan_convolution(net, inner, index, steps);
        return outcome_ok();
    case CONNECTED:
        step->kind = PLAN_INNER_PRODUCT;
        step->relu = at->activation == RELU;
        return outcome_ok();
    case MAXPOOL:
        if (!is_subsampling(net, index)) {
            step->kind = PLAN_MAX_POOL;
            step->window = window_of(at, &step->from, at->stride);
        }
        return outcome_ok();
    case AVGPOOL:
        step->kind = PLAN_AVERAGE_POOL;
        return outcome_ok();
    case SHORTCUT:
        plan_shortcut(net, index, steps);
        return outcome_ok();
    case ROUTE:
        step->buffer = steps[at->input_layers[0]].buffer;
        return at->n == 1 ? outcome_ok() : unsupported(at, index);
    default:
        return unsupported(at, index);
    }
}

outcome_t plan_make(const graph_t *graph, const net_table_t *table, plan_step_t *steps)
{
    const network *net = graph->net;
    onednn_layout_t inner = inner_layout(net);
    outcome_t result = outcome_ok();
    for (int i = 0; i < net->n && outcome_is_ok(&result); i++)
        result = plan_layer(net, inner, i, steps);
    for (size_t i = 0; i < table->count; i++)
        steps[graph->layer_of[i]].clip = (float)table->items[i].clip;
    return result;
}
