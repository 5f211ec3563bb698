/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running a transformer: what a step reads, the logits of a language model, whole samples, parts, and texts that go on. */
#include "engine/tokens.h"

#include "base/text.h"
#include "engine/laps.h"

#include <stdlib.h>
#include <string.h>

enum { LOGITS = 1 << 24 /* at a time: 64 MB */, LEAST_LOGIT_ROWS = 32, MOST_LOGIT_ROWS = 512 };

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
            worker->filtered = tokens_floats(widest * program->tokens);
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

/* Tokens whose logits are computed at a time. Products of few rows are slow, and a large vocabulary needs much memory. */
int64_t tokens_logit_rows(const net_step_t *step)
{
    const int64_t rows = LOGITS / step->outputs;
    return rows < LEAST_LOGIT_ROWS ? LEAST_LOGIT_ROWS : rows > MOST_LOGIT_ROWS ? MOST_LOGIT_ROWS : rows;
}

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
    const int64_t width = self->step->inputs, most = tokens_logit_rows(self->step);
    laps_t *laps = self->worker->graph->laps;
    if (tokens->reader == NULL) {
        multiply(self, 1, self->source + (self->rows - 1) * width, self->target);
        return;
    }
    for (int64_t first = 0; first < self->rows; first += most) {
        const int64_t rows = self->rows - first < most ? self->rows - first : most;
        multiply(self, rows, self->source + first * width, self->target);
        laps_end(laps, ENGINE_STEP_PRODUCT);
        tokens->reader(tokens->reader_context, (int)(self->worker - tokens->workers), first, rows, self->target);
        if (first + rows == self->rows) /* engine_predict() returns those of the last token */
            memmove(self->target, self->target + (rows - 1) * self->step->outputs,
                    (size_t)self->step->outputs * sizeof *self->target);
        laps_end(laps, ENGINE_STEP_BETWEEN);
    }
}

/* ===  Continuing a text  === */

token_keys_t tokens_keys(const token_step_t *self)
{
    const token_worker_t *worker = self->worker;
    const net_step_t *step = self->step;
    const int64_t width = step->inputs - step->outputs; /* of a token's keys and values */
    if (!worker->continues)
        return (token_keys_t){.keys = self->source + step->outputs, .stride = step->inputs, .count = self->rows};
    float *cache = worker->cache[self->index];
    for (int64_t row = 0; row < self->rows; row++)
        memcpy(cache + (worker->past + row) * width, self->source + row * step->inputs + step->outputs,
               (size_t)width * sizeof *cache);
    return (token_keys_t){.keys = cache, .stride = width, .count = worker->past + self->rows, .past = worker->past};
}

/* Room for keys and values of every step of attention. */
static outcome_t open_cache(token_worker_t *worker)
{
    const net_program_t *program = &worker->tokens->weights->program;
    if (worker->cache != NULL)
        return outcome_ok();
    worker->cache = calloc(program->count, sizeof *worker->cache);
    bool allocated = worker->cache != NULL;
    for (size_t i = 0; i < program->count && allocated; i++) {
        const net_step_t *step = &program->steps[i];
        if (step->kind != NET_STEP_ATTENTION)
            continue;
        worker->cache[i] = tokens_floats(program->tokens * (step->inputs - step->outputs));
        allocated = worker->cache[i] != NULL;
    }
    return allocated ? outcome_ok() : outcome_out_of_memory("keys and values");
}

/* ===  Running  === */

static outcome_t check_words(const tokens_t *tokens, const float *numbers, int64_t count)
{
    const int64_t words = tokens->weights->program.floats[0].shape[0];
    for (int64_t i = 0; i < count; i++)
        if (!(numbers[i] >= 0) || numbers[i] >= (float)words)
            return outcome_failed("text", text_of("token %d", (int)i).chars, text_of("word %g", (double)numbers[i]).chars,
                                  text_of("0 to %d", (int)words - 1).chars, "the vocabulary is not that of the weights");
    return outcome_ok();
}

/* Run the graph of a worker on `rows` tokens; NULL: a product was refused. */
static const float *run_graph(token_worker_t *worker, int64_t rows, const float *input)
{
    const tokens_t *tokens = worker->tokens;
    const net_program_t *program = &tokens->weights->program;
    const bool seen = tokens->filter != NULL || tokens->watcher != NULL; /* who looks at inputs sees all tokens */
    for (size_t i = 0; i < program->count; i++)
        worker->steps[i].rows = program->steps[i].first_token || (tokens->first_only[i] && !seen) ? 1 : rows;
    worker->input = input;
    worker->refused = false;
    onednn_prepare_thread();
    const float *output = network_predict(worker->graph->net, (float *)(uintptr_t)input); /* the input is only read */
    return worker->refused ? NULL : output;
}

static outcome_t refused(void)
{
    return outcome_failed("oneDNN", "running a layer", "an error", "success", "try --kernels stock");
}

outcome_t tokens_continue(void *state, int number, int64_t past, int64_t count, const float *numbers, float *logits)
{
    tokens_t *tokens = state;
    token_worker_t *worker = &tokens->workers[number];
    const net_program_t *program = &tokens->weights->program;
    const int64_t most = program->tokens;
    outcome_t result;
    if (program->steps[0].kind != NET_STEP_WORDS)
        return outcome_failed(tokens->weights->network->name, NULL, "a network of one answer", "a language model", NULL);
    if (past < 0 || count < 1 || past + count > most || (past > 0 && past != worker->known))
        return outcome_failed("engine", NULL, text_of("%d tokens after %d", (int)count, (int)past).chars,
                              text_of("at most %d in all, after 0 or %d", (int)most, (int)worker->known).chars, NULL);
    if (outcome_bad(&result, check_words(tokens, numbers, count)) || outcome_bad(&result, open_cache(worker)))
        return result;
    worker->continues = true;
    worker->past = past;
    const float *output = run_graph(worker, count, numbers);
    worker->continues = false;
    worker->past = 0;
    worker->known = output != NULL ? past + count : 0;
    if (output == NULL)
        return refused();
    memcpy(logits, output, (size_t)tokens->weights->size->classes * sizeof *logits);
    return result;
}

outcome_t tokens_predict(void *state, int number, const float *input, float *logits)
{
    tokens_t *tokens = state;
    const net_program_t *program = &tokens->weights->program;
    int64_t rows = program->tokens;
    outcome_t result = outcome_ok();
    if ((program->steps[0].kind == NET_STEP_EMBEDDING || program->steps[0].kind == NET_STEP_WORDS) &&
        outcome_bad(&result, count_words(tokens, input, &rows)))
        return result;
    const float *output = run_graph(&tokens->workers[number], rows, input);
    if (output == NULL)
        return refused();
    memcpy(logits, output, (size_t)tokens->weights->size->classes * sizeof *logits);
    return result;
}

outcome_t tokens_run(void *state, int number, int64_t rows, const float *vectors, float *result)
{
    tokens_t *tokens = state;
    const net_program_t *program = &tokens->weights->program;
    if (program->steps[0].kind != NET_STEP_VECTORS || rows < 1 || rows > program->tokens)
        return outcome_failed("engine", NULL, text_of("%d rows", (int)rows).chars,
                              text_of("1 to %d, of a part of a network", (int)program->tokens).chars, NULL);
    const float *output = run_graph(&tokens->workers[number], rows, vectors);
    if (output == NULL)
        return refused();
    if (result != NULL)
        memcpy(result, output, (size_t)(rows * program->steps[program->count - 1].outputs) * sizeof *result);
    return outcome_ok();
}
