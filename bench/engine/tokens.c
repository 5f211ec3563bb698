/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tokens.h"

#include "base/text.h"
#include "engine/laps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, LOGIT_ROWS = 32 /* of a vocabulary of 128,256: 16 MB */ };

bool tokens_has_weights(const net_step_t *step)
{
    return step->kind == NET_STEP_LINEAR || step->kind == NET_STEP_PATCHES || step->kind == NET_STEP_LOGITS;
}

static float *aligned_floats(int64_t count)
{
    size_t bytes = ((size_t)count * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *floats = aligned_alloc(ALIGNMENT, bytes);
    if (floats != NULL)
        memset(floats, 0, bytes);
    return floats;
}

/* ===  Buffers  === */

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
    size_t count = tokens->weights->program.count;
    size_t *free_after = calloc(count, sizeof *free_after);
    tokens->buffer_of = calloc(count, sizeof *tokens->buffer_of);
    bool allocated = free_after != NULL && tokens->buffer_of != NULL;
    if (allocated)
        assign_buffers(tokens, free_after);
    free(free_after);
    return allocated ? outcome_ok() : outcome_out_of_memory("activations");
}

/* ===  Opening  === */

static int64_t widest_result(const net_program_t *program)
{
    int64_t widest = 0;
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        const int64_t rows = step->kind == NET_STEP_LOGITS && program->tokens > LOGIT_ROWS ? LOGIT_ROWS : program->tokens;
        widest = step->outputs * rows > widest ? step->outputs * rows : widest;
    }
    return widest;
}

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
    worker->scratch = aligned_floats(tokens->scratch_floats);
    if (worker->steps == NULL || worker->buffers == NULL || worker->scratch == NULL)
        return outcome_out_of_memory("activations");
    for (int i = 0; i < tokens->buffer_count; i++) {
        worker->buffers[i] = aligned_floats(widest_result(program));
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

/* A kernel set need not know every step. */
static outcome_t check_steps(const tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    for (size_t i = 0; i < program->count; i++)
        if (tokens->set->run[program->steps[i].kind] == NULL)
            return outcome_failed(tokens->weights->network->name, "kernels", "integer kernels", "float kernels",
                                  "8-bit activations are not there for language models: use --activations fp32");
    return outcome_ok();
}

static outcome_t open_shared(tokens_t *tokens)
{
    const net_program_t *program = &tokens->weights->program;
    int64_t largest = 0, outputs = 0;
    tokens->scratch_floats = program->tokens * program->tokens;
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
    if (tokens->zeros == NULL || (largest > 0 && tokens->gathered == NULL) || tokens->workers == NULL)
        return outcome_out_of_memory("transformer");
    outcome_t result;
    if (outcome_bad(&result, check_steps(tokens)) || outcome_bad(&result, make_turns(tokens)) ||
        outcome_bad(&result, plan_buffers(tokens)))
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

/* ===  The filter  === */

outcome_t tokens_set_filter(void *state, engine_filter_t filter, void *context)
{
    tokens_t *tokens = state;
    const net_program_t *program = &tokens->weights->program;
    int64_t widest = 0;
    tokens->filter = filter;
    tokens->filter_context = context;
    for (size_t i = 0; i < program->count; i++)
        if (program->steps[i].kind == NET_STEP_LINEAR && program->steps[i].inputs > widest)
            widest = program->steps[i].inputs;
    for (int i = 0; i < tokens->worker_count && filter != NULL; i++) {
        token_worker_t *worker = &tokens->workers[i];
        if (worker->filtered == NULL)
            worker->filtered = aligned_floats(widest * program->tokens);
        if (worker->filtered == NULL)
            return outcome_out_of_memory("activations");
    }
    return outcome_ok();
}

const float *tokens_filtered(const token_step_t *self)
{
    const tokens_t *tokens = self->tokens;
    const net_step_t *step = self->step;
    if (tokens->filter == NULL || step->layer == NET_NONE)
        return self->source;
    const activation_shape_t shape = {.channels = step->inputs, .positions = self->rows, .block = step->inputs};
    tokens->filter(tokens->filter_context, (int)(self->worker - tokens->workers), (size_t)step->layer, &shape, self->source,
                   self->worker->filtered);
    laps_end(self->worker->graph->laps, ENGINE_STEP_QUANTISE);
    return self->worker->filtered;
}

/* ===  Predicting  === */

/* The length of a text. Its numbers are checked before they are used as indices. Only BERT has segments. */
static outcome_t count_words(const tokens_t *tokens, const float *input, int64_t *count)
{
    const net_weights_t *weights = tokens->weights;
    const net_step_t *step = &weights->program.steps[0];
    const net_float_t *embeddings = &weights->program.floats[step->first_float];
    const bool segmented = step->kind == NET_STEP_EMBEDDING;
    const int64_t width = weights->size->width, words = embeddings[0].shape[0];
    const int64_t most = segmented ? embeddings[1].shape[0] : weights->program.tokens,
                  segments = segmented ? embeddings[2].shape[0] : 1;
    *count = 0;
    while (*count < width && input[*count] >= 0) {
        const float segment = segmented ? input[width + *count] : 0;
        if (input[*count] >= (float)words || segment < 0 || segment >= (float)segments)
            return outcome_failed("sample", text_of("token %d", (int)*count).chars,
                                  text_of("word %g, segment %g", (double)input[*count], (double)segment).chars,
                                  text_of("below %d and %d", (int)words, (int)segments).chars,
                                  "the vocabulary is not that of the weights");
        ++*count;
    }
    if (*count == 0 || *count > most)
        return outcome_failed("sample", NULL, text_of("%d tokens", (int)*count).chars, text_of("1 to %d", (int)most).chars,
                              NULL);
    return outcome_ok();
}

outcome_t tokens_set_reader(void *state, engine_reader_t reader, void *context)
{
    tokens_t *tokens = state;
    const net_program_t *program = &tokens->weights->program;
    if (program->steps[program->count - 1].kind != NET_STEP_LOGITS)
        return outcome_failed(tokens->weights->network->name, NULL, "a network of one answer", "a language model", NULL);
    tokens->reader = reader;
    tokens->reader_context = context;
    return outcome_ok();
}

void tokens_logits(token_step_t *self, tokens_multiply_t multiply)
{
    const tokens_t *tokens = self->tokens;
    const int64_t width = self->step->inputs;
    if (tokens->reader == NULL) {
        multiply(self, 1, self->source + (self->rows - 1) * width, self->target);
        return;
    }
    for (int64_t first = 0; first < self->rows; first += LOGIT_ROWS) {
        const int64_t rows = self->rows - first < LOGIT_ROWS ? self->rows - first : LOGIT_ROWS;
        multiply(self, rows, self->source + first * width, self->target);
        tokens->reader(tokens->reader_context, (int)(self->worker - tokens->workers), first, rows, self->target);
        if (first + rows == self->rows) /* engine_predict() returns those of the last token */
            memmove(self->target, self->target + (rows - 1) * self->step->outputs,
                    (size_t)self->step->outputs * sizeof *self->target);
    }
}

outcome_t tokens_predict(void *state, int number, const float *input, float *logits)
{
    tokens_t *tokens = state;
    token_worker_t *worker = &tokens->workers[number];
    const net_program_t *program = &tokens->weights->program;
    int64_t rows = program->tokens;
    outcome_t result = outcome_ok();
    if ((program->steps[0].kind == NET_STEP_EMBEDDING || program->steps[0].kind == NET_STEP_WORDS) &&
        outcome_bad(&result, count_words(tokens, input, &rows)))
        return result;
    for (size_t i = 0; i < program->count; i++)
        worker->steps[i].rows = program->steps[i].first_token ? 1 : rows;
    worker->input = input;
    worker->refused = false;
    onednn_prepare_thread();
    const float *output = network_predict(worker->graph->net, (float *)(uintptr_t)input); /* the input is only read */
    if (worker->refused)
        return outcome_failed("oneDNN", "running a layer", "an error", "success", "try --kernels stock");
    memcpy(logits, output, (size_t)tokens->weights->size->classes * sizeof *logits);
    return result;
}
