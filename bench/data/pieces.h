/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PIECES_H
#define BBS_DATA_PIECES_H

#include "base/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* The tokens of Llama 1 and 2 and of llama2.c: byte pair encoding as SentencePiece does it (Kudo and Richardson 2018). A
 * blank is put before the text; of all neighbours whose union is a piece, the pair whose piece has the highest score is
 * joined, the leftmost of equals, until there is none. A character that is no piece becomes its UTF-8 bytes.
 *
 * Files: tokenizer.model of SentencePiece, and tokenizer.bin of llama2.c (tok512.bin). */

typedef struct pieces pieces_t;

enum { PIECES_UNKNOWN = 0, PIECES_BEGIN = 1, PIECES_END = 2, PIECES_FIRST_BYTE = 3, PIECES_BYTES = 256 };

/* `words` pieces, the number that the model has; 0: as many as the file holds. Refused: a file that ends in the middle of
 * a piece, fewer pieces than words, a piece for a byte that is missing or elsewhere. Free with pieces_free(). */
outcome_t pieces_read(const char *path, int64_t words, pieces_t **pieces);
void pieces_free(pieces_t *pieces);

int64_t pieces_count(const pieces_t *pieces);
/* The bytes of a piece, a blank as " "; NULL for a number that is none. Not ended by NUL. */
const char *pieces_text(const pieces_t *pieces, int64_t number, size_t *size);

/* The numbers of `text`, without those of begin and end; free() them. Bytes that are no UTF-8 are pieces of bytes. */
outcome_t pieces_encode(const pieces_t *pieces, const char *text, size_t size, int32_t **numbers, int64_t *count);

#endif
