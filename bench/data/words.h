/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_WORDS_H
#define BBS_DATA_WORDS_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BERT's basic tokenizer (Devlin et al. 2018, tokenization.py) as in Hugging Face's library: a text becomes words, which
 * WordPiece then cuts. Control characters are removed; each ideograph and each punctuation mark is a word; white space ends
 * a word. With lower_case accents are stripped, and letters become lower case one by one (no final sigma). */

typedef struct {
    char *text; /* the words one after the other, UTF-8 without NUL */
    size_t *ends;
    size_t count;
} words_t;

/* `text` is `size` bytes of UTF-8; an invalid byte is an error with its place. Free with words_free(). */
outcome_t words_split(const char *text, size_t size, bool lower_case, words_t *words);
void words_free(words_t *words);

#endif
