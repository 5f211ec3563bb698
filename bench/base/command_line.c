/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/command_line.h"

#include <stdlib.h>
#include <string.h>

void command_line_add(text_builder_t *line, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        text_append(line, " %s", word);
        return;
    }
    text_append(line, " '");
    for (; *word != '\0'; word++)
        text_append(line, "%s%c%s", *word == '\'' ? "'\\" : "", *word, *word == '\'' ? "'" : "");
    text_append(line, "'");
}

static const char blanks[] = " \t\n";

/* Move one word from `*from` to `*to`, with a NUL after it. False when a quote has no end. */
static bool take_word(const char **from, char **to)
{
    while (**from != '\0' && strchr(blanks, **from) == NULL) {
        if (**from == '\'' || **from == '"') {
            const char *end = strchr(*from + 1, **from);
            if (end == NULL)
                return false;
            memcpy(*to, *from + 1, (size_t)(end - *from - 1));
            *to += end - *from - 1;
            *from = end + 1;
            continue;
        }
        if (**from == '\\' && (*from)[1] != '\0')
            ++*from;
        *(*to)++ = *(*from)++;
    }
    *(*to)++ = '\0';
    return true;
}

outcome_t command_words_split(const char *where, const char *line, command_words_t *words)
{
    const size_t most = strlen(line) / 2 + 2; /* a word and a blank are two characters */
    *words = (command_words_t){.words = calloc(most, sizeof *words->words), .internal_text = malloc(strlen(line) + 2)};
    if (words->words == NULL || words->internal_text == NULL)
        return outcome_out_of_memory(where);
    char *to = words->internal_text;
    for (const char *from = line + strspn(line, blanks); *from != '\0'; from += strspn(from, blanks)) {
        words->words[words->count++] = to;
        if (!take_word(&from, &to))
            return outcome_failed(where, "command line", line, "an end of each quote", NULL);
    }
    return outcome_ok();
}

void command_words_free(command_words_t *words)
{
    free(words->words);
    free(words->internal_text);
    *words = (command_words_t){.words = NULL};
}
