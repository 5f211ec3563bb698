/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_FILES_H
#define BBS_ROWS_FILES_H

#include "rows/database.h"

/* A table of the database whose rows lie in many files, each a CSV of one schema. A row is the places of its file (texts
 * that say which file it is, no two the same) and its own columns. Files are read when a query asks for their rows, one at
 * a time and only those whose places the query wants; a database that no query asks costs nothing. With `WHERE place = ...`
 * for all places one file is read, and with `AND FIRST = ...`, its first column, one row is found by halving, so that two
 * files can be joined sample by sample. */

enum { ROWS_FILES_PLACES = 5 };

typedef struct {
    char *path;
    char *places[ROWS_FILES_PLACES];
} rows_file_t;

typedef struct {
    rows_file_t *items;
    size_t count;
} rows_file_list_t;

/* Append a file; texts are copied. */
outcome_t rows_file_list_add(rows_file_list_t *list, const char *path, const char *const *places);
void rows_file_list_free(rows_file_list_t *list);

typedef struct {
    const char *name, *about;    /* of the table */
    const rows_column_t *places; /* ROWS_FILES_PLACES text columns, then name NULL */
    const rows_schema_t *file;   /* its first column is an integer by which the rows are sorted */
    /* The files that are in `folder` now. Called when a query that names the table begins; what it has added is freed when
     * it fails. */
    outcome_t (*list)(const char *folder, rows_file_list_t *list);
} rows_files_t;

/* Add the table to the run that is being filled. `files` must outlive the database. `folder` NULL: a table without rows. */
outcome_t rows_database_add_files(rows_database_t *database, const rows_files_t *files, const char *folder);

#endif
