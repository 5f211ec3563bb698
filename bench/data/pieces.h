/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PIECES_H
#define BBS_DATA_PIECES_H

#include "base/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* The tokens of language models of the Llama family, by byte pair encoding (data/joining.h). Three files are read; the
 * first byte tells which.
 *
 * tokenizer.model of SentencePiece (Llama 1 and 2; Kudo and Richardson 2018), and tokenizer.bin of llama2.c: a blank is put
 * before the text, a character that is no piece becomes its UTF-8 bytes, and of all neighbours whose union is a piece those
 * with the highest score are joined first. In a tokenizer.model U+2581 is the blank, in a text too.
 *
 * tokenizer.json of Hugging Face, of two kinds. Byte level (Llama 3, SmolLM; GPT-2's way): the text is cut into words by
 * the file's patterns (data/word_split.h), and the bytes of each word are joined by the file's merges. SentencePiece's way
 * (Llama 2, TinyLlama): as above, but joined by merges. Special tokens stand for their name where it occurs in a text. What
 * the file says about how a text is changed or cut, and is not read here, is refused by name. */

typedef struct pieces pieces_t;

/* `words`: the numbers that the model knows; 0: any. Refused: a file that is damaged, a token whose number the model does
 * not know, fewer pieces than words in the first two kinds, a byte without a token, another kind of tokenizer (Unigram,
 * WordPiece, WordLevel). Free with pieces_free(). */
outcome_t pieces_read(const char *path, int64_t words, pieces_t **pieces);
void pieces_free(pieces_t *pieces);

int64_t pieces_count(const pieces_t *pieces); /* the highest number + 1 */
int32_t pieces_begin(const pieces_t *pieces); /* <s>; -1: the file names none */
int32_t pieces_end(const pieces_t *pieces);   /* </s>; -1: the file names none */
/* The bytes that a token stands for, a blank as " "; NULL for a number that is none. Not ended by NUL. */
const char *pieces_text(const pieces_t *pieces, int64_t number, size_t *size);

/* The tokens of a text: their numbers, and how many bytes of the text each is; free with pieces_tokens_free(). */
typedef struct {
    int32_t *numbers, *bytes;
    int64_t count;
} pieces_tokens_t;

/* Without <s> and </s>. A tokenizer.json needs UTF-8; else bytes that are no UTF-8 are pieces of bytes. */
outcome_t pieces_encode(const pieces_t *pieces, const char *text, size_t size, pieces_tokens_t *tokens);
void pieces_tokens_free(pieces_tokens_t *tokens);

#endif
