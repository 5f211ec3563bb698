/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_VOCABULARY_H
#define BBS_DATA_VOCABULARY_H

#include "base/outcome.h"
#include "data/lines.h"

#include <stdbool.h>
#include <stdint.h>

/* A WordPiece vocabulary (vocab.txt): one piece per line, numbered from 0; "##" begins a piece that continues a word.
 * A vocabulary belongs to the weights: their embedding has one row per piece. */

/* The special pieces. All five must be in the vocabulary. The name of one in a text becomes that piece, as in Hugging
 * Face's tokenizers. */
typedef enum { SPECIAL_PAD, SPECIAL_UNK, SPECIAL_CLS, SPECIAL_SEP, SPECIAL_MASK, SPECIAL_COUNT } special_t;
extern const char *const vocabulary_special_names[SPECIAL_COUNT];

typedef struct {
    lines_t lines;
    uint32_t *slots; /* hash table: line + 1, 0 for a free slot */
    size_t slot_mask;
    size_t longest; /* bytes of the longest piece, "##" included */
    int32_t specials[SPECIAL_COUNT];
} vocabulary_t;

/* Refused with file and line: an empty line, a piece that occurs twice, invalid UTF-8, more than 2^20 lines, a missing
 * special piece. A missing file is FAULT_MISSING. `path` must outlive the vocabulary. */
outcome_t vocabulary_read(const char *path, vocabulary_t *vocabulary);
/* The same from lines in memory, which are taken over and freed in any case. */
outcome_t vocabulary_build(lines_t lines, vocabulary_t *vocabulary);
void vocabulary_free(vocabulary_t *vocabulary);

/* The number of the longest piece that begins `text` (`size` bytes of valid UTF-8), or -1; `*used` receives its length in
 * bytes. `continues`: search among the pieces with "##". */
int32_t vocabulary_longest(const vocabulary_t *vocabulary, const char *text, size_t size, bool continues, size_t *used);

#endif
