/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"
#include "rows/table.h"

#include <stdlib.h>

/* ===  The header  === */

/* The header must have the columns of the schema, in the same order. */
static outcome_t check_header(const rows_schema_t *schema, const csv_table_t *csv)
{
    size_t known = rows_column_count(schema);
    for (size_t i = 0; i < csv->columns; i++)
        if (rows_find_column(schema, csv->cells[i]) == NULL)
            return outcome_failed(csv->path, "header", text_of("column %.200s", csv->cells[i]).chars,
                                  text_of("the columns of %s", schema->name).chars,
                                  "the file is of another version or another experiment: make it again");
    if (csv->columns > known)
        return outcome_failed(csv->path, "header", text_of("column %.200s once more", csv->cells[known]).chars,
                              text_of("%zu columns", known).chars, NULL);
    for (size_t i = 0; i < known; i++)
        if (i >= csv->columns || !text_equal(csv->cells[i], schema->columns[i].name))
            return outcome_failed(csv->path, "header", i < csv->columns ? csv->cells[i] : "its end",
                                  schema->columns[i].name, "the file is of another version of bbsbench: make it again");
    return outcome_ok();
}

/* ===  Cells  === */

/* False: bad_cell() says why. Files have millions of cells, and an outcome has room for a line of text. */
static bool take_cell(const char *text, const rows_column_t *of, rows_table_t *table, rows_cell_t *cell)
{
    if (of->kind == ROWS_TEXT) {
        cell->kind = ROWS_CELL_TEXT;
        cell->text = text[0] == '\0' ? "" : rows_table_keep(table, text);
        return cell->text != NULL;
    }
    if (text[0] == '\0')
        return true;
    if (of->kind == ROWS_REAL) {
        cell->kind = ROWS_CELL_REAL;
        return text_to_real(text, &cell->real);
    }
    cell->kind = ROWS_CELL_INTEGER;
    if (!text_to_integer(text, INT64_MIN, INT64_MAX, &cell->integer))
        return false;
    cell->real = (double)cell->integer;
    return of->kind != ROWS_FLAG || cell->integer == 0 || cell->integer == 1;
}

static outcome_t bad_cell(const csv_table_t *csv, size_t row, size_t column, const rows_column_t *of)
{
    int64_t integer;
    double real;
    if (of->kind == ROWS_TEXT)
        return outcome_out_of_memory(csv->path);
    outcome_t result =
        of->kind == ROWS_REAL ? csv_cell_real(csv, row, column, &real) : csv_cell_integer(csv, row, column, &integer);
    if (!outcome_is_ok(&result))
        return result;
    return outcome_failed(csv->path, text_of("line %zu, column %s", row + 2, of->name).chars, csv_cell(csv, row, column),
                          "0 or 1", NULL);
}

/* ===  Columns without a schema  === */

static rows_kind_t kind_of(const csv_table_t *csv, size_t column)
{
    rows_kind_t kind = ROWS_INTEGER;
    bool some = false;
    for (size_t row = 0; row < csv->rows; row++) {
        const char *text = csv_cell(csv, row, column);
        int64_t integer;
        double real;
        some = some || text[0] != '\0';
        if (text[0] == '\0' || (kind == ROWS_INTEGER && text_to_integer(text, INT64_MIN, INT64_MAX, &integer)))
            continue;
        if (!text_to_real(text, &real))
            return ROWS_TEXT;
        kind = ROWS_REAL;
    }
    return some ? kind : ROWS_TEXT;
}

/* To free(); NULL when memory is out. The names are those of `csv`. */
static rows_column_t *guess_columns(const csv_table_t *csv)
{
    rows_column_t *columns = calloc(csv->columns + 1, sizeof *columns);
    for (size_t i = 0; columns != NULL && i < csv->columns; i++)
        columns[i] = (rows_column_t){
            .name = csv->cells[i], .heading = csv->cells[i], .kind = kind_of(csv, i), .decimals = ROWS_ANY_DECIMALS};
    return columns;
}

/* ===  All rows  === */

outcome_t rows_of_csv(const rows_schema_t *schema, const csv_table_t *csv, rows_table_t *table)
{
    rows_column_t *guessed = NULL;
    outcome_t result = outcome_ok();
    *table = (rows_table_t){0};
    if (schema != NULL)
        result = check_header(schema, csv);
    else if ((guessed = guess_columns(csv)) == NULL)
        result = outcome_out_of_memory(csv->path);
    const rows_column_t *columns = schema != NULL ? schema->columns : guessed;
    if (outcome_is_ok(&result))
        result = rows_table_create(columns, csv->columns, table);
    for (size_t row = 0; row < csv->rows && outcome_is_ok(&result); row++) {
        rows_cell_t *cells = rows_table_append(table);
        if (cells == NULL)
            result = outcome_out_of_memory(csv->path);
        for (size_t i = 0; i < csv->columns && outcome_is_ok(&result); i++)
            if (!take_cell(csv_cell(csv, row, i), &columns[i], table, &cells[i]))
                result = bad_cell(csv, row, i, &columns[i]);
    }
    free(guessed);
    if (!outcome_is_ok(&result))
        rows_table_free(table);
    return result;
}

outcome_t rows_read(const rows_schema_t *schema, const char *path, rows_table_t *table)
{
    csv_table_t csv = {0};
    *table = (rows_table_t){0};
    outcome_t result = csv_read(path, &csv);
    if (outcome_is_ok(&result))
        result = rows_of_csv(schema, &csv, table);
    csv_free(&csv);
    return result;
}
