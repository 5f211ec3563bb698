/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/tokenizer.h"

#include "data/words.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_LIMIT = 100 }; /* characters; max_input_chars_per_word of BERT's WordpieceTokenizer */

/* ===  Lists of tokens  === */

static outcome_t append(tokens_t *tokens, int32_t token)
{
    if (tokens->count == tokens->capacity) {
        size_t capacity = tokens->capacity ? 2 * tokens->capacity : 64;
        int32_t *grown = realloc(tokens->items, capacity * sizeof *grown);
        if (grown == NULL)
            return outcome_out_of_memory("tokens");
        tokens->items = grown;
        tokens->capacity = capacity;
    }
    tokens->items[tokens->count++] = token;
    return outcome_ok();
}

void tokens_free(tokens_t *tokens)
{
    free(tokens->items);
    *tokens = (tokens_t){0};
}

/* ===  WordPiece  === */

static size_t count_characters(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((uint8_t)text[i] & 0xC0) != 0x80;
    return count;
}

static outcome_t append_word(const vocabulary_t *vocabulary, const char *word, size_t size, tokens_t *tokens)
{
    size_t before = tokens->count, used = 0;
    bool known = count_characters(word, size) <= WORD_LIMIT;
    outcome_t result = outcome_ok();
    for (size_t at = 0; known && at < size && outcome_is_ok(&result); at += used) {
        int32_t piece = vocabulary_longest(vocabulary, word + at, size - at, at > 0, &used);
        known = piece >= 0;
        if (known)
            result = append(tokens, piece);
    }
    if (known || !outcome_is_ok(&result))
        return result;
    tokens->count = before;
    return append(tokens, vocabulary->specials[SPECIAL_UNK]);
}

static outcome_t append_text(const tokenizer_t *tokenizer, const char *text, size_t size, tokens_t *tokens)
{
    words_t words;
    outcome_t result = words_split(text, size, tokenizer->lower_case, &words);
    for (size_t i = 0, start = 0; i < words.count && outcome_is_ok(&result); start = words.ends[i++])
        result = append_word(tokenizer->vocabulary, words.text + start, words.ends[i] - start, tokens);
    words_free(&words);
    return result;
}

/* The special piece whose name begins the text, or SPECIAL_COUNT. */
static int special_at(const char *text, size_t size)
{
    int special = 0;
    for (; special < SPECIAL_COUNT; special++) {
        size_t length = strlen(vocabulary_special_names[special]);
        if (length <= size && memcmp(text, vocabulary_special_names[special], length) == 0)
            break;
    }
    return special;
}

outcome_t tokenizer_encode(const tokenizer_t *tokenizer, const char *text, size_t size, tokens_t *tokens)
{
    size_t start = 0;
    outcome_t result;
    for (size_t at = 0; at < size; at++) {
        int special = text[at] == '[' ? special_at(text + at, size - at) : SPECIAL_COUNT;
        if (special == SPECIAL_COUNT)
            continue;
        if (outcome_bad(&result, append_text(tokenizer, text + start, at - start, tokens)) ||
            outcome_bad(&result, append(tokens, tokenizer->vocabulary->specials[special])))
            return result;
        start = at + strlen(vocabulary_special_names[special]);
        at = start - 1;
    }
    return append_text(tokenizer, text + start, size - start, tokens);
}

/* ===  Sequences  === */

/* The numbers of tokens that two texts keep when there is room for `room` tokens. */
static void share(size_t room, size_t *first, size_t *second)
{
    if (*first + *second <= room)
        return;
    size_t *shorter = *first > *second ? second : first, *longer = shorter == first ? second : first;
    if (*shorter > room / 2)
        *shorter = room / 2;
    *longer = room - *shorter;
}

outcome_t tokenizer_sequence(const tokenizer_t *tokenizer, const char *first, const char *second, size_t width,
                             tokens_t *tokens, size_t *segment)
{
    const int32_t *specials = tokenizer->vocabulary->specials;
    size_t added = second != NULL ? 3 : 2;
    tokens_t a = {0}, b = {0};
    outcome_t result;
    if (outcome_bad(&result, tokenizer_encode(tokenizer, first, strlen(first), &a)) ||
        (second != NULL && outcome_bad(&result, tokenizer_encode(tokenizer, second, strlen(second), &b))) ||
        outcome_bad(&result, append(tokens, specials[SPECIAL_CLS])))
        goto out;
    share(width - added, &a.count, &b.count);
    for (size_t i = 0; i < a.count && outcome_is_ok(&result); i++)
        result = append(tokens, a.items[i]);
    if (!outcome_is_ok(&result) || outcome_bad(&result, append(tokens, specials[SPECIAL_SEP])))
        goto out;
    *segment = a.count + 2;
    for (size_t i = 0; i < b.count && outcome_is_ok(&result); i++)
        result = append(tokens, b.items[i]);
    if (second != NULL && outcome_is_ok(&result))
        result = append(tokens, specials[SPECIAL_SEP]);

out:
    tokens_free(&a);
    tokens_free(&b);
    return result;
}
