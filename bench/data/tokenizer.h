/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_TOKENIZER_H
#define BBS_DATA_TOKENIZER_H

#include "base/outcome.h"
#include "data/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BERT's tokenizer: text to token numbers, equal to Hugging Face's BertTokenizerFast (tests/unit/test_tokens.c). Words
 * (data/words.h) are cut greedily into the longest pieces of the vocabulary; a word that cannot be cut into pieces,
 * or has more than 100 characters, is [UNK]. The name of a special piece in a text becomes that piece. */

typedef struct {
    const vocabulary_t *vocabulary;
    bool lower_case; /* an uncased checkpoint */
} tokenizer_t;

/* A list that grows. */
typedef struct {
    int32_t *items;
    size_t count, capacity;
} tokens_t;

/* Append the tokens of `size` bytes of UTF-8. Invalid UTF-8 is an error with its place. */
outcome_t tokenizer_encode(const tokenizer_t *tokenizer, const char *text, size_t size, tokens_t *tokens);

/* Append [CLS] first [SEP], or [CLS] first [SEP] second [SEP] where second is not NULL: at most `width` tokens. Texts
 * that are too long are cut at their ends, the longer one first. When both are cut and the room is odd, the longer one (of
 * two equally long the second) keeps one token more. `*segment` receives the number of tokens in segment 0. */
outcome_t tokenizer_sequence(const tokenizer_t *tokenizer, const char *first, const char *second, size_t width,
                             tokens_t *tokens, size_t *segment);
enum { TOKENIZER_LEAST_WIDTH = 3 }; /* [CLS] and two [SEP] */

void tokens_free(tokens_t *tokens);

#endif
