/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_TSV_H
#define BBS_DATA_TSV_H

#include "base/outcome.h"
#include "data/lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tab-separated values as in GLUE: a header line, no quoting (a quote is a character), strict text (data/lines.h). */
typedef struct {
    lines_t lines; /* memory of the cells */
    char **cells;  /* rows * columns, without the header */
    size_t columns, rows;
} tsv_t;

/* The first line must be `header`; there must be at least one more, and all must have as many columns. Errors name file and
 * line. A missing file is FAULT_MISSING with `todo`. `path` must outlive the table. With `bad`, a
 * line below the header that is damaged is left out and counted there; its row has no cells. */
outcome_t tsv_read(const char *path, const char *todo, const char *header, lines_bad_t *bad, tsv_t *tsv);
/* The same from memory, which is taken over and freed in any case; see lines_parse(). */
outcome_t tsv_parse(const char *path, bytes_t text, const char *header, tsv_t *tsv);
void tsv_free(tsv_t *tsv);

bool tsv_is_left_out(const tsv_t *tsv, size_t row);
const char *tsv_cell(const tsv_t *tsv, size_t row, size_t column);

/* The index of the cell's text in the NULL-terminated `names`. Another text is an error with file and line. */
outcome_t tsv_label(const tsv_t *tsv, size_t row, size_t column, const char *const *names, int32_t *label);

#endif
