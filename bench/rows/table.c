/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells are one array that doubles. Texts are in blocks that never move, so a cell can point to its text. */
#include "rows/table.h"

#include "base/csv.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Texts  === */

enum { BLOCK_BYTES = 1 << 16 };

struct rows_block {
    rows_block_t *next;
    size_t used, capacity;
    char bytes[];
};

const char *rows_table_keep(rows_table_t *table, const char *text)
{
    size_t size = strlen(text) + 1;
    rows_block_t *block = table->blocks;
    if (block == NULL || block->capacity - block->used < size) {
        size_t capacity = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        block = malloc(sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        *block = (rows_block_t){.next = table->blocks, .capacity = capacity};
        table->blocks = block;
    }
    char *copy = block->bytes + block->used;
    memcpy(copy, text, size);
    block->used += size;
    return copy;
}

/* ===  Making  === */

/* Copy the texts of a column into the table; a NULL becomes "". */
static bool keep_column(rows_table_t *table, rows_column_t *column)
{
    const char **texts[] = {&column->name, &column->heading, &column->unit, &column->meaning};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = rows_table_keep(table, *texts[i] != NULL ? *texts[i] : "");
        if (*texts[i] == NULL)
            return false;
    }
    return true;
}

outcome_t rows_table_create(const rows_column_t *columns, size_t count, rows_table_t *table)
{
    *table = (rows_table_t){.column_count = count};
    table->columns = calloc(count + 1, sizeof *table->columns);
    bool kept = table->columns != NULL;
    for (size_t i = 0; i < count && kept; i++) {
        table->columns[i] = columns[i];
        kept = keep_column(table, &table->columns[i]);
    }
    if (kept)
        return outcome_ok();
    rows_table_free(table);
    return outcome_out_of_memory("rows");
}

void rows_table_free(rows_table_t *table)
{
    while (table->blocks != NULL) {
        rows_block_t *next = table->blocks->next;
        free(table->blocks);
        table->blocks = next;
    }
    free(table->columns);
    free(table->cells);
    *table = (rows_table_t){0};
}

rows_cell_t *rows_table_append(rows_table_t *table)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : 16;
        rows_cell_t *grown = realloc(table->cells, capacity * (table->column_count + 1) * sizeof *grown);
        if (grown == NULL)
            return NULL;
        table->cells = grown;
        table->capacity = capacity;
    }
    rows_cell_t *row = table->cells + table->count++ * table->column_count;
    for (size_t i = 0; i < table->column_count; i++)
        row[i] = (rows_cell_t){.kind = ROWS_CELL_NULL, .integer = ROWS_UNKNOWN, .real = NAN, .text = ""};
    return row;
}

void rows_table_as_file(rows_table_t *table)
{
    for (size_t i = 0; i < table->count * table->column_count; i++) {
        rows_cell_t *cell = &table->cells[i];
        char digits[32];
        if (cell->kind == ROWS_CELL_REAL) {
            snprintf(digits, sizeof digits, CSV_REAL, cell->real);
            cell->real = strtod(digits, NULL);
        } else if (cell->kind == ROWS_CELL_NULL && table->columns[i % table->column_count].kind == ROWS_TEXT) {
            cell->kind = ROWS_CELL_TEXT; /* its text is "" already */
        }
    }
}

/* ===  Reading  === */

const rows_cell_t *rows_cell(const rows_table_t *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

size_t rows_table_column(const rows_table_t *table, const char *name)
{
    size_t column = 0;
    while (column < table->column_count && !text_equal(table->columns[column].name, name))
        column++;
    return column;
}

static const rows_cell_t *cell_at(const rows_table_t *table, size_t row, const char *name)
{
    size_t column = rows_table_column(table, name);
    return row < table->count && column < table->column_count ? rows_cell(table, row, column) : NULL;
}

double rows_real_at(const rows_table_t *table, size_t row, const char *column)
{
    const rows_cell_t *cell = cell_at(table, row, column);
    return cell != NULL ? cell->real : (double)NAN;
}

int64_t rows_integer_at(const rows_table_t *table, size_t row, const char *column)
{
    const rows_cell_t *cell = cell_at(table, row, column);
    return cell != NULL ? cell->integer : ROWS_UNKNOWN;
}

const char *rows_text_at(const rows_table_t *table, size_t row, const char *column)
{
    const rows_cell_t *cell = cell_at(table, row, column);
    return cell != NULL ? cell->text : "";
}

char *rows_cell_text(const rows_column_t *column, const rows_cell_t *cell)
{
    switch (cell->kind) {
    case ROWS_CELL_TEXT:
        return text_copy(cell->text);
    case ROWS_CELL_INTEGER:
        if (column->kind == ROWS_FLAG)
            return text_copy(cell->integer ? "yes" : "no");
        if (column->kind == ROWS_INTEGER || column->decimals == ROWS_ANY_DECIMALS)
            return text_copy(number_integer(cell->integer).chars);
        break;
    case ROWS_CELL_REAL:
        if (column->decimals == ROWS_ANY_DECIMALS)
            return text_copy(text_of(CSV_REAL, cell->real).chars);
        break;
    case ROWS_CELL_NULL:
        break;
    }
    return text_copy(number_fixed(cell->real, column->decimals).chars);
}

/* Does the text read as a number: digits with signs, separators and units of a number, or "–" for an unknown one? */
static bool reads_as_number(const char *text)
{
    static const char *const others[] = {"–", "−", "±", "×"};
    bool some = text_equal(text, "–");
    while (*text != '\0') {
        size_t skip = strspn(text, "0123456789+-.,%<>= /eE");
        some = some || strcspn(text, "0123456789") < skip;
        for (size_t i = 0; skip == 0 && i < sizeof others / sizeof *others; i++)
            if (text_starts(text, others[i]))
                skip = strlen(others[i]);
        if (skip == 0)
            return false;
        text += skip;
    }
    return some;
}

bool rows_column_is_numeric(const rows_table_t *table, size_t column)
{
    bool some = table->columns[column].kind == ROWS_INTEGER || table->columns[column].kind == ROWS_REAL;
    for (size_t row = 0; row < table->count; row++) {
        const rows_cell_t *cell = rows_cell(table, row, column);
        if (cell->kind == ROWS_CELL_TEXT && !reads_as_number(cell->text))
            return false;
        some = some || cell->kind != ROWS_CELL_NULL;
    }
    return some && table->columns[column].kind != ROWS_FLAG;
}
