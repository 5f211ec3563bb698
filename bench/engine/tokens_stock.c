/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stock set for transformers, the reference for the fast one: Darknet's own convolution, connected layer, shortcut and
 * gemm; operations that Darknet lacks are plain loops with the C library's functions. The layers of worker 0 own the
 * weights. */
#include "engine/tokens_stock.h"

#include "engine/laps.h"
#include "engine/tokens_common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Exported by libdarknet.so, but not in its header. */
void forward_connected_layer(layer l, network net);
void forward_convolutional_layer(layer l, network net);
void forward_shortcut_layer(layer l, network net);
void gemm(int ta, int tb, int m, int n, int k, float alpha, float *a, int lda, float *b, int ldb, float beta, float *c,
          int ldc);

static void run_patches(token_step_t *self, layer at, network net)
{
    (void)self;
    forward_convolutional_layer(at, net); /* [features, patches] planes */
}

static void run_class_token(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs, patches = self->rows - 1;
    const float *token = self->floats[0], *places = self->floats[1];
    for (int64_t i = 0; i < width; i++) {
        self->target[i] = token[i] + places[i];
        for (int64_t patch = 0; patch < patches; patch++)
            self->target[(patch + 1) * width + i] = self->source[i * patches + patch] + places[(patch + 1) * width + i];
    }
}

static void run_layer_norm(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs;
    for (int64_t row = 0; row < self->rows; row++) {
        const float *x = self->source + row * width;
        double mean = 0, variance = 0;
        for (int64_t i = 0; i < width; i++)
            mean += (double)x[i] / (double)width;
        for (int64_t i = 0; i < width; i++)
            variance += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)width;
        for (int64_t i = 0; i < width; i++)
            self->target[row * width + i] =
                (float)(((double)x[i] - mean) / sqrt(variance + self->step->epsilon)) * self->floats[0][i] +
                self->floats[1][i];
    }
}

static void run_linear(token_step_t *self, layer at, network net)
{
    at.batch = (int)self->rows;
    net.input = (float *)(uintptr_t)tokens_filtered(self); /* it is only read; the member lacks const */
    forward_connected_layer(at, net);
}

/* exp(x - largest) / sum over the columns that the row sees, 0 in the others. */
static void soften(float *score, int seen, int count)
{
    float largest = score[0], sum = 0;
    for (int i = 1; i < seen; i++)
        largest = score[i] > largest ? score[i] : largest;
    for (int i = 0; i < seen; i++)
        sum += score[i] = expf(score[i] - largest);
    for (int i = 0; i < count; i++)
        score[i] = i < seen ? score[i] / sum : 0;
}

static void run_attention(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const token_keys_t seen = tokens_keys(self);
    const int all = (int)seen.count, queries = (int)self->rows, width = (int)self->step->outputs,
              head = width / (int)self->step->heads;
    const int stride = (int)self->step->inputs, keys = (stride - width) / 2, shared = width / keys, step = (int)seen.stride;
    const int most = self->step->causal && queries > ATTENTION_ROWS ? ATTENTION_ROWS : queries;
    const float scale = 1.0F / sqrtf((float)head);
    laps_t *laps = self->worker->graph->laps;
    float *scores = self->worker->scratch, *source = (float *)(uintptr_t)self->source; /* gemm's prototype lacks const */
    for (int column = 0; column < width; column += head)
        for (int first = 0; first < queries; first += most) {
            const int rows = queries - first < most ? queries - first : most;
            float *query = source + (int64_t)first * stride + column,
                  *key = (float *)(uintptr_t)seen.keys + column / head / shared * head;
            gemm(0, 1, rows, all, head, scale, query, stride, key, step, 0, scores, all);
            laps_end(laps, ENGINE_STEP_ATTENTION);
            for (int row = 0; row < rows; row++)
                soften(scores + (int64_t)row * all, self->step->causal ? (int)seen.past + first + row + 1 : all, all);
            laps_end(laps, ENGINE_STEP_SOFTMAX);
            gemm(0, 0, rows, head, all, 1, scores, all, key + keys, step, 0, self->target + (int64_t)first * width + column,
                 width);
        }
}

static void run_rms_norm(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs;
    for (int64_t row = 0; row < self->rows; row++) {
        const float *x = self->source + row * width;
        double squares = 0;
        for (int64_t i = 0; i < width; i++)
            squares += (double)x[i] * (double)x[i] / (double)width;
        for (int64_t i = 0; i < width; i++)
            self->target[row * width + i] =
                (float)((double)x[i] / sqrt(squares + self->step->epsilon)) * self->floats[0][i];
    }
}

static void run_swiglu(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs;
    for (int64_t row = 0; row < self->rows; row++) {
        const float *gate = self->source + row * 2 * width, *up = gate + width;
        for (int64_t i = 0; i < width; i++)
            self->target[row * width + i] = gate[i] / (1.0F + expf(-gate[i])) * up[i];
    }
}

/* As a connected layer of Darknet, for some rows of another place. */
static void multiply_logits(token_step_t *self, int64_t rows, const float *source, float *target)
{
    layer at = self->worker->graph->net->layers[self->index];
    network net = *self->worker->graph->net;
    at.batch = (int)rows;
    at.output = target;
    net.input = (float *)(uintptr_t)source; /* it is only read; the member lacks const */
    forward_connected_layer(at, net);
}

static void run_logits(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    tokens_logits(self, multiply_logits);
}

static void run_gelu(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    for (int64_t i = 0; i < self->rows * self->step->outputs; i++)
        self->target[i] = 0.5F * self->source[i] * (1.0F + erff(self->source[i] * 0.707106781F));
}

static void run_add(token_step_t *self, layer at, network net)
{
    at.batch = (int)self->rows;
    forward_shortcut_layer(at, net);
}

static outcome_t open_stock(tokens_t *tokens)
{
    (void)tokens;
    return outcome_ok();
}

static outcome_t open_worker(token_worker_t *worker)
{
    const net_program_t *program = &worker->tokens->weights->program;
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        layer *at = &worker->graph->net->layers[i];
        if (!tokens_has_weights(step))
            continue;
        bool owner = worker == worker->tokens->workers;
        const layer *first = &worker->tokens->workers[0].graph->net->layers[i];
        at->weights = owner ? calloc((size_t)(step->inputs * step->outputs), sizeof *at->weights) : first->weights;
        at->biases = owner ? calloc((size_t)step->outputs, sizeof *at->biases) : first->biases;
        if (at->weights == NULL || at->biases == NULL)
            return outcome_out_of_memory("weights");
    }
    worker->graph->net->workspace = worker->scratch; /* the gathered patches of the convolution */
    return outcome_ok();
}

static outcome_t set_rows(tokens_t *tokens, size_t step, int64_t first, int64_t rows, const float *weights,
                          const float *biases)
{
    const int64_t row = tokens->weights->program.steps[step].inputs;
    const layer *owner = &tokens->workers[0].graph->net->layers[step];
    memcpy(owner->weights + first * row, weights, (size_t)(rows * row) * sizeof *weights);
    memcpy(owner->biases + first, biases, (size_t)rows * sizeof *biases);
    return outcome_ok();
}

static void close_worker(token_worker_t *worker)
{
    for (int i = 0; i < worker->graph->net->n; i++) {
        layer *at = &worker->graph->net->layers[i];
        if (worker == worker->tokens->workers) {
            free(at->weights);
            free(at->biases);
        }
        at->weights = at->biases = NULL;
    }
    worker->graph->net->workspace = NULL;
}

static void close_stock(tokens_t *tokens)
{
    (void)tokens;
}

static const token_set_t set = {
    .run = {[NET_STEP_PATCHES] = run_patches,
            [NET_STEP_CLASS_TOKEN] = run_class_token,
            [NET_STEP_EMBEDDING] = tokens_embed,
            [NET_STEP_LAYER_NORM] = run_layer_norm,
            [NET_STEP_LINEAR] = run_linear,
            [NET_STEP_ATTENTION] = run_attention,
            [NET_STEP_GELU] = run_gelu,
            [NET_STEP_TANH] = tokens_tanh,
            [NET_STEP_WORDS] = tokens_words,
            [NET_STEP_VECTORS] = tokens_vectors,
            [NET_STEP_RMS_NORM] = run_rms_norm,
            [NET_STEP_ROTATE] = tokens_rotate,
            [NET_STEP_SWIGLU] = run_swiglu,
            [NET_STEP_LOGITS] = run_logits,
            [NET_STEP_ADD] = run_add},
    .open = open_stock,
    .open_worker = open_worker,
    .set_rows = set_rows,
    .close_worker = close_worker,
    .close = close_stock,
};

static outcome_t open_kernels(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                              void **state)
{
    (void)ranges;
    return tokens_open(&set, weights, graphs, workers, state);
}

const kernels_t kernels_tokens_stock = {.name = "stock",
                                        .open = open_kernels,
                                        .set_rows = tokens_set_rows,
                                        .filter = tokens_set_filter,
                                        .read = tokens_set_reader,
                                        .predict = tokens_predict,
                                        .run = tokens_run,
                                        .continue_text = tokens_continue,
                                        .close = tokens_close};
