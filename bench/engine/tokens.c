/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tokens.h"

#include "base/large.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

bool tokens_has_weights(const net_step_t *step)
{
    return step->kind == NET_STEP_LINEAR || step->kind == NET_STEP_PATCHES || step->kind == NET_STEP_LOGITS;
}

float *tokens_floats(int64_t count)
{
    size_t bytes = ((size_t)count * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *floats = large_alloc(bytes);
    if (floats != NULL)
        memset(floats, 0, bytes);
    return floats;
}

/* ===  Buffers  === */

static int64_t result_floats(const net_program_t *program, const net_step_t *step)
{
    const int64_t most = step->kind == NET_STEP_LOGITS ? tokens_logit_rows(step) : program->tokens;
    return step->outputs * (most < program->tokens ? most : program->tokens);
}

/* The last step that reads the result of step `index`. */
static size_t last_reader(const net_program_t *program, size_t index)
{
    size_t last = index + 1;
    for (size_t i = index + 1; i < program->count; i++)
        if (program->steps[i].kind == NET_STEP_ADD && program->steps[i].other == (int64_t)index)
            last = i;
    return last;
}

static bool is_elementwise(net_step_kind_t kind)
{
    return kind == NET_STEP_GELU || kind == NET_STEP_TANH || kind == NET_STEP_ROTATE;
}

/* The buffer of the previous step or of the other summand into which step `index` may write. */
static int shared_buffer(const tokens_t *tokens, size_t index)
{
    const net_step_t *steps = tokens->weights->program.steps;
    if (is_elementwise(steps[index].kind))
        return tokens->buffer_of[index - 1];
    if (!tokens->set->adds_in_place)
        return -1;
    if (steps[index].kind == NET_STEP_ADD)
        return tokens->buffer_of[steps[index].other];
    if (index + 1 < tokens->weights->program.count && steps[index].kind == NET_STEP_LINEAR &&
        steps[index + 1].kind == NET_STEP_ADD)
        return tokens->buffer_of[steps[index + 1].other];
    return -1;
}

static void assign_buffers(tokens_t *tokens, size_t *free_after)
{
    const net_program_t *program = &tokens->weights->program;
    for (size_t i = 0; i < program->count; i++) {
        int buffer = shared_buffer(tokens, i);
        for (int candidate = 0; buffer < 0; candidate++)
            if (candidate == tokens->buffer_count || free_after[candidate] < i)
                buffer = candidate;
        if (buffer == tokens->buffer_count)
            tokens->buffer_count++;
        tokens->buffer_of[i] = buffer;
        size_t last = last_reader(program, i);
        free_after[buffer] = last > free_after[buffer] ? last : free_after[buffer];
    }
}

static outcome_t plan_buffers(tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    size_t *free_after = calloc(program->count, sizeof *free_after);
    tokens->buffer_of = calloc(program->count, sizeof *tokens->buffer_of);
    tokens->buffer_floats = calloc(program->count, sizeof *tokens->buffer_floats);
    const bool allocated = free_after != NULL && tokens->buffer_of != NULL && tokens->buffer_floats != NULL;
    if (allocated)
        assign_buffers(tokens, free_after);
    for (size_t i = 0; allocated && i < program->count; i++) {
        int64_t *floats = &tokens->buffer_floats[tokens->buffer_of[i]], wanted = result_floats(program, &program->steps[i]);
        *floats = wanted > *floats ? wanted : *floats;
    }
    free(free_after);
    return allocated ? outcome_ok() : outcome_out_of_memory("activations");
}

/* ===  Opening  === */

static void forward_step(layer at, network net)
{
    token_step_t *self = (token_step_t *)(void *)at.input_layer;
    self->run(self, at, net);
}

static void bind_step(token_worker_t *worker, size_t index)
{
    const tokens_t *tokens = worker->tokens;
    const net_program_t *program = &tokens->weights->program;
    const net_step_t *step = &program->steps[index];
    token_step_t *self = &worker->steps[index];
    layer *at = &worker->graph->net->layers[index];
    *self = (token_step_t){.step = step,
                           .tokens = worker->tokens,
                           .worker = worker,
                           .index = index,
                           .source = index > 0 ? worker->buffers[tokens->buffer_of[index - 1]] : NULL,
                           .other = step->kind == NET_STEP_ADD ? worker->buffers[tokens->buffer_of[step->other]] : NULL,
                           .target = worker->buffers[tokens->buffer_of[index]],
                           .floats = (const float *const *)tokens->weights->floats + step->first_float,
                           .run = tokens->set->run[step->kind]};
    at->forward = forward_step;
    at->output = self->target;
    at->input_layer = (layer *)(void *)self;
}

static outcome_t open_worker(tokens_t *tokens, int number, graph_t *graph)
{
    const net_program_t *program = &tokens->weights->program;
    token_worker_t *worker = &tokens->workers[number];
    worker->tokens = tokens;
    worker->graph = graph;
    worker->steps = calloc(program->count, sizeof *worker->steps);
    worker->buffers = calloc((size_t)tokens->buffer_count, sizeof *worker->buffers);
    worker->scratch = tokens_floats(tokens->scratch_floats);
    if (worker->steps == NULL || worker->buffers == NULL || worker->scratch == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < tokens->buffer_count; i++) {
        worker->buffers[i] = tokens_floats(tokens->buffer_floats[i]);
        if (worker->buffers[i] == NULL)
            return outcome_out_of_memory("activations");
    }
    for (size_t i = 0; i < program->count; i++)
        bind_step(worker, i);
    graph->net->output = worker->steps[program->count - 1].target;
    return tokens->set->open_worker(worker);
}

/* How fast pair `i` of a head turns, in radians a token. In float32, as PyTorch's models compute it. */
static float turn_of(const net_rotary_t *rotary, int64_t i, int64_t head)
{
    const double full = 2 * acos(-1.0);
    const double speed = 1.0 / pow(rotary->theta, 2.0 * (double)i / (double)head);
    if (rotary->factor <= 0)
        return (float)speed;
    const double turns = rotary->original * speed / full, share = (turns - rotary->low) / (rotary->high - rotary->low);
    const double kept = share < 0 ? 0 : share > 1 ? 1 : share;
    return (float)((1 - kept) * speed / rotary->factor + kept * speed);
}

/* All rotary steps of a program are alike. */
static outcome_t make_turns(tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    for (size_t s = 0; s < program->count && tokens->turns == NULL; s++) {
        const net_step_t *step = &program->steps[s];
        if (step->kind != NET_STEP_ROTATE)
            continue;
        const int64_t half = step->head / 2;
        float *turn = tokens->turns = malloc((size_t)(program->tokens * half) * 2 * sizeof *turn);
        if (turn == NULL)
            return outcome_out_of_memory("rotary positions");
        for (int64_t row = 0; row < program->tokens; row++)
            for (int64_t i = 0; i < half; i++) {
                const float angle = (float)row * turn_of(step->rotary, i, step->head);
                *turn++ = (float)cos((double)angle);
                *turn++ = (float)sin((double)angle);
            }
    }
    return outcome_ok();
}

/* Rows of scores that a worker holds. */
static int64_t attention_rows(const net_program_t *program)
{
    bool causal = true;
    for (size_t i = 0; i < program->count; i++)
        causal &= program->steps[i].kind != NET_STEP_ATTENTION || program->steps[i].causal;
    return causal && program->tokens > ATTENTION_ROWS ? ATTENTION_ROWS : program->tokens;
}

static outcome_t open_shared(tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    int64_t largest = 0, outputs = 0;
    tokens->scratch_floats = program->tokens * attention_rows(program);
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        int64_t weights = step->parts > 1 ? (step->inputs + 1) * step->outputs : 0;
        largest = weights > largest ? weights : largest;
        outputs = tokens_has_weights(step) && step->outputs > outputs ? step->outputs : outputs;
        if (step->kind == NET_STEP_PATCHES && step->inputs * program->tokens > tokens->scratch_floats)
            tokens->scratch_floats = step->inputs * program->tokens;
    }
    tokens->gathered = largest > 0 ? malloc((size_t)largest * sizeof *tokens->gathered) : NULL;
    tokens->zeros = calloc((size_t)outputs, sizeof *tokens->zeros);
    tokens->workers = calloc((size_t)tokens->worker_count, sizeof *tokens->workers);
    tokens->first_only = calloc(program->count, sizeof *tokens->first_only);
    if (tokens->zeros == NULL || tokens->first_only == NULL || (largest > 0 && tokens->gathered == NULL) ||
        tokens->workers == NULL)
        return outcome_out_of_memory("transformer");
    net_program_first_only(program, tokens->first_only);
    outcome_t result;
    if (outcome_bad(&result, make_turns(tokens)) || outcome_bad(&result, plan_buffers(tokens)))
        return result;
    return tokens->set->open(tokens);
}

/* Set the weights of steps that stay float, once. */
static outcome_t set_float_weights(tokens_t *tokens)
{
    const net_weights_t *weights = tokens->weights;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < weights->program.count && outcome_is_ok(&result); i++) {
        const net_step_t *step = &weights->program.steps[i];
        if (tokens_has_weights(step) && step->layer == NET_NONE)
            result = tokens->set->set_rows(tokens, i, 0, step->outputs, weights->floats[step->first_float],
                                           step->kind == NET_STEP_LOGITS ? tokens->zeros
                                                                         : weights->floats[step->first_float + 1]);
    }
    return result;
}

outcome_t tokens_open(const token_set_t *set, const net_weights_t *weights, graph_t *graphs, int workers, void **state)
{
    tokens_t *tokens = calloc(1, sizeof *tokens);
    if (tokens == NULL)
        return outcome_out_of_memory("transformer");
    *tokens = (tokens_t){.set = set, .weights = weights, .worker_count = workers};
    outcome_t result = open_shared(tokens);
    for (int i = 0; i < workers && outcome_is_ok(&result); i++)
        result = open_worker(tokens, i, &graphs[i]);
    if (outcome_is_ok(&result))
        result = set_float_weights(tokens);
    if (outcome_is_ok(&result))
        *state = tokens;
    else
        tokens_close(tokens);
    return result;
}

static void close_worker(token_worker_t *worker)
{
    const tokens_t *tokens = worker->tokens;
    if (tokens == NULL) /* never opened */
        return;
    tokens->set->close_worker(worker);
    for (int i = 0; i < worker->graph->net->n; i++) {
        worker->graph->net->layers[i].output = NULL;
        worker->graph->net->layers[i].input_layer = NULL;
    }
    for (int i = 0; i < tokens->buffer_count && worker->buffers != NULL; i++)
        free(worker->buffers[i]);
    free(worker->buffers);
    free(worker->scratch);
    free(worker->filtered);
    for (int i = 0; i < worker->graph->net->n && worker->cache != NULL; i++)
        free(worker->cache[i]);
    free(worker->cache);
    free(worker->steps);
}

void tokens_close(void *state)
{
    tokens_t *tokens = state;
    for (int i = 0; i < tokens->worker_count && tokens->workers != NULL; i++)
        close_worker(&tokens->workers[i]);
    tokens->set->close(tokens);
    free(tokens->workers);
    free(tokens->gathered);
    free(tokens->zeros);
    free(tokens->turns);
    free(tokens->buffer_of);
    free(tokens->first_only);
    free(tokens->buffer_floats);
    free(tokens);
}

/* ===  Weights  === */

/* The step that table layer `index` belongs to; `*part` is the layer's position in it. */
static size_t step_of(const net_program_t *program, int64_t index, int64_t *part)
{
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        *part = index - step->layer;
        if (tokens_has_weights(step) && step->layer != NET_NONE && *part >= 0 && *part < step->parts)
            return i;
    }
    return program->count; /* never: the program covers the table (tests/unit/test_nets.c) */
}

/* The biases of table layer `index`; zeros where it has none. */
static const float *biases_of(const tokens_t *tokens, size_t index)
{
    const float *bias = tokens->weights->layers[index].bias;
    return bias != NULL ? bias : tokens->zeros;
}

/* The first row of part `part` of a step of stacked layers, which need not be equally high. */
static int64_t part_begins(const net_weights_t *all, const net_step_t *step, int64_t part)
{
    int64_t begin = 0;
    for (int64_t i = 0; i < part; i++)
        begin += all->table.items[step->layer + i].k;
    return begin;
}

/* The rows of stacked layers are gathered until the last one is set, because the boundaries between layers need not be
 * multiples of ENGINE_ROWS. */
outcome_t tokens_set_rows(void *state, size_t index, int64_t first, int64_t rows, const float *weights)
{
    tokens_t *tokens = state;
    const net_weights_t *all = tokens->weights;
    int64_t part = 0;
    const size_t at = step_of(&all->program, (int64_t)index, &part);
    const net_step_t *step = &all->program.steps[at];
    if (step->parts == 1)
        return tokens->set->set_rows(tokens, at, first, rows, weights, biases_of(tokens, index) + first);
    const int64_t begin = part_begins(all, step, part) + first;
    float *biases = tokens->gathered + step->inputs * step->outputs;
    memcpy(tokens->gathered + begin * step->inputs, weights, (size_t)(rows * step->inputs) * sizeof *weights);
    memcpy(biases + begin, biases_of(tokens, index) + first, (size_t)rows * sizeof *biases);
    return begin + rows == step->outputs ? tokens->set->set_rows(tokens, at, 0, step->outputs, tokens->gathered, biases)
                                         : outcome_ok();
}

outcome_t tokens_set_integers(void *state, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale)
{
    tokens_t *tokens = state;
    const net_weights_t *all = tokens->weights;
    int64_t part = 0;
    const size_t at = step_of(&all->program, (int64_t)index, &part);
    const net_step_t *step = &all->program.steps[at];
    if (step->parts == 1)
        return tokens->set->set_integers(tokens, at, first, rows, values, scale, biases_of(tokens, index) + first);
    const int64_t begin = part_begins(all, step, part) + first;
    float *biases = tokens->gathered + step->inputs * step->outputs, *scales = biases - step->outputs;
    int16_t *gathered = (int16_t *)(void *)tokens->gathered; /* half of the room for floats; scales are at the end */
    memcpy(gathered + begin * step->inputs, values, (size_t)(rows * step->inputs) * sizeof *values);
    memcpy(scales + begin, scale, (size_t)rows * sizeof *scale);
    memcpy(biases + begin, biases_of(tokens, index) + first, (size_t)rows * sizeof *biases);
    return begin + rows == step->outputs ? tokens->set->set_integers(tokens, at, 0, step->outputs, gathered, scales, biases)
                                         : outcome_ok();
}
