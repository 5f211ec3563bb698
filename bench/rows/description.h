/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DESCRIPTION_H
#define BBS_ROWS_DESCRIPTION_H

#include "rows/schema.h"
#include "base/outcome.h"

/* Columns that are described in a query, so that a query alone gives a schema. The description of a column is a comment at
 * the end of the line on which the column ends, after its name:
 *
 *     speedup,      --| Speedup | × | real 3 higher | cycles of the reference over the design's: above 1 is faster
 * The form is   --| HEADING | UNIT | TRAITS | MEANING.   Traits are words in any order: a kind (text, integer, real, flag;
 * the default is real), `key`, a sense (higher, lower, follows), `near`, and a number: the decimals for reading. */

typedef struct {
    char *text;             /* holds the texts of the columns */
    rows_column_t *columns; /* in the order of the comments; name NULL ends them */
    size_t count;
} rows_description_t;

/* All such comments of `sql`. A comment in another form, an unknown trait, or a second description of a column is
 * FAULT_FAILED with `where` (the file) and the line. Free with rows_description_free(), whatever the outcome. */
outcome_t rows_describe(const char *sql, const char *where, rows_description_t *description);
void rows_description_free(rows_description_t *description);

#endif
