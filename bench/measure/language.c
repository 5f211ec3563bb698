/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/language.h"

#include "base/file.h"
#include "base/text.h"
#include "measure/blocks.h"

outcome_t language_open(const char *weights, const char *tokenizer, int64_t context, bool deferred, int threads,
                        language_t *language)
{
    const checkpoint_request_t request = {.path = weights, .tokens = context, .deferred = deferred, .threads = threads};
    outcome_t result;
    if (outcome_bad(&result, checkpoint_open(&request, &language->checkpoint)))
        return result;
    const net_weights_t *made = &language->checkpoint.weights;
    language->context = made->size->width;
    language->words = made->size->classes;
    if (outcome_bad(&result, blocks_check(made)) ||
        outcome_bad(&result, pieces_read(tokenizer, language->words, &language->pieces)))
        return result;
    if (pieces_count(language->pieces) < language->words)
        text_append(&language->checkpoint.notes, "tokenizer: %s has %lld tokens, the model %lld words\n",
                    file_name(tokenizer), (long long)pieces_count(language->pieces), (long long)language->words);
    return language->checkpoint.notes.failed ? outcome_out_of_memory("notes") : result;
}

outcome_t language_start(language_t *language, const char *kernels, int threads)
{
    const net_weights_t *made = &language->checkpoint.weights;
    outcome_t result;
    if (outcome_bad(&result, int8_network_from(made, false, threads, &language->network)))
        return result;
    return engine_open(made, kernels, threads, &language->engine);
}

void language_close(language_t *language)
{
    engine_close(language->engine);
    int8_network_free(&language->network);
    pieces_free(language->pieces);
    checkpoint_free(&language->checkpoint);
}
