/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text is cut at the names of special tokens; each part is cut into words, or taken whole; the symbols of a word are
 * bytes, those of a whole part characters; then they are joined. Each symbol knows how many bytes of the text it stands
 * for, so that a token does. */
#include "data/joining.h"
#include "data/pieces_internal.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

typedef struct {
    const pieces_t *pieces;
    joining_t joining;
    joining_symbol_t *symbols; /* all of the text; joined are those before `done` */
    int64_t done, count;
} encoding_t;

static int32_t union_of(const void *context, int32_t left, int32_t right, double *priority)
{
    const pieces_t *pieces = context;
    const piece_t *a = &pieces->items[left], *b = &pieces->items[right];
    char joined[2 * PIECES_MOST_BYTES];
    if (pieces->by_merges)
        return merges_find(&pieces->merges, left, right, priority);
    if (!a->plain || !b->plain) /* a byte of a character that is no piece */
        return -1;
    memcpy(joined, a->text, a->size);
    memcpy(joined + a->size, b->text, b->size);
    const int32_t number = pieces_find(pieces, joined, a->size + b->size);
    if (number >= 0)
        *priority = (double)pieces->items[number].score;
    return number;
}

/* There is room for a symbol a byte, and one before each part. */
static void add_symbol(encoding_t *encoding, int32_t number, size_t bytes)
{
    encoding->symbols[encoding->count++] = (joining_symbol_t){.number = number, .bytes = (int32_t)bytes};
}

static outcome_t join(encoding_t *encoding)
{
    int64_t count = encoding->count - encoding->done;
    outcome_t result =
        joining_run(&encoding->joining, union_of, encoding->pieces, encoding->symbols + encoding->done, &count);
    encoding->done += count;
    encoding->count = encoding->done;
    return result;
}

static outcome_t take_word(void *context, const char *word, size_t size)
{
    encoding_t *encoding = context;
    const pieces_t *pieces = encoding->pieces;
    const int32_t whole = pieces->whole_words ? pieces_find(pieces, word, size) : -1;
    if (whole >= 0)
        add_symbol(encoding, whole, size);
    for (size_t i = 0; i < size && whole < 0; i++)
        add_symbol(encoding, pieces->bytes[(uint8_t)word[i]], 1);
    if (whole >= 0)
        encoding->done = encoding->count;
    return whole >= 0 ? outcome_ok() : join(encoding);
}

/* The length of the UTF-8 character at the start of text[size], or 1 for a byte that begins none. */
static size_t character(const char *text, size_t size)
{
    utf8proc_int32_t code;
    const utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &code);
    return length > 0 ? (size_t)length : 1;
}

static outcome_t take_characters(encoding_t *encoding, const char *text, size_t size, bool blank_first)
{
    const pieces_t *pieces = encoding->pieces;
    const int32_t blank = pieces_find(pieces, " ", 1);
    if (blank_first && blank >= 0)
        add_symbol(encoding, blank, 0);
    for (size_t at = 0; at < size;) {
        const size_t length = character(text + at, size - at);
        const bool mark =
            pieces->marks && length == PIECES_MARK_SIZE && memcmp(text + at, pieces_mark, PIECES_MARK_SIZE) == 0;
        const int32_t number = mark ? blank : pieces_find(pieces, text + at, length);
        if (number >= 0)
            add_symbol(encoding, number, length);
        for (size_t i = 0; i < length && number < 0; i++)
            add_symbol(encoding, pieces->bytes[(uint8_t)text[at + i]], 1);
        at += length;
    }
    return join(encoding);
}

static outcome_t take_part(encoding_t *encoding, const char *text, size_t size, bool first)
{
    const pieces_t *pieces = encoding->pieces;
    if (size == 0)
        return outcome_ok();
    if (pieces->words)
        return word_split_run(&pieces->split, text, size, take_word, encoding);
    return take_characters(encoding, text, size,
                           pieces->blank == PIECES_BLANK_ALWAYS || (pieces->blank == PIECES_BLANK_FIRST && first));
}

/* The special token whose name is the longest at the start of text[size], or -1. */
static int32_t added_at(const pieces_t *pieces, const char *text, size_t size)
{
    int32_t found = -1;
    for (size_t i = 0; i < pieces->added_count; i++) {
        const piece_t *piece = &pieces->items[pieces->added[i]];
        if (piece->size <= size && memcmp(piece->text, text, piece->size) == 0 &&
            (found < 0 || piece->size > pieces->items[found].size))
            found = pieces->added[i];
    }
    return found;
}

static outcome_t take_text(encoding_t *encoding, const char *text, size_t size)
{
    const pieces_t *pieces = encoding->pieces;
    bool begins[PIECES_BYTES] = {false}; /* bytes with which a special token begins */
    size_t begin = 0;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < pieces->added_count; i++)
        begins[(uint8_t)pieces->items[pieces->added[i]].text[0]] = true;
    for (size_t at = 0; at < size && outcome_is_ok(&result);) {
        const int32_t added = begins[(uint8_t)text[at]] ? added_at(pieces, text + at, size - at) : -1;
        if (added < 0) {
            at++;
            continue;
        }
        result = take_part(encoding, text + begin, at - begin, begin == 0);
        add_symbol(encoding, added, pieces->items[added].size);
        encoding->done = encoding->count;
        begin = at += pieces->items[added].size;
    }
    return outcome_is_ok(&result) ? take_part(encoding, text + begin, size - begin, begin == 0) : result;
}

outcome_t pieces_encode(const pieces_t *pieces, const char *text, size_t size, pieces_tokens_t *tokens)
{
    encoding_t encoding = {.pieces = pieces, .symbols = malloc(2 * (size + 1) * sizeof(joining_symbol_t))};
    outcome_t result =
        encoding.symbols != NULL ? take_text(&encoding, text, size) : outcome_out_of_memory("tokens of a text");
    const size_t room = (size_t)encoding.count + 1;
    *tokens = (pieces_tokens_t){
        .numbers = malloc(room * sizeof(int32_t)), .bytes = malloc(room * sizeof(int32_t)), .count = encoding.count};
    if (outcome_is_ok(&result) && (tokens->numbers == NULL || tokens->bytes == NULL))
        result = outcome_out_of_memory("tokens of a text");
    for (int64_t i = 0; i < encoding.count && outcome_is_ok(&result); i++) {
        tokens->numbers[i] = encoding.symbols[i].number;
        tokens->bytes[i] = encoding.symbols[i].bytes;
    }
    if (!outcome_is_ok(&result))
        pieces_tokens_free(tokens);
    free(encoding.symbols);
    joining_free(&encoding.joining);
    return result;
}

void pieces_tokens_free(pieces_tokens_t *tokens)
{
    free(tokens->numbers);
    free(tokens->bytes);
    *tokens = (pieces_tokens_t){.count = 0};
}
