/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_CSV_H
#define BBS_BASE_CSV_H

#include "base/file.h"
#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows as RFC 4180 CSV: a header with units in the names, LF line ends, integers in full, floats as %.9g.
 *
 * A spreadsheet takes a cell that begins with = + - @ (also after a tab or a carriage return) for a formula and runs it.
 * Such a text, which is no number, is written with an apostrophe before it, and so is one that begins with apostrophes and
 * then one of these signs. csv_read() takes one apostrophe away again, so every text is read as it was written.
 *
 * Writing goes through outfile_t: rows appear in PATH.part as they are computed and PATH appears when all are written.
 * Each row must have as many fields as the header; otherwise csv_commit() fails. */

#define CSV_REAL "%.9g" /* how a real is written */

typedef struct {
    outfile_t file;
    size_t columns; /* 0: not known before the first row */
    size_t fields;  /* of the row being written */
    bool uneven;    /* a row had another number of fields */
} csv_writer_t;

/* `header` is the first line of the file, without the newline; NULL: the first row that is written is the header. */
outcome_t csv_create(csv_writer_t *writer, const char *path, const char *header);
/* A writer to an open stream; there is nothing to commit. */
csv_writer_t csv_to_stream(FILE *stream);
void csv_text(csv_writer_t *writer, const char *value);
void csv_integer(csv_writer_t *writer, int64_t value);
void csv_real(csv_writer_t *writer, double value); /* NaN is written as an empty field: not known, not applicable */
void csv_end_row(csv_writer_t *writer);            /* also flushes, so that a killed run keeps its rows in PATH.part */
outcome_t csv_commit(csv_writer_t *writer);
void csv_abandon(csv_writer_t *writer);

/* A table in memory: all cells are texts; row 0 is the first below the header. */
typedef struct {
    char *path;
    bytes_t bytes; /* the texts live here */
    char **cells;  /* (rows + 1) * columns, header first */
    size_t columns;
    size_t rows;
} csv_table_t;

/* Refuses a file whose rows differ in their number of fields, naming file and line. */
outcome_t csv_read(const char *path, csv_table_t *table);
/* The same of bytes in memory, which the table takes over; `name` stands for the path in errors. */
outcome_t csv_take(bytes_t bytes, const char *name, csv_table_t *table);
void csv_free(csv_table_t *table);

/* Column by name; an error names the file and the column that is missing, or that is there more than once. */
outcome_t csv_column(const csv_table_t *table, const char *name, size_t *column);
const char *csv_cell(const csv_table_t *table, size_t row, size_t column);
/* Numbers, with file, line and column in the error. */
outcome_t csv_cell_integer(const csv_table_t *table, size_t row, size_t column, int64_t *value);
outcome_t csv_cell_real(const csv_table_t *table, size_t row, size_t column, double *value);

#endif
