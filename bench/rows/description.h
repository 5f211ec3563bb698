/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DESCRIPTION_H
#define BBS_ROWS_DESCRIPTION_H

#include "rows/schema.h"
#include "base/outcome.h"

/* Columns described in a query, so that a query alone is a schema. A comment at the end of the line on which a column ends
 * says of the word before it:
 *
 *     speedup,      --| Speedup | × | real 3 higher | cycles of the reference over the design's: above 1 is faster
 *
 * that is   --| HEADING | UNIT | TRAITS | MEANING.   Traits are words in any order: a kind (text, integer, real, flag;
 * real where none is named), `key`, a sense (higher, lower, follows), and a number, the decimals for reading. */

typedef struct {
    char *text;             /* holds the texts of the columns */
    rows_column_t *columns; /* in the order of the comments; name NULL ends them */
    size_t count;
} rows_description_t;

/* All such comments of `sql`. A comment of another form, a trait that is none and a column that is described twice are
 * FAULT_FAILED with `where` (the file) and the line. Free with rows_description_free(), whatever the outcome. */
outcome_t rows_describe(const char *sql, const char *where, rows_description_t *description);
void rows_description_free(rows_description_t *description);

#endif
