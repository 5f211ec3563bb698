/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DATABASE_H
#define BBS_ROWS_DATABASE_H

#include "base/outcome.h"
#include "rows/table.h"

#include <stdbool.h>
#include <stddef.h>

/* The rows of one or more runs as tables of an SQLite database in memory. Every derived number of the suite is a query of
 * it. Only the CSV files are kept; the database is made from them each time.
 * Each run is an attached database: "main" is the first run, "run2", "run3" ... are the next.
 * Statistics are SQL functions (functions.c):
 *
 *     geomean(x), median(x), quantile(x, p)                     aggregates; NULLs are ignored
 *     deviation(x)                                              the same: of a sample, NULL for fewer than two values
 *     bootstrap_low(x, place, seed), bootstrap_high(...)        95 % interval of the mean, x in the order of place
 *     wilcoxon_p(difference)                                    aggregate: signed-rank test, two-sided (statistics.h)
 *     wilson_low(correct, n), wilson_high(correct, n)           fractions, 95 %
 *     paired_low(lost, gained, n), paired_high(...)             gain of a method over another, fractions, 95 % (paired.h)
 *     mcnemar_p(lost, gained)                                   exact, two-sided
 *     fixed(x, decimals), signed(x, decimals), grouped(n),      texts for reading; "–" for NULL
 *     energy(picojoule), probability(p) */

typedef struct rows_database rows_database_t;

/* An empty database. Close with rows_database_close(). */
outcome_t rows_database_create(rows_database_t **database);
void rows_database_close(rows_database_t *database);

/* Begin another run: later tables belong to it. */
outcome_t rows_database_next_run(rows_database_t *database);
/* "main", "run2", "run3" ...: the run that is being filled. */
text_t rows_database_run_name(const rows_database_t *database);

/* An empty table of this schema, in the run that is being filled. The schema is copied. */
outcome_t rows_database_add_table(rows_database_t *database, const rows_schema_t *schema);
/* Load the rows of a CSV into the table of this schema, which must have been added. They replace the rows that it has. */
outcome_t rows_database_load(rows_database_t *database, const rows_schema_t *schema, const char *path);
/* The same with the rows of a query that has the same columns. */
outcome_t rows_database_fill(rows_database_t *database, const rows_schema_t *schema, const rows_table_t *rows);
/* Insert one row: the C struct to which the schema's offsets refer. */
outcome_t rows_database_insert(rows_database_t *database, const rows_schema_t *schema, const void *row);
/* Run statements that create views; `where` names them in errors. */
outcome_t rows_database_execute(rows_database_t *database, const char *sql, const char *where);

/* Make the database read-only: no query can change it or reach a file. */
void rows_database_lock(rows_database_t *database);

/* The rows of one SELECT (WITH ... SELECT). A column is described by a comment of the query (description.h); else by the
 * table's column that it is; else by its name and values alone. `where` (a file, an option) names the query in errors. A
 * statement that is not a SELECT, or a second statement, is FAULT_USAGE. Free the table with rows_table_free(). */
outcome_t rows_database_query(rows_database_t *database, const char *sql, const char *where, rows_table_t *table);

/* Only the columns, without running the query: a table without rows. With `complete` each column must be described. */
outcome_t rows_database_describe(rows_database_t *database, const char *sql, const char *where, bool complete,
                                 rows_table_t *table);

/* Call `found` with the name of each table or view that a query reads, itself or through a view, once or more often. Only
 * before rows_database_lock(). */
outcome_t rows_database_sources(rows_database_t *database, const char *sql, const char *where,
                                void (*found)(void *context, const char *table), void *context);

/* The schemas of all tables, in the order in which they were added; valid until the next table is added. */
size_t rows_database_count(const rows_database_t *database);
const rows_schema_t *rows_database_schema(const rows_database_t *database, size_t index);

#endif
