/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema as its steps: a new file takes all of them, an older one those that it lacks, so both end with the same
 * tables. A step is never changed once a version has used it; a change of the schema is a new step.
 *
 * 1: runs, files and contents.
 * 2: the header of each file of rows beside its name, so that a query can ask which runs kept which statistics of each
 *    sample without unpacking them. Files of version 1 get theirs from their contents. */
#include "track/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

static const char tables[] =
    "PRAGMA application_id = 1111642952;" /* 0x42425348 */
    "CREATE TABLE runs("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " identity TEXT NOT NULL UNIQUE," /* SHA-256 of run.json */
    " folder TEXT NOT NULL, mode TEXT NOT NULL, started_utc TEXT NOT NULL,"
    " finished_utc TEXT,"                        /* NULL: some experiment has no rows */
    " commit_name TEXT NOT NULL, dirty INTEGER," /* NULL: not known */
    " processor TEXT NOT NULL, program_sha256 TEXT NOT NULL, command TEXT NOT NULL);"
    "CREATE INDEX runs_of_commit ON runs(commit_name);"
    "CREATE TABLE contents(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,"
    " deflated BLOB NOT NULL);"
    "CREATE TABLE files("
    " run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, content INTEGER NOT NULL REFERENCES contents(id),"
    " PRIMARY KEY(run, name)) WITHOUT ROWID;"
    "CREATE INDEX files_of_content ON files(content);";

static outcome_t make_tables(const ledger_t *ledger)
{
    return ledger_execute(ledger, tables);
}

static outcome_t set_header(const ledger_t *ledger, int64_t content, const bytes_t *bytes)
{
    sqlite3_stmt *statement;
    char *header = ledger_header(bytes);
    if (header == NULL)
        return outcome_out_of_memory(ledger->path);
    outcome_t result = ledger_prepare(ledger, "UPDATE files SET header = ?1 WHERE content = ?2", &statement);
    if (outcome_is_ok(&result)) {
        sqlite3_bind_text(statement, 1, header, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, content);
        result = ledger_finish(ledger, statement);
    }
    free(header);
    return result;
}

static outcome_t add_headers(const ledger_t *ledger)
{
    static const char sql[] = "SELECT id, sha256, bytes, deflated FROM contents WHERE id IN"
                              " (SELECT content FROM files WHERE name LIKE '%.csv')";
    sqlite3_stmt *statement;
    outcome_t result = ledger_execute(ledger, "ALTER TABLE files ADD COLUMN header TEXT");
    if (!outcome_is_ok(&result) || outcome_bad(&result, ledger_prepare(ledger, sql, &statement)))
        return result;
    int code = SQLITE_DONE;
    while (outcome_is_ok(&result) && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        bytes_t bytes = {0};
        const size_t size = (size_t)sqlite3_column_bytes(statement, 3); /* before its bytes, which it may move */
        const void *deflated = sqlite3_column_blob(statement, 3);
        result = ledger_inflate(ledger, deflated, size, sqlite3_column_int64(statement, 2),
                                (const char *)sqlite3_column_text(statement, 1), &bytes);
        if (outcome_is_ok(&result))
            result = set_header(ledger, sqlite3_column_int64(statement, 0), &bytes);
        file_free_bytes(&bytes);
    }
    if (outcome_is_ok(&result) && code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

static outcome_t (*const steps[LEDGER_VERSION])(const ledger_t *ledger) = {make_tables, add_headers};

static outcome_t take_steps(const ledger_t *ledger, int64_t last)
{
    int64_t version = 0;
    outcome_t result = ledger_integer(ledger, "PRAGMA user_version", &version);
    for (; version < last && outcome_is_ok(&result); version++)
        result = steps[version](ledger);
    if (outcome_is_ok(&result))
        result = ledger_execute(ledger, text_of("PRAGMA user_version = %lld", (long long)last).chars);
    return result;
}

outcome_t ledger_migrate(const ledger_t *ledger)
{
    int64_t version = 0;
    outcome_t result = ledger_integer(ledger, "PRAGMA user_version", &version);
    if (!outcome_is_ok(&result) || version == LEDGER_VERSION ||
        outcome_bad(&result, ledger_execute(ledger, "BEGIN IMMEDIATE")))
        return result;
    result = take_steps(ledger, LEDGER_VERSION); /* reads the version again: another program may have been first */
    outcome_t ended = ledger_execute(ledger, outcome_is_ok(&result) ? "COMMIT" : "ROLLBACK");
    return outcome_is_ok(&result) ? ended : result;
}

/* ===  Whose tables they are  === */

/* The statements that made our tables, and whatever else belongs to them: indexes and triggers. Blanks aside. */
static outcome_t read_shape(const ledger_t *ledger, char **shape)
{
    static const char sql[] =
        "SELECT group_concat(type || ' ' || name || ' ' || replace(ifnull(sql, ''), ' ', ''), '; ') FROM"
        " (SELECT type, name, sql FROM sqlite_schema WHERE lower(tbl_name) IN ('runs', 'contents', 'files')"
        " ORDER BY type, name)";
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        *shape = text_copy(text != NULL ? text : "");
        result = *shape != NULL ? result : outcome_out_of_memory(ledger->path);
    } else {
        result = ledger_failed(ledger);
    }
    sqlite3_finalize(statement);
    return result;
}

/* The same of a history in memory that has taken the steps up to `version`. */
static outcome_t make_shape(const ledger_t *ledger, int64_t version, char **shape)
{
    ledger_t made = {.path = ledger->path};
    outcome_t result = outcome_ok();
    if (sqlite3_open(":memory:", &made.connection) != SQLITE_OK)
        result = ledger_failed(&made);
    else if (!outcome_bad(&result, take_steps(&made, version)))
        result = read_shape(&made, shape);
    sqlite3_close(made.connection);
    return result;
}

outcome_t ledger_check_shape(const ledger_t *ledger, int64_t version)
{
    char *found = NULL, *made = NULL;
    outcome_t result;
    if (!outcome_bad(&result, read_shape(ledger, &found)) && !outcome_bad(&result, make_shape(ledger, version, &made)) &&
        !text_equal(found, made))
        result = outcome_failed(ledger->path, "history", "other tables, indexes or triggers",
                                text_of("those of version %lld", (long long)version).chars,
                                "bbsbench did not make it so: name another file: BBS_HISTORY=FILE");
    free(found);
    free(made);
    return result;
}
