/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast kernels. Darknet owns the graph and runs its layers; each layer's forward function is replaced by one that runs
 * the oneDNN operation that plan.c chose for the layer, bound to its buffers.
 *
 * Linear layers at the end whose weights are larger than the caches are computed by linear.h, and samples of a batch share
 * one pass over them: the graph runs once for each sample, the first linear layer keeps its input, and the run of the last
 * sample computes these layers for all samples. So a batch needs memory for inputs and outputs of the linear layers only.
 *
 * Operations (primitive, reordered weights) are made once and shared by all workers; bindings belong to a worker. A
 * layer's binding is stored in its `input_layer`, a pointer field of Darknet's recurrent layers that free_layer() does not
 * touch. Only bind_layer() sets it and only fast_close() clears it.
 *
 * BatchNorm: y = gamma (w x + b - mean) / sqrt(variance + eps) + beta = (w m) x + (b - mean) m + beta with the per-channel
 * multiplier m = gamma / sqrt(variance + eps): m is folded into the weights after they were quantised and dequantised. */
#include "engine/fast.h"

#include "base/large.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/float_tiles.h"
#include "engine/laps.h"
#include "engine/linear.h"
#include "engine/onednn.h"
#include "engine/plan.h"
#include "engine/widen.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = 64,
    MOST_SCRATCH = 1 << 22, /* weights folded at a time, but at least ENGINE_ROWS rows */
    LARGE_WEIGHTS = 1 << 20 /* 4 MB: more than the caches of one core */
};

/* The data of a replaced forward function, found through its layer. */
typedef struct {
    onednn_binding_t *binding;
    const linear_t *linear;     /* in place of a binding */
    bool gathers;               /* the first of the linear layers at the end */
    onednn_binding_t *filtered; /* the same on the worker's filtered input; NULL: no filter yet, or not a table layer */
    bool *refused;              /* of the worker */
    const struct fast *fast;
    int worker;
    const float *source;  /* input of a table layer, for the observer */
    int64_t source_count; /* 0: not a table layer, or one that reads the network's input */
    activation_shape_t shape;
    size_t table;
    widen_t widen; /* an option-A shortcut, which is computed here and not by oneDNN */
    const float *narrow, *main;
    float *target; /* of such a shortcut, or of a linear layer */
} step_t;

typedef struct {
    float *input;      /* aligned copy of the sample, to which the first operation is bound */
    float *filtered;   /* room for the largest input of a table layer; NULL: no filter yet */
    float *gathered;   /* [ENGINE_BATCH, inputs] of the first linear layer of the tail; NULL: no tail */
    int64_t row, rows; /* the sample of the batch that is computed; samples of the batch */
    step_t *steps;     /* one per layer; binding NULL where another layer's operation does the work */
    bool refused;
} worker_t;

typedef struct fast {
    const net_weights_t *weights;
    graph_t *graphs;
    int workers;
    bool winograd;
    onednn_t *onednn;
    plan_step_t *plan;  /* one per layer of the graph */
    onednn_op_t **ops;  /* one per layer of the graph, or NULL */
    linear_t **linears; /* one per layer of the graph, or NULL: not before the tail */
    int tail;           /* the first of the linear layers at the end; the number of layers: none */
    worker_t *states;
    float *scratch; /* folded weights, then biases */
    int64_t scratch_weights;
    engine_observer_t observer; /* or NULL */
    void *observer_context;
    engine_filter_t filter; /* or NULL */
    void *filter_context;
} fast_t;

/* ===  Forward  === */

/* The run of the last sample computes the rows of all samples. */
static void run_linear(const step_t *step, const float *source)
{
    const worker_t *own = &step->fast->states[step->worker];
    const int64_t inputs = linear_inputs(step->linear);
    if (step->gathers && own->rows > 1) {
        memcpy(own->gathered + own->row * inputs, source, (size_t)inputs * sizeof *source);
        source = own->gathered;
    }
    if (own->row + 1 == own->rows)
        linear_run(step->linear, own->rows, source, step->target);
}

static void forward_step(layer at, network net)
{
    (void)net;
    const step_t *step = (const step_t *)(const void *)at.input_layer;
    onednn_binding_t *binding = step->binding;
    const float *source = step->source;
    if (step->source_count > 0 && step->fast->observer != NULL)
        step->fast->observer(step->fast->observer_context, step->worker, step->table, step->source, step->source_count);
    if (step->source_count > 0 && step->fast->filter != NULL) {
        float *filtered = step->fast->states[step->worker].filtered;
        step->fast->filter(step->fast->filter_context, step->worker, step->table, &step->shape, step->source, filtered);
        binding = step->filtered;
        source = filtered;
        laps_end(step->fast->graphs[step->worker].laps, ENGINE_STEP_QUANTISE);
    }
    if (step->linear != NULL)
        run_linear(step, source);
    else if (binding != NULL && !onednn_run(binding))
        *step->refused = true;
    if (step->narrow != NULL)
        widen_add(&step->widen, step->narrow, step->main, step->target);
}

static int64_t fast_batch(const void *state)
{
    const fast_t *fast = state;
    const bool watched = fast->observer != NULL || fast->filter != NULL; /* they look at samples one by one */
    return fast->tail < fast->graphs[0].net->n && !watched ? ENGINE_BATCH : 1;
}

static outcome_t fast_predict_some(void *state, int worker, int64_t count, const float *inputs, float *logits)
{
    const fast_t *fast = state;
    worker_t *own = &fast->states[worker];
    network *net = fast->graphs[worker].net;
    const float *output;
    onednn_prepare_thread();
    own->refused = false;
    own->rows = count;
    own->row = 0;
    do { /* at least one sample */
        memcpy(own->input, inputs + own->row * net->inputs, (size_t)net->inputs * sizeof *inputs);
        output = network_predict(net, own->input);
    } while (++own->row < count);
    if (own->refused)
        return outcome_failed("oneDNN", "running a layer", "an error", "success", "try --kernels stock");
    memcpy(logits, output, (size_t)(count * fast->weights->size->classes) * sizeof *logits);
    return outcome_ok();
}

static outcome_t fast_predict(void *state, int worker, const float *input, float *logits)
{
    return fast_predict_some(state, worker, 1, input, logits);
}

/* ===  Operations  === */

static outcome_t make_op(fast_t *fast, int index)
{
    plan_step_t *step = &fast->plan[index];
    step->window.winograd = fast->winograd;
    const onednn_after_t after = {.accumulate = step->accumulate, .relu = step->relu, .clip = step->clip};
    onednn_op_t **op = &fast->ops[index];
    switch (step->kind) {
    case PLAN_CONVOLUTION:
        return onednn_convolution(fast->onednn, &step->from, &step->to, &step->window, &after, op);
    case PLAN_INNER_PRODUCT:
        if (index >= fast->tail)
            return linear_create(step, &fast->linears[index]);
        return onednn_inner_product(fast->onednn, &step->from, step->to.c * step->to.h * step->to.w, &after, op);
    case PLAN_MAX_POOL:
        return onednn_max_pool(fast->onednn, &step->from, &step->to, &step->window, op);
    case PLAN_AVERAGE_POOL:
        return onednn_average_pool(fast->onednn, &step->from, op);
    case PLAN_ADD:
        return onednn_add(fast->onednn, &step->to, &after, op);
    case PLAN_WIDEN:
    case PLAN_NOTHING:
        break;
    }
    return outcome_ok();
}

/* ===  Bindings  === */

/* Move a layer's output to aligned memory for `rows` samples; free_layer() frees it like the one it replaces. */
static outcome_t align_output(layer *at, int64_t rows)
{
    size_t bytes = ((size_t)(rows * at->outputs) * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *aligned = large_alloc(bytes);
    if (aligned == NULL)
        return outcome_out_of_memory("activations");
    memset(aligned, 0, bytes);
    free(at->output);
    at->output = aligned;
    return outcome_ok();
}

static float *result_of(const fast_t *fast, int worker, int index)
{
    return index < 0 ? fast->states[worker].input : fast->graphs[worker].net->layers[fast->plan[index].buffer].output;
}

static outcome_t bind_layer(fast_t *fast, int worker, int index)
{
    layer *at = &fast->graphs[worker].net->layers[index];
    const plan_step_t *plan = &fast->plan[index];
    worker_t *own = &fast->states[worker];
    step_t *step = &own->steps[index];
    step->refused = &own->refused;
    step->fast = fast;
    step->worker = worker;
    at->forward = forward_step;
    at->input_layer = (layer *)(void *)step;
    if (plan->kind == PLAN_WIDEN) {
        step->widen = widen_of(at, plan->to.layout == ONEDNN_BLOCKED ? onednn_block() : 1);
        step->narrow = result_of(fast, worker, plan->other);
        step->main = result_of(fast, worker, plan->source);
        step->target = result_of(fast, worker, index);
    }
    if (fast->linears[index] != NULL) {
        step->linear = fast->linears[index];
        step->gathers = index == fast->tail;
        step->target = result_of(fast, worker, index);
    }
    if (fast->ops[index] == NULL)
        return outcome_ok();
    return onednn_bind(fast->onednn, fast->ops[index], result_of(fast, worker, plan->source),
                       plan->kind == PLAN_ADD ? result_of(fast, worker, plan->other) : NULL, result_of(fast, worker, index),
                       &step->binding);
}

static activation_shape_t shape_of(const plan_step_t *plan)
{
    const onednn_plane_t *from = &plan->from;
    return (activation_shape_t){.channels = from->c,
                                .positions = from->h * from->w,
                                .block = from->layout == ONEDNN_BLOCKED ? onednn_block() : 1,
                                .flat = plan->kind == PLAN_INNER_PRODUCT};
}

static outcome_t open_worker(fast_t *fast, int worker)
{
    graph_t *graph = &fast->graphs[worker];
    network *net = graph->net;
    worker_t *own = &fast->states[worker];
    outcome_t result = outcome_ok();
    graph_free_training(graph, false);
    own->steps = calloc((size_t)net->n, sizeof *own->steps);
    own->input = aligned_alloc(ALIGNMENT, ((size_t)net->inputs * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (own->steps == NULL || own->input == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < net->n; i++)
        if (outcome_bad(&result, align_output(&net->layers[i], i < fast->tail ? 1 : ENGINE_BATCH)))
            return result;
    if (fast->tail < net->n) {
        own->gathered = large_alloc((size_t)(ENGINE_BATCH * linear_inputs(fast->linears[fast->tail])) * sizeof(float));
        if (own->gathered == NULL)
            return outcome_out_of_memory("activations");
    }
    net->output = net->layers[net->n - 1].output;
    for (int i = 0; i < net->n; i++)
        if (outcome_bad(&result, bind_layer(fast, worker, i)))
            return result;
    for (size_t i = 0; i < fast->weights->table.count; i++) {
        const int index = graph->layer_of[i], source = fast->plan[index].source;
        own->steps[index].table = i;
        own->steps[index].source = result_of(fast, worker, source);
        own->steps[index].source_count = source < 0 ? 0 : net->layers[source].outputs;
        own->steps[index].shape = shape_of(&fast->plan[index]);
    }
    return result;
}

static void fast_close(void *state)
{
    fast_t *fast = state;
    int layers = fast->graphs[0].net->n;
    for (int worker = 0; worker < fast->workers && fast->states != NULL; worker++) {
        for (int i = 0; i < layers && fast->states[worker].steps != NULL; i++) {
            onednn_binding_free(fast->states[worker].steps[i].binding);
            onednn_binding_free(fast->states[worker].steps[i].filtered);
            fast->graphs[worker].net->layers[i].input_layer = NULL;
        }
        free(fast->states[worker].steps);
        free(fast->states[worker].input);
        free(fast->states[worker].filtered);
        free(fast->states[worker].gathered);
    }
    for (int i = 0; i < layers && fast->ops != NULL; i++)
        onednn_op_free(fast->ops[i]);
    for (int i = 0; i < layers && fast->linears != NULL; i++)
        linear_free(fast->linears[i]);
    onednn_free(fast->onednn);
    free(fast->plan);
    free(fast->ops);
    free(fast->linears);
    free(fast->states);
    free(fast->scratch);
    free(fast);
}

/* The first of the linear layers at the end, if one of them is large and the processor can run linear.h. Small ones stay
 * with oneDNN, whose sums are in another order: nothing would be gained. */
static int find_tail(const fast_t *fast)
{
    const int layers = fast->graphs[0].net->n;
    int tail = layers;
    bool large = false;
    for (; tail > 0 && fast->plan[tail - 1].kind == PLAN_INNER_PRODUCT; tail--)
        large |= linear_weights(&fast->plan[tail - 1]) >= LARGE_WEIGHTS;
    return large && float_tiles_available() ? tail : layers;
}

static outcome_t open_shared(fast_t *fast)
{
    const net_table_t *table = &fast->weights->table;
    int64_t largest = 0, widest = 0;
    int layers = fast->graphs[0].net->n;
    for (size_t i = 0; i < table->count; i++) {
        int64_t size = net_layer_weights(&table->items[i]), least = size / table->items[i].k * ENGINE_ROWS;
        size = size > MOST_SCRATCH ? (least > MOST_SCRATCH ? least : MOST_SCRATCH) : size;
        largest = size > largest ? size : largest;
        widest = table->items[i].k > widest ? table->items[i].k : widest;
    }
    fast->scratch_weights = largest;
    fast->scratch = malloc((size_t)(largest + widest) * sizeof *fast->scratch);
    fast->plan = calloc((size_t)layers, sizeof *fast->plan);
    fast->ops = calloc((size_t)layers, sizeof(onednn_op_t *));
    fast->linears = calloc((size_t)layers, sizeof(linear_t *));
    fast->states = calloc((size_t)fast->workers, sizeof *fast->states);
    if (fast->scratch == NULL || fast->plan == NULL || fast->ops == NULL || fast->linears == NULL || fast->states == NULL)
        return outcome_out_of_memory("fast kernels");
    outcome_t result;
    if (outcome_bad(&result, plan_make(&fast->graphs[0], table, fast->plan)) ||
        outcome_bad(&result, onednn_create(&fast->onednn)))
        return result;
    fast->tail = find_tail(fast);
    for (int i = 0; outcome_is_ok(&result) && i < layers; i++)
        result = make_op(fast, i);
    return result;
}

static void fast_observe(void *state, engine_observer_t observer, void *context)
{
    fast_t *fast = state;
    fast->observer = observer;
    fast->observer_context = context;
}

/* Bind the table layers of a worker to filtered inputs too. */
static outcome_t bind_filtered(fast_t *fast, int worker)
{
    worker_t *own = &fast->states[worker];
    int64_t largest = 0;
    outcome_t result = outcome_ok();
    for (int i = 0; i < fast->graphs[worker].net->n; i++)
        largest = own->steps[i].source_count > largest ? own->steps[i].source_count : largest;
    own->filtered =
        aligned_alloc(ALIGNMENT, ((size_t)largest * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT);
    if (own->filtered == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < fast->graphs[worker].net->n && outcome_is_ok(&result); i++)
        if (own->steps[i].source_count > 0 && own->steps[i].linear == NULL)
            result = onednn_bind(fast->onednn, fast->ops[i], own->filtered, NULL, result_of(fast, worker, i),
                                 &own->steps[i].filtered);
    return result;
}

static outcome_t fast_filter(void *state, engine_filter_t filter, void *context)
{
    fast_t *fast = state;
    outcome_t result = outcome_ok();
    for (int worker = 0; worker < fast->workers && filter != NULL && outcome_is_ok(&result); worker++)
        if (fast->states[worker].filtered == NULL)
            result = bind_filtered(fast, worker);
    fast->filter = filter;
    fast->filter_context = context;
    return result;
}

static outcome_t open_kernels(const net_weights_t *weights, graph_t *graphs, int workers, bool winograd, void **state)
{
    fast_t *fast = calloc(1, sizeof *fast);
    if (fast == NULL)
        return outcome_out_of_memory("fast kernels");
    *fast = (fast_t){.weights = weights, .graphs = graphs, .workers = workers, .winograd = winograd};
    outcome_t result = open_shared(fast);
    for (int worker = 0; outcome_is_ok(&result) && worker < workers; worker++)
        result = open_worker(fast, worker);
    if (outcome_is_ok(&result))
        *state = fast;
    else
        fast_close(fast);
    return result;
}

static outcome_t fast_open(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                           void **state)
{
    (void)ranges;
    return open_kernels(weights, graphs, workers, false, state);
}

static outcome_t winograd_open(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                               void **state)
{
    (void)ranges;
    return open_kernels(weights, graphs, workers, true, state);
}

/* ===  Weights  === */

/* Fold the BatchNorm into the rows, as many at a time as the scratch memory holds. */
static outcome_t fast_set_rows(void *state, size_t index, int64_t first, int64_t rows, const float *weights)
{
    const fast_t *fast = state;
    const net_layer_t *table = &fast->weights->table.items[index];
    const int64_t row = table->c * table->kh * table->kw;
    const int layer_index = fast->graphs[0].layer_of[index];
    linear_t *linear = fast->linears[layer_index];
    float *biases = fast->scratch + fast->scratch_weights;
    outcome_t result = outcome_ok();
    int64_t step = fast->scratch_weights / row;
    step = step >= ENGINE_ROWS ? step / ENGINE_ROWS * ENGINE_ROWS : rows;
    for (int64_t at = 0; at < rows && outcome_is_ok(&result); at += step) {
        int64_t count = rows - at < step ? rows - at : step;
        for (int64_t k = 0; k < count; k++) {
            double multiplier, bias;
            net_fold_norm(table, &fast->weights->layers[index], first + at + k, &multiplier, &bias);
            biases[k] = (float)bias;
            for (int64_t i = 0; i < row; i++)
                fast->scratch[k * row + i] = weights[(at + k) * row + i] * (float)multiplier;
        }
        result = linear != NULL
                     ? linear_set(linear, first + at, count, fast->scratch, biases)
                     : onednn_set_rows(fast->onednn, fast->ops[layer_index], first + at, count, fast->scratch, biases);
    }
    return result;
}

const kernels_t kernels_fast = {.name = "fast",
                                .open = fast_open,
                                .set_rows = fast_set_rows,
                                .observe = fast_observe,
                                .filter = fast_filter,
                                .batch = fast_batch,
                                .predict = fast_predict,
                                .predict_some = fast_predict_some,
                                .close = fast_close};

const kernels_t kernels_winograd = {.name = "winograd",
                                    .open = winograd_open,
                                    .set_rows = fast_set_rows,
                                    .observe = fast_observe,
                                    .filter = fast_filter,
                                    .batch = fast_batch,
                                    .predict = fast_predict,
                                    .predict_some = fast_predict_some,
                                    .close = fast_close};
