/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_WINDOWS_H
#define BBS_MEASURE_WINDOWS_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stdint.h>

/* The windows of a text: which tokens a language model reads, and which of its predictions count.
 *
 * A model reads at most `context` tokens. A longer document is cut into windows, and each is predicted by itself. With
 * WINDOWS_BEGIN_ALWAYS a window is <s> and context - 1 tokens; it predicts `context` tokens, the first from <s> alone. Else
 * it is `context` tokens of the document, before which <s> stands (FIRST) or not (NEVER); it predicts all of them but the
 * first.
 *
 * From one window to the next are `stride` tokens. Where windows overlap, a token counts in the first window that predicts
 * it, so the later windows only give it more context. FIRST is what Hugging Face's page "Perplexity of fixed-length models"
 * does for a model with <s>, NEVER what it does for GPT-2, with one difference: a mean here is one of all tokens that
 * count, while that page weighs each window by its tokens less one. With a stride of a whole window FIRST and NEVER leave
 * out the first token of each window, because no window predicts it. */

typedef enum { WINDOWS_BEGIN_ALWAYS, WINDOWS_BEGIN_FIRST, WINDOWS_BEGIN_NEVER, WINDOWS_BEGINS } windows_begin_t;

extern const char *const windows_begin_names[WINDOWS_BEGINS]; /* "always", "first", "never" */

typedef struct {
    int64_t context; /* at least 2 */
    int64_t stride;  /* at least 1, at most the context */
    windows_begin_t begin;
    bool truncate; /* of each document only the first window */
    int64_t most;  /* tokens of all documents, from the start; 0: all */
} windows_rule_t;

/* Row r of the logits predicts token first + r. Input 0 is <s>, or token first - 1; input r is token first + r - 1. */
typedef struct {
    int64_t document;
    bool begins;      /* with <s> */
    int64_t first;    /* token of the text, counted from 0 */
    int64_t predicts; /* tokens, and inputs; at least 1 */
    int64_t counts;   /* the last so many of them */
    int64_t at;       /* the first of those, among all tokens that count */
} window_t;

/* Start with {0}; free with windows_free(), also after a failure. */
typedef struct {
    int32_t *numbers, *bytes; /* of all documents: each token's number, and how many bytes of the text it is */
    int64_t tokens;
    window_t *items;
    int64_t count, documents;
    int64_t counted, counted_bytes; /* tokens that count, and their bytes */
} windows_t;

/* Append a document of `count` tokens; one without a token that counts has no window. `numbers` and `bytes` are copied. */
outcome_t windows_add(windows_t *windows, const windows_rule_t *rule, const int32_t *numbers, const int32_t *bytes,
                      int64_t count);
/* Are there as many tokens as rule->most? */
bool windows_full(const windows_t *windows, const windows_rule_t *rule);
void windows_free(windows_t *windows);

/* The inputs of a window, as engine_predict() takes them: `context` floats, the rest -1. */
void windows_inputs(const windows_t *windows, int64_t window, int32_t begin, int64_t context, float *inputs);

#endif
