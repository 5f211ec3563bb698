/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page is copied once and cut into lines in place. Every text is built from whole lines and keeps its line ends, so the
 * line of a query in the file can be found by counting. */
#include "experiments/page_lines.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 60 }; /* bytes of a wrong line that are shown in the error */

outcome_t page_lines_wrong(const page_lines_t *lines, size_t line, const char *found, const char *expected,
                           const char *todo)
{
    const size_t length = strcspn(found, "\n"), shown = length < EXCERPT ? length : EXCERPT;
    const char *more = found[shown] != '\0' ? "…" : "";
    return outcome_failed(lines->where, text_of("line %zu", line).chars,
                          text_of("\"%.*s%s\"", (int)shown, found, more).chars, expected, todo);
}

/* The end of the line at `line`, without CR and blanks; `*next` is where the next one begins, or NULL. */
static void cut_line(char *line, char *end, char **next)
{
    char *feed = memchr(line, '\n', (size_t)(end - line));
    char *last = feed != NULL ? feed : end;
    while (last > line && strchr(" \t\r", last[-1]) != NULL)
        last--;
    *last = '\0';
    *next = feed != NULL && feed + 1 < end ? feed + 1 : NULL;
}

outcome_t page_lines_open(const char *text, size_t size, const char *where, page_lines_t *lines)
{
    *lines = (page_lines_t){.where = where};
    const char *nul = memchr(text, '\0', size);
    size_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    if (nul != NULL)
        return outcome_failed(where, text_of("byte %td", nul - text).chars, "a NUL", "text",
                              "a page is plain text in UTF-8");
    lines->bytes = malloc(size + 1);
    lines->lines = calloc(count, sizeof *lines->lines);
    if (lines->bytes == NULL || lines->lines == NULL) {
        page_lines_free(lines);
        return outcome_out_of_memory(where);
    }
    memcpy(lines->bytes, text, size);
    lines->bytes[size] = '\0';
    for (char *line = size > 0 ? lines->bytes : NULL, *next; line != NULL; line = next) {
        cut_line(line, lines->bytes + size, &next);
        lines->lines[lines->count++] = line;
    }
    return outcome_ok();
}

void page_lines_free(page_lines_t *lines)
{
    free(lines->bytes);
    free(lines->lines);
    *lines = (page_lines_t){0};
}

const char *page_lines_peek(const page_lines_t *lines)
{
    return lines->at < lines->count ? lines->lines[lines->at] : NULL;
}

void page_lines_skip_blank(page_lines_t *lines)
{
    while (lines->at < lines->count && lines->lines[lines->at][0] == '\0')
        lines->at++;
}

static bool begins_block(const char *line)
{
    static const char *const signs[] = {"- ", "> ", "#", "```", "![", "---"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (text_starts(line, signs[i]))
            return true;
    return line[0] == '\0' || text_equal(line, "-") || text_equal(line, ">");
}

/* ===  Texts of several lines  === */

typedef struct {
    FILE *stream;
    char *chars;
    size_t size;
    bool begun;
} builder_t;

static void add_line(builder_t *builder, const char *line)
{
    if (builder->stream != NULL)
        fprintf(builder->stream, "%s%s", builder->begun ? "\n" : "", line);
    builder->begun = true;
}

static builder_t begin(const page_lines_t *lines, page_text_t *text)
{
    builder_t builder = {0};
    *text = (page_text_t){.line = lines->at + 1};
    return builder;
}

/* Take the finished text, to free(). */
static outcome_t finish(builder_t *builder, const char *where, char **chars)
{
    const bool failed = builder->stream == NULL || ferror(builder->stream);
    if (builder->stream != NULL && fclose(builder->stream) == 0 && !failed) {
        *chars = builder->chars;
        return outcome_ok();
    }
    free(builder->chars);
    return outcome_out_of_memory(where);
}

static const char *behind_blanks(const char *line)
{
    return line + strspn(line, " \t");
}

outcome_t page_lines_text(page_lines_t *lines, const char *marker, bool repeated, page_text_t *text)
{
    builder_t builder = begin(lines, text);
    builder.stream = open_memstream(&builder.chars, &builder.size);
    add_line(&builder, behind_blanks(page_lines_peek(lines) + strlen(marker)));
    for (lines->at++; page_lines_peek(lines) != NULL; lines->at++) {
        const char *line = page_lines_peek(lines);
        if (repeated && text_starts(line, marker))
            line += strlen(marker);
        else if (begins_block(line))
            break;
        add_line(&builder, behind_blanks(line));
    }
    return finish(&builder, lines->where, &text->chars);
}

outcome_t page_lines_pair(page_lines_t *lines, char **key, page_text_t *text)
{
    const char *line = page_lines_peek(lines), *colon = strchr(line, ':');
    *key = NULL;
    builder_t builder = begin(lines, text);
    if (colon == NULL || colon == line || strchr(" \t", line[0]) != NULL)
        return page_lines_wrong(lines, lines->at + 1, line, "name: text", "continuation lines begin with a blank");
    *key = strndup(line, (size_t)(colon - line));
    if (*key == NULL)
        return outcome_out_of_memory(lines->where);
    builder.stream = open_memstream(&builder.chars, &builder.size);
    add_line(&builder, behind_blanks(colon + 1));
    for (lines->at++; page_lines_peek(lines) != NULL && strchr(" \t", page_lines_peek(lines)[0]) != NULL; lines->at++) {
        if (page_lines_peek(lines)[0] == '\0')
            break;
        add_line(&builder, behind_blanks(page_lines_peek(lines)));
    }
    return finish(&builder, lines->where, &text->chars);
}

outcome_t page_lines_fence(page_lines_t *lines, char **info, page_text_t *text)
{
    builder_t builder = begin(lines, text);
    const size_t first = lines->at + 1;
    *info = text_copy(behind_blanks(page_lines_peek(lines) + strlen("```")));
    if (*info == NULL)
        return outcome_out_of_memory(lines->where);
    builder.stream = open_memstream(&builder.chars, &builder.size);
    text->line = first + 1;
    for (lines->at++; page_lines_peek(lines) != NULL; lines->at++) {
        if (text_equal(page_lines_peek(lines), "```")) {
            lines->at++;
            return finish(&builder, lines->where, &text->chars);
        }
        add_line(&builder, page_lines_peek(lines));
    }
    if (builder.stream != NULL)
        fclose(builder.stream);
    free(builder.chars);
    return page_lines_wrong(lines, first, lines->lines[first - 1], "a line ``` that ends the block", NULL);
}

outcome_t page_lines_part(const page_lines_t *lines, const page_text_t *whole, const char *from, const char *to,
                          page_text_t *part)
{
    while (from < to && strchr(" \t\n", *from) != NULL)
        from++;
    while (to > from && strchr(" \t\n", to[-1]) != NULL)
        to--;
    *part = (page_text_t){.chars = strndup(from, (size_t)(to - from)), .line = whole->line};
    for (const char *at = whole->chars; at < from; at++)
        part->line += *at == '\n';
    return part->chars != NULL ? outcome_ok() : outcome_out_of_memory(lines->where);
}
