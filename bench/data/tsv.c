/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/tsv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static size_t count_columns(const char *line, char separator)
{
    size_t count = 1;
    for (; *line != '\0'; line++)
        count += *line == separator;
    return count;
}

/* ===  Quotes  === */

/* Do the quotes of a field agree with RFC 4180? A field without a quote does. */
static bool agrees(const char *field, size_t size, bool *has_quotes)
{
    if (memchr(field, '"', size) == NULL)
        return true;
    *has_quotes = true;
    if (size < 2 || field[0] != '"' || field[size - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < size; i++)
        if (field[i] == '"' && (i + 2 >= size || field[++i] != '"'))
            return false;
    return true;
}

/* Is a tab-separated file quoted: is there a quote, and do all agree? */
static bool is_quoted(const lines_t *lines)
{
    bool has_quotes = false;
    for (size_t i = 0; i < lines->count; i++)
        for (const char *at = lines->items[i]; at != NULL;) {
            const char *tab = strchr(at, '\t');
            if (!agrees(at, tab != NULL ? (size_t)(tab - at) : strlen(at), &has_quotes))
                return false;
            at = tab != NULL ? tab + 1 : NULL;
        }
    return has_quotes;
}

/* A quoted field continues in the next line: put the line break back, which lines.c has cut out. False when there is no
 * next line. */
static bool join(tsv_t *tsv, size_t *line, char *end)
{
    char *next = *line + 1 < tsv->lines.count ? tsv->lines.items[*line + 1] : NULL;
    if (next == NULL)
        return false;
    memset(end, '\n', (size_t)(next - end));
    ++*line;
    return true;
}

/* Cut the field at `*at`, which is moved behind its separator, or to NULL at the end of the record. NULL: broken quotes. */
static char *take_field(tsv_t *tsv, size_t *line, char **at)
{
    char *from = *at, *to = *at, *field = *at;
    if (tsv->quoted && *from == '"') {
        for (from++;; *to++ = *from++) {
            if (*from == '\0' && !join(tsv, line, from))
                return NULL;
            if (*from == '"' && *++from != '"')
                break;
        }
        if (*from != '\0' && *from != tsv->separator)
            return NULL;
    } else {
        while (*from != '\0' && *from != tsv->separator)
            from++;
        to = from;
    }
    *at = *from == '\0' ? NULL : from + 1;
    *to = '\0';
    return field;
}

/* ===  Rows  === */

/* Cut the record that begins in `*line` into at most `limit` cells; `*line` becomes its last line. */
static bool take_record(tsv_t *tsv, size_t *line, char **cells, size_t limit, size_t *count)
{
    char *at = tsv->lines.items[*line];
    for (*count = 0; at != NULL; ++*count) {
        char *field = take_field(tsv, line, &at);
        if (field == NULL)
            return false;
        if (*count < limit)
            cells[*count] = field;
    }
    return true;
}

static outcome_t take_header(tsv_t *tsv)
{
    const lines_t *lines = &tsv->lines;
    size_t line = 0, count;
    if (lines->items[0] == NULL)
        return outcome_failed(lines->path, "line 1", "no text", "a header", "this is another file");
    tsv->separator = strchr(lines->items[0], '\t') != NULL ? '\t' : ',';
    tsv->quoted = tsv->separator == ',' || is_quoted(lines);
    tsv->columns = count_columns(lines->items[0], tsv->separator);
    tsv->header = calloc(tsv->columns, sizeof *tsv->header);
    if (tsv->header == NULL)
        return outcome_out_of_memory(lines->path);
    if (!take_record(tsv, &line, tsv->header, tsv->columns, &count) || line > 0)
        return outcome_failed(lines->path, "line 1", "a broken quoted field", "a header", "this is another file");
    tsv->columns = count;
    tsv->rows = lines->count - 1;
    if (tsv->rows == 0)
        return outcome_failed(lines->path, "line 1", "a header alone", "at least one line below it", "get the file again");
    return outcome_ok();
}

static outcome_t take_row(tsv_t *tsv, size_t *line)
{
    char **cells = tsv->cells + (*line - 1) * tsv->columns;
    size_t count;
    text_t place = text_of("line %zu", *line + 1);
    bool whole = take_record(tsv, line, cells, tsv->columns, &count);
    if (whole && count == tsv->columns)
        return outcome_ok();
    cells[0] = NULL;
    return lines_judge(tsv->lines.bad,
                       outcome_failed(tsv->lines.path, place.chars,
                                      whole ? text_of("%zu columns", count).chars : "a broken quoted field",
                                      text_of("%zu columns, as in the header", tsv->columns).chars, "get the file again"));
}

static outcome_t take_rows(tsv_t *tsv)
{
    outcome_t result = take_header(tsv);
    if (!outcome_is_ok(&result))
        return result;
    tsv->cells = calloc(tsv->rows * tsv->columns, sizeof *tsv->cells);
    if (tsv->cells == NULL)
        return outcome_out_of_memory(tsv->lines.path);
    for (size_t line = 1; line < tsv->lines.count && outcome_is_ok(&result); line++)
        if (tsv->lines.items[line] != NULL)
            result = take_row(tsv, &line);
    return result;
}

/* ===  The table  === */

outcome_t tsv_parse(const char *path, bytes_t text, tsv_t *tsv)
{
    *tsv = (tsv_t){0};
    outcome_t result = lines_parse(path, text, &tsv->lines);
    if (outcome_is_ok(&result) && outcome_bad(&result, take_rows(tsv)))
        tsv_free(tsv);
    return result;
}

outcome_t tsv_read(const char *path, const char *todo, lines_bad_t *bad, tsv_t *tsv)
{
    *tsv = (tsv_t){0};
    outcome_t result = lines_read_some(path, todo, bad, &tsv->lines);
    if (outcome_is_ok(&result) && outcome_bad(&result, take_rows(tsv)))
        tsv_free(tsv);
    return result;
}

outcome_t tsv_column(const tsv_t *tsv, const char *const *names, size_t *column)
{
    text_t known = text_of("%s", ""), header = text_of("%s", "");
    for (size_t name = 0; names[name] != NULL; name++) {
        for (*column = 0; *column < tsv->columns; ++*column)
            if (text_equal(tsv->header[*column], names[name]))
                return outcome_ok();
        known = text_of("%s%s%s", known.chars, name > 0 ? " or " : "", names[name]);
    }
    for (size_t i = 0; i < tsv->columns; i++)
        header = text_of("%.200s%s%.80s", header.chars, i > 0 ? ", " : "", tsv->header[i]);
    return outcome_failed(tsv->lines.path, "line 1", text_of("the columns %.160s", header.chars).chars,
                          text_of("a column %s", known.chars).chars, "this is another file, or another layout of it");
}

bool tsv_is_left_out(const tsv_t *tsv, size_t row)
{
    return tsv->cells[row * tsv->columns] == NULL;
}

void tsv_free(tsv_t *tsv)
{
    lines_free(&tsv->lines);
    free(tsv->header);
    free(tsv->cells);
    *tsv = (tsv_t){0};
}

const char *tsv_cell(const tsv_t *tsv, size_t row, size_t column)
{
    return tsv->cells[row * tsv->columns + column];
}

outcome_t tsv_label(const tsv_t *tsv, size_t row, size_t column, const char *const *names, int32_t *label)
{
    const char *cell = tsv_cell(tsv, row, column);
    text_t known = text_of("%s", "");
    for (int32_t i = 0; names[i] != NULL; i++) {
        *label = i;
        if (text_equal(cell, names[i]))
            return outcome_ok();
        known = text_of("%s%s%s", known.chars, i > 0 ? " or " : "", names[i]);
    }
    return outcome_failed(tsv->lines.path, text_of("line %zu, column %zu", row + 2, column + 1).chars,
                          text_of("label \"%.80s\"", cell).chars, known.chars, "get the file again");
}
