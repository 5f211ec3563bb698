/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_LIST_PRINT_H
#define BBS_CLI_LIST_PRINT_H

#include "base/outcome.h"
#include "rows/table.h"

#include <stdio.h>

/* Rows for a person in front of a terminal of 80 columns. Cells that are too long go on in the next line, at blanks. */

/* A table: the last column takes the room that the others leave. */
outcome_t list_print_table(const rows_table_t *rows, FILE *stream);

/* Each row as lines "heading  value", for rows with many columns. Empty cells are left out. */
outcome_t list_print_entries(const rows_table_t *rows, FILE *stream);

/* The same as Markdown: a heading of level 3 and a list for each row. */
outcome_t list_print_sections(const rows_table_t *rows, FILE *stream);

#endif
