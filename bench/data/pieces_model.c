/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tokenizer.model of SentencePiece and tokenizer.bin of llama2.c: the special pieces, one for each byte, then the others.
 */
#include "data/pieces_internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { UNKNOWN, BEGIN, END, FIRST_BYTE };

static outcome_t cut_short(const char *path, const pieces_t *pieces)
{
    return outcome_failed(
        path, text_of("piece %lld", (long long)pieces->count).chars, "the end of the file", "a whole piece",
        "get the file again; it is read as a tokenizer.model of SentencePiece or a tokenizer.bin of llama2.c");
}

static outcome_t add_piece(const char *path, pieces_t *pieces, const char *text, size_t size, float score)
{
    if (pieces->count == PIECES_MOST || size > PIECES_MOST_BYTES)
        return outcome_failed(path, text_of("piece %lld", (long long)pieces->count).chars, text_of("%zu bytes", size).chars,
                              "at most 2^20 pieces of at most 4,096 bytes",
                              "is it a tokenizer.model of SentencePiece or a tokenizer.bin of llama2.c?");
    if ((pieces->count & (pieces->count - 1)) == 0) {
        const size_t room = pieces->count > 0 ? 2 * (size_t)pieces->count : 1;
        piece_t *grown = realloc(pieces->items, room * sizeof *grown);
        if (grown == NULL)
            return outcome_out_of_memory(path);
        pieces->items = grown;
    }
    pieces->items[pieces->count] =
        (piece_t){.text = text, .size = size, .score = score, .plain = pieces->count >= FIRST_BYTE + PIECES_BYTES};
    pieces->count++;
    return outcome_ok();
}

/* The length of the longest piece; then a score, a length and bytes each. */
static outcome_t read_scored(const char *path, int64_t words, pieces_t *pieces)
{
    const uint8_t *at = pieces->file.data + sizeof(int32_t), *end = pieces->file.data + pieces->file.size;
    outcome_t result = outcome_ok();
    while (at < end && (words == 0 || pieces->count < words) && outcome_is_ok(&result)) {
        float score;
        int32_t size;
        if ((size_t)(end - at) < sizeof score + sizeof size)
            return cut_short(path, pieces);
        memcpy(&score, at, sizeof score);
        memcpy(&size, at + sizeof score, sizeof size);
        at += sizeof score + sizeof size;
        if (size < 0 || size > end - at)
            return cut_short(path, pieces);
        result = add_piece(path, pieces, (const char *)at, (size_t)size, score);
        at += size;
    }
    return result;
}

/* Protocol Buffers: a number in groups of seven bits, the lowest first. */
static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    enum { GROUP = 7, MORE = 128, MOST_BITS = 63 };
    *value = 0;
    for (int shift = 0; *at < end && shift <= MOST_BITS; shift += GROUP) {
        const uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & (MORE - 1)) << shift;
        if (byte < MORE)
            return true;
    }
    return false;
}

/* One field; `*body` and `*size` are its bytes where it has a length. False at a damaged one. */
static bool read_field(const uint8_t **at, const uint8_t *end, int *field, const uint8_t **body, size_t *size)
{
    enum { VARINT, WIDE, SIZED, NARROW = 5, KIND_BITS = 3 };
    uint64_t tag, length = 0;
    if (!read_varint(at, end, &tag))
        return false;
    *field = (int)(tag >> KIND_BITS & INT32_MAX);
    *body = *at;
    switch (tag & ((1 << KIND_BITS) - 1)) {
    case VARINT:
        *size = 0;
        return read_varint(at, end, &length);
    case SIZED:
        if (!read_varint(at, end, &length))
            return false;
        *body = *at;
        break;
    case WIDE:
        length = sizeof(uint64_t);
        break;
    case NARROW:
        length = sizeof(uint32_t);
        break;
    default:
        return false;
    }
    if (length > (uint64_t)(end - *at))
        return false;
    *size = (size_t)length;
    *at += length;
    return true;
}

/* A field of a number is read again from its end: read_field() passes over it. */
static uint64_t number_of(const uint8_t *body, const uint8_t *end)
{
    uint64_t value = 0;
    (void)read_varint(&body, end, &value);
    return value;
}

static outcome_t read_piece(const char *path, pieces_t *pieces, const uint8_t *at, const uint8_t *end)
{
    enum { TEXT = 1, SCORE = 2, TYPE = 3, USER_DEFINED = 4 };
    piece_t piece = {.text = ""};
    while (at < end) {
        const uint8_t *body;
        size_t size;
        int field;
        if (!read_field(&at, end, &field, &body, &size))
            return cut_short(path, pieces);
        if (field == TEXT) {
            piece.text = (const char *)body;
            piece.size = size;
        } else if (field == SCORE && size == sizeof piece.score) {
            memcpy(&piece.score, body, sizeof piece.score);
        } else if (field == TYPE && number_of(body, at) == USER_DEFINED) {
            return outcome_failed(path, text_of("piece %lld", (long long)pieces->count).chars, "a piece of the user",
                                  "pieces that are joined, bytes and special ones", "take the tokenizer.json of the model");
        }
    }
    return add_piece(path, pieces, piece.text, piece.size, piece.score);
}

/* TrainerSpec: the kind of the model. NormalizerSpec: what is done to a text first. */
static outcome_t check_settings(const char *path, const uint8_t *at, const uint8_t *end, bool trainer, pieces_t *pieces)
{
    enum { KIND = 3, BPE = 2, UNIGRAM = 1, CHARACTERS = 2, BLANK_FIRST = 3, FEWER_BLANKS = 4, KINDS = 5 };
    static const char *const kinds[KINDS] = {"an unknown kind", "Unigram", "BPE", "Word", "Char"};
    uint64_t kind = UNIGRAM, blank_first = 1, fewer_blanks = 1; /* what an absent field means */
    size_t changed = 0;
    while (at < end) {
        const uint8_t *body;
        size_t size;
        int field;
        if (!read_field(&at, end, &field, &body, &size))
            return cut_short(path, pieces);
        kind = field == KIND ? number_of(body, at) : kind;
        blank_first = field == BLANK_FIRST ? number_of(body, at) : blank_first;
        fewer_blanks = field == FEWER_BLANKS ? number_of(body, at) : fewer_blanks;
        changed = field == CHARACTERS ? size : changed;
    }
    if (trainer && kind != BPE)
        return outcome_failed(path, "kind of the model", kinds[kind < KINDS ? kind : 0], "BPE",
                              "this version reads the tokenizers of the Llama family");
    if (!trainer && (changed > 0 || fewer_blanks != 0))
        return outcome_failed(path, "normalizer", changed > 0 ? "a table of characters" : "fewer blanks than the text has",
                              "the text as it stands", "this version reads the tokenizers of the Llama family");
    if (!trainer)
        pieces->blank = blank_first != 0 ? PIECES_BLANK_ALWAYS : PIECES_BLANK_NEVER;
    return outcome_ok();
}

/* sentencepiece_model.proto: field 1 of the model are the pieces, 2 the trainer's settings, 3 those of the normalizer. */
static outcome_t read_model(const char *path, pieces_t *pieces)
{
    enum { PIECE = 1, TRAINER = 2, NORMALIZER = 3 };
    const uint8_t *at = pieces->file.data, *end = at + pieces->file.size, *body;
    size_t size;
    int field;
    outcome_t result = outcome_ok();
    while (at < end && outcome_is_ok(&result)) {
        if (!read_field(&at, end, &field, &body, &size))
            return cut_short(path, pieces);
        if (field == PIECE)
            result = read_piece(path, pieces, body, body + size);
        else if (field == TRAINER || field == NORMALIZER)
            result = check_settings(path, body, body + size, field == TRAINER, pieces);
    }
    return result;
}

/* In the texts a blank is a blank, and a byte is itself. */
static outcome_t change_texts(const char *path, pieces_t *pieces)
{
    size_t total = 1;
    for (int64_t i = 0; i < pieces->count; i++)
        total += pieces->items[i].size;
    char *to = pieces->texts = malloc(total);
    if (to == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < pieces->count; i++) {
        piece_t *piece = &pieces->items[i];
        piece->size = pieces_unmark(piece->text, piece->size, to);
        piece->text = to;
        to += piece->size;
    }
    for (int i = 0; i < PIECES_BYTES; i++) {
        pieces->bytes[i] = FIRST_BYTE + i;
        pieces->items[FIRST_BYTE + i] = (piece_t){.text = pieces_byte_text(i), .size = 1};
    }
    return outcome_ok();
}

static outcome_t check_bytes(const char *path, const pieces_t *pieces, int64_t words)
{
    const int64_t least = FIRST_BYTE + PIECES_BYTES;
    if (words > 0 && words < least)
        return outcome_failed(path, NULL, text_of("a model of %lld words", (long long)words).chars,
                              text_of("at least %lld: three, and one for each byte", (long long)least).chars,
                              "this version reads tokenizers with pieces for all bytes");
    if (pieces->count < least || (words > 0 && pieces->count != words))
        return outcome_failed(path, NULL, text_of("%lld pieces", (long long)pieces->count).chars,
                              text_of("%lld", (long long)(words > 0 ? words : least)).chars,
                              "the tokenizer is not that of the weights");
    for (int i = 0; i < PIECES_BYTES; i++) {
        const piece_t *piece = &pieces->items[FIRST_BYTE + i];
        const text_t name = text_of("<0x%02X>", (unsigned)i);
        if (piece->size != strlen(name.chars) || memcmp(piece->text, name.chars, piece->size) != 0)
            return outcome_failed(path, text_of("piece %d", FIRST_BYTE + i).chars, "another piece", name.chars,
                                  "this version reads tokenizers with pieces for all bytes after <unk>, <s> and </s>");
    }
    return outcome_ok();
}

/* Special pieces and those of bytes are not found by their text: "<s>" in a text is three characters. */
static outcome_t complete(const char *path, int64_t words, pieces_t *pieces)
{
    outcome_t result;
    if (outcome_bad(&result, check_bytes(path, pieces, words)))
        return result;
    pieces->begin = BEGIN;
    pieces->end = END;
    return change_texts(path, pieces);
}

outcome_t pieces_read_model(const char *path, int64_t words, pieces_t *pieces)
{
    outcome_t result;
    pieces->blank = PIECES_BLANK_ALWAYS;
    pieces->marks = true;
    if (outcome_bad(&result, read_model(path, pieces)))
        return result;
    return complete(path, words, pieces);
}

outcome_t pieces_read_llama2c(const char *path, int64_t words, pieces_t *pieces)
{
    outcome_t result;
    pieces->blank = PIECES_BLANK_ALWAYS;
    if (outcome_bad(&result, read_scored(path, words, pieces)))
        return result;
    return complete(path, words, pieces);
}
