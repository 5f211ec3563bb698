/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/ledger_internal.h"

#include <ctype.h>
#include <string.h>

static const char *text_at(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text != NULL ? text : "";
}

/* The run of the row that the statement is at. */
static outcome_t give_run(sqlite3_stmt *statement, outcome_t (*found)(void *context, const ledger_run_t *run),
                          void *context)
{
    const ledger_run_t run = {.id = sqlite3_column_int64(statement, 0),
                              .folder = text_at(statement, 1),
                              .mode = text_at(statement, 2),
                              .started = text_at(statement, 3),
                              .finished = text_at(statement, 4),
                              .commit = text_at(statement, 5),
                              .processor = text_at(statement, 6),
                              .program = text_at(statement, 7),
                              .dirty = sqlite3_column_int(statement, 8),
                              .files = sqlite3_column_int64(statement, 9),
                              .bytes = sqlite3_column_int64(statement, 10)};
    /* cppcheck-suppress returnDanglingLifetime */ /* an outcome holds no pointer */
    return found(context, &run);
}

outcome_t ledger_runs(const ledger_t *ledger, outcome_t (*found)(void *context, const ledger_run_t *run), void *context)
{
    static const char sql[] =
        "SELECT r.id, r.folder, r.mode, r.started_utc, r.finished_utc, r.commit_name, r.processor, r.program_sha256,"
        " ifnull(r.dirty, -1), count(f.name), total(c.bytes) FROM runs r LEFT JOIN files f ON f.run = r.id"
        " LEFT JOIN contents c ON c.id = f.content GROUP BY r.id ORDER BY r.started_utc, r.id";
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    int code = SQLITE_DONE;
    while (outcome_is_ok(&result) && (code = sqlite3_step(statement)) == SQLITE_ROW)
        result = give_run(statement, found, context);
    if (outcome_is_ok(&result) && code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

enum { COMMIT_LEAST = 7 }; /* as git shortens names */

static bool is_commit(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < length; i++)
        if (!isxdigit((unsigned char)word[i]))
            return false;
    return length >= COMMIT_LEAST;
}

/* Either name may be the longer one: the program knows its commit by 12 digits. A run without local changes comes first. */
static const char of_commit[] = "SELECT id FROM runs WHERE finished_utc IS NOT NULL AND length(commit_name) >= 7 AND"
                                " (commit_name GLOB ?1 || '*' OR ?1 GLOB commit_name || '*')"
                                " ORDER BY ifnull(dirty, 1), started_utc DESC, id DESC LIMIT 1";

outcome_t ledger_find(const ledger_t *ledger, const char *word, int64_t *id)
{
    int64_t number = 0;
    sqlite3_stmt *statement;
    bool by_number = text_to_integer(word, 1, INT64_MAX, &number) && strlen(word) < COMMIT_LEAST;
    if (!by_number && !is_commit(word))
        return outcome_missing(word, "history", "no number of a run and no commit", "12, or 7 to 40 digits of a commit",
                               "see bbsbench history");
    outcome_t result = ledger_prepare(ledger, by_number ? "SELECT id FROM runs WHERE id = ?1" : of_commit, &statement);
    if (!outcome_is_ok(&result))
        return result;
    if (by_number)
        sqlite3_bind_int64(statement, 1, number);
    else
        sqlite3_bind_text(statement, 1, word, -1, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        result = ledger_failed(ledger);
    else
        result = outcome_missing(ledger->path, text_of("run %s", word).chars, "none", "a run of the history",
                                 "see bbsbench history");
    sqlite3_finalize(statement);
    return result;
}

/* The row is sha256, bytes, deflated; all are NULL when the contents are gone. The length is asked for first: it may bring
 * a text to another encoding, and with it to another place. */
static outcome_t inflate_row(const ledger_t *ledger, sqlite3_stmt *statement, bytes_t *bytes)
{
    const size_t size = (size_t)sqlite3_column_bytes(statement, 2);
    const void *deflated = sqlite3_column_blob(statement, 2);
    return ledger_inflate(ledger, deflated, size, sqlite3_column_int64(statement, 1), text_at(statement, 0), bytes);
}

outcome_t ledger_file(const ledger_t *ledger, int64_t run, const char *name, bytes_t *bytes, bool *found)
{
    static const char sql[] = "SELECT c.sha256, c.bytes, c.deflated FROM files f LEFT JOIN contents c ON c.id = f.content"
                              " WHERE f.run = ?1 AND f.name = ?2";
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    *bytes = (bytes_t){0};
    *found = false;
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    *found = code == SQLITE_ROW;
    if (*found)
        result = inflate_row(ledger, statement, bytes);
    else if (code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

outcome_t ledger_files(const ledger_t *ledger, int64_t run, outcome_t (*found)(void *context, const char *name),
                       void *context)
{
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, "SELECT name FROM files WHERE run = ?1 ORDER BY name", &statement);
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_int64(statement, 1, run);
    int code = SQLITE_DONE;
    while (outcome_is_ok(&result) && (code = sqlite3_step(statement)) == SQLITE_ROW)
        result = found(context, text_at(statement, 0));
    if (outcome_is_ok(&result) && code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

/* ===  Keeping it small  === */

static outcome_t remove_runs(const ledger_t *ledger, int64_t keep, int64_t *removed)
{
    static const char sql[] = "DELETE FROM runs WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER"
                              " (PARTITION BY mode ORDER BY started_utc DESC, id DESC) AS age FROM runs) WHERE age > ?1)";
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_int64(statement, 1, keep);
    result = ledger_finish(ledger, statement);
    *removed = sqlite3_changes(ledger->connection);
    if (outcome_is_ok(&result))
        result = ledger_execute(ledger, "DELETE FROM contents WHERE id NOT IN (SELECT content FROM files)");
    return result;
}

outcome_t ledger_clean(ledger_t *ledger, int64_t keep, int64_t *removed)
{
    outcome_t result = ledger_execute(ledger, "BEGIN IMMEDIATE");
    *removed = 0;
    if (!outcome_is_ok(&result))
        return result;
    result = remove_runs(ledger, keep, removed);
    outcome_t ended = ledger_execute(ledger, outcome_is_ok(&result) ? "COMMIT" : "ROLLBACK");
    if (!outcome_is_ok(&result) || outcome_bad(&result, ended))
        return result;
    return ledger_execute(ledger, "VACUUM"); /* gives the room back */
}
