/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_DOCUMENT_H
#define BBS_EXPERIMENTS_PAGE_DOCUMENT_H

#include "experiments/page.h"
#include "report/document.h"

/* A page with the numbers of a database in it, as blocks at the end of a document. What has a query without a value is left
 * out: one paragraph, item, notice, figure, table, fact or command. Errors name the page and the line of the query. */

/* The queries of `page` asked of `database`, for prose_expand(); valid as long as both. */
prose_t page_prose(const page_t *page, rows_database_t *database);

outcome_t page_body(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_headline(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_again(const page_t *page, rows_database_t *database, document_t *document);
outcome_t page_limits(const page_t *page, rows_database_t *database, document_t *document);

#endif
