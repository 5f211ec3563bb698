/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows are in the order of the query. Rows and columns of a pivot, and folds, are in the order of their first appearance.
 */
#include "experiments/page_table.h"

#include "base/text.h"

#include <stdlib.h>

/* ===  Cells and columns  === */

/* A cell as text for reading, to free(). When memory is out the document reports it. */
static char *reading(const rows_table_t *table, size_t row, size_t column, document_t *document)
{
    char *text = rows_cell_text(&table->columns[column], rows_cell(table, row, column));
    document->out_of_memory = document->out_of_memory || text == NULL;
    return text;
}

static void put_cell(const rows_table_t *table, size_t row, size_t column, document_t *document)
{
    char *text = reading(table, row, column, document);
    if (text == NULL)
        return;
    if (text_equal(text, "STAND-IN"))
        document_mark(document, TONE_CAUTION, text);
    else if (text_equal(text, "measured"))
        document_mark(document, TONE_NOTE, text);
    else
        document_cell(document, "%s", text);
    free(text);
}

static column_t column_of(const rows_table_t *table, size_t column)
{
    return (column_t){.title = table->columns[column].heading,
                      .unit = table->columns[column].unit,
                      .number = rows_column_is_numeric(table, column)};
}

/* The columns from `first` to the last as those of the document, with room for `more`; NULL when memory is out. */
static column_t *columns_from(const rows_table_t *table, size_t first, size_t more)
{
    column_t *columns = calloc(table->column_count - first + more + 1, sizeof *columns);
    for (size_t i = first; i < table->column_count && columns != NULL; i++)
        columns[i - first] = column_of(table, i);
    return columns;
}

static bool same_cell(const rows_cell_t *a, const rows_cell_t *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case ROWS_CELL_NULL:
        break;
    case ROWS_CELL_INTEGER:
        return a->integer == b->integer;
    case ROWS_CELL_REAL:
        return !(a->real < b->real) && !(a->real > b->real);
    case ROWS_CELL_TEXT:
        return text_equal(a->text, b->text);
    }
    return true;
}

/* The first row with the same cells in columns `first` to `end` - 1. It represents all such rows. */
static size_t first_alike(const rows_table_t *table, size_t row, size_t first, size_t end)
{
    for (size_t other = 0; other < row; other++) {
        size_t i = first;
        while (i < end && same_cell(rows_cell(table, other, i), rows_cell(table, row, i)))
            i++;
        if (i == end)
            return other;
    }
    return row;
}

/* Of a long query's table only the first rows are shown: a report is read, the file of rows is searched. */
enum { LONG_QUERY = 60, ROWS_OF_TABLE = 20, ROWS_OF_FOLD = 8 };

/* How many of `count` rows are shown. */
static size_t shown_of(const rows_table_t *table, size_t count, size_t most)
{
    return table->count > LONG_QUERY && count > most ? most : count;
}

static void begin_table(const column_t *columns, size_t shown, size_t count, const char *file, const char *caption,
                        document_t *document)
{
    if (shown < count)
        document_table(document, columns, "First %zu of %zu rows; all follow from `%s`. %s", shown, count, file, caption);
    else
        document_table(document, columns, "%s", caption);
}

/* ===  One row, one row  === */

static outcome_t put_plain(const rows_table_t *table, const char *caption, const char *file, document_t *document)
{
    column_t *columns = columns_from(table, 0, 0);
    if (columns == NULL)
        return outcome_out_of_memory("table");
    const size_t shown = shown_of(table, table->count, ROWS_OF_TABLE);
    begin_table(columns, shown, table->count, file, caption, document);
    free(columns);
    for (size_t row = 0; row < shown; row++)
        for (size_t i = 0; i < table->column_count; i++)
            put_cell(table, row, i, document);
    return outcome_ok();
}

/* ===  A fold for each value of the first column  === */

/* The fold of the rows whose first cell is that of `row`, the first of them. */
static void put_fold(const rows_table_t *table, size_t row, const column_t *columns, const char *caption, const char *file,
                     document_t *document)
{
    char *title = reading(table, row, 0, document);
    size_t count = 0;
    for (size_t other = row; other < table->count; other++)
        count += same_cell(rows_cell(table, row, 0), rows_cell(table, other, 0));
    size_t left = shown_of(table, count, ROWS_OF_FOLD);
    document_fold(document, "%s", title != NULL ? title : "");
    free(title);
    begin_table(columns, left, count, file, caption, document);
    for (size_t other = row; left > 0; other++) {
        if (!same_cell(rows_cell(table, row, 0), rows_cell(table, other, 0)))
            continue;
        for (size_t i = 1; i < table->column_count; i++)
            put_cell(table, other, i, document);
        left--;
    }
    document_fold_end(document);
}

static outcome_t put_folds(const rows_table_t *table, const char *caption, const char *file, document_t *document)
{
    column_t *columns = columns_from(table, 1, 0);
    if (columns == NULL)
        return outcome_out_of_memory("table");
    for (size_t row = 0; row < table->count; row++)
        if (first_alike(table, row, 0, 1) == row)
            put_fold(table, row, columns, caption, file, document);
    free(columns);
    return outcome_ok();
}

/* ===  Pivot  === */

enum { PIVOT_COLUMNS_MOST = 100 }; /* more are taken for a mistake in the query */

/* Columns `heads` and `heads` + 1 of the query are the heading of a column and the value. */
typedef struct {
    const rows_table_t *table;
    const char *where;
    size_t heads;
    size_t *row_of, *column_of; /* for each row of the query: the first row with the same heads; the first row with the same
                                   column heading */
    size_t columns;             /* number of different column headings */
} pivot_t;

static outcome_t pivot_open(const rows_table_t *table, const char *where, pivot_t *pivot)
{
    *pivot = (pivot_t){.table = table, .where = where, .heads = table->column_count - 2};
    pivot->row_of = calloc(table->count, sizeof *pivot->row_of);
    pivot->column_of = calloc(table->count, sizeof *pivot->column_of);
    if (pivot->row_of == NULL || pivot->column_of == NULL)
        return outcome_out_of_memory(where);
    for (size_t row = 0; row < table->count; row++) {
        pivot->row_of[row] = first_alike(table, row, 0, pivot->heads);
        pivot->column_of[row] = first_alike(table, row, pivot->heads, pivot->heads + 1);
        pivot->columns += pivot->column_of[row] == row;
    }
    if (pivot->columns > PIVOT_COLUMNS_MOST)
        return outcome_failed(where, NULL, text_of("a pivot of %zu columns", pivot->columns).chars,
                              text_of("at most %d", PIVOT_COLUMNS_MOST).chars,
                              "the headings are the values of the last but one column");
    return outcome_ok();
}

static void pivot_close(pivot_t *pivot)
{
    free(pivot->row_of);
    free(pivot->column_of);
}

static outcome_t begin_pivot(const pivot_t *pivot, const char *caption, document_t *document)
{
    const rows_table_t *table = pivot->table;
    column_t *columns = columns_from(table, 0, pivot->columns);
    char **titles = calloc(pivot->columns, sizeof *titles);
    size_t count = 0;
    const column_t value = column_of(table, pivot->heads + 1);
    for (size_t row = 0; row < table->count && columns != NULL && titles != NULL; row++) {
        if (pivot->column_of[row] != row)
            continue;
        titles[count] = reading(table, row, pivot->heads, document);
        columns[pivot->heads + count] = value;
        columns[pivot->heads + count].title = titles[count] != NULL ? titles[count] : "";
        count++;
    }
    const bool full = columns != NULL && titles != NULL;
    if (full) {
        columns[pivot->heads + count] = (column_t){0};
        document_table(document, columns, "%s", caption);
    }
    for (size_t i = 0; i < count; i++)
        free(titles[i]);
    free(titles);
    free(columns);
    return full ? outcome_ok() : outcome_out_of_memory(pivot->where);
}

/* Print the value in the row of `row` and the column of `column`; "–" where the query has none. */
static outcome_t put_value(const pivot_t *pivot, size_t row, size_t column, document_t *document)
{
    size_t found = 0;
    for (size_t at = 0; at < pivot->table->count; at++) {
        if (pivot->row_of[at] != row || pivot->column_of[at] != column)
            continue;
        if (found++ == 0)
            put_cell(pivot->table, at, pivot->heads + 1, document);
    }
    if (found == 0)
        document_cell(document, "–");
    if (found <= 1)
        return outcome_ok();
    char *name = reading(pivot->table, column, pivot->heads, document);
    outcome_t result = outcome_failed(
        pivot->where, NULL, text_of("%zu values for column %s of one row", found, name != NULL ? name : "").chars,
        "one value for each pair of row and column", "the columns before the last two must identify a row");
    free(name);
    return result;
}

static outcome_t put_pivot(const pivot_t *pivot, const char *caption, document_t *document)
{
    outcome_t result = begin_pivot(pivot, caption, document);
    for (size_t row = 0; row < pivot->table->count && outcome_is_ok(&result); row++) {
        if (pivot->row_of[row] != row)
            continue;
        for (size_t i = 0; i < pivot->heads; i++)
            put_cell(pivot->table, row, i, document);
        for (size_t column = 0; column < pivot->table->count && outcome_is_ok(&result); column++)
            if (pivot->column_of[column] == column)
                result = put_value(pivot, row, column, document);
    }
    return result;
}

/* ===  All three  === */

outcome_t page_table(const rows_table_t *table, page_kind_t form, const char *caption, const char *file, const char *where,
                     document_t *document)
{
    const size_t least = form == PAGE_PIVOT ? 3 : form == PAGE_FOLD ? 2 : 1;
    if (table->column_count < least)
        return outcome_failed(where, NULL, text_of("a query of %zu columns", table->column_count).chars,
                              text_of("at least %zu", least).chars, NULL);
    if (table->count == 0)
        return outcome_ok();
    if (form != PAGE_PIVOT)
        return form == PAGE_FOLD ? put_folds(table, caption, file, document) : put_plain(table, caption, file, document);
    pivot_t pivot;
    outcome_t result = pivot_open(table, where, &pivot);
    if (outcome_is_ok(&result))
        result = put_pivot(&pivot, caption, document);
    pivot_close(&pivot);
    return result;
}
