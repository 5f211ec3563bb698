/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_TABLE_H
#define BBS_ROWS_TABLE_H

#include "base/csv.h"
#include "base/outcome.h"
#include "base/text.h"
#include "rows/schema.h"

#include <stdio.h>

/* Typed rows in memory, with the description of each column: the content of a CSV or the result of a query. */

typedef struct {
    enum { ROWS_CELL_NULL, ROWS_CELL_INTEGER, ROWS_CELL_REAL, ROWS_CELL_TEXT } kind;
    int64_t integer;  /* of integers and flags */
    double real;      /* of reals and integers */
    const char *text; /* owned by the table */
} rows_cell_t;

typedef struct rows_block rows_block_t; /* a block of memory for texts */

typedef struct {
    rows_column_t *columns; /* as in a schema, ended by a name of NULL; offsets are not used */
    size_t column_count;
    rows_cell_t *cells; /* row by row */
    size_t count;       /* rows */
    size_t capacity;    /* internal: rows */
    rows_block_t *blocks;
} rows_table_t;

/* ===  Making one  === */

/* Empty, with copies of the columns. */
outcome_t rows_table_create(const rows_column_t *columns, size_t count, rows_table_t *table);
void rows_table_free(rows_table_t *table);

/* Append a row of NULL cells. Returns its cells, or NULL when memory is out. */
rows_cell_t *rows_table_append(rows_table_t *table);
/* Make the rows that a query has just yielded those that their file gives: reals have the digits that a CSV keeps, and a
 * text that is NULL is "". */
void rows_table_as_file(rows_table_t *table);
/* A copy of `text` that lives as long as the table, or NULL when memory is out. */
const char *rows_table_keep(rows_table_t *table, const char *text);

/* Read a CSV of this schema. A missing or unknown column, or a cell that is not of its column's kind, is FAULT_FAILED with
 * file, line and column. */
outcome_t rows_read(const rows_schema_t *schema, const char *path, rows_table_t *table);
/* The same of a CSV in memory. Without a schema (NULL) a column has its name as heading, and is of integers, of reals, or
 * else of texts. */
outcome_t rows_of_csv(const rows_schema_t *schema, const csv_table_t *csv, rows_table_t *table);

/* ===  Reading one  === */

const rows_cell_t *rows_cell(const rows_table_t *table, size_t row, size_t column);
/* The index of a column; table->column_count when there is none of that name. */
size_t rows_table_column(const rows_table_t *table, const char *name);
/* A cell by the name of its column. NaN, ROWS_UNKNOWN or "" when the cell is NULL or there is no such column. */
double rows_real_at(const rows_table_t *table, size_t row, const char *column);
int64_t rows_integer_at(const rows_table_t *table, size_t row, const char *column);
const char *rows_text_at(const rows_table_t *table, size_t row, const char *column);

/* A cell as text for reading: integers grouped, reals with the column's decimals, flags yes or no, "–" for NULL. The caller
 * free()s it; NULL when memory is out. */
char *rows_cell_text(const rows_column_t *column, const rows_cell_t *cell);
/* Is the column aligned to the right? It is when it is a number, or a text that reads as a number in every row. */
bool rows_column_is_numeric(const rows_table_t *table, size_t column);

/* ===  Printing one  === */

/* Write a file, complete or not at all. */
outcome_t rows_write_csv(const rows_table_t *table, const char *path);
outcome_t rows_write_json(const rows_table_t *table, const char *path);

typedef enum {
    ROWS_FORMAT_MD,    /* a Markdown table for reading: headings, units, decimals */
    ROWS_FORMAT_CSV,   /* values in full, as in all formats below */
    ROWS_FORMAT_JSON,  /* an array with one object per line; NULL is null */
    ROWS_FORMAT_TABLE, /* for reading: columns in line, and the number of rows below */
    ROWS_FORMAT_JSONL, /* one JSON object per line */
    ROWS_FORMAT_SQL,   /* CREATE TABLE and INSERT in one transaction */
} rows_format_t;
extern const char *const rows_format_names[]; /* in the order of the enum, NULL-terminated */

/* Print to an open stream. The table in SQL has the name "rows". */
outcome_t rows_print(const rows_table_t *table, rows_format_t format, FILE *stream);
/* SQL, with another name of the table. */
void rows_print_sql(const rows_table_t *table, const char *name, FILE *stream);
/* Columns in line, with two spaces between. Widths are counted in characters; control characters become spaces. */
outcome_t rows_print_text(const rows_table_t *table, FILE *stream);

#endif
