/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PERPLEXITY_H
#define BBS_MEASURE_PERPLEXITY_H

#include "base/outcome.h"
#include "base/text.h"
#include "measure/blocks.h"
#include "measure/likelihoods.h"
#include "measure/windows.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* Perplexity of a language model over a text under compression methods.
 *
 * The text is one document or several (`separator`), and each document is cut into windows (measure/windows.h). With N
 * tokens that count
 *
 *     perplexity = exp(-1/N sum log p(t_i | inputs of the window up to t_i))
 *
 * A shorter context and more windows make it larger, so only figures of one context, stride, tokenizer and text compare.
 * Bits a byte do not depend on the tokenizer: the same sum in bits, over the bytes of the tokens that count.
 *
 * Methods are compared on the same tokens with int8 and with fp32, where these are among the methods: the mean difference
 * of -log p with a 95 % bootstrap interval over the windows (tokens of one window depend on each other), the ratio of the
 * perplexities, how often the likeliest token is the same, and the mean divergence KL(reference || method) of the
 * distributions of the next token, in nats. llama.cpp's `perplexity --kl-divergence` prints the same figures.
 *
 * For the divergence the references run first and their logits are kept, at most `memory` bytes of them: longer texts are
 * done in several passes over the methods, each over as many windows as fit. fp32 runs first of all, so it has no
 * divergence from int8. */

typedef struct {
    const char *weights;        /* as tensor_set_load() takes it */
    const char *tokenizer;      /* data/pieces.h */
    const char *text;           /* plain text, UTF-8 */
    int64_t context;            /* inputs of a window; 0: that of the model */
    int64_t tokens;             /* at most, from the start of the text; 0: all */
    const char *const *methods; /* specs (compress/spec.h) */
    size_t method_count;
    const char *kernels;             /* "fast" or "stock"; with integer activations "fast" or "plain" */
    bool integers;                   /* activations of 8 bits and integer sums (engine_open_integers()) */
    blocks_matrix_t embedding, head; /* equal where the head is the embedding */
    int threads;
    int64_t stride; /* tokens from one window to the next, at most a window; 0: a whole window */
    windows_begin_t begin;
    const char *separator; /* what lies between two documents; NULL: the text is one */
    bool truncate;         /* of each document only the first window */
    const char *keep;      /* a file for the log-likelihood of each token (perplexity_token_schema); NULL: none */
    const char *member;    /* of a JSON object on each line of the text, a document each (measure/passages.h); NULL: none */
    int64_t memory;        /* bytes for logits of the references; 0: 1 GiB */
    const char *windows;   /* a folder for what each method says of each window (window_rows.h); NULL: none */
} perplexity_config_t;

typedef struct {
    const char *net, *text, *tokenizer, *method, *kernels;
    const char *embedding, *head; /* blocks_matrix_names[] */
    int64_t activation_bits;      /* 32 or 8 */
    int64_t context, stride, documents, windows;
    const char *begin;                      /* "always", "first", "never" */
    int64_t tokens, bytes;                  /* that count */
    double perplexity, nats, bits_per_byte; /* nats: mean -log p of a token */
    int64_t right;                          /* tokens that had the largest logit */
    likelihoods_against_t int8, fp32;
    double bits_per_weight, bits_per_weight_with_metadata;
    const char *notes;
} perplexity_row_t;

extern const rows_schema_t perplexity_schema;

/* What a method says of one token of the text. */
typedef struct {
    const char *method;
    int64_t position, document, window; /* counted from 0: position among the tokens that count */
    int64_t token;                      /* its number in the vocabulary */
    double nats;                        /* -log p */
} perplexity_token_t;

extern const rows_schema_t perplexity_token_schema;

typedef void (*perplexity_sink_t)(void *context, const perplexity_row_t *row);

/* A row for each method, in their order. */
outcome_t perplexity_run(const perplexity_config_t *config, perplexity_sink_t sink, void *context);

#endif
