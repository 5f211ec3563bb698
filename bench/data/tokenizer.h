/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_TOKENIZER_H
#define BBS_DATA_TOKENIZER_H

#include "base/outcome.h"
#include "data/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BERT's tokenizer: text to token numbers, equal to Hugging Face's BertTokenizerFast (tests/unit/test_tokens.c). Words
 * (data/words.h) are cut greedily into the longest pieces of the vocabulary; a word that cannot be, or of more than 100
 * characters, is [UNK]. The special pieces, where a text contains their names, are taken as themselves. */

typedef struct {
    const vocabulary_t *vocabulary;
    bool lower_case; /* an uncased checkpoint */
} tokenizer_t;

/* A list that grows. */
typedef struct {
    int32_t *items;
    size_t count, capacity;
} tokens_t;

/* Append the tokens of `size` bytes of UTF-8; anything else is refused with the place. */
outcome_t tokenizer_encode(const tokenizer_t *tokenizer, const char *text, size_t size, tokens_t *tokens);

/* Append [CLS] first [SEP], or [CLS] first [SEP] second [SEP] where second is not NULL: at most `width` tokens. Texts
 * that are too long are cut at their ends, the longer one first; where both are cut, and their room is odd, the longer
 * one (the second of two equally long) keeps one more. *segment receives how many tokens belong to segment 0. */
outcome_t tokenizer_sequence(const tokenizer_t *tokenizer, const char *first, const char *second, size_t width,
                             tokens_t *tokens, size_t *segment);
enum { TOKENIZER_LEAST_WIDTH = 3 }; /* [CLS] and two [SEP] */

void tokens_free(tokens_t *tokens);

#endif
