/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_DATABASE_INTERNAL_H
#define BBS_ROWS_DATABASE_INTERNAL_H

#include "rows/database.h"

struct sqlite3;

/* A table of the database, with the description of its columns. */
typedef struct {
    const char *run; /* the attached database that holds the table: "main", "run2" ... */
    rows_schema_t schema;
    rows_table_t texts; /* owns the texts of the schema; has no rows */
} stored_table_t;

struct rows_database {
    struct sqlite3 *connection;
    stored_table_t *tables;
    size_t count;
    size_t runs;
};

/* Keep a copy of the schema of a table that was made in the run that is being filled. */
outcome_t rows_database_store(rows_database_t *database, const rows_schema_t *schema);

/* SQLite's last error. */
outcome_t rows_database_failed(const rows_database_t *database, const char *where);

#endif
