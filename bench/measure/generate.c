/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/generate.h"

#include "base/text.h"
#include "measure/language.h"
#include "measure/passages.h"
#include "measure/variant.h"

#include <stdlib.h>
#include <string.h>

/* The numbers of the prompt, after <s> where the tokenizer has one, into input[context]; the rest is -1. */
static outcome_t read_prompt(const generate_config_t *config, const language_t *language, float *input, int64_t *count)
{
    const int32_t begin = pieces_begin(language->pieces);
    const size_t size = strlen(config->prompt);
    pieces_tokens_t tokens;
    outcome_t result;
    if (outcome_bad(&result, passages_check("--prompt", config->prompt, size)) ||
        outcome_bad(&result, pieces_encode(language->pieces, config->prompt, size, &tokens)))
        return result;
    *count = tokens.count + (begin >= 0);
    if (*count == 0)
        result = outcome_failed(config->tokenizer, NULL, "no token that begins a text", "a prompt that is not empty", NULL);
    else if (*count + config->tokens - 1 > language->context)
        result = outcome_usage("--tokens", NULL,
                               text_of("%lld after %lld of the prompt", (long long)config->tokens, (long long)*count).chars,
                               text_of("%lld in all, the model's context", (long long)language->context).chars, NULL);
    for (int64_t i = 0; i < language->context && outcome_is_ok(&result); i++) {
        const int64_t at = i - (begin >= 0);
        input[i] = at < 0 ? (float)begin : at < tokens.count ? (float)tokens.numbers[at] : -1;
    }
    pieces_tokens_free(&tokens);
    return result;
}

static int64_t likeliest(const float *logits, int64_t words)
{
    int64_t best = 0;
    for (int64_t i = 1; i < words; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

static outcome_t write_tokens(const generate_config_t *config, const language_t *language, float *input, int64_t count,
                              generate_sink_t sink, void *context)
{
    float *logits = input + language->context;
    const bool blank = config->prompt[0] == '\0' && pieces_blank_first(language->pieces);
    const char *notes = language->checkpoint.notes.chars;
    generate_token_t token = {.net = language->checkpoint.made.name, .notes = notes != NULL ? notes : ""};
    outcome_t result = outcome_ok();
    for (int64_t past = 0; token.number < config->tokens;) {
        if (outcome_bad(&result, engine_continue(language->engine, 0, past, count - past, input + past, logits)))
            return result;
        past = count;
        const int64_t next = likeliest(logits, language->words);
        if (next == pieces_end(language->pieces) || next == pieces_begin(language->pieces))
            return result;
        if (count < language->context)
            input[count++] = (float)next;
        token.text = pieces_text(language->pieces, next, &token.size);
        if (token.text == NULL)
            return outcome_failed(config->tokenizer, NULL, text_of("no token %lld", (long long)next).chars,
                                  "one for each word of the model", "the tokenizer is not that of the weights");
        if (token.number++ == 0 && blank && token.size > 0 && token.text[0] == ' ') {
            token.text++;
            token.size--;
        }
        sink(context, &token);
    }
    return result;
}

outcome_t generate_run(const generate_config_t *config, generate_sink_t sink, void *context)
{
    language_t language = {.context = 0};
    compress_size_t bits;
    float *input = NULL;
    int64_t count = 0;
    outcome_t result;
    if (outcome_bad(&result, language_open(config->weights, config->tokenizer, 0, false, config->threads, &language)))
        goto out;
    input = malloc((size_t)(language.context + language.words) * sizeof *input);
    if (input == NULL) {
        result = outcome_out_of_memory("a text");
        goto out;
    }
    if (outcome_bad(&result, read_prompt(config, &language, input, &count)) ||
        outcome_bad(&result, language_start(&language, config->kernels, config->threads)) ||
        outcome_bad(&result,
                    variant_apply(&language.network, config->method, config->threads, language.engine, &bits, NULL)))
        goto out;
    result = write_tokens(config, &language, input, count, sink, context);

out:
    free(input);
    language_close(&language);
    return result;
}
