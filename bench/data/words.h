/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_WORDS_H
#define BBS_DATA_WORDS_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BERT's basic tokenizer (Devlin et al. 2018, tokenization.py) as Hugging Face's library runs it: a text becomes words
 * that WordPiece then cuts. Control characters go, an ideograph and a punctuation mark are words of their own, white
 * space ends a word; with lower_case accents are stripped and letters made small, one by one (no final sigma). */

typedef struct {
    char *text; /* the words one behind the other, UTF-8 without NUL */
    size_t *ends;
    size_t count;
} words_t;

/* `text` is `size` bytes of UTF-8; anything else is refused with the byte's place. Free with words_free(). */
outcome_t words_split(const char *text, size_t size, bool lower_case, words_t *words);
void words_free(words_t *words);

#endif
