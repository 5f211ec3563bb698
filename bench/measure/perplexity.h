/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PERPLEXITY_H
#define BBS_MEASURE_PERPLEXITY_H

#include "base/outcome.h"
#include "base/text.h"
#include "measure/language.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* Perplexity of a language model over a text under compression methods.
 *
 * The text is one sequence of tokens t. It is cut into windows of `context` tokens, without overlap, and each window is
 * predicted by itself: its input is <s> and the tokens before, so the first token of a window is predicted from <s>
 * alone. With N tokens in all
 *
 *     perplexity = exp(-1/N sum log p(t_i | <s>, tokens of the window before t_i))
 *
 * which is the usual measure with a stride of a whole window: a shorter context and more windows make it larger, so only
 * figures of one context, tokenizer and text compare. Bits a byte do not depend on the tokenizer: the same sum in bits,
 * over the bytes of the text.
 *
 * Methods are compared on the same tokens: the mean difference of -log p to INT8, with a 95 % bootstrap interval over the
 * windows (tokens of one window depend on each other). */

typedef struct {
    const char *weights;        /* as tensor_set_load() takes it */
    const char *tokenizer;      /* data/pieces.h */
    const char *text;           /* plain text, UTF-8 */
    int64_t context;            /* tokens of a window; 0: that of the model */
    int64_t tokens;             /* at most, from the start of the text; 0: all */
    const char *const *methods; /* specs (compress/spec.h) */
    size_t method_count;
    const char *kernels;               /* "fast" or "stock"; with integer activations "fast" or "plain" */
    bool integers;                     /* activations of 8 bits and integer sums (engine_open_integers()) */
    language_matrix_t embedding, head; /* equal where the head is the embedding */
    int threads;
} perplexity_config_t;

typedef struct {
    const char *net, *text, *tokenizer, *method, *kernels;
    const char *embedding, *head; /* language_matrix_names[] */
    int64_t activation_bits;      /* 32 or 8 */
    int64_t context, tokens, bytes, windows;
    double perplexity, nats, bits_per_byte;             /* nats: mean -log p of a token */
    int64_t right;                                      /* tokens that had the largest logit */
    double difference, difference_low, difference_high; /* to INT8, nats a token; NaN for INT8 itself or without it */
    int64_t agree;                                      /* tokens whose largest logit is INT8's; unknown without it */
    double bits_per_weight, bits_per_weight_with_metadata;
    const char *notes;
} perplexity_row_t;

extern const rows_schema_t perplexity_schema;

typedef void (*perplexity_sink_t)(void *context, const perplexity_row_t *row);

/* A row for each method, in their order. */
outcome_t perplexity_run(const perplexity_config_t *config, perplexity_sink_t sink, void *context);

#endif
