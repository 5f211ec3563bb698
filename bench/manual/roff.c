/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manual/roff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The bytes of a UTF-8 character, whose code point goes to `*point`. The texts are this program's own: valid. */
static size_t read_character(const unsigned char *at, uint32_t *point)
{
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    *point = at[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        *point = *point << 6 | (at[i] & 0x3F);
    return length;
}

static void write_bytes(FILE *stream, const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    while (at < end) {
        uint32_t point = *at;
        size_t bytes = *at < 0x80 ? 1 : read_character(at, &point);
        at += bytes;
        if (bytes > 1)
            fprintf(stream, "\\[u%04X]", (unsigned int)point);
        else if (point == '\\')
            fputs("\\e", stream);
        else if (point == '-')
            fputs("\\-", stream);
        else if (point == '\'' || point == '`' || point == '^' || point == '~' || point == '"')
            fprintf(stream, "\\(%s",
                    point == '\''  ? "aq"
                    : point == '`' ? "ga"
                    : point == '^' ? "ha"
                    : point == '~' ? "ti"
                                   : "dq");
        else
            putc((int)point, stream);
    }
}

void roff_text(FILE *stream, const char *text)
{
    write_bytes(stream, text, strlen(text));
}

/* A line of its own. A full stop at its start would be a request. */
static void write_line(FILE *stream, const char *text, size_t length)
{
    if (length > 0 && text[0] == '.')
        fputs("\\&", stream);
    write_bytes(stream, text, length);
    putc('\n', stream);
}

void roff_paragraphs(FILE *stream, const char *text)
{
    bool shown = false, apart = false; /* inside lines that stand as they are; after an empty line */
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        bool indented = text[0] == ' ';
        if (length > 0 && indented != shown) {
            fputs(indented ? ".PP\n.EX\n" : ".EE\n.PP\n", stream);
            shown = indented;
        } else if (length > 0 && apart) {
            fputs(shown ? "\n" : ".PP\n", stream);
        }
        apart = length == 0;
        if (length > 0)
            write_line(stream, text, length);
        text += length + (text[length] == '\n');
    }
    if (shown)
        fputs(".EE\n", stream);
}

void roff_lines(FILE *stream, const char *text)
{
    fputs(".EX\n", stream);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        write_line(stream, text, length);
        text += length + (text[length] == '\n');
    }
    fputs(".EE\n", stream);
}
