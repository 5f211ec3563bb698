/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DIFF_H
#define BBS_ROWS_DIFF_H

#include "base/csv.h"
#include "base/text.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Comparison of two tables of rows, row by row and column by column: a run against its committed baseline.
 * The schema gives the rule. Rows are matched by their key columns. Every column of the baseline is compared exactly, as
 * text, except columns that follow from others, counts of samples, which may differ by a stated share, and reals that are
 * near (schema.h). The sense of a column says which direction is better. Improvements never offset regressions: each row
 * and column is reported by name. */

typedef enum {
    DIFF_SAME,
    DIFF_REGRESSED,
    DIFF_CHANGED,
    DIFF_IMPROVED,
    DIFF_NEW,
    DIFF_MISSING,
    DIFF_STATUS_COUNT
} diff_status_t;

const char *diff_status_name(diff_status_t status);

/* One difference; SAME rows leave no entry. Texts belong to the diff. */
typedef struct {
    diff_status_t status;
    char *row;    /* "resnet34/compact/int8" */
    char *column; /* "" for rows that are new or missing */
    char *baseline, *measured;
    char *baseline_samples, *measured_samples; /* of how many samples this is a count; "" for every other column */
} diff_entry_t;

/* A cell for reading: "1,912 of 2,000" for a count of samples, else as it is in the file. */
text_t diff_value(const char *value, const char *samples);
/* The whole entry: "resnet34/compact/fashion-mnist/bbs-mod correct: 1,912 of 2,000 → 1,909 of 2,000". */
text_t diff_entry_text(const diff_entry_t *entry);

typedef struct {
    diff_entry_t *entries;
    size_t entry_count;
    size_t
        rows[DIFF_STATUS_COUNT]; /* counts each row once, by its worst column in the order regressed, changed, improved */
    size_t compared;             /* rows of the baseline, plus new rows */
} diff_t;

/* `measured` must have the key columns and every compared column of `baseline`; further columns of `measured` are ignored.
 * Errors: a column of the baseline that the schema lacks; two rows with one key in a table. Free with diff_free(). */
outcome_t diff_tables(const csv_table_t *baseline, const csv_table_t *measured, const rows_schema_t *schema, diff_t *diff);
bool diff_is_clean(const diff_t *diff); /* every row is the same */
void diff_free(diff_t *diff);

/* Call `pair` for each row that both tables have, in the order of the baseline, with its number in each and its name as in
 * an entry; stops at the first error. The same errors as diff_tables(). */
outcome_t diff_pairs(const csv_table_t *baseline, const csv_table_t *measured, const rows_schema_t *schema,
                     outcome_t (*pair)(void *context, const char *name, size_t before, size_t after), void *context);

/* "4 of 4 rows same" or "1 regressed, 3 same of 4 rows". */
void diff_summary(const diff_t *diff, char *text, size_t size);

#endif
