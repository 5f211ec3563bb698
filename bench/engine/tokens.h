/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_H
#define BBS_ENGINE_TOKENS_H

#include "engine/graph.h"
#include "engine/kernels.h"
#include "engine/onednn.h"

/* Transformers: a Darknet network with one layer per step of the program (nets/program.h), run by network_predict().
 *
 * Activations are [tokens, features] rows. A sequence is computed at its own length. The results of the steps share a few
 * buffers: a buffer is reused after its last reader. A function of the kernel set computes a step; its operands
 * are stored in the layer's `input_layer` field (see fast.c). */

/* Queries of causal attention at a time: scores of a long text need little memory, and a block multiplies only the keys
 * that its last token sees. */
enum { ATTENTION_ROWS = 256 };

typedef struct tokens tokens_t;
typedef struct token_worker token_worker_t;

/* One step of one worker, with everything its function needs. */
typedef struct token_step {
    const net_step_t *step;
    tokens_t *tokens;
    token_worker_t *worker;
    size_t index;
    int64_t rows;                /* tokens of this sample; 1 in steps that read only the first token */
    const float *source, *other; /* [rows, inputs]; ADD: the other summand */
    float *target;               /* [rows, outputs] */
    const float *const *floats;  /* of the step, in the order of nets/program.h */
    void (*run)(struct token_step *self, layer at, network net);
} token_step_t;

/* A kernel set for transformers. */
typedef struct {
    bool adds_in_place; /* LINEAR before ADD adds into the other summand's memory; ADD itself does nothing */
    /* One function per kind of step. */
    void (*run[NET_STEP_KINDS])(token_step_t *self, layer at, network net);
    outcome_t (*open)(tokens_t *tokens);
    outcome_t (*open_worker)(token_worker_t *worker);
    /* Weights [rows, inputs] and biases [rows] of one step, from output `first` on. */
    outcome_t (*set_rows)(tokens_t *tokens, size_t step, int64_t first, int64_t rows, const float *weights,
                          const float *biases);
    /* The same for integers, weight = values * scale; NULL for sets with float activations. A set that has it gets
     * set_rows() only for steps whose weights stay float. */
    outcome_t (*set_integers)(tokens_t *tokens, size_t step, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale, const float *biases);
    void (*close_worker)(token_worker_t *worker);
    void (*close)(tokens_t *tokens);
} token_set_t;

struct token_worker {
    tokens_t *tokens;
    graph_t *graph;
    token_step_t *steps;
    float **buffers; /* tokens->buffer_count, of tokens->buffer_floats */
    float *scratch;  /* tokens->scratch_floats */
    float *filtered; /* room for the widest input of a step with weights; NULL: no filter yet */
    const float *input;
    bool refused;
    /* A text that is continued (engine_continue()): */
    bool continues;
    int64_t past, known; /* tokens before those that are computed; tokens of the text so far */
    float **cache;       /* one per step; of ATTENTION: keys and values, [context, inputs - outputs]; NULL: none yet */
    void *state;         /* of the set */
};

struct tokens {
    const token_set_t *set;
    const net_weights_t *weights;
    int *buffer_of;   /* one per step */
    bool *first_only; /* one per step (net_program_first_only()) */
    int buffer_count;
    int64_t *buffer_floats; /* of each buffer: its widest result */
    int64_t scratch_floats; /* scores of one attention head, or the gathered patches */
    token_worker_t *workers;
    int worker_count;
    engine_watcher_t watcher; /* or NULL */
    void *watcher_context;
    float *zeros;           /* biases of layers without one: as many as the widest step with weights has outputs */
    float *turns;           /* ROTATE: [tokens, head / 2] pairs of cosine and sine; NULL without rotary positions */
    engine_reader_t reader; /* or NULL */
    void *reader_context;
    float *gathered;        /* weights of stacked table layers, then scales and biases; NULL without stacked layers */
    engine_filter_t filter; /* or NULL */
    void *filter_context;
    void *state; /* of the set */
};

outcome_t tokens_open(const token_set_t *set, const net_weights_t *weights, graph_t *graphs, int workers, void **state);
outcome_t tokens_set_rows(void *state, size_t index, int64_t first, int64_t rows, const float *weights);
outcome_t tokens_set_integers(void *state, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale);
outcome_t tokens_predict(void *state, int worker, const float *input, float *logits);
outcome_t tokens_continue(void *state, int worker, int64_t past, int64_t count, const float *numbers, float *logits);
outcome_t tokens_run(void *state, int worker, int64_t rows, const float *vectors, float *result);
void tokens_close(void *state);

/* For sets with float activations (engine_filter()). */
outcome_t tokens_set_filter(void *state, engine_filter_t filter, void *context);
/* What a step with weights reads: its source, or, with a filter, the filtered one. */
const float *tokens_filtered(const token_step_t *self);

/* ATTENTION: the keys of all tokens that it may see, from the step's source or from the text so far; values are half of
 * inputs - outputs further on. Called once a step, because it keeps the new ones. */
typedef struct {
    const float *keys;
    int64_t stride, count; /* floats from one token to the next; tokens */
    int64_t past;          /* tokens before the first query */
} token_keys_t;
token_keys_t tokens_keys(const token_step_t *self);

/* Zeros, aligned for vectors. */
float *tokens_floats(int64_t count);

/* Tokens whose logits are computed at a time. */
int64_t tokens_logit_rows(const net_step_t *step);

/* Does this step have weights, outputs x inputs? */
bool tokens_has_weights(const net_step_t *step);

/* From now on give the logits of every token of a language model to `reader` (engine_read()). */
outcome_t tokens_set_reader(void *state, engine_reader_t reader, void *context);
/* LOGITS: multiply `rows` rows of the source, from row `first` on, into the target, and give them to the reader; without
 * a reader only the last row is computed. `multiply` is the set's. */
typedef void (*tokens_multiply_t)(token_step_t *self, int64_t rows, const float *source, float *target);
void tokens_logits(token_step_t *self, tokens_multiply_t multiply);

#endif
