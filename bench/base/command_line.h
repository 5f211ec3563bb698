/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_COMMAND_LINE_H
#define BBS_BASE_COMMAND_LINE_H

#include "base/outcome.h"
#include "base/text.h"

#include <stddef.h>

/* Command lines as one text, as a shell reads them. */

/* Append a space and a word: in single quotes unless every character stands for itself. */
void command_line_add(text_builder_t *line, const char *word);

/* The words of such a text. A backslash outside quotes takes the next character as it is; there are no other special
 * characters. */
typedef struct {
    char **words; /* `count` words and a NULL */
    size_t count;
    char *internal_text; /* where the words live */
} command_words_t;

/* FAULT_FAILED, naming `where`, for a quote without its end. Free with command_words_free(), whatever the outcome. */
outcome_t command_words_split(const char *where, const char *line, command_words_t *words);
void command_words_free(command_words_t *words);

#endif
