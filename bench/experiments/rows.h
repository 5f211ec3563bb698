/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_ROWS_H
#define BBS_EXPERIMENTS_ROWS_H

#include "base/csv.h"

/* Cells by column name, for code that shows many of them: the first thing that goes wrong is kept, later reads give
 * empty values, and the caller asks once at the end:
 *     rows_t rows = rows_of(table);
 *     ... rows_text(&rows, row, "net"), rows_real(&rows, row, "speedup") ...
 *     return rows.outcome; */
typedef struct {
    const csv_table_t *table;
    outcome_t outcome;
} rows_t;

rows_t rows_of(const csv_table_t *table);
const char *rows_text(rows_t *rows, size_t row, const char *column);
double rows_real(rows_t *rows, size_t row, const char *column); /* NaN where the cell is empty */
int64_t rows_integer(rows_t *rows, size_t row, const char *column);

/* First row at or after `from` whose `column` reads `value`; table->rows when there is none. */
size_t rows_find(rows_t *rows, size_t from, const char *column, const char *value);

#endif
