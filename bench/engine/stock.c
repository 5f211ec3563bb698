/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stock kernels. The graph of worker 0 owns the weights, the others point to them; Darknet's own BatchNorm is applied.
 * Around Darknet's function of a table layer stands a gate: a filter before it, and behind it the clip of a ReLU6, which
 * Darknet does not have. The gate is found through the layer's `input_layer` (see fast.c). */
#include "engine/stock.h"

#include "engine/widen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct stock;

/* Around one table layer of one worker. */
typedef struct {
    const struct stock *stock;
    int worker;
    size_t table;
    activation_shape_t shape;
    float clip;                             /* 0: none */
    float *filtered;                        /* room for the input; NULL: no filter yet, or the layer reads the image */
    void (*forward)(layer at, network net); /* Darknet's own function */
} gate_t;

typedef struct stock {
    const net_weights_t *weights;
    graph_t *graphs;
    int workers;
    gate_t *gates; /* [workers, table.count] */
    engine_filter_t filter;
    void *filter_context;
} stock_t;

/* Darknet divides by sqrt(v) + 1e-6, torch by sqrt(v + eps): this is the variance with which Darknet gets torch's result.
 */
static float darknet_variance(float variance)
{
    double root = sqrt((double)variance + (double)net_batchnorm_epsilon) - 1e-6;
    return (float)(root * root);
}

static void fill_constants(const net_layer_t *table, const net_parameters_t *parameters, layer *at)
{
    size_t bytes = (size_t)table->k * sizeof(float);
    if (table->norm[0] == '\0') {
        if (parameters->bias != NULL)
            memcpy(at->biases, parameters->bias, bytes);
        return;
    }
    memcpy(at->biases, parameters->beta, bytes);
    memcpy(at->scales, parameters->gamma, bytes);
    for (int64_t k = 0; k < table->k; k++) {
        at->rolling_mean[k] = parameters->mean[k] - (parameters->bias != NULL ? parameters->bias[k] : 0);
        at->rolling_variance[k] = darknet_variance(parameters->variance[k]);
    }
}

static void forward_widen(layer at, network net)
{
    const widen_t widen = widen_of(&at, 1);
    widen_add(&widen, net.layers[at.index].output, net.input, at.output);
}

/* ===  Gates  === */

static void forward_gated(layer at, network net)
{
    const gate_t *gate = (const gate_t *)(const void *)at.input_layer;
    const stock_t *stock = gate->stock;
    if (stock->filter != NULL && gate->filtered != NULL) {
        stock->filter(stock->filter_context, gate->worker, gate->table, &gate->shape, net.input, gate->filtered);
        net.input = gate->filtered;
    }
    gate->forward(at, net);
    for (int i = 0; i < at.outputs && gate->clip > 0; i++)
        at.output[i] = at.output[i] > gate->clip ? gate->clip : at.output[i];
}

static gate_t *gate_of(const stock_t *stock, int worker, size_t table)
{
    return &stock->gates[(size_t)worker * stock->weights->table.count + table];
}

static void place_gate(stock_t *stock, int worker, size_t table)
{
    const graph_t *graph = &stock->graphs[worker];
    layer *at = &graph->net->layers[graph->layer_of[table]];
    gate_t *gate = gate_of(stock, worker, table);
    *gate = (gate_t){.stock = stock,
                     .worker = worker,
                     .table = table,
                     .clip = (float)stock->weights->table.items[table].clip,
                     .forward = at->forward};
    at->forward = forward_gated;
    at->input_layer = (layer *)(void *)gate;
}

/* Room for the filtered input; a layer that reads the network's input has none. */
static outcome_t open_gate(stock_t *stock, int worker, size_t table)
{
    const graph_t *graph = &stock->graphs[worker];
    const int index = graph->layer_of[table];
    gate_t *gate = gate_of(stock, worker, table);
    if (index == 0 || gate->filtered != NULL)
        return outcome_ok();
    const layer *before = &graph->net->layers[index - 1];
    gate->shape = (activation_shape_t){.channels = before->out_c,
                                       .positions = (int64_t)before->out_h * before->out_w,
                                       .block = 1,
                                       .flat = graph->net->layers[index].type == CONNECTED};
    gate->filtered = malloc((size_t)before->outputs * sizeof *gate->filtered);
    return gate->filtered != NULL ? outcome_ok() : outcome_out_of_memory("activations");
}

static outcome_t stock_filter(void *state, engine_filter_t filter, void *context)
{
    stock_t *stock = state;
    outcome_t result = outcome_ok();
    stock->filter = filter;
    stock->filter_context = context;
    for (int worker = 0; worker < stock->workers && filter != NULL; worker++)
        for (size_t i = 0; i < stock->weights->table.count && outcome_is_ok(&result); i++)
            result = open_gate(stock, worker, i);
    return result;
}

static void close_gates(stock_t *stock)
{
    for (int worker = 0; worker < stock->workers; worker++)
        for (size_t i = 0; i < stock->weights->table.count; i++) {
            stock->graphs[worker].net->layers[stock->graphs[worker].layer_of[i]].input_layer = NULL;
            free(gate_of(stock, worker, i)->filtered);
        }
    free(stock->gates);
}

/* ===  The set  === */

static outcome_t stock_open(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                            void **state)
{
    (void)ranges;
    stock_t *stock = calloc(1, sizeof *stock);
    if (stock == NULL)
        return outcome_out_of_memory("stock kernels");
    *stock = (stock_t){.weights = weights,
                       .graphs = graphs,
                       .workers = workers,
                       .gates = calloc((size_t)workers * weights->table.count, sizeof *stock->gates)};
    if (stock->gates == NULL) {
        free(stock);
        return outcome_out_of_memory("stock kernels");
    }
    for (int worker = 0; worker < workers; worker++) {
        graph_free_training(&graphs[worker], true);
        for (int i = 0; i < graphs[worker].net->n; i++)
            if (widen_is(&graphs[worker].net->layers[i]))
                graphs[worker].net->layers[i].forward = forward_widen;
        for (size_t i = 0; i < weights->table.count; i++) {
            layer *at = &graphs[worker].net->layers[graphs[worker].layer_of[i]];
            fill_constants(&weights->table.items[i], &weights->layers[i], at);
            place_gate(stock, worker, i);
            if (worker > 0) {
                free(at->weights);
                at->weights = graphs[0].net->layers[graphs[0].layer_of[i]].weights;
            }
        }
    }
    *state = stock;
    return outcome_ok();
}

static outcome_t stock_set_rows(void *state, size_t index, int64_t first, int64_t rows, const float *weights)
{
    const stock_t *stock = state;
    const net_layer_t *table = &stock->weights->table.items[index];
    const layer *at = &stock->graphs[0].net->layers[stock->graphs[0].layer_of[index]];
    const int64_t row = table->c * table->kh * table->kw;
    memcpy(at->weights + first * row, weights, (size_t)(rows * row) * sizeof *weights);
    return outcome_ok();
}

static outcome_t stock_predict(void *state, int worker, const float *input, float *logits)
{
    const stock_t *stock = state;
    network *net = stock->graphs[worker].net;
    float *output = network_predict(net, (float *)(uintptr_t)input); /* the input is only read; the prototype lacks const */
    memcpy(logits, output, (size_t)stock->weights->size->classes * sizeof *logits);
    return outcome_ok();
}

static void stock_close(void *state)
{
    stock_t *stock = state;
    close_gates(stock);
    for (int worker = 1; worker < stock->workers; worker++)
        for (size_t i = 0; i < stock->weights->table.count; i++)
            stock->graphs[worker].net->layers[stock->graphs[worker].layer_of[i]].weights = NULL;
    free(stock);
}

const kernels_t kernels_stock = {.name = "stock",
                                 .owns_weights = true,
                                 .open = stock_open,
                                 .set_rows = stock_set_rows,
                                 .filter = stock_filter,
                                 .predict = stock_predict,
                                 .close = stock_close};
