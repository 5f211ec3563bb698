/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_GENERATE_H
#define BBS_MEASURE_GENERATE_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text of a language model, greedily: the likeliest token follows, the lowest number of equals. There are no random draws,
 * so a method writes the same text each time, and where it parts from that of float32 is seen at once.
 *
 * Keys and values of the text so far are kept (engine_continue()), so each token after the prompt is one pass of one token.
 */

typedef struct {
    const char *weights, *tokenizer; /* as of perplexity_config_t */
    const char *prompt;              /* UTF-8; may be empty */
    int64_t tokens;                  /* at most, after the prompt; all of it must fit into the context */
    const char *method;              /* a spec (compress/spec.h) */
    const char *kernels;             /* "fast" or "stock" */
    int threads;                     /* to compress; tokens come one by one */
} generate_config_t;

typedef struct {
    const char *net, *notes; /* valid in the call of the sink */
    const char *text;        /* the bytes of one more token, not ended by NUL; may end within a character */
    size_t size;
    int64_t number; /* of tokens so far */
} generate_token_t;

typedef void (*generate_sink_t)(void *context, const generate_token_t *token);

/* The sink gets each token after the prompt, until there are `tokens`, or the model ends the text with </s> or <s>. Where a
 * tokenizer puts a blank before a text, the first token after an empty prompt is given without it. */
outcome_t generate_run(const generate_config_t *config, generate_sink_t sink, void *context);

#endif
