/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DATABASE_H
#define BBS_ROWS_DATABASE_H

#include "base/outcome.h"
#include "rows/table.h"

#include <stdbool.h>
#include <stddef.h>

/* The rows of one run or several, as tables of an SQLite database in memory: what every derived number of the suite is a
 * query of. The CSV files stay what is kept; the database is made of them anew each time.
 *
 * The rows of a run are a database of their own within it: "main" is the first run, "run2", "run3" ... the next.
 * Statistics are SQL functions (functions.c):
 *
 *     geomean(x), median(x), quantile(x, p)                     aggregates; NULLs are passed over
 *     bootstrap_low(x, place, seed), bootstrap_high(...)        95 % interval of the mean, x in the order of place
 *     wilson_low(correct, n), wilson_high(correct, n)           fractions, 95 %
 *     mcnemar_p(lost, gained)                                   exact, two-sided
 *     fixed(x, decimals), signed(x, decimals), grouped(n),      texts for reading; "–" for NULL
 *     energy(picojoule), probability(p) */

typedef struct rows_database rows_database_t;

/* An empty one. Close with rows_database_close(). */
outcome_t rows_database_create(rows_database_t **database);
void rows_database_close(rows_database_t *database);

/* Begin the rows of another run: tables go there from now on. */
outcome_t rows_database_next_run(rows_database_t *database);
/* "main", "run2", "run3" ...: the run that is being filled. */
text_t rows_database_run_name(const rows_database_t *database);

/* An empty table of this schema, in the run that is being filled. The schema is copied. */
outcome_t rows_database_add_table(rows_database_t *database, const rows_schema_t *schema);
/* The rows of a CSV of a schema that was added. */
outcome_t rows_database_load(rows_database_t *database, const rows_schema_t *schema, const char *path);
/* Rows that a query of the same columns has yielded. */
outcome_t rows_database_fill(rows_database_t *database, const rows_schema_t *schema, const rows_table_t *rows);
/* A row from memory: the struct that the schema's offsets are of. */
outcome_t rows_database_insert(rows_database_t *database, const rows_schema_t *schema, const void *row);
/* Statements that make views; `where` names them in errors. */
outcome_t rows_database_execute(rows_database_t *database, const char *sql, const char *where);

/* From now on the database can only be read: nothing that a query says can change it or reach a file. */
void rows_database_lock(rows_database_t *database);

/* The rows of one SELECT (WITH ... SELECT). Columns are described by the query's own comments (description.h), else as the
 * column of a table that they pass on, else by what SQLite says of them. `where` (a file, an option) names the query in
 * errors. A statement that is no SELECT, or a second one behind it, is FAULT_USAGE. Free the table. */
outcome_t rows_database_query(rows_database_t *database, const char *sql, const char *where, rows_table_t *table);

/* The columns alone, without running the query: a table without rows. With `complete` each column must be described. */
outcome_t rows_database_describe(rows_database_t *database, const char *sql, const char *where, bool complete,
                                 rows_table_t *table);

/* Descriptions of all tables that were added, in their order; valid until the next one is added. */
size_t rows_database_count(const rows_database_t *database);
const rows_schema_t *rows_database_schema(const rows_database_t *database, size_t index);

#endif
