/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast set for transformers: products with weights that are packed once and shared by the workers, by our own kernel
 * where the processor can run it (float_tiles.h), else by oneDNN; everything else by rows.c. A residual sum is added by the
 * product before it, in the other summand's memory. */
#include "engine/tokens_fast.h"

#include "engine/float_tiles.h"
#include "engine/laps.h"
#include "engine/rows.h"
#include "engine/tokens_common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One matrix per step with weights, of one of the two kinds; else NULL. */
typedef struct {
    onednn_t *onednn;
    onednn_matrix_t **matrices;
    float_matrix_t **own;
} fast_t;

/* One product per step with a matrix of oneDNN; steps of equal shape share it. */
typedef struct {
    onednn_product_t **products;
    onednn_product_t **owned;
    size_t owned_count;
    float *packed; /* keys or values of a head, for our own kernel; NULL: oneDNN's */
} fast_worker_t;

static bool adds(const net_program_t *program, size_t index)
{
    return index + 1 < program->count && program->steps[index + 1].kind == NET_STEP_ADD;
}

static void multiply(token_step_t *self, int64_t rows, const float *source, float *target)
{
    const fast_t *fast = self->tokens->state;
    const fast_worker_t *own = self->worker->state;
    if (fast->own[self->index] != NULL)
        float_matrix_multiply(fast->own[self->index], rows, source, adds(&self->tokens->weights->program, self->index),
                              target);
    else if (!onednn_multiply(own->products[self->index], fast->matrices[self->index], rows, source, target))
        self->worker->refused = true;
}

/* ===  Steps  === */

/* Gather each patch into a row [channel, y, x], the order of the convolution's weights. */
static void run_patches(token_step_t *self, layer at, network net)
{
    (void)net;
    const float *image = self->worker->input;
    float *row = self->worker->scratch;
    for (int y = 0; y < at.out_h; y++)
        for (int x = 0; x < at.out_w; x++)
            for (int c = 0; c < at.c; c++)
                for (int line = 0; line < at.size; line++, row += at.size)
                    memcpy(row, image + ((int64_t)c * at.h + y * at.stride + line) * at.w + x * at.stride,
                           (size_t)at.size * sizeof *row);
    laps_end(self->worker->graph->laps, ENGINE_STEP_GATHER);
    multiply(self, self->rows - 1, self->worker->scratch, self->target);
}

static void run_linear(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    multiply(self, self->rows, tokens_filtered(self), self->target);
}

/* Some rows of one head: queries from `first` on, and all keys or, in causal attention, those up to the last query.
 * `key` is that of the first token. Our own kernel sums in the order of the features or tokens, so a row has the same bytes
 * in any block and after any number of earlier tokens. */
static bool attend(token_step_t *self, const token_keys_t *all, const float *query, const float *key, int64_t first,
                   int64_t rows, float *target)
{
    const int64_t width = self->step->outputs, head = width / self->step->heads, stride = self->step->inputs,
                  keys = self->step->causal ? all->past + first + rows : all->count;
    const float *value = key + (stride - width) / 2, scale = 1.0F / sqrtf((float)head);
    float *scores = self->worker->scratch, *packed = ((const fast_worker_t *)self->worker->state)->packed;
    laps_t *laps = self->worker->graph->laps;
    bool done = true;
    query += first * stride;
    target += first * width;
    if (packed != NULL)
        float_tiles_gemm(true, rows, keys, head, query, stride, key, all->stride, scores, keys, packed);
    else
        done = onednn_gemm(true, rows, keys, head, query, stride, key, all->stride, scores, keys);
    laps_end(laps, ENGINE_STEP_ATTENTION);
    if (self->step->causal)
        rows_softmax_causal(scores, rows, keys, all->past + first, scale);
    else
        rows_softmax(scores, rows, keys, scale);
    laps_end(laps, ENGINE_STEP_SOFTMAX);
    if (packed != NULL)
        float_tiles_gemm(false, rows, head, keys, scores, keys, value, all->stride, target, width, packed);
    else
        done &= onednn_gemm(false, rows, head, keys, scores, keys, value, all->stride, target, width);
    return done;
}

static void run_attention(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    const int64_t width = self->step->outputs, head = width / self->step->heads, keys = (self->step->inputs - width) / 2,
                  shared = width / keys; /* query heads a key head */
    const int64_t step = self->step->causal ? ATTENTION_ROWS : self->rows;
    const token_keys_t all = tokens_keys(self);
    bool done = true;
    for (int64_t column = 0; column < width; column += head)
        for (int64_t first = 0; first < self->rows; first += step)
            done &= attend(self, &all, self->source + column, all.keys + column / head / shared * head, first,
                           self->rows - first < step ? self->rows - first : step, self->target + column);
    if (!done)
        self->worker->refused = true;
}

static void run_logits(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    tokens_logits(self, multiply);
}

/* ===  Opening and closing  === */

static outcome_t open_fast(tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    fast_t *fast = calloc(1, sizeof *fast);
    if (fast == NULL)
        return outcome_out_of_memory("fast kernels");
    tokens->state = fast;
    fast->matrices = calloc(program->count, sizeof(onednn_matrix_t *));
    fast->own = calloc(program->count, sizeof(float_matrix_t *));
    if (fast->matrices == NULL || fast->own == NULL)
        return outcome_out_of_memory("fast kernels");
    outcome_t result = onednn_create(&fast->onednn);
    for (size_t i = 0; i < program->count && outcome_is_ok(&result); i++) {
        const net_step_t *step = &program->steps[i];
        if (tokens_has_weights(step))
            result = float_tiles_available()
                         ? float_matrix_create(step->outputs, step->inputs, &fast->own[i])
                         : onednn_matrix_create(fast->onednn, step->outputs, step->inputs, &fast->matrices[i]);
    }
    return result;
}

static bool same_product(const net_program_t *program, size_t a, size_t b)
{
    const net_step_t *left = &program->steps[a], *right = &program->steps[b];
    return tokens_has_weights(left) && left->inputs == right->inputs && left->outputs == right->outputs &&
           adds(program, a) == adds(program, b);
}

/* For the keys and values of any head. */
static bool make_room(const net_program_t *program, fast_worker_t *own)
{
    int64_t floats = 0;
    for (size_t i = 0; i < program->count && float_tiles_available(); i++) {
        const net_step_t *step = &program->steps[i];
        const int64_t head = step->kind == NET_STEP_ATTENTION ? step->outputs / step->heads : 0;
        const int64_t keys = float_tiles_work(program->tokens, head), values = float_tiles_work(head, program->tokens);
        floats = keys > floats ? keys : floats;
        floats = values > floats ? values : floats;
    }
    own->packed = floats > 0 ? aligned_alloc(64, (size_t)floats * sizeof *own->packed) : NULL; /* whole lines */
    return floats == 0 || own->packed != NULL;
}

static outcome_t open_worker(token_worker_t *worker)
{
    const net_program_t *program = &worker->tokens->weights->program;
    const fast_t *fast = worker->tokens->state;
    fast_worker_t *own = calloc(1, sizeof *own);
    if (own == NULL)
        return outcome_out_of_memory("fast kernels");
    worker->state = own;
    own->products = calloc(program->count, sizeof(onednn_product_t *));
    own->owned = calloc(program->count, sizeof(onednn_product_t *));
    if (own->products == NULL || own->owned == NULL || !make_room(program, own))
        return outcome_out_of_memory("fast kernels");
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < program->count && outcome_is_ok(&result); i++) {
        const net_step_t *step = &program->steps[i];
        size_t same = 0;
        if (fast->matrices[i] == NULL)
            continue;
        while (same < i && !same_product(program, same, i))
            same++;
        if (same == i) {
            result = onednn_product_create(fast->onednn, step->outputs, step->inputs, adds(program, i),
                                           worker->tokens->weights->program.tokens, &own->owned[own->owned_count]);
            own->products[i] = own->owned[own->owned_count++];
        } else {
            own->products[i] = own->products[same];
        }
    }
    return result;
}

static outcome_t set_rows(tokens_t *tokens, size_t step, int64_t first, int64_t rows, const float *weights,
                          const float *biases)
{
    const fast_t *fast = tokens->state;
    if (fast->own[step] != NULL) {
        float_matrix_set(fast->own[step], first, rows, weights, biases);
        return outcome_ok();
    }
    return onednn_matrix_set(fast->onednn, fast->matrices[step], first, rows, weights, biases);
}

static void close_worker(token_worker_t *worker)
{
    fast_worker_t *own = worker->state;
    if (own == NULL)
        return;
    for (size_t i = 0; i < own->owned_count; i++)
        onednn_product_free(own->owned[i]);
    free(own->packed);
    free(own->owned);
    free(own->products);
    free(own);
}

static void close_fast(tokens_t *tokens)
{
    fast_t *fast = tokens->state;
    if (fast == NULL)
        return;
    for (size_t i = 0; i < tokens->weights->program.count && fast->matrices != NULL; i++)
        onednn_matrix_free(fast->matrices[i]);
    for (size_t i = 0; i < tokens->weights->program.count && fast->own != NULL; i++)
        float_matrix_free(fast->own[i]);
    onednn_free(fast->onednn);
    free(fast->matrices);
    free(fast->own);
    free(fast);
}

static const token_set_t set = {
    .adds_in_place = true,
    .run = {[NET_STEP_PATCHES] = run_patches,
            [NET_STEP_CLASS_TOKEN] = tokens_class_token,
            [NET_STEP_EMBEDDING] = tokens_embed,
            [NET_STEP_LAYER_NORM] = tokens_layer_norm,
            [NET_STEP_LINEAR] = run_linear,
            [NET_STEP_ATTENTION] = run_attention,
            [NET_STEP_GELU] = tokens_gelu,
            [NET_STEP_TANH] = tokens_tanh,
            [NET_STEP_WORDS] = tokens_words,
            [NET_STEP_VECTORS] = tokens_vectors,
            [NET_STEP_RMS_NORM] = tokens_rms_norm,
            [NET_STEP_ROTATE] = tokens_rotate,
            [NET_STEP_SWIGLU] = tokens_swiglu,
            [NET_STEP_LOGITS] = run_logits,
            [NET_STEP_ADD] = tokens_added},
    .open = open_fast,
    .open_worker = open_worker,
    .set_rows = set_rows,
    .close_worker = close_worker,
    .close = close_fast,
};

static outcome_t open_kernels(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                              void **state)
{
    (void)ranges;
    return tokens_open(&set, weights, graphs, workers, state);
}

const kernels_t kernels_tokens_fast = {.name = "fast",
                                       .open = open_kernels,
                                       .set_rows = tokens_set_rows,
                                       .filter = tokens_set_filter,
                                       .read = tokens_set_reader,
                                       .predict = tokens_predict,
                                       .run = tokens_run,
                                       .continue_text = tokens_continue,
                                       .close = tokens_close};
