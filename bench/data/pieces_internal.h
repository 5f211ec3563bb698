/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PIECES_INTERNAL_H
#define BBS_DATA_PIECES_INTERNAL_H

#include "base/file.h"
#include "data/merges.h"
#include "data/pieces.h"
#include "data/word_split.h"

#include <stdbool.h>

/* What the readers of the three files (pieces_model.c, pieces_json.c) fill in, and pieces_encode.c uses. */

enum { PIECES_MOST = 1 << 20, PIECES_MOST_BYTES = 1 << 12, PIECES_BYTES = 256 };

typedef struct {
    const char *text; /* in pieces->file, in pieces->texts, or constant; NULL: a number without a token */
    size_t size;
    float score;
    bool plain; /* found by its text, and joined; bytes and special tokens are not */
} piece_t;

struct pieces {
    bytes_t file;
    char *texts; /* those that do not stand in the file as they are */
    piece_t *items;
    int64_t count;
    int32_t *slots; /* plain pieces by their text: number + 1, 0: free */
    size_t mask;
    int32_t bytes[PIECES_BYTES]; /* the token of each byte */
    int32_t begin, end;
    bool by_merges; /* else by scores */
    merges_t merges;
    bool words;       /* bytes of words, cut by `split`; else characters of the whole text, with `blank` */
    bool whole_words; /* a word that is a piece is not joined from its bytes ("ignore_merges") */
    word_split_t split;
    enum { PIECES_BLANK_NEVER, PIECES_BLANK_FIRST, PIECES_BLANK_ALWAYS } blank; /* before the text; before each part */
    bool marks;                                                                 /* U+2581 in a text is a blank */
    int32_t *added; /* tokens that stand for their name in a text */
    size_t added_count;
};

outcome_t pieces_read_model(const char *path, int64_t words, pieces_t *pieces);   /* SentencePiece */
outcome_t pieces_read_llama2c(const char *path, int64_t words, pieces_t *pieces); /* llama2.c */
outcome_t pieces_read_json(const char *path, int64_t words, pieces_t *pieces);    /* Hugging Face */

/* U+2581, which SentencePiece writes for a blank. */
extern const char pieces_mark[];
enum { PIECES_MARK_SIZE = 3 };
/* Copy text[size] to `to`, a mark as a blank. Returns the bytes written. */
size_t pieces_unmark(const char *text, size_t size, char *to);

/* The number of the plain piece with this text, or -1. */
int32_t pieces_find(const pieces_t *pieces, const char *text, size_t size);

/* One byte, as the text of its piece. */
const char *pieces_byte_text(int byte);

#endif
