/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening looks before it writes: a file is ours when its application_id is, and is written to only when its version is
 * not newer and SQLite finds it whole. Write-ahead logging lets readers read while a run is added. */
#include "track/ledger.h"

#include "base/home.h"
#include "track/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

enum { APPLICATION = 0x42425348 }; /* "BBSH", in the header of the file */
enum { BUSY_MILLISECONDS = 60000 };

static const char foreign_todo[] = "name another file: BBS_HISTORY=FILE, or BBS_HISTORY= for no history";
static const char damaged_todo[] =
    "it is left as it is: move it away, then bring runs back with bbsbench history import RUN";

static const char *named(void)
{
    return getenv("BBS_HISTORY");
}

bool ledger_is_named(void)
{
    return named() != NULL;
}

outcome_t ledger_path(text_t *path)
{
    const char *given = named();
    if (given == NULL)
        return home_output("results/history.db", path);
    *path = text_of("%s", given);
    return given[0] != '\0' ? file_check_path(given) : outcome_ok();
}

/* ===  Statements  === */

outcome_t ledger_failed(const ledger_t *ledger)
{
    int code = sqlite3_errcode(ledger->connection) & 0xff;
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return outcome_failed(ledger->path, "history", sqlite3_errmsg(ledger->connection), damaged ? "a whole history" : NULL,
                          damaged ? damaged_todo : foreign_todo);
}

outcome_t ledger_execute(const ledger_t *ledger, const char *sql)
{
    return sqlite3_exec(ledger->connection, sql, NULL, NULL, NULL) == SQLITE_OK ? outcome_ok() : ledger_failed(ledger);
}

outcome_t ledger_prepare(const ledger_t *ledger, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(ledger->connection, sql, -1, statement, NULL) == SQLITE_OK ? outcome_ok()
                                                                                         : ledger_failed(ledger);
}

outcome_t ledger_finish(const ledger_t *ledger, sqlite3_stmt *statement)
{
    outcome_t result = outcome_ok();
    if (sqlite3_step(statement) != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

outcome_t ledger_integer(const ledger_t *ledger, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    else
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

/* ===  Opening  === */

/* An empty file is a new history; one that is too short for SQLite, or begins otherwise, is somebody else's. */
static outcome_t check_kind(const char *path)
{
    static const char magic[] = "SQLite format 3"; /* and its NUL: 16 bytes */
    char start[sizeof magic] = "";
    FILE *stream;
    int64_t size = 0;
    outcome_t result = file_open(path, NULL, &stream, &size);
    if (!outcome_is_ok(&result))
        return result;
    size_t got = fread(start, 1, sizeof start, stream);
    fclose(stream);
    if (size == 0 || (got == sizeof start && memcmp(start, magic, sizeof magic) == 0))
        return outcome_ok();
    return outcome_failed(path, "history", "no SQLite database", "a history of bbsbench", foreign_todo);
}

/* With the indexes: a wrong entry in one would give a run the contents of another file. */
static outcome_t check_whole(const ledger_t *ledger)
{
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, "PRAGMA integrity_check(1)", &statement);
    if (!outcome_is_ok(&result))
        return result;
    const char *said = sqlite3_step(statement) == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (said == NULL)
        result = ledger_failed(ledger);
    else if (!text_equal(said, "ok"))
        result = outcome_failed(ledger->path, "history", said, "a whole history", damaged_todo);
    sqlite3_finalize(statement);
    return result;
}

static outcome_t check_kind_and_version(const ledger_t *ledger)
{
    int64_t application = 0, version = 0, tables = 0;
    outcome_t result;
    if (outcome_bad(&result, ledger_integer(ledger, "PRAGMA application_id", &application)) ||
        outcome_bad(&result, ledger_integer(ledger, "PRAGMA user_version", &version)) ||
        outcome_bad(&result, ledger_integer(ledger, "SELECT count(*) FROM sqlite_schema", &tables)))
        return result;
    if (tables == 0 && application == 0 && version == 0)
        return result;
    if (application != APPLICATION)
        return outcome_failed(ledger->path, "history", "a database of another program", "a history of bbsbench",
                              foreign_todo);
    if (version > LEDGER_VERSION)
        return outcome_failed(ledger->path, "history", text_of("version %lld", (long long)version).chars,
                              text_of("at most %d", (int)LEDGER_VERSION).chars,
                              "it is of a newer bbsbench: use that one, or another file: BBS_HISTORY=FILE");
    if (version < 0)
        return outcome_failed(ledger->path, "history", text_of("version %lld", (long long)version).chars,
                              text_of("0 to %d", (int)LEDGER_VERSION).chars, damaged_todo);
    if (outcome_bad(&result, ledger_check_shape(ledger, version)))
        return result;
    return check_whole(ledger);
}

/* In one transaction: another program may make or migrate the file between two questions. */
static outcome_t check_ours(const ledger_t *ledger)
{
    outcome_t result = ledger_execute(ledger, "BEGIN");
    if (!outcome_is_ok(&result))
        return result;
    result = check_kind_and_version(ledger);
    sqlite3_exec(ledger->connection, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
    return result;
}

/* A file whose tables cannot be migrated stays as it is, so write-ahead logging, which is noted in the file, comes last.
 * Two programs that make the file at once may find it locked then without being waited for; the other one does it. */
static outcome_t prepare_writing(const ledger_t *ledger)
{
    outcome_t result;
    if (outcome_bad(&result, ledger_execute(ledger, "PRAGMA synchronous = FULL")) ||
        outcome_bad(&result, ledger_execute(ledger, "PRAGMA foreign_keys = ON")) ||
        outcome_bad(&result, ledger_migrate(ledger)))
        return result;
    sqlite3_exec(ledger->connection, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    return result;
}

static outcome_t connect(const char *path, ledger_t *ledger)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    ledger->path = text_copy(path);
    if (ledger->path == NULL)
        return outcome_out_of_memory(path);
    if (sqlite3_open_v2(path, &ledger->connection, flags, NULL) != SQLITE_OK)
        return ledger_failed(ledger);
    sqlite3_busy_timeout(ledger->connection, BUSY_MILLISECONDS);
    /* A file that somebody else made may hold triggers and views: they may call no function, and none may damage the file.
     */
    sqlite3_db_config(ledger->connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(ledger->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(ledger->connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    outcome_t result = check_ours(ledger);
    return outcome_is_ok(&result) ? prepare_writing(ledger) : result;
}

outcome_t ledger_open(const char *path, bool create, ledger_t **ledger)
{
    outcome_t result = file_check_path(path);
    *ledger = NULL;
    if (!outcome_is_ok(&result))
        return result;
    if (!file_exists(path) && !create)
        return outcome_missing(path, "history", "none", "a history of runs",
                               "a run begins one, or bbsbench history import RUN");
    if (file_exists(path) && outcome_bad(&result, check_kind(path)))
        return result;
    if (strrchr(path, '/') != NULL && strrchr(path, '/') != path &&
        outcome_bad(&result, file_make_folder(text_of("%.*s", (int)(strrchr(path, '/') - path), path).chars)))
        return result;
    *ledger = calloc(1, sizeof **ledger);
    if (*ledger == NULL)
        return outcome_out_of_memory(path);
    result = connect(path, *ledger);
    if (!outcome_is_ok(&result)) {
        ledger_close(*ledger);
        *ledger = NULL;
    }
    return result;
}

void ledger_close(ledger_t *ledger)
{
    if (ledger == NULL)
        return;
    sqlite3_close(ledger->connection);
    free(ledger->path);
    free(ledger);
}
