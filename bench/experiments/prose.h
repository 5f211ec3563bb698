/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PROSE_H
#define BBS_EXPERIMENTS_PROSE_H

#include "base/outcome.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* Text with queries: "BBS loses {{SELECT ...}} points" or, with a named value, "BBS loses {{loss}} points".
 *
 * A query stands between {{ and }}, in one text; quotes of SQL count, so that '}}' inside a string ends nothing. There are
 * no queries inside queries. A name is a lower-case letter, then lower-case letters, digits and low lines. */

/* A text of a page as it is written, and the line of the page where it begins; line ends are kept. */
typedef struct {
    char *chars;
    size_t line;
} page_text_t;

void page_text_free(page_text_t *text);

/* A named value: one query that is said once and used as {{name}}. */
typedef struct {
    char *name;
    page_text_t query;
} page_value_t;

/* What queries are asked of. `where` names the page in errors ("fig12.md"). Nothing is owned. */
typedef struct {
    rows_database_t *database;
    const char *where;
    const page_value_t *values;
    size_t value_count;
} prose_t;

/* The first query of `text`, at its "{{"; NULL when there is none. `*end` is behind its "}}", or NULL when it has no end or
 * another "{{" comes first. */
const char *prose_query(const char *text, const char **end);
/* The first place of `part` in `text` that is not inside a query, or NULL. */
const char *prose_find(const char *text, const char *part);
/* Does every query end, and is there something in it? An error names the line. */
outcome_t prose_check(const char *where, const page_text_t *text);
/* Is that a name that a value can have? */
bool prose_is_name(const char *text);

/* `text` with the value of each query in its place: one cell as it is written for reading. `*expanded` is a copy to free(),
 * or NULL when a query yields no row or NULL: then the whole text is left out. Errors: an unknown name, a query that SQLite
 * refuses, more than one row or column. */
outcome_t prose_expand(const prose_t *prose, const page_text_t *text, char **expanded);

/* The same, but a text that is one query alone gives a text for each of its rows, those with NULL left out. `*texts` and
 * each of them are to free() by prose_free_texts(). */
outcome_t prose_expand_rows(const prose_t *prose, const page_text_t *text, char ***texts, size_t *count);
void prose_free_texts(char **texts, size_t count);

#endif
