/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json holds the command as a shell reads it: words between blanks, and 'words in quotes'. Words are copied as they
 * are. */
#include "run/again.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The length of the word at `at`, up to a blank outside of quotes. */
static size_t word_length(const char *at)
{
    bool quoted = false;
    size_t length = 0;
    for (; at[length] != '\0' && (quoted || at[length] != ' '); length++) {
        if (at[length] == '\'')
            quoted = !quoted;
        else if (at[length] == '\\' && !quoted && at[length + 1] != '\0')
            length++;
    }
    return length;
}

/* How many words are left out from this one on; 0: the word stays. */
static size_t words_left_out(const char *word, size_t length, bool whole)
{
    static const struct {
        const char *name;
        size_t words;
    } options[] = {{"--only", 2}, {"--out", 2}, {"--resume", 1}, {"--jobs", 2}};
    for (size_t i = whole ? 1 : 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].name) == length && strncmp(word, options[i].name, length) == 0)
            return options[i].words;
    return 0;
}

char *again_command(const char *command, const char *id)
{
    text_builder_t line = {0};
    size_t skipped = 0;
    for (const char *at = command; *at != '\0';) {
        const size_t length = word_length(at);
        if (skipped == 0)
            skipped = words_left_out(at, length, id == NULL);
        if (skipped > 0)
            skipped--;
        else if (length > 0)
            text_append(&line, "%s%.*s", line.length > 0 ? " " : "", (int)length, at);
        at += length + (at[length] == ' ');
    }
    if (id != NULL)
        text_append(&line, "%s--only %s", line.length > 0 ? " " : "", id);
    if (line.failed) {
        free(line.chars);
        return NULL;
    }
    return line.chars;
}
