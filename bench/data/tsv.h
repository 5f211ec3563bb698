/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_TSV_H
#define BBS_DATA_TSV_H

#include "base/outcome.h"
#include "data/lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tables of texts with a header: GLUE's own tab-separated files, and what other libraries export (datasets, pandas, R).
 * Strict text (data/lines.h); columns are found by name, in any order.
 *
 * Separator: the tab where the header has one, else the comma. In a comma-separated file fields may be quoted (RFC 4180: a
 * quote in a quoted field is doubled, and a quoted field may have line breaks). In GLUE's own files a quote is a character.
 * A tab-separated file is taken as quoted only if every quote in it agrees: each field that has one begins and ends with
 * one, and those inside are doubled, as csv.writer and pandas write it; `quoted` says so. */
typedef struct {
    lines_t lines; /* memory of the cells */
    char **header; /* columns */
    char **cells;  /* rows * columns, without the header; row i begins in line i + 2 */
    size_t columns, rows;
    char separator;
    bool quoted; /* fields may be quoted */
} tsv_t;

/* There must be a header and at least one line more, and all must have as many columns. Errors name file and line. A
 * missing file is FAULT_MISSING with `todo`. `path` must outlive the table. With `bad`, a line below the header that is
 * damaged is left out and counted there; its row has no cells. */
outcome_t tsv_read(const char *path, const char *todo, lines_bad_t *bad, tsv_t *tsv);
/* The same from memory, which is taken over and freed in any case; see lines_parse(). */
outcome_t tsv_parse(const char *path, bytes_t text, tsv_t *tsv);
void tsv_free(tsv_t *tsv);

/* The column of one of these names (NULL-terminated, the first that is there); FAULT_FAILED with the header. */
outcome_t tsv_column(const tsv_t *tsv, const char *const *names, size_t *column);

/* A damaged line, or one that continues the quoted field of the line before. */
bool tsv_is_left_out(const tsv_t *tsv, size_t row);
const char *tsv_cell(const tsv_t *tsv, size_t row, size_t column);

/* The index of the cell's text in the NULL-terminated `names`. Another text is an error with file and line. */
outcome_t tsv_label(const tsv_t *tsv, size_t row, size_t column, const char *const *names, int32_t *label);

#endif
