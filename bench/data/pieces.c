/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces are found by a hash table of their bytes. Joining works on a list of symbols: a heap holds every pair of
 * neighbours whose union is a piece, by score and place; a pair whose symbols have changed since is skipped when it comes
 * up. A text of n characters takes O(n log n). */
#include "data/pieces.h"

#include "base/file.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum { MOST_PIECES = 1 << 20, MOST_BYTES = 1 << 12 };

typedef struct {
    const char *text; /* in the file's bytes, or in `changed` */
    size_t size;
    float score;
} piece_t;

struct pieces {
    bytes_t file;
    piece_t *items;
    int64_t count;
    char *changed;  /* pieces whose blank was written as U+2581 */
    int32_t *slots; /* number + 1, 0: free */
    size_t mask;
};

/* ===  Reading  === */

static outcome_t cut_short(const char *path, const pieces_t *pieces)
{
    return outcome_failed(path, text_of("piece %lld", (long long)pieces->count).chars, "the end of the file",
                          "a whole piece", "get the file again");
}

static outcome_t add_piece(const char *path, pieces_t *pieces, const char *text, size_t size, float score)
{
    if (pieces->count == MOST_PIECES || size > MOST_BYTES)
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
    pieces->items[pieces->count++] = (piece_t){text, size, score};
    return outcome_ok();
}

/* llama2.c: the length of the longest piece; then a score, a length and bytes each. */
static outcome_t read_llama2c(const char *path, int64_t words, pieces_t *pieces)
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

/* sentencepiece_model.proto: field 1 of the model are the pieces; of a piece, 1 is the text and 2 the score. */
static outcome_t read_model(const char *path, pieces_t *pieces)
{
    enum { PIECE = 1, TEXT = 1, SCORE = 2 };
    const uint8_t *at = pieces->file.data, *end = at + pieces->file.size, *body;
    size_t size;
    int field;
    outcome_t result = outcome_ok();
    while (at < end && outcome_is_ok(&result)) {
        piece_t piece = {"", 0, 0};
        if (!read_field(&at, end, &field, &body, &size))
            return cut_short(path, pieces);
        if (field != PIECE)
            continue;
        const uint8_t *inside = body, *inside_end = body + size;
        while (inside < inside_end) {
            if (!read_field(&inside, inside_end, &field, &body, &size))
                return cut_short(path, pieces);
            if (field == TEXT) {
                piece.text = (const char *)body;
                piece.size = size;
            } else if (field == SCORE && size == sizeof piece.score) {
                memcpy(&piece.score, body, sizeof piece.score);
            }
        }
        result = add_piece(path, pieces, piece.text, piece.size, piece.score);
    }
    return result;
}

/* SentencePiece writes a blank as U+2581. */
static outcome_t change_blanks(const char *path, pieces_t *pieces)
{
    static const char blank[] = "\342\226\201";
    enum { LENGTH = sizeof blank - 1 };
    size_t total = 1;
    for (int64_t i = 0; i < pieces->count; i++)
        total += pieces->items[i].size;
    char *to = pieces->changed = malloc(total);
    if (to == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < pieces->count; i++) {
        piece_t *piece = &pieces->items[i];
        const char *from = piece->text, *end = from + piece->size;
        piece->text = to;
        while (from < end) {
            const bool is_blank = end - from >= LENGTH && memcmp(from, blank, LENGTH) == 0;
            *to++ = is_blank ? ' ' : *from;
            from += is_blank ? LENGTH : 1;
        }
        piece->size = (size_t)(to - piece->text);
    }
    return outcome_ok();
}

/* ===  Finding  === */

static size_t hash_of(const char *text, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
    return (size_t)(hash ^ hash >> 32);
}

static int32_t find(const pieces_t *pieces, const char *text, size_t size)
{
    for (size_t slot = hash_of(text, size) & pieces->mask; pieces->slots[slot] != 0; slot = (slot + 1) & pieces->mask) {
        const piece_t *piece = &pieces->items[pieces->slots[slot] - 1];
        if (piece->size == size && memcmp(piece->text, text, size) == 0)
            return pieces->slots[slot] - 1;
    }
    return -1;
}

/* Special pieces and those of bytes are not found by their text: "<s>" in a text is three characters. */
static outcome_t make_slots(const char *path, pieces_t *pieces)
{
    size_t room = 4;
    while (room < 2 * (size_t)pieces->count)
        room *= 2;
    pieces->slots = calloc(room, sizeof *pieces->slots);
    pieces->mask = room - 1;
    if (pieces->slots == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = PIECES_FIRST_BYTE + PIECES_BYTES; i < pieces->count; i++) {
        const piece_t *piece = &pieces->items[i];
        if (find(pieces, piece->text, piece->size) >= 0)
            continue; /* the first of two equal ones */
        size_t slot = hash_of(piece->text, piece->size) & pieces->mask;
        while (pieces->slots[slot] != 0)
            slot = (slot + 1) & pieces->mask;
        pieces->slots[slot] = (int32_t)i + 1;
    }
    return outcome_ok();
}

static outcome_t check_bytes(const char *path, const pieces_t *pieces, int64_t words)
{
    if (pieces->count < PIECES_FIRST_BYTE + PIECES_BYTES || (words > 0 && pieces->count != words))
        return outcome_failed(path, NULL, text_of("%lld pieces", (long long)pieces->count).chars,
                              text_of("%lld", (long long)(words > 0 ? words : PIECES_FIRST_BYTE + PIECES_BYTES)).chars,
                              "the tokenizer is not that of the weights");
    for (int i = 0; i < PIECES_BYTES; i++) {
        const piece_t *piece = &pieces->items[PIECES_FIRST_BYTE + i];
        const text_t name = text_of("<0x%02X>", (unsigned)i);
        if (piece->size != strlen(name.chars) || memcmp(piece->text, name.chars, piece->size) != 0)
            return outcome_failed(path, text_of("piece %d", PIECES_FIRST_BYTE + i).chars, "another piece", name.chars,
                                  "this version reads tokenizers with pieces for all bytes after <unk>, <s> and </s>");
    }
    return outcome_ok();
}

outcome_t pieces_read(const char *path, int64_t words, pieces_t **made)
{
    enum { PIECE_OF_MODEL = 0x0a /* field 1 with a length: how every tokenizer.model begins */ };
    pieces_t *pieces = calloc(1, sizeof *pieces);
    outcome_t result;
    *made = NULL;
    if (pieces == NULL)
        return outcome_out_of_memory(path);
    if (outcome_bad(&result, file_read(path, "the tokenizer of the weights: tokenizer.model, or tokenizer.bin of llama2.c",
                                       &pieces->file)))
        goto out;
    if (pieces->file.size < sizeof(int32_t)) {
        result = cut_short(path, pieces);
        goto out;
    }
    /* A tokenizer.bin begins with a small number as well, but its second byte is 0, which no first piece's length is. */
    const bool is_model = pieces->file.data[0] == PIECE_OF_MODEL && pieces->file.data[1] != 0;
    if (outcome_bad(&result, is_model ? read_model(path, pieces) : read_llama2c(path, words, pieces)) ||
        outcome_bad(&result, check_bytes(path, pieces, words)) || outcome_bad(&result, change_blanks(path, pieces)))
        goto out;
    result = make_slots(path, pieces);

out:
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
    free(pieces->items);
    free(pieces->changed);
    free(pieces->slots);
    free(pieces);
}

int64_t pieces_count(const pieces_t *pieces)
{
    return pieces->count;
}

const char *pieces_text(const pieces_t *pieces, int64_t number, size_t *size)
{
    if (number < 0 || number >= pieces->count)
        return NULL;
    *size = pieces->items[number].size;
    return pieces->items[number].text;
}

/* ===  Encoding  === */

/* Symbols are a list over the bytes of the text: each begins at its first byte. */
typedef struct {
    int32_t number; /* of the piece; -1: joined to the one before */
    int64_t before, after;
} symbol_t;

typedef struct {
    float score;
    int64_t left;
    int32_t a, b, joined; /* as they were when the pair was found */
} pair_t;

typedef struct {
    const pieces_t *pieces;
    symbol_t *symbols;
    int64_t count;
    pair_t *heap;
    size_t heap_count, heap_room;
    bool failed;
} encoding_t;

/* Should `x` be joined before `y`? */
static bool precedes(const pair_t *x, const pair_t *y)
{
    return x->score > y->score || (!(x->score < y->score) && x->left < y->left);
}

static void heap_push(encoding_t *encoding, const pair_t *pair)
{
    if (encoding->heap_count == encoding->heap_room) {
        const size_t room = encoding->heap_room > 0 ? 2 * encoding->heap_room : 64;
        pair_t *grown = realloc(encoding->heap, room * sizeof *grown);
        encoding->failed |= grown == NULL;
        if (grown == NULL)
            return;
        encoding->heap = grown;
        encoding->heap_room = room;
    }
    size_t at = encoding->heap_count++;
    for (; at > 0 && precedes(pair, &encoding->heap[(at - 1) / 2]); at = (at - 1) / 2)
        encoding->heap[at] = encoding->heap[(at - 1) / 2];
    encoding->heap[at] = *pair;
}

static pair_t heap_pop(encoding_t *encoding)
{
    const pair_t first = encoding->heap[0], last = encoding->heap[--encoding->heap_count];
    size_t at = 0;
    for (size_t child = 1; child < encoding->heap_count; child = 2 * at + 1) {
        if (child + 1 < encoding->heap_count && precedes(&encoding->heap[child + 1], &encoding->heap[child]))
            child++;
        if (!precedes(&encoding->heap[child], &last))
            break;
        encoding->heap[at] = encoding->heap[child];
        at = child;
    }
    if (encoding->heap_count > 0)
        encoding->heap[at] = last;
    return first;
}

/* The union of two pieces is a text of its own: pieces of bytes have a name that is not their byte. */
static void consider(encoding_t *encoding, int64_t left)
{
    char joined[2 * MOST_BYTES];
    const symbol_t *a = left >= 0 ? &encoding->symbols[left] : NULL;
    if (a == NULL || a->after < 0)
        return;
    const symbol_t *b = &encoding->symbols[a->after];
    const piece_t *x = &encoding->pieces->items[a->number], *y = &encoding->pieces->items[b->number];
    memcpy(joined, x->text, x->size);
    memcpy(joined + x->size, y->text, y->size);
    const int32_t number = find(encoding->pieces, joined, x->size + y->size);
    if (number >= 0)
        heap_push(encoding, &(pair_t){encoding->pieces->items[number].score, left, a->number, b->number, number});
}

static void join_all(encoding_t *encoding)
{
    for (int64_t i = 0; i + 1 < encoding->count; i++)
        consider(encoding, i);
    while (encoding->heap_count > 0 && !encoding->failed) {
        const pair_t pair = heap_pop(encoding);
        symbol_t *a = &encoding->symbols[pair.left], *b = a->after >= 0 ? &encoding->symbols[a->after] : NULL;
        if (b == NULL || a->number != pair.a || b->number != pair.b)
            continue;
        a->number = pair.joined;
        b->number = -1;
        a->after = b->after;
        if (b->after >= 0)
            encoding->symbols[b->after].before = pair.left;
        consider(encoding, a->before);
        consider(encoding, pair.left);
    }
}

/* The length of the UTF-8 character at the start of text[size], or 1 for a byte that begins none. */
static size_t character(const char *text, size_t size)
{
    utf8proc_int32_t code;
    const utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &code);
    return length > 0 ? (size_t)length : 1;
}

static void add_symbol(encoding_t *encoding, int32_t number)
{
    encoding->symbols[encoding->count] =
        (symbol_t){.number = number, .before = encoding->count - 1, .after = encoding->count + 1};
    encoding->count++;
}

static void split(encoding_t *encoding, const char *text, size_t size)
{
    const int32_t blank = find(encoding->pieces, " ", 1);
    if (size > 0 && blank >= 0)
        add_symbol(encoding, blank);
    for (size_t at = 0; at < size;) {
        const size_t length = character(text + at, size - at);
        const int32_t number = find(encoding->pieces, text + at, length);
        if (number >= 0)
            add_symbol(encoding, number);
        for (size_t i = 0; i < length && number < 0; i++)
            add_symbol(encoding, PIECES_FIRST_BYTE + (uint8_t)text[at + i]);
        at += length;
    }
    if (encoding->count > 0)
        encoding->symbols[encoding->count - 1].after = -1;
}

outcome_t pieces_encode(const pieces_t *pieces, const char *text, size_t size, int32_t **numbers, int64_t *count)
{
    encoding_t encoding = {.pieces = pieces, .symbols = malloc((size + 1) * sizeof(symbol_t))};
    int32_t *made = malloc((size + 1) * sizeof *made);
    outcome_t result = outcome_ok();
    *count = 0;
    if (encoding.symbols != NULL && made != NULL) {
        split(&encoding, text, size);
        join_all(&encoding);
    }
    if (encoding.symbols == NULL || made == NULL || encoding.failed) {
        free(made);
        made = NULL;
        result = outcome_out_of_memory("tokens of a text");
    }
    for (int64_t i = 0; i < encoding.count && made != NULL; i++)
        if (encoding.symbols[i].number >= 0)
            made[(*count)++] = encoding.symbols[i].number;
    *numbers = made;
    free(encoding.symbols);
    free(encoding.heap);
    return result;
}
