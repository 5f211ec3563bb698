/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories that somebody else wrote, or that a disk damaged: they are refused and stay as they are, or give their files
 * or an error, never another file. The fuzz target (make fuzz) runs here on damaged copies, the same in every run. */
#define LLVMFuzzerTestOneInput fuzz_ledger
#include "../fuzz/fuzz_ledger.c"
#undef LLVMFuzzerTestOneInput

#include "base/sha256.h"

#include <sqlite3.h>
#include <sys/resource.h>

#include "testing.h"
#include "folder.h"

/* `before`, the seed of that version (tests/fuzz/seeds) and then `sql`, as a file of its own. */
static text_t made_after(const char *name, const char *before, int version, const char *sql)
{
    bytes_t seed;
    sqlite3 *connection;
    const text_t path = text_of("%s/%s.db", folder, name);
    assert_ok(file_read(text_of("tests/fuzz/seeds/history.%d.sql", version).chars, NULL, &seed));
    assert_int_equal(sqlite3_open(path.chars, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_exec(connection, before, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(connection, (const char *)seed.data, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL); /* some statements write the schema itself */
    assert_int_equal(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(connection);
    file_free_bytes(&seed);
    return path;
}

static text_t made(const char *name, int version, const char *sql)
{
    return made_after(name, "", version, sql);
}

static ledger_t *opened(const text_t *path)
{
    ledger_t *ledger;
    assert_ok(ledger_open(path->chars, false, &ledger));
    return ledger;
}

static void refuse(const text_t *path, const char *reason)
{
    ledger_t *ledger;
    sha256_t before, after;
    assert_ok(sha256_file(path->chars, &before));
    assert_error(ledger_open(path->chars, true, &ledger), FAULT_FAILED, reason);
    assert_null(ledger);
    assert_ok(sha256_file(path->chars, &after));
    assert_string_equal(before.hex, after.hex);
}

static void refused_and_left_alone(const char *name, int version, const char *sql, const char *reason)
{
    const text_t path = made(name, version, sql);
    refuse(&path, reason);
}

/* Each of these would change what a later run leaves in the history. */
static void other_tables_are_refused(void **state)
{
    (void)state;
    static const char other[] = "found other tables, indexes or triggers, expected those of version 2";
    refused_and_left_alone("trigger", 2,
                           "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs WHERE id < new.id; END", other);
    refused_and_left_alone("key", 2, "CREATE UNIQUE INDEX one_run ON runs(started_utc)", other);
    refused_and_left_alone("column", 2, "ALTER TABLE contents ADD COLUMN more TEXT DEFAULT 'x'", other);
    refused_and_left_alone(
        "view", 2, "ALTER TABLE runs RENAME TO hidden; CREATE VIEW runs AS SELECT * FROM hidden WHERE id > 1", other);
    refused_and_left_alone("replacing", 2,
                           "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql,"
                           " 'identity TEXT NOT NULL UNIQUE', 'identity TEXT NOT NULL UNIQUE ON CONFLICT REPLACE')",
                           other);
    /* An older version has the tables of that version. */
    refused_and_left_alone("version", 2, "PRAGMA user_version = 1",
                           "found other tables, indexes or triggers, expected those of version 1");
    refused_and_left_alone("none", 2, "PRAGMA user_version = 0", "expected those of version 0");
}

static void a_version_below_0_is_refused(void **state)
{
    (void)state;
    refused_and_left_alone("negative", 2, "PRAGMA user_version = -1", "found version -1, expected 0 to 2");
}

/* A migration that fails leaves the old file as it was: nothing of version 2 is in it. */
static void a_failed_migration_changes_nothing(void **state)
{
    (void)state;
    refused_and_left_alone("migration", 1, "UPDATE contents SET deflated = x'00' WHERE id = 2",
                           "contents 3bc21ccb4a2b: found other bytes");
}

/* Tables of the user beside ours are no harm. */
static void other_tables_beside_ours_stay(void **state)
{
    (void)state;
    const text_t path = made("beside", 2, "CREATE TABLE notes(text); CREATE VIEW seen AS SELECT id FROM runs; ANALYZE");
    ledger_close(opened(&path));
}

static outcome_t ignore(void *context, const char *name)
{
    (void)name;
    ++*(int *)context;
    return outcome_ok();
}

/* Run 1 has a file whose contents are gone, claim a length that these bytes cannot have, or are another file's. */
static void contents_are_the_files_or_an_error(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "DELETE FROM contents WHERE id = 2",
        "UPDATE contents SET bytes = 2000000000 WHERE id = 2",
        "UPDATE contents SET bytes = -1 WHERE id = 2",
        "UPDATE contents SET bytes = 78 WHERE id = 2",
        "UPDATE contents SET deflated = 'text' WHERE id = 2",
        "UPDATE contents SET deflated = (SELECT deflated FROM contents WHERE id = 5) WHERE id = 2",
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        bytes_t bytes;
        bool found;
        int files = 0;
        const text_t path = made(text_of("contents%zu", i).chars, 2, damage[i]);
        ledger_t *ledger = opened(&path);
        assert_ok(ledger_files(ledger, 1, ignore, &files));
        assert_int_equal(files, 3);
        assert_error(ledger_file(ledger, 1, "accuracy.csv", &bytes, &found), FAULT_FAILED, "found other bytes");
        file_free_bytes(&bytes);
        assert_ok(ledger_file(ledger, 1, "run.json", &bytes, &found));
        assert_true(found);
        file_free_bytes(&bytes);
        ledger_close(ledger);
    }
}

/* SQLite brings every text to UTF-8 when it is asked for, also contents that are stored as a text. */
static void a_history_in_utf16_is_read(void **state)
{
    (void)state;
    static const char utf16[] = "PRAGMA encoding = 'UTF-16le'";
    bytes_t bytes;
    bool found;
    for (int version = 1; version <= 2; version++) {
        const text_t path = made_after(text_of("utf16.%d", version).chars, utf16, version, "SELECT 1");
        ledger_t *ledger = opened(&path);
        assert_ok(ledger_file(ledger, 1, "accuracy.csv", &bytes, &found));
        assert_true(found && text_starts((const char *)bytes.data, "net,size,data,method"));
        file_free_bytes(&bytes);
        ledger_close(ledger);
    }
    static const char as_text[] = "UPDATE contents SET deflated = 'a text that is no deflated file' WHERE id = 2";
    const text_t path = made_after("utf16.text", utf16, 2, as_text);
    ledger_t *ledger = opened(&path);
    assert_error(ledger_file(ledger, 1, "accuracy.csv", &bytes, &found), FAULT_FAILED, "found other bytes");
    ledger_close(ledger);
}

/* A length that the stored bytes cannot have is not allocated: 2 GB are not there. */
static void a_long_length_is_not_allocated(void **state)
{
    (void)state;
    bytes_t bytes;
    bool found;
    struct rlimit before;
    long pages = 0;
    const text_t path = made("long", 2, "UPDATE contents SET bytes = 2000000000 WHERE id = 2");
    ledger_t *ledger = opened(&path);
    FILE *stream = fopen("/proc/self/statm", "r");
    assert_non_null(stream);
    assert_int_equal(fscanf(stream, "%*d %*d %*d %*d %*d %ld", &pages), 1); /* of data */
    fclose(stream);
    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    const rlim_t room = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)1 << 30);
    assert_int_equal(setrlimit(RLIMIT_DATA, &(struct rlimit){.rlim_cur = room, .rlim_max = before.rlim_max}), 0);
    const outcome_t outcome = ledger_file(ledger, 1, "accuracy.csv", &bytes, &found);
    assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
    assert_error(outcome, FAULT_FAILED, "found other bytes");
    ledger_close(ledger);
}

/* In the index of contents two entries are exchanged, so that a new run with the rows of run 1 would get those of run 2. An
 * entry is the hash and the number of its row, in one byte. */
static void a_wrong_index_is_refused(void **state)
{
    (void)state;
    static const char *const hashes[] = {"3bc21ccb4a2b603673d1bab1f9fd988b2be7e926c5bf697e8ebd63f209d93a64\x02",
                                         "edc306b741e8f17cd36d48a87acf0ed810067850d2e84c12ddfb1f8b1b9d11e0\x05"};
    bytes_t bytes;
    const text_t path = made("index", 2, "SELECT 1");
    assert_ok(file_read(path.chars, NULL, &bytes));
    for (int i = 0; i < 2; i++) {
        uint8_t *entry = memmem(bytes.data, bytes.size, hashes[i], strlen(hashes[i]));
        assert_non_null(entry);
        entry[strlen(hashes[i]) - 1] ^= 0x2 ^ 0x5;
    }
    write_whole(path.chars, bytes.data, bytes.size);
    file_free_bytes(&bytes);
    refuse(&path, "missing from index");
}

static void damaged_histories_do_no_harm(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int version = 1; version <= 2; version++) {
        bytes_t seed;
        const text_t path = made(text_of("seed%d", version).chars, version, "SELECT 1");
        assert_ok(file_read(path.chars, NULL, &seed));
        assert_int_equal(fuzz_ledger(seed.data, seed.size), 0);
        for (int round = 0; round < 400; round++) {
            uint8_t *input = malloc(seed.size);
            assert_non_null(input);
            memcpy(input, seed.data, seed.size);
            for (int change = round % 4; change >= 0; change--) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                input[(random >> 33) % seed.size] = (uint8_t)(random >> 20);
            }
            assert_int_equal(fuzz_ledger(input, round % 8 == 0 ? (random >> 40) % seed.size : seed.size), 0);
            free(input);
        }
        file_free_bytes(&seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_tables_are_refused),           cmocka_unit_test(a_version_below_0_is_refused),
        cmocka_unit_test(a_failed_migration_changes_nothing), cmocka_unit_test(other_tables_beside_ours_stay),
        cmocka_unit_test(contents_are_the_files_or_an_error), cmocka_unit_test(a_history_in_utf16_is_read),
        cmocka_unit_test(a_long_length_is_not_allocated),     cmocka_unit_test(a_wrong_index_is_refused),
        cmocka_unit_test(damaged_histories_do_no_harm),
    };
    return cmocka_run_group_tests_name("ledger_hostile", tests, make_folder, remove_folder);
}
