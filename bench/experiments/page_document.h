/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_DOCUMENT_H
#define BBS_EXPERIMENTS_PAGE_DOCUMENT_H

#include "experiments/page.h"
#include "report/document.h"

/* Print a page, with the numbers of a database, as blocks at the end of a document. A paragraph, item, notice, figure,
 * table, fact or command with a query that has no value is left out. Errors name the page and the line of the query. */

/* The context for prose_expand(): the queries of `page` run on `database`; valid as long as both. */
prose_t page_prose(const page_t *page, rows_database_t *database);

outcome_t page_body(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_headline(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_again(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_limits(const page_t *page, rows_database_t *database, document_t *document);

#endif
