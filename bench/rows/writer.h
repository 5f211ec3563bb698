/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_WRITER_H
#define BBS_ROWS_WRITER_H

#include "base/csv.h"
#include "rows/schema.h"

/* Write C structs as rows of a CSV: into PATH.part while they are computed, renamed to PATH when all are written.
 *
 *     rows_writer_t writer;
 *     if (outcome_bad(&result, rows_create(&writer, &accuracy_schema, path))) ...
 *     rows_write(&writer, &row);
 *     return rows_commit(&writer);        or rows_abandon(&writer) */
typedef struct {
    csv_writer_t csv;
    const rows_schema_t *schema;
} rows_writer_t;

outcome_t rows_create(rows_writer_t *writer, const rows_schema_t *schema, const char *path);

/* `row` is the C struct to which the schema's offsets refer. */
void rows_write(rows_writer_t *writer, const void *row);
outcome_t rows_commit(rows_writer_t *writer);
void rows_abandon(rows_writer_t *writer);

/* Commit when `result` is ok, else abandon. Returns `result` or the error of the commit. */
outcome_t rows_finish(rows_writer_t *writer, outcome_t result);

/* "net,size,...": the first line of the file, without the newline. To free(); NULL when memory is out. */
char *rows_header(const rows_schema_t *schema);

#endif
