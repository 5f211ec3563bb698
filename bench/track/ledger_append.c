/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run is one transaction that begins IMMEDIATE: it waits for another writer at its start, where nothing is lost. */
#include "base/home.h"
#include "base/sha256.h"
#include "run/manifest_files.h"
#include "track/ledger_internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ===  Contents  === */

static outcome_t find_content(const ledger_t *ledger, const char *sha256, int64_t *id)
{
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, "SELECT id FROM contents WHERE sha256 = ?1", &statement);
    *id = 0;
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_text(statement, 1, sha256, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

/* Store the bytes unless they are there already. */
static outcome_t keep_content(const ledger_t *ledger, const bytes_t *bytes, int64_t *id)
{
    static const char sql[] = "INSERT INTO contents(sha256, bytes, deflated) VALUES(?1, ?2, ?3)";
    sha256_t digest;
    bytes_t deflated = {0};
    sqlite3_stmt *statement;
    sha256_bytes(bytes->data, bytes->size, &digest);
    outcome_t result = find_content(ledger, digest.hex, id);
    if (!outcome_is_ok(&result) || *id != 0)
        return result;
    if (!outcome_bad(&result, ledger_deflate(bytes, &deflated)) &&
        !outcome_bad(&result, ledger_prepare(ledger, sql, &statement))) {
        sqlite3_bind_text(statement, 1, digest.hex, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, (int64_t)bytes->size);
        sqlite3_bind_blob64(statement, 3, deflated.data, deflated.size, SQLITE_STATIC);
        result = ledger_finish(ledger, statement);
        *id = sqlite3_last_insert_rowid(ledger->connection);
    }
    file_free_bytes(&deflated);
    return result;
}

/* ===  Files  === */

typedef struct {
    const ledger_t *ledger;
    const char *folder;
    int64_t run;
} addition_t;

static outcome_t keep_file(const addition_t *addition, const char *name)
{
    static const char sql[] = "INSERT INTO files(run, name, content, header) VALUES(?1, ?2, ?3, ?4)";
    bytes_t bytes;
    int64_t content = 0;
    sqlite3_stmt *statement;
    char *header = NULL;
    outcome_t result = file_read(text_of("%s/%s", addition->folder, name).chars, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    if (text_ends(name, ".csv") && (header = ledger_header(&bytes)) == NULL)
        result = outcome_out_of_memory(name);
    if (outcome_is_ok(&result) && !outcome_bad(&result, keep_content(addition->ledger, &bytes, &content)) &&
        !outcome_bad(&result, ledger_prepare(addition->ledger, sql, &statement))) {
        sqlite3_bind_int64(statement, 1, addition->run);
        sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 3, content);
        sqlite3_bind_text(statement, 4, header, -1, SQLITE_STATIC); /* NULL stays NULL */
        result = ledger_finish(addition->ledger, statement);
    }
    free(header);
    file_free_bytes(&bytes);
    return result;
}

/* The files of rows in a folder; `below` is its name in the run folder with a '/', or "". Links are not followed. */
static outcome_t keep_rows(const addition_t *addition, const char *below)
{
    outcome_t result = outcome_ok();
    DIR *stream = opendir(text_of("%s/%s", addition->folder, below).chars);
    for (struct dirent *entry; stream != NULL && outcome_is_ok(&result) && (entry = readdir(stream)) != NULL;) {
        struct stat status;
        const text_t name = text_of("%s%s", below, entry->d_name);
        if (lstat(text_of("%s/%s", addition->folder, name.chars).chars, &status) != 0)
            continue;
        if (S_ISREG(status.st_mode) && text_ends(entry->d_name, ".csv"))
            result = keep_file(addition, name.chars);
        else if (S_ISDIR(status.st_mode) && below[0] == '\0' && text_starts(entry->d_name, "predictions"))
            result = keep_rows(addition, text_of("%s/", entry->d_name).chars);
    }
    if (stream != NULL)
        closedir(stream);
    return result;
}

/* ===  Runs  === */

/* The number of a run with this record, or 0. */
static outcome_t find_run(const ledger_t *ledger, const char *identity, int64_t *id)
{
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, "SELECT id FROM runs WHERE identity = ?1", &statement);
    *id = 0;
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_text(statement, 1, identity, -1, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        result = ledger_failed(ledger);
    sqlite3_finalize(statement);
    return result;
}

/* An earlier state of the same run, from before it was resumed. */
static outcome_t remove_unfinished(const ledger_t *ledger, const char *folder, const char *started)
{
    static const char sql[] = "DELETE FROM runs WHERE folder = ?1 AND started_utc = ?2 AND finished_utc IS NULL";
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    sqlite3_bind_text(statement, 1, folder, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, started, -1, SQLITE_STATIC);
    return ledger_finish(ledger, statement);
}

static outcome_t insert_run(const ledger_t *ledger, const char *identity, const char *folder, const manifest_t *manifest)
{
    static const char sql[] =
        "INSERT INTO runs(identity, folder, mode, started_utc, finished_utc, commit_name, dirty, processor, program_sha256,"
        " command) VALUES(?1, ?2, ?3, ?4, nullif(?5, ''), ?6, ?7, ?8, ?9, ?10)";
    const char *texts[] = {identity,
                           folder,
                           manifest_text(manifest, NULL, "mode"),
                           manifest_text(manifest, NULL, "started_utc"),
                           manifest_text(manifest, NULL, "finished_utc"),
                           manifest_text(manifest, "program", "commit"),
                           NULL, /* changes, below */
                           manifest_text(manifest, "machine", "processor"),
                           manifest_text(manifest, "program", "executable_sha256"),
                           manifest_text(manifest, NULL, "command")};
    const cJSON *dirty =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(manifest->json, "program"), "dirty");
    sqlite3_stmt *statement;
    outcome_t result = ledger_prepare(ledger, sql, &statement);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sqlite3_bind_text(statement, (int)i + 1, texts[i], -1, SQLITE_STATIC);
    if (cJSON_IsBool(dirty))
        sqlite3_bind_int(statement, 7, cJSON_IsTrue(dirty));
    return ledger_finish(ledger, statement);
}

static outcome_t add_run(const ledger_t *ledger, const char *folder, const manifest_t *manifest, int64_t *id, bool *added)
{
    sha256_t identity;
    const text_t where = home_record(folder);
    outcome_t result;
    if (outcome_bad(&result, sha256_file(manifest->path, &identity)) ||
        outcome_bad(&result, find_run(ledger, identity.hex, id)) || *id != 0)
        return result;
    if (outcome_bad(&result, remove_unfinished(ledger, where.chars, manifest_text(manifest, NULL, "started_utc"))) ||
        outcome_bad(&result, insert_run(ledger, identity.hex, where.chars, manifest)))
        return result;
    *id = sqlite3_last_insert_rowid(ledger->connection);
    *added = true;
    const addition_t addition = {.ledger = ledger, .folder = folder, .run = *id};
    if (!outcome_bad(&result, keep_file(&addition, "run.json")))
        result = keep_rows(&addition, "");
    return result;
}

outcome_t ledger_append(ledger_t *ledger, const char *folder, int64_t *id, bool *added)
{
    manifest_t manifest;
    *added = false;
    outcome_t result = manifest_open(folder, &manifest);
    if (!outcome_is_ok(&result))
        return result;
    result = ledger_execute(ledger, "BEGIN IMMEDIATE");
    if (outcome_is_ok(&result)) {
        result = add_run(ledger, folder, &manifest, id, added);
        outcome_t ended = ledger_execute(ledger, outcome_is_ok(&result) ? "COMMIT" : "ROLLBACK");
        result = outcome_is_ok(&result) ? ended : result;
    }
    manifest_free(&manifest);
    return result;
}
