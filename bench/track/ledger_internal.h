/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_LEDGER_INTERNAL_H
#define BBS_TRACK_LEDGER_INTERNAL_H

#include "track/ledger.h"

#include <sqlite3.h>

struct ledger {
    sqlite3 *connection;
    char *path;
};

/* SQLite's last error, with the file. */
outcome_t ledger_failed(const ledger_t *ledger);
outcome_t ledger_execute(const ledger_t *ledger, const char *sql);
outcome_t ledger_prepare(const ledger_t *ledger, const char *sql, sqlite3_stmt **statement);
/* Step to the end, and finalize; for statements without rows. */
outcome_t ledger_finish(const ledger_t *ledger, sqlite3_stmt *statement);
/* One integer of a statement without parameters, such as PRAGMA user_version. */
outcome_t ledger_integer(const ledger_t *ledger, const char *sql, int64_t *value);

/* Bring the schema from any older version to LEDGER_VERSION, in one transaction. A new file is version 0. */
outcome_t ledger_migrate(const ledger_t *ledger);
/* Are the tables runs, contents and files, with all that belongs to them, those of this version (0 to LEDGER_VERSION)? A
 * file that somebody else made may have a trigger, a view in the place of a table, or a key that replaces rows. */
outcome_t ledger_check_shape(const ledger_t *ledger, int64_t version);

/* The first line of a file of rows, to free(); NULL when memory is out. */
char *ledger_header(const bytes_t *bytes);
/* Contents as they are stored, and back. Free both. */
outcome_t ledger_deflate(const bytes_t *bytes, bytes_t *deflated);
outcome_t ledger_inflate(const ledger_t *ledger, const void *deflated, size_t size, int64_t original, const char *sha256,
                         bytes_t *bytes);

#endif
