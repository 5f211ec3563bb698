/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/tsv.h"

#include "base/text.h"

#include <stdlib.h>

static size_t count_columns(const char *line)
{
    size_t count = 1;
    for (; *line != '\0'; line++)
        count += *line == '\t';
    return count;
}

static outcome_t take_row(size_t row, char *line, tsv_t *tsv)
{
    size_t columns = count_columns(line);
    if (columns != tsv->columns)
        return lines_judge(tsv->lines.bad,
                           outcome_failed(tsv->lines.path, text_of("line %zu", row + 2).chars,
                                          text_of("%zu columns", columns).chars,
                                          text_of("%zu, as in the header", tsv->columns).chars, "get the file again"));
    if (text_split(line, '\t', tsv->cells + row * columns, columns) == 0)
        tsv->cells[row * columns] = line; /* an empty line of a table with one column */
    return outcome_ok();
}

static outcome_t take_rows(const char *header, tsv_t *tsv)
{
    const lines_t *lines = &tsv->lines;
    const char *first = lines->items[0] != NULL ? lines->items[0] : "no text";
    if (!text_equal(first, header))
        return outcome_failed(lines->path, "line 1", text_of("\"%.160s\"", first).chars,
                              text_of("the header \"%s\"", header).chars, "this is another file, or another layout of it");
    tsv->rows = lines->count - 1;
    tsv->columns = count_columns(header);
    if (tsv->rows == 0)
        return outcome_failed(lines->path, "line 1", "a header alone", "at least one line below it", "get the file again");
    tsv->cells = calloc(tsv->rows * tsv->columns, sizeof *tsv->cells);
    if (tsv->cells == NULL)
        return outcome_out_of_memory(lines->path);
    outcome_t result = outcome_ok();
    for (size_t row = 0; row < tsv->rows && outcome_is_ok(&result); row++)
        if (lines->items[row + 1] != NULL)
            result = take_row(row, lines->items[row + 1], tsv);
    return result;
}

outcome_t tsv_parse(const char *path, bytes_t text, const char *header, tsv_t *tsv)
{
    *tsv = (tsv_t){0};
    outcome_t result = lines_parse(path, text, &tsv->lines);
    if (outcome_is_ok(&result) && outcome_bad(&result, take_rows(header, tsv)))
        tsv_free(tsv);
    return result;
}

outcome_t tsv_read(const char *path, const char *todo, const char *header, lines_bad_t *bad, tsv_t *tsv)
{
    *tsv = (tsv_t){0};
    outcome_t result = lines_read_some(path, todo, bad, &tsv->lines);
    if (outcome_is_ok(&result) && outcome_bad(&result, take_rows(header, tsv)))
        tsv_free(tsv);
    return result;
}

bool tsv_is_left_out(const tsv_t *tsv, size_t row)
{
    return tsv->cells[row * tsv->columns] == NULL;
}

void tsv_free(tsv_t *tsv)
{
    lines_free(&tsv->lines);
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
