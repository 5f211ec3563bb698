/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/lines.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h> /* utf8proc_iterate */

/* The line and column of a byte, for an error. */
static text_t place_of(const lines_t *lines, const uint8_t *start, const uint8_t *at)
{
    return text_of("line %zu, column %zu", lines->count + 1, (size_t)(at - start) + 1);
}

/* The first byte of the line that is not valid UTF-8, or NULL. */
static const uint8_t *first_bad(const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        utf8proc_int32_t character;
        utf8proc_ssize_t used = 1;
        if (*at == 0 || (*at >= 0x80 && (used = utf8proc_iterate(at, end - at, &character)) < 1))
            return at;
        at += used;
    }
    return NULL;
}

outcome_t lines_judge(lines_bad_t *bad, outcome_t refusal)
{
    if (bad == NULL)
        return refusal;
    if (bad->count++ == 0)
        bad->first = text_of("%s", outcome_text(&refusal));
    return outcome_ok();
}

static outcome_t take_line(lines_t *lines, uint8_t *start, uint8_t *end)
{
    const uint8_t *bad = first_bad(start, end);
    if (bad != NULL) {
        text_t place = place_of(lines, start, bad);
        lines->items[lines->count++] = NULL;
        return lines_judge(lines->bad, outcome_failed(lines->path, place.chars,
                                                      *bad == 0 ? "a NUL byte" : text_of("byte 0x%02x", *bad).chars,
                                                      "text in UTF-8", "get the file again, or convert it to UTF-8"));
    }
    if (end > start && end[-1] == '\r')
        end--;
    *end = 0;
    lines->items[lines->count++] = (char *)start;
    return outcome_ok();
}

static size_t count_lines(const uint8_t *at, const uint8_t *end)
{
    size_t count = 0;
    for (; at < end; count++) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline != NULL ? newline + 1 : end;
    }
    return count;
}

static outcome_t cut(lines_t *lines)
{
    uint8_t *at = lines->bytes.data, *end = at + lines->bytes.size;
    if (lines->bytes.size >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark */
        at += 3;
    if (at == end)
        return outcome_failed(lines->path, NULL, "an empty file", "text", "get the file again");
    lines->items = malloc(count_lines(at, end) * sizeof *lines->items);
    if (lines->items == NULL)
        return outcome_out_of_memory(lines->path);
    while (at < end) {
        uint8_t *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline != NULL ? newline : end;
        outcome_t result = take_line(lines, at, stop);
        if (!outcome_is_ok(&result))
            return result;
        at = newline != NULL ? newline + 1 : end;
    }
    while (lines->count > 1 && lines->items[lines->count - 1] != NULL && lines->items[lines->count - 1][0] == '\0')
        lines->count--; /* an editor's last lines */
    return outcome_ok();
}

static outcome_t parse(const char *path, bytes_t text, lines_bad_t *bad, lines_t *lines)
{
    *lines = (lines_t){.path = path, .bytes = text, .bad = bad};
    outcome_t result = cut(lines);
    if (!outcome_is_ok(&result))
        lines_free(lines);
    return result;
}

outcome_t lines_parse(const char *path, bytes_t text, lines_t *lines)
{
    return parse(path, text, NULL, lines);
}

outcome_t lines_read_some(const char *path, const char *todo, lines_bad_t *bad, lines_t *lines)
{
    bytes_t text;
    *lines = (lines_t){0};
    outcome_t result = file_read(path, todo, &text);
    return outcome_is_ok(&result) ? parse(path, text, bad, lines) : result;
}

outcome_t lines_read(const char *path, const char *todo, lines_t *lines)
{
    return lines_read_some(path, todo, NULL, lines);
}

void lines_free(lines_t *lines)
{
    file_free_bytes(&lines->bytes);
    free(lines->items);
    *lines = (lines_t){0};
}
