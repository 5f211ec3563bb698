/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DIFF_H
#define BBS_ROWS_DIFF_H

#include "base/csv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two tables of rows compared, row by row and column by column: a run against its committed baseline.
 *
 * Rows are matched by their key columns. Every column of the baseline is compared as text, exactly, but for those that
 * the rule names: they may be ignored (they follow from others), may have a better direction, or may move by a stated
 * number of samples. Improvements never pay for regressions: each row and column is told by name. */

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

typedef enum { SENSE_NONE, SENSE_HIGHER_IS_BETTER, SENSE_LOWER_IS_BETTER, SENSE_IGNORED } diff_sense_t;

typedef struct {
    const char *name; /* NULL ends the table */
    diff_sense_t sense;
    bool counts_samples; /* an integer that may differ by the rule's flips */
} diff_column_t;

typedef struct {
    const char *const *keys;      /* names, NULL-terminated */
    const diff_column_t *columns; /* those that are not compared exactly */
    const char *samples;          /* column that says how many samples a row has; NULL: no flips */
    int64_t flips_per_thousand;   /* of the samples, rounded up */
} diff_rule_t;

/* One difference; SAME rows leave no entry. Texts belong to the diff. */
typedef struct {
    diff_status_t status;
    char *row;    /* "resnet34/compact/int8" */
    char *column; /* "" for rows that are new or missing */
    char *baseline, *measured;
} diff_entry_t;

typedef struct {
    diff_entry_t *entries;
    size_t entry_count;
    size_t rows[DIFF_STATUS_COUNT]; /* each row once: the worst of its columns, in the order regressed, changed, improved */
    size_t compared;                /* rows in the baseline, and new ones */
} diff_t;

/* `measured` must have the key columns and every compared column of `baseline`; columns that only it has are ignored.
 * Two rows of one key in a table are an error. Free with diff_free(). */
outcome_t diff_tables(const csv_table_t *baseline, const csv_table_t *measured, const diff_rule_t *rule, diff_t *diff);
bool diff_is_clean(const diff_t *diff); /* every row the same */
void diff_free(diff_t *diff);

/* "4 of 4 rows same" or "1 regressed, 3 same of 4 rows". */
void diff_summary(const diff_t *diff, char *text, size_t size);

#endif
