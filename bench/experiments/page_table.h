/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_TABLE_H
#define BBS_EXPERIMENTS_PAGE_TABLE_H

#include "experiments/page.h"
#include "report/document.h"

/* Print the rows of a query as a table of the report, in one of the forms PAGE_TABLE, PAGE_PIVOT and PAGE_FOLD. Headings,
 * units and decimals are those of the columns; numbers are aligned to the right. A cell `STAND-IN` is marked as a caution,
 * a cell `measured` as a note. Without rows there is no table. Of a query of more than 100 rows, a table shows the first 40
 * and each fold its first 20; the caption says so and names `file`, the file of the experiment's rows.
 *
 * Errors name `where` (page and line): a form that needs more columns, or a pivot with two values for one cell. */
outcome_t page_table(const rows_table_t *table, page_kind_t form, const char *caption, const char *file, const char *where,
                     document_t *document);

#endif
