/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of runs: what goes in comes out, older schemas are migrated, and what is not ours is left alone. */
#include "base/file.h"
#include "base/sha256.h"
#include "track/ledger.h"
#include "track/series.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "testing.h"
#include "folder.h"

static void write_file(const char *name, const char *text)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* A run folder with two files of rows; `finished` is a JSON value. */
static text_t make_run(const char *name, const char *started, const char *finished, int right)
{
    assert_ok(file_make_folder(inside(text_of("%s/predictions", name).chars).chars));
    write_file(
        text_of("%s/run.json", name).chars,
        text_of(
            "{\"schema\": 3, \"files\": [], \"mode\": \"smoke\", \"command\": \"run\", \"started_utc\": \"%s\", \"finished_utc\": %s,"
            " \"program\": {\"commit\": \"%s00112233\", \"dirty\": false, \"executable_sha256\": \"aa\"},"
            " \"machine\": {\"processor\": \"made\"}}",
            started, finished, right == 9 ? "abc" : "def")
            .chars);
    write_file(text_of("%s/accuracy.csv", name).chars,
               text_of("net,size,data,method,samples,correct\nn,compact,d,int8,10,10\nn,compact,d,m,10,%d\n", right).chars);
    write_file(text_of("%s/predictions/n.compact.m.csv", name).chars, "sample,label,predicted,key\n0,1,1,k\n");
    write_file(text_of("%s/notes.txt", name).chars, "not kept");
    return inside(name);
}

static ledger_t *opened(const char *name)
{
    ledger_t *ledger;
    assert_ok(ledger_open(inside(name).chars, true, &ledger));
    return ledger;
}

static int64_t appended(ledger_t *ledger, const char *run, bool is_new)
{
    int64_t id;
    bool added;
    assert_ok(ledger_append(ledger, run, &id, &added));
    assert_int_equal(added, is_new);
    return id;
}

static outcome_t count_run(void *context, const ledger_run_t *run)
{
    assert_true(run->id > 0 && run->started[0] != '\0');
    ++*(int *)context;
    return outcome_ok();
}

static int runs_of(const ledger_t *ledger)
{
    int runs = 0;
    assert_ok(ledger_runs(ledger, count_run, &runs));
    return runs;
}

static int64_t number(const char *file, const char *sql)
{
    sqlite3 *connection;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(inside(file).chars, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    return value;
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    ledger_t *ledger = opened("in.db");
    const text_t first = make_run("first", "2026-01-01T00:00:00Z", "\"2026-01-01T00:01:00Z\"", 9);
    const text_t second = make_run("second", "2026-01-02T00:00:00Z", "\"2026-01-02T00:01:00Z\"", 9);
    int64_t id = appended(ledger, first.chars, true);
    assert_int_equal(appended(ledger, first.chars, false), id); /* once */
    int64_t other = appended(ledger, second.chars, true);
    assert_int_equal(runs_of(ledger), 2);
    bytes_t kept, file;
    bool found;
    assert_ok(ledger_file(ledger, id, "predictions/n.compact.m.csv", &kept, &found));
    assert_true(found);
    assert_ok(file_read(inside("first/predictions/n.compact.m.csv").chars, NULL, &file));
    assert_int_equal(kept.size, file.size);
    assert_memory_equal(kept.data, file.data, file.size);
    file_free_bytes(&kept);
    file_free_bytes(&file);
    assert_ok(ledger_file(ledger, id, "notes.txt", &kept, &found));
    assert_false(found);
    int64_t named;
    assert_ok(ledger_find(ledger, text_of("%lld", (long long)id).chars, &named));
    assert_int_equal(named, id);
    assert_ok(ledger_find(ledger, "abc0011", &named)); /* the newest of that commit */
    assert_int_equal(named, other);
    assert_ok(ledger_find(ledger, "abc0011223344556677889900aabbccddeeff001", &named)); /* a whole name */
    assert_int_equal(named, other);
    assert_error(ledger_find(ledger, "abc0012", &named), FAULT_MISSING, "run abc0012");
    assert_error(ledger_find(ledger, "99", &named), FAULT_MISSING, "run 99");
    assert_error(ledger_find(ledger, "abc", &named), FAULT_MISSING, "no number of a run and no commit");
    ledger_close(ledger);
    /* Rows and answers are the same in both runs: their bytes are there once. */
    assert_int_equal(number("in.db", "SELECT count(*) FROM files"), 6);
    assert_int_equal(number("in.db", "SELECT count(*) FROM contents"), 4);
}

/* A run that failed, and was resumed later, is there once, as it is now. */
static void a_resumed_run_replaces_itself(void **state)
{
    (void)state;
    ledger_t *ledger = opened("resumed.db");
    const text_t run = make_run("resumed", "2026-01-01T00:00:00Z", "null", 9);
    appended(ledger, run.chars, true);
    make_run("resumed", "2026-01-01T00:00:00Z", "\"2026-01-01T00:09:00Z\"", 9);
    appended(ledger, run.chars, true);
    assert_int_equal(runs_of(ledger), 1);
    ledger_close(ledger);
    assert_int_equal(number("resumed.db", "SELECT count(*) FROM runs WHERE finished_utc IS NOT NULL"), 1);
}

static void old_runs_are_removed_with_their_contents(void **state)
{
    (void)state;
    int64_t removed;
    ledger_t *ledger = opened("clean.db");
    for (int i = 1; i <= 4; i++)
        appended(
            ledger,
            make_run(text_of("clean%d", i).chars, text_of("2026-01-0%dT00:00:00Z", i).chars, "\"2026-02-01T00:00:00Z\"", i)
                .chars,
            true);
    assert_ok(ledger_clean(ledger, 2, &removed));
    assert_int_equal(removed, 2);
    assert_int_equal(runs_of(ledger), 2);
    ledger_close(ledger);
    assert_int_equal(number("clean.db", "SELECT count(*) FROM runs WHERE started_utc < '2026-01-03'"), 0);
    assert_int_equal(number("clean.db", "SELECT count(*) FROM contents"), 5); /* 2 records, 2 tables, 1 file of answers */
}

/* ===  Versions  === */

/* A file as version 1 wrote it. These statements are a record of it: they must not follow the program's. */
static const char version_1[] =
    "PRAGMA application_id = 1111642952;"
    "CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, folder TEXT NOT NULL,"
    " mode TEXT NOT NULL, started_utc TEXT NOT NULL, finished_utc TEXT, commit_name TEXT NOT NULL, dirty INTEGER,"
    " processor TEXT NOT NULL, program_sha256 TEXT NOT NULL, command TEXT NOT NULL);"
    "CREATE INDEX runs_of_commit ON runs(commit_name);"
    "CREATE TABLE contents(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, deflated BLOB NOT NULL);"
    "CREATE TABLE files(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL,"
    " content INTEGER NOT NULL REFERENCES contents(id), PRIMARY KEY(run, name)) WITHOUT ROWID;"
    "CREATE INDEX files_of_content ON files(content);"
    "INSERT INTO runs VALUES(7, 'one', 'results/old', 'smoke', '2025-01-01T00:00:00Z', '2025-01-01T00:01:00Z', 'feed0011', 0,"
    " 'old', 'aa', 'run');"
    "PRAGMA user_version = 1;";

static const char old_answers[] = "sample,label,predicted,key\n0,1,1,k\n1,1,2,\n";

static void make_version_1(const char *name)
{
    sqlite3 *connection;
    sqlite3_stmt *statement;
    sha256_t digest;
    uint8_t deflated[256];
    uLongf size = sizeof deflated;
    unlink(inside(name).chars);
    assert_int_equal(sqlite3_open(inside(name).chars, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_exec(connection, version_1, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(compress2(deflated, &size, (const Bytef *)old_answers, sizeof old_answers - 1, 9), Z_OK);
    sha256_bytes(old_answers, sizeof old_answers - 1, &digest);
    assert_int_equal(sqlite3_prepare_v2(connection, "INSERT INTO contents VALUES(3, ?1, ?2, ?3)", -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, digest.hex, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, sizeof old_answers - 1);
    sqlite3_bind_blob(statement, 3, deflated, (int)size, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    assert_int_equal(
        sqlite3_exec(connection, "INSERT INTO files VALUES(7, 'predictions/n.compact.m.csv', 3)", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(connection);
}

/* The migrated file has the schema of a new one, its old run with the header that came in version 2, and takes new runs. */
static void version_1_is_migrated(void **state)
{
    (void)state;
    bytes_t bytes;
    bool found;
    make_version_1("old.db");
    ledger_t *ledger = opened("old.db");
    assert_int_equal(runs_of(ledger), 1);
    assert_ok(ledger_file(ledger, 7, "predictions/n.compact.m.csv", &bytes, &found));
    assert_true(found);
    assert_string_equal((const char *)bytes.data, old_answers);
    file_free_bytes(&bytes);
    assert_true(appended(ledger, make_run("later", "2026-01-01T00:00:00Z", "\"2026-01-01T00:01:00Z\"", 9).chars, true) > 7);
    ledger_close(ledger);
    assert_int_equal(number("old.db", "PRAGMA user_version"), LEDGER_VERSION);
    assert_int_equal(number("old.db", "SELECT count(*) FROM files WHERE run = 7 AND header = 'sample,label,predicted,key'"),
                     1);
    ledger_close(opened("new.db"));
    static const char shape[] =
        "SELECT sum(length(name) * 31 + length(type)) FROM (SELECT c.name, c.type FROM sqlite_schema s,"
        " pragma_table_info(s.name) c)";
    assert_int_equal(number("old.db", shape), number("new.db", shape));
}

static void refused_and_left_alone(const char *name, const char *reason)
{
    ledger_t *ledger;
    sha256_t before, after;
    assert_ok(sha256_file(inside(name).chars, &before));
    assert_error(ledger_open(inside(name).chars, true, &ledger), FAULT_FAILED, reason);
    assert_null(ledger);
    assert_ok(sha256_file(inside(name).chars, &after));
    assert_string_equal(before.hex, after.hex);
}

static void what_is_not_ours_is_left_alone(void **state)
{
    (void)state;
    sqlite3 *connection;
    make_version_1("newer.db");
    assert_int_equal(sqlite3_open(inside("newer.db").chars, &connection), SQLITE_OK);
    sqlite3_exec(connection, text_of("PRAGMA user_version = %d", LEDGER_VERSION + 1).chars, NULL, NULL, NULL);
    sqlite3_close(connection);
    refused_and_left_alone("newer.db",
                           text_of("found version %d, expected at most %d", LEDGER_VERSION + 1, LEDGER_VERSION).chars);
    unlink(inside("foreign.db").chars);
    assert_int_equal(sqlite3_open(inside("foreign.db").chars, &connection), SQLITE_OK);
    sqlite3_exec(connection, "CREATE TABLE runs(x)", NULL, NULL, NULL);
    sqlite3_close(connection);
    refused_and_left_alone("foreign.db", "a database of another program");
    write_file("text.db", "dear diary, today I ran a benchmark");
    refused_and_left_alone("text.db", "no SQLite database");
    assert_error(ledger_open(inside("none.db").chars, false, &(ledger_t *){NULL}), FAULT_MISSING, "none.db");
    assert_false(file_exists(inside("none.db").chars));
}

/* Bytes changed in the middle, and a file cut at half its length. */
static void a_damaged_history_is_refused(void **state)
{
    (void)state;
    bytes_t whole;
    ledger_t *ledger = opened("damaged.db");
    for (int i = 1; i <= 9; i++)
        appended(ledger, make_run("damage", text_of("2026-01-0%dT00:00:00Z", i).chars, "\"2026-02-01T00:00:00Z\"", i).chars,
                 true);
    ledger_close(ledger);
    assert_ok(file_read(inside("damaged.db").chars, NULL, &whole));
    for (int way = 0; way < 2; way++) {
        FILE *stream = fopen(inside("damaged.db").chars, "wb");
        assert_non_null(stream);
        fwrite(whole.data, 1, way == 0 ? whole.size / 2 : whole.size, stream);
        if (way == 1) {
            fseek(stream, 4096, SEEK_SET);
            for (int i = 0; i < 3 * 4096; i++)
                fputc(0x5a, stream);
        }
        fclose(stream);
        refused_and_left_alone("damaged.db", "damaged.db: history");
    }
    file_free_bytes(&whole);
}

/* ===  One number over all runs  === */

static void a_series_tells_where_it_changed(void **state)
{
    (void)state;
    static const rows_column_t columns[] = {{.name = "net", .key = true},
                                            {.name = "size", .key = true},
                                            {.name = "data", .key = true},
                                            {.name = "method", .key = true},
                                            {.name = "samples", .kind = ROWS_INTEGER},
                                            {.name = "correct", .kind = ROWS_INTEGER},
                                            {.name = NULL}};
    static const rows_schema_t schema = {.name = "accuracy", .columns = columns, .samples = "samples"};
    static const int right[] = {9, 9, 8, 9};
    static const char *const wanted[] = {"first", "same", "-1", "+1"};
    rows_table_t table;
    ledger_t *ledger = opened("series.db");
    for (int i = 0; i < 4; i++)
        appended(
            ledger,
            make_run("series", text_of("2026-01-0%dT00:00:00Z", i + 1).chars, "\"2026-02-01T00:00:00Z\"", right[i]).chars,
            true);
    series_request_t request = {.experiment = "accuracy", .net = "n", .method = "m", .metric = "correct"};
    assert_ok(series_read(ledger, &request, &schema, &table));
    assert_int_equal(table.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(rows_text_at(&table, i, "change"), wanted[i]);
        assert_true(rows_real_at(&table, i, "value") == right[i]);
        assert_int_equal(rows_integer_at(&table, i, "samples"), 10);
        assert_string_equal(rows_text_at(&table, i, "commit"), right[i] == 9 ? "abc00112233" : "def00112233");
    }
    rows_table_free(&table);
    request.method = NULL;
    assert_error(series_read(ledger, &request, &schema, &table), FAULT_USAGE, "give --net and --method");
    request.method = "nothing";
    assert_error(series_read(ledger, &request, &schema, &table), FAULT_MISSING, "no run that has it");
    request.metric = "nothing";
    assert_error(series_read(ledger, &request, &schema, &table), FAULT_USAGE, "a column of numbers of accuracy");
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(a_resumed_run_replaces_itself),
        cmocka_unit_test(old_runs_are_removed_with_their_contents),
        cmocka_unit_test(version_1_is_migrated),
        cmocka_unit_test(what_is_not_ours_is_left_alone),
        cmocka_unit_test(a_damaged_history_is_refused),
        cmocka_unit_test(a_series_tells_where_it_changed),
    };
    return cmocka_run_group_tests_name("ledger", tests, make_folder, remove_folder);
}
