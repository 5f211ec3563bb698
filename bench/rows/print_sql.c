/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as SQL that sqlite3 and others read: one table and its rows, in one transaction. */
#include "base/csv.h"
#include "rows/table.h"

#include <inttypes.h>
#include <math.h>

/* In quotes, which are doubled inside: '...' for a text, "..." for a name. */
static void put_quoted(const char *text, char quote, FILE *stream)
{
    fputc(quote, stream);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            fputc(quote, stream);
        fputc(*text, stream);
    }
    fputc(quote, stream);
}

static void put_cell(const rows_cell_t *cell, FILE *stream)
{
    if (cell->kind == ROWS_CELL_TEXT)
        put_quoted(cell->text, '\'', stream);
    else if (cell->kind == ROWS_CELL_INTEGER)
        fprintf(stream, "%" PRId64, cell->integer);
    else if (cell->kind == ROWS_CELL_REAL && isfinite(cell->real))
        fprintf(stream, CSV_REAL, cell->real);
    else
        fputs("NULL", stream); /* SQL has no infinity */
}

static const char *type_of(rows_kind_t kind)
{
    return kind == ROWS_TEXT ? "TEXT" : kind == ROWS_REAL ? "REAL" : "INTEGER";
}

void rows_print_sql(const rows_table_t *table, const char *name, FILE *stream)
{
    fputs("BEGIN;\nCREATE TABLE ", stream);
    put_quoted(name, '"', stream);
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(i == 0 ? " (" : ", ", stream);
        put_quoted(table->columns[i].name, '"', stream);
        fprintf(stream, " %s", type_of(table->columns[i].kind));
    }
    fputs(");\n", stream);
    for (size_t row = 0; row < table->count; row++) {
        fputs("INSERT INTO ", stream);
        put_quoted(name, '"', stream);
        for (size_t i = 0; i < table->column_count; i++) {
            fputs(i == 0 ? " VALUES (" : ", ", stream);
            put_cell(rows_cell(table, row, i), stream);
        }
        fputs(");\n", stream);
    }
    fputs("COMMIT;\n", stream);
}
