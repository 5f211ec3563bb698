/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transformers in integers: each product of the table, Q K^T and softmax V have 8-bit operands and 32-bit sums.
 * * A row that is multiplied by weights is scaled by its own largest value: q = round(x 127.5 / max|x|). The products take
 *   unsigned bytes, so 128 + q is multiplied, and 128 times the sum of the weights subtracted: still integers.
 * * Attention: integer_attention.c.
 * * LayerNorm, RMSNorm, GELU, SwiGLU, rotary positions, softmax, residual sums, embeddings, the pooler's tanh and the
 *   weights that the paper leaves in float (classifier heads, BERT's pooler, a language model's head) are float32 in a
 * fixed order (rows.h). The turns of rotary positions are computed in double by the C library and rounded to float32. */
#include "engine/integer_tokens.h"

#include "engine/integer_internal.h"
#include "engine/laps.h"
#include "engine/levels.h"
#include "engine/rows.h"
#include "engine/softmax_levels.h"
#include "engine/tokens_common.h"
#include "engine/tokens_watch.h"
#include "engine/wide.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

static bool is_integer(const net_step_t *step)
{
    return tokens_has_weights(step) && step->layer != NET_NONE;
}

/* ===  Products with weights  === */

int64_t integer_rows(int64_t rows)
{
    return rows < LINEAR_ROWS ? rows : LINEAR_ROWS;
}

/* What becomes of the sums of some rows of a step. */
typedef struct {
    const token_step_t *self;
    bool accumulate;
    float *target; /* of the first row */
} finish_t;

/* Sums to floats, with bias and residual. */
static void finish_linear(void *context, const product_piece_t *piece)
{
    const finish_t *finish = context;
    const token_step_t *self = finish->self;
    const stage_t *stage = &((const integers_t *)self->tokens->state)->stages[self->index];
    const space_t *space = self->worker->state;
    const int64_t width = self->step->outputs;
    levels_finish_rows(&(levels_rows_t){.sums = piece->sums,
                                        .sums_stride = piece->stride,
                                        .zero = stage->zero + piece->output,
                                        .row_step = space->row_step + piece->row,
                                        .step = stage->scale + piece->output,
                                        .bias = stage->bias + piece->output,
                                        .accumulate = finish->accumulate,
                                        .target = finish->target + piece->row * width + piece->output,
                                        .stride = width},
                       piece->rows, piece->outputs);
}

/* Does GELU `index` leave its work to the product behind it? Not if a residual sum reads it too. */
static bool leaves_gelu(const tokens_t *tokens, size_t index)
{
    const net_program_t *program = &tokens->weights->program;
    const integers_t *integers = tokens->state;
    const net_step_t *next = &program->steps[index + 1];
    if (!integers->joins || program->steps[index].kind != NET_STEP_GELU || index + 1 >= program->count ||
        next->kind != NET_STEP_LINEAR || !is_integer(next))
        return false;
    for (size_t i = index + 1; i < program->count; i++)
        if (program->steps[i].kind == NET_STEP_ADD && program->steps[i].other == (int64_t)index)
            return false;
    return true;
}

/* Some rows of a step with integer weights. */
static void multiply(token_step_t *self, int64_t rows, const float *source, bool accumulate, float *target)
{
    const integers_t *integers = self->tokens->state;
    const stage_t *stage = &integers->stages[self->index];
    const space_t *space = self->worker->state;
    const net_step_t *step = self->step;
    finish_t finish = {.self = self, .accumulate = accumulate, .target = target};
    const product_reader_t reader = {.read = finish_linear, .context = &finish};
    if (self->index > 0 && leaves_gelu(self->tokens, self->index - 1)) {
        gelu_to_levels(&integers->gelu, source, rows, step->inputs, step->inputs, space->levels, space->row_step,
                       space->row);
        laps_end(self->worker->graph->laps, ENGINE_STEP_GELU);
    } else {
        levels_of_rows(source, rows, step->inputs, step->inputs, space->levels, space->row_step);
        laps_end(self->worker->graph->laps, ENGINE_STEP_QUANTISE);
    }
    tokens_show_input(self, (engine_view_t){.levels = space->levels,
                                            .zero = ZERO_LEVEL,
                                            .pixels = rows,
                                            .channels = step->inputs,
                                            .pixel_step = step->inputs,
                                            .channel_step = 1});
    if (!integers->set->multiply(stage->product, rows, space->levels, step->inputs, 0, step->inputs, space->sums, NULL,
                                 &reader))
        self->worker->refused = true;
    laps_end(self->worker->graph->laps, ENGINE_STEP_PRODUCT); /* the next rows begin with another kind */
    tokens_show_output(self, rows, target);
}

static void run_linear(token_step_t *self, layer at, network net)
{
    const net_step_t *step = self->step;
    const net_program_t *program = &self->tokens->weights->program;
    const size_t next = self->index + 1;
    const bool accumulate = next < program->count && program->steps[next].kind == NET_STEP_ADD;
    (void)at;
    (void)net;
    if (!is_integer(step)) {
        rows_linear(self->source, self->rows, step->inputs, self->floats[0], self->floats[1], step->outputs, self->target);
        return;
    }
    for (int64_t first = 0; first < self->rows; first += LINEAR_ROWS)
        multiply(self, integer_rows(self->rows - first), self->source + first * step->inputs, accumulate,
                 self->target + first * step->outputs);
}

static void multiply_logits(token_step_t *self, int64_t rows, const float *source, float *target)
{
    const net_step_t *step = self->step;
    if (is_integer(step))
        multiply(self, rows, source, false, target);
    else
        rows_linear(source, rows, step->inputs, self->floats[0], self->tokens->zeros, step->outputs, target);
}

static void run_logits(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    tokens_logits(self, multiply_logits);
}

static void run_patches(token_step_t *self, layer at, network net)
{
    const integers_t *integers = self->tokens->state;
    const stage_t *stage = &integers->stages[self->index];
    const space_t *space = self->worker->state;
    const int groups = integers->image.groups;
    const int64_t rows = self->rows - 1, width = self->step->outputs, row = self->step->inputs;
    levels_finish_t finish = {.groups = groups, .bias = stage->bias, .to_floats = self->target};
    laps_t *laps = self->worker->graph->laps;
    bool done = true;
    (void)at;
    (void)net;
    pixels_recover(&integers->image, self->worker->input, space->pixels);
    tokens_show_input(self, (engine_view_t){.levels = space->pixels,
                                            .pixels = integers->image.pixels,
                                            .channels = integers->image.channels,
                                            .pixel_step = 1,
                                            .channel_step = integers->image.pixels});
    pixels_gather(&stage->patches, space->pixels, 0, rows, space->levels);
    laps_end(laps, ENGINE_STEP_GATHER);
    for (int group = 0; group < groups && done; group++) {
        const int64_t count = row / groups;
        int32_t *sums = space->sums + group * rows * width;
        done = integers->set->multiply(stage->product, rows, space->levels + group * count, row, group * count, count, sums,
                                       NULL, NULL);
        finish.sums[group] = sums;
        finish.multiplier[group] = stage->scale + group * width;
    }
    if (!done)
        self->worker->refused = true;
    laps_end(laps, ENGINE_STEP_PRODUCT);
    levels_finish(&finish, rows, width);
    laps_end(laps, ENGINE_STEP_RESCALE);
    tokens_show_output(self, rows, self->target);
}

/* ===  The rest, in float  === */

static void run_gelu(token_step_t *self, layer at, network net)
{
    if (!leaves_gelu(self->tokens, self->index))
        tokens_gelu(self, at, net);
}

static void run_tanh(token_step_t *self, layer at, network net)
{
    (void)at;
    (void)net;
    rows_tanh(self->target, self->rows * self->step->outputs);
}

/* ===  Weights  === */

/* Set integer weights. Weights that stay float are read in place (run_linear()). */
static outcome_t set_rows(tokens_t *tokens, size_t step, int64_t first, int64_t rows, const float *weights,
                          const float *biases)
{
    (void)tokens;
    (void)step;
    (void)first;
    (void)rows;
    (void)weights;
    (void)biases;
    return outcome_ok();
}

static outcome_t set_integers(tokens_t *tokens, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale, const float *biases)
{
    const integers_t *integers = tokens->state;
    const net_step_t *step = &tokens->weights->program.steps[index];
    stage_t *stage = &integers->stages[index];
    for (int64_t k = 0; k < rows; k++) {
        const int16_t *row = values + k * step->inputs;
        double term = 0;
        int64_t sum = 0;
        for (int64_t i = 0; i < step->inputs; i++)
            sum += row[i];
        if (step->kind != NET_STEP_PATCHES) {
            stage->zero[first + k] = (int32_t)(ZERO_LEVEL * sum);
            stage->scale[first + k] = scale[k];
            stage->bias[first + k] = biases[k];
            continue;
        }
        for (int group = 0; group < integers->image.groups; group++)
            stage->scale[group * step->outputs + first + k] =
                (float)(pixels_step(&integers->image, group) * (double)scale[k]);
        pixels_terms(&integers->image, &stage->patches, row, stage->kind, 1, &term);
        stage->bias[first + k] = (float)((double)biases[k] - term * (double)scale[k]);
    }
    return integers->set->set(stage->product, first, rows, values);
}

/* ===  Opening and closing  === */

static outcome_t open_patches(const tokens_t *tokens, integers_t *integers, stage_t *stage)
{
    const net_layer_t *table = &tokens->weights->table.items[tokens->weights->program.steps[0].layer];
    stage->patches = (product_shape_t){.k = table->k,
                                       .c = table->c,
                                       .kh = table->kh,
                                       .kw = table->kw,
                                       .stride = table->stride,
                                       .in_h = table->in_h,
                                       .in_w = table->in_w,
                                       .out_h = table->out_h,
                                       .out_w = table->out_w};
    stage->kind = calloc((size_t)(table->out_h * table->out_w), sizeof *stage->kind);
    return stage->kind != NULL ? pixels_open(tokens->weights, &integers->image) : outcome_out_of_memory("patches");
}

static outcome_t open_stage(const tokens_t *tokens, integers_t *integers, size_t index)
{
    const net_step_t *step = &tokens->weights->program.steps[index];
    stage_t *stage = &integers->stages[index];
    outcome_t result;
    if (step->kind == NET_STEP_PATCHES && outcome_bad(&result, open_patches(tokens, integers, stage)))
        return result;
    const size_t outputs = (size_t)step->outputs,
                 groups = step->kind == NET_STEP_PATCHES ? (size_t)integers->image.groups : 1;
    stage->zero = calloc(outputs, sizeof *stage->zero);
    stage->scale = calloc(groups * outputs, sizeof *stage->scale);
    stage->bias = calloc(outputs, sizeof *stage->bias);
    if (stage->zero == NULL || stage->scale == NULL || stage->bias == NULL)
        return outcome_out_of_memory("integer kernels");
    stage->shape = (product_shape_t){.k = step->outputs, .c = step->inputs, .kh = 1, .kw = 1, .ranges = (int64_t)groups};
    return integers->set->open(&stage->shape, &stage->product);
}

static outcome_t open_with(tokens_t *tokens, const product_set_t *set)
{
    const net_program_t *program = &tokens->weights->program;
    integers_t *integers = calloc(1, sizeof *integers);
    outcome_t result = outcome_ok();
    tokens->state = integers;
    if (integers == NULL)
        return outcome_out_of_memory("integer kernels");
    integers->set = set;
    integers->joins = set != &product_plain;
    gelu_make_table(&integers->gelu);
    integers->stages = calloc(program->count, sizeof *integers->stages);
    if (integers->stages == NULL)
        return outcome_out_of_memory("integer kernels");
    for (size_t i = 0; i < program->count && outcome_is_ok(&result); i++)
        if (is_integer(&program->steps[i]))
            result = open_stage(tokens, integers, i);
    return result;
}

static outcome_t open_fast(tokens_t *tokens)
{
    return open_with(tokens, product_best());
}

static outcome_t open_plain(tokens_t *tokens)
{
    return open_with(tokens, &product_plain);
}

static void close_integers(tokens_t *tokens)
{
    integers_t *integers = tokens->state;
    if (integers == NULL)
        return;
    for (size_t i = 0; i < tokens->weights->program.count && integers->stages != NULL; i++) {
        stage_t *stage = &integers->stages[i];
        integers->set->close(stage->product);
        free(stage->zero);
        free(stage->scale);
        free(stage->bias);
        free(stage->kind);
    }
    free(integers->stages);
    free(integers);
}

static void *aligned(int64_t bytes)
{
    return aligned_alloc(ALIGNMENT, (size_t)((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT));
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The largest products of a program: features that go in, sums of a row, features of a head. */
static void find_widest(const tokens_t *tokens, int64_t *inputs, int64_t *outputs, int64_t *head)
{
    const integers_t *integers = tokens->state;
    const net_program_t *program = &tokens->weights->program;
    *inputs = *outputs = *head = 0;
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        const int64_t groups = step->kind == NET_STEP_PATCHES ? integers->image.groups : 1;
        *inputs = larger(*inputs, is_integer(step) ? step->inputs : 0);
        *outputs = larger(*outputs, is_integer(step) ? groups * step->outputs : 0);
        *head = larger(*head, step->kind == NET_STEP_ATTENTION ? step->outputs / step->heads : 0);
    }
}

static outcome_t open_worker(token_worker_t *worker)
{
    const tokens_t *tokens = worker->tokens;
    const integers_t *integers = tokens->state;
    const int64_t rows = tokens->weights->program.tokens, scores = tokens->scratch_floats;
    int64_t inputs, outputs, head;
    space_t *space = calloc(1, sizeof *space);
    worker->state = space;
    if (space == NULL)
        return outcome_out_of_memory("activations");
    find_widest(tokens, &inputs, &outputs, &head);
    /* Patches are multiplied all at once: their network has no more rows than a block of rows, or takes more room. */
    const int64_t linear = integers->image.pixels > 0 ? rows : integer_rows(rows);
    const int64_t sums = larger(linear * outputs, larger(scores, rows * head) + rows * SUMS_LINE);
    space->levels = aligned(larger(linear * inputs, rows * head));
    space->shares = aligned(scores);
    space->row = aligned(larger(inputs, SOFTMAX_ROWS * (rows + WIDE_BLOCK)) * (int64_t)sizeof *space->row);
    space->row_step = aligned(rows * (int64_t)sizeof *space->row_step);
    space->step = aligned(rows * (int64_t)sizeof *space->step);
    space->matrix = aligned(rows * head);
    space->packed_keys = aligned(product_pair_bytes(rows, head));
    space->packed_values = aligned(product_pair_bytes(head, rows));
    space->sums = aligned(sums * (int64_t)sizeof *space->sums);
    space->more = aligned(larger(scores, rows * head) * (int64_t)sizeof *space->more);
    space->zero = aligned(rows * (int64_t)sizeof *space->zero);
    space->values = aligned(rows * head);
    space->value_step = aligned(larger(rows, head) * (int64_t)sizeof *space->value_step);
    space->ones = aligned(head * (int64_t)sizeof *space->ones);
    space->pixels = aligned(integers->image.channels * integers->image.pixels);
    if (space->levels == NULL || space->shares == NULL || space->row == NULL || space->row_step == NULL ||
        space->step == NULL || space->matrix == NULL || space->packed_keys == NULL || space->packed_values == NULL ||
        space->sums == NULL || space->more == NULL || space->zero == NULL || space->values == NULL ||
        space->value_step == NULL || space->ones == NULL || space->pixels == NULL)
        return outcome_out_of_memory("activations");
    for (int64_t i = 0; i < head; i++)
        space->ones[i] = 1;
    return outcome_ok();
}

static void close_worker(token_worker_t *worker)
{
    space_t *space = worker->state;
    if (space == NULL)
        return;
    free(space->levels);
    free(space->shares);
    free(space->row);
    free(space->row_step);
    free(space->step);
    free(space->matrix);
    free(space->packed_keys);
    free(space->packed_values);
    free(space->sums);
    free(space->more);
    free(space->zero);
    free(space->values);
    free(space->value_step);
    free(space->ones);
    free(space->pixels);
    free(space);
}

/* The two sets differ only in open(). */
#define INTEGER_SET(opener)                                                                             \
    {                                                                                                   \
        .adds_in_place = true,                                                                          \
        .run = {[NET_STEP_PATCHES] = run_patches,                                                       \
                [NET_STEP_CLASS_TOKEN] = tokens_class_token,                                            \
                [NET_STEP_EMBEDDING] = tokens_embed,                                                    \
                [NET_STEP_LAYER_NORM] = tokens_layer_norm,                                              \
                [NET_STEP_LINEAR] = run_linear,                                                         \
                [NET_STEP_ATTENTION] = integer_attention,                                               \
                [NET_STEP_GELU] = run_gelu,                                                             \
                [NET_STEP_TANH] = run_tanh,                                                             \
                [NET_STEP_WORDS] = tokens_words,                                                        \
                [NET_STEP_VECTORS] = tokens_vectors,                                                    \
                [NET_STEP_RMS_NORM] = tokens_rms_norm,                                                  \
                [NET_STEP_ROTATE] = tokens_rotate,                                                      \
                [NET_STEP_SWIGLU] = tokens_swiglu,                                                      \
                [NET_STEP_LOGITS] = run_logits,                                                         \
                [NET_STEP_ADD] = tokens_added},                                                         \
        .open = opener, .open_worker = open_worker, .set_rows = set_rows, .set_integers = set_integers, \
        .close_worker = close_worker, .close = close_integers,                                          \
    }

static const token_set_t fast = INTEGER_SET(open_fast);
static const token_set_t plain = INTEGER_SET(open_plain);

static outcome_t open_kernels_fast(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                                   void **state)
{
    (void)ranges;
    return tokens_open(&fast, weights, graphs, workers, state);
}

static outcome_t open_kernels_plain(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers,
                                    void **state)
{
    (void)ranges;
    return tokens_open(&plain, weights, graphs, workers, state);
}

const kernels_t kernels_integer_tokens_fast = {.name = "fast",
                                               .open = open_kernels_fast,
                                               .set_integers = tokens_set_integers,
                                               .predict = tokens_predict,
                                               .run = tokens_run,
                                               .continue_text = tokens_continue,
                                               .watch = tokens_watch,
                                               .read = tokens_set_reader,
                                               .close = tokens_close};
const kernels_t kernels_integer_tokens_plain = {.name = "plain",
                                                .open = open_kernels_plain,
                                                .set_integers = tokens_set_integers,
                                                .predict = tokens_predict,
                                                .run = tokens_run,
                                                .continue_text = tokens_continue,
                                                .watch = tokens_watch,
                                                .read = tokens_set_reader,
                                                .close = tokens_close};
