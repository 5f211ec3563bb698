/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table for a terminal: every cell is made once, widths are those of the longest cell of each column. */
#include "base/number.h"
#include "rows/table.h"

#include <stdlib.h>
#include <string.h>

/* Characters of a UTF-8 text: all bytes but those that continue one. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

/* A line break or an escape sequence in a cell must not reach the terminal. */
static void put_text(const char *text, FILE *stream)
{
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' || *text == 0x7F ? ' ' : *text, stream);
}

/* ===  Cells  === */

/* (rows + 1) * columns texts, headings first; each to free(). */
static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts != NULL && i < count; i++)
        free(texts[i]);
    free(texts);
}

static char *heading_of(const rows_column_t *column)
{
    const char *heading = column->heading[0] != '\0' ? column->heading : column->name;
    return text_copy(column->unit[0] != '\0' ? text_of("%s [%s]", heading, column->unit).chars : heading);
}

static char **make_texts(const rows_table_t *table)
{
    size_t columns = table->column_count, count = (table->count + 1) * columns;
    char **texts = calloc(count + 1, sizeof *texts);
    for (size_t i = 0; texts != NULL && i < count; i++) {
        const rows_column_t *column = &table->columns[i % columns];
        texts[i] =
            i < columns ? heading_of(column) : rows_cell_text(column, rows_cell(table, i / columns - 1, i % columns));
        if (texts[i] == NULL) {
            free_texts(texts, i);
            return NULL;
        }
    }
    return texts;
}

/* ===  Lines  === */

static void put_spaces(size_t count, FILE *stream)
{
    while (count-- > 0)
        fputc(' ', stream);
}

static void put_line(const rows_table_t *table, char **cells, const size_t *widths, FILE *stream)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const bool right = rows_column_is_numeric(table, i), last = i + 1 == table->column_count;
        const size_t space = widths[i] - width_of(cells[i]);
        put_spaces((i > 0 ? strlen("  ") : 0) + (right ? space : 0), stream);
        put_text(cells[i], stream);
        put_spaces(right || last ? 0 : space, stream);
    }
    fputc('\n', stream);
}

outcome_t rows_print_text(const rows_table_t *table, FILE *stream)
{
    const size_t columns = table->column_count, count = (table->count + 1) * columns;
    char **texts = make_texts(table);
    size_t *widths = calloc(columns + 1, sizeof *widths);
    outcome_t result = texts != NULL && widths != NULL ? outcome_ok() : outcome_out_of_memory("rows");
    for (size_t i = 0; outcome_is_ok(&result) && i < count; i++) {
        const size_t width = width_of(texts[i]);
        widths[i % columns] = width > widths[i % columns] ? width : widths[i % columns];
    }
    for (size_t row = 0; outcome_is_ok(&result) && row <= table->count; row++)
        put_line(table, texts + row * columns, widths, stream);
    if (outcome_is_ok(&result))
        fprintf(stream, "%s row%s\n", number_integer((int64_t)table->count).chars, table->count == 1 ? "" : "s");
    free_texts(texts, count);
    free(widths);
    return result;
}
