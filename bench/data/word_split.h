/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_WORD_SPLIT_H
#define BBS_DATA_WORD_SPLIT_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>

/* How a tokenizer.json cuts a text into words before it joins bytes: patterns, one after the other, each on the words of
 * the one before. What a pattern matches is a word, and so is what lies between two matches (the behaviour "Isolated").
 *
 * The patterns are those of the file, run by PCRE2 with Unicode's properties. Hugging Face's library runs them by
 * Oniguruma: \s is there Unicode's property White_Space, which is put in its place here, because PCRE2's \s also has
 * U+180E. Letters and numbers are those of the Unicode version of this machine's PCRE2. */

enum { WORD_SPLIT_MOST = 8 };

typedef struct {
    struct pcre2_real_code_8 *patterns[WORD_SPLIT_MOST];
    size_t count;
} word_split_t;

/* Append a pattern; `literal`: it is a text. `where` and `place` begin the error of one that PCRE2 refuses. */
outcome_t word_split_add(word_split_t *split, const char *where, const char *place, const char *pattern, bool literal);
void word_split_free(word_split_t *split);

/* Call `take` for each word of text[size], in order; none is empty. The text is UTF-8. */
typedef outcome_t (*word_split_take_t)(void *context, const char *word, size_t size);
outcome_t word_split_run(const word_split_t *split, const char *text, size_t size, word_split_take_t take, void *context);

#endif
