/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces are found by a hash table of their bytes. */
#include "data/pieces.h"

#include "base/hash.h"
#include "base/text.h"
#include "data/pieces_internal.h"

#include <stdlib.h>
#include <string.h>

const char pieces_mark[] = "\342\226\201";

const char *pieces_byte_text(int byte)
{
#define ROW(n) \
    n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9, n + 10, n + 11, n + 12, n + 13, n + 14, n + 15
    static const unsigned char all[PIECES_BYTES] = {ROW(0),   ROW(16),  ROW(32),  ROW(48),  ROW(64),  ROW(80),
                                                    ROW(96),  ROW(112), ROW(128), ROW(144), ROW(160), ROW(176),
                                                    ROW(192), ROW(208), ROW(224), ROW(240)};
#undef ROW
    return (const char *)&all[byte];
}

size_t pieces_unmark(const char *text, size_t size, char *to)
{
    const char *end = text + size, *start = to;
    while (text < end) {
        const bool mark = end - text >= PIECES_MARK_SIZE && memcmp(text, pieces_mark, PIECES_MARK_SIZE) == 0;
        *to++ = mark ? ' ' : *text;
        text += mark ? PIECES_MARK_SIZE : 1;
    }
    return (size_t)(to - start);
}

/* ===  Finding  === */

static size_t hash_of(const char *text, size_t size)
{
    return hash_place(hash_more(HASH_START, text, size));
}

int32_t pieces_find(const pieces_t *pieces, const char *text, size_t size)
{
    for (size_t slot = hash_of(text, size) & pieces->mask; pieces->slots[slot] != 0; slot = (slot + 1) & pieces->mask) {
        const piece_t *piece = &pieces->items[pieces->slots[slot] - 1];
        if (piece->size == size && memcmp(piece->text, text, size) == 0)
            return pieces->slots[slot] - 1;
    }
    return -1;
}

static outcome_t make_slots(const char *path, pieces_t *pieces)
{
    size_t room = 4;
    while (room < 2 * (size_t)pieces->count)
        room *= 2;
    pieces->slots = calloc(room, sizeof *pieces->slots);
    pieces->mask = room - 1;
    if (pieces->slots == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < pieces->count; i++) {
        const piece_t *piece = &pieces->items[i];
        if (!piece->plain || pieces_find(pieces, piece->text, piece->size) >= 0)
            continue; /* the first of two equal ones */
        size_t slot = hash_of(piece->text, piece->size) & pieces->mask;
        while (pieces->slots[slot] != 0)
            slot = (slot + 1) & pieces->mask;
        pieces->slots[slot] = (int32_t)i + 1;
    }
    return outcome_ok();
}

/* ===  Reading  === */

/* A tokenizer.bin begins with a small number, of which the second byte is 0: no first piece's length is, and no text. */
static outcome_t read_as(const char *path, int64_t words, pieces_t *pieces)
{
    enum { PIECE_OF_MODEL = 0x0a /* field 1 with a length: how every tokenizer.model begins */ };
    const uint8_t *data = pieces->file.data;
    if (pieces->file.size < sizeof(int32_t))
        return outcome_failed(path, NULL, text_of("%zu bytes", pieces->file.size).chars, "a tokenizer",
                              "get the file again");
    if (data[0] == '{' && data[1] != 0)
        return pieces_read_json(path, words, pieces);
    return data[0] == PIECE_OF_MODEL && data[1] != 0 ? pieces_read_model(path, words, pieces)
                                                     : pieces_read_llama2c(path, words, pieces);
}

outcome_t pieces_read(const char *path, int64_t words, pieces_t **made)
{
    pieces_t *pieces = calloc(1, sizeof *pieces);
    outcome_t result;
    *made = NULL;
    if (pieces == NULL)
        return outcome_out_of_memory(path);
    pieces->begin = pieces->end = -1;
    if (!outcome_bad(
            &result,
            file_read(path, "the tokenizer of the weights: tokenizer.json, tokenizer.model, or tokenizer.bin of llama2.c",
                      &pieces->file)) &&
        !outcome_bad(&result, read_as(path, words, pieces)))
        result = make_slots(path, pieces);
    if (outcome_is_ok(&result))
        *made = pieces;
    else
        pieces_free(pieces);
    return result;
}

void pieces_free(pieces_t *pieces)
{
    if (pieces == NULL)
        return;
    file_free_bytes(&pieces->file);
    merges_free(&pieces->merges);
    word_split_free(&pieces->split);
    free(pieces->items);
    free(pieces->texts);
    free(pieces->slots);
    free(pieces->added);
    free(pieces);
}

/* ===  Asking  === */

int64_t pieces_count(const pieces_t *pieces)
{
    return pieces->count;
}

int32_t pieces_begin(const pieces_t *pieces)
{
    return pieces->begin;
}

int32_t pieces_end(const pieces_t *pieces)
{
    return pieces->end;
}

bool pieces_blank_first(const pieces_t *pieces)
{
    return !pieces->words && pieces->blank != PIECES_BLANK_NEVER;
}

const char *pieces_text(const pieces_t *pieces, int64_t number, size_t *size)
{
    if (number < 0 || number >= pieces->count || pieces->items[number].text == NULL)
        return NULL;
    *size = pieces->items[number].size;
    return pieces->items[number].text;
}
