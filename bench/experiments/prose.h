/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PROSE_H
#define BBS_EXPERIMENTS_PROSE_H

#include "base/outcome.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* Text with queries: "BBS loses {{SELECT ...}} points" or, with a named value, "BBS loses {{loss}} points".
 *
 * A query is the text between {{ and }}; a '}}' inside quotes of SQL does not end it. Queries cannot be nested. A name is a
 * lower-case letter, then lower-case letters, digits and underscores. */

/* A text of a page, unchanged and with its line ends, and the line of the page where it begins. */
typedef struct {
    char *chars;
    size_t line;
} page_text_t;

void page_text_free(page_text_t *text);

/* A named value: a query that is defined once and used as {{name}}. */
typedef struct {
    char *name;
    page_text_t query;
} page_value_t;

/* The context of the queries. `where` names the page in errors ("fig12.md"). Nothing is owned. */
typedef struct {
    rows_database_t *database;
    const char *where;
    const page_value_t *values;
    size_t value_count;
} prose_t;

/* The "{{" of the first query in `text`; NULL when there is none. `*end` is the position after the "}}", or NULL when the
 * query has no end or another "{{" comes first. */
const char *prose_query(const char *text, const char **end);
/* The first occurrence of `part` in `text` outside queries, or NULL. */
const char *prose_find(const char *text, const char *part);
/* Check that every query has an end and is not empty. An error names the line. */
outcome_t prose_check(const char *where, const page_text_t *text);
/* Is this a valid name of a value? */
bool prose_is_name(const char *text);

/* Replace each query in `text` by its value, one cell as text for reading. `*expanded` is a copy to free(), or NULL when a
 * query yields no row or NULL: the whole text is left out then. Errors: an unknown name, a query that SQLite refuses, more
 * than one row or column. */
outcome_t prose_expand(const prose_t *prose, const page_text_t *text, char **expanded);

/* The same, but a text that is exactly one query gives one text for each row that is not NULL. Free `*texts` with
 * prose_free_texts(). */
outcome_t prose_expand_rows(const prose_t *prose, const page_text_t *text, char ***texts, size_t *count);
void prose_free_texts(char **texts, size_t count);

#endif
