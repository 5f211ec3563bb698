/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_MADE_ROWS_H
#define BBS_TESTS_MADE_ROWS_H

/* Rows of every kind, with texts that mean harm, the ends of 64 bits and values that are not known; in a folder of their
 * own and in a database. */
#include "testing.h"

#include "base/file.h"
#include "base/text.h"
#include "rows/database.h"
#include "rows/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-rows-XXXXXX";

typedef struct {
    const char *name;
    int64_t count;
    double share;
    bool good;
} made_t;

static const rows_column_t made_columns[] = {
    {ROWS_PLACE_TEXT(made_t, name), .name = "name", .heading = "Name", .meaning = "what it is called", .key = true},
    {ROWS_PLACE_INTEGER(made_t, count), .name = "count", .heading = "N", .meaning = "how many", .sense = ROWS_HIGHER},
    {ROWS_PLACE_REAL(made_t, share), .name = "share", .heading = "Share", .unit = "%", .meaning = "of all", .decimals = 2},
    {ROWS_PLACE_FLAG(made_t, good), .name = "good", .heading = "Good", .meaning = "1: it is"},
    {.name = NULL},
};
static const rows_schema_t made_schema = {.name = "made", .about = "made for this test", .columns = made_columns};

/* Texts that mean harm to a format, the ends of 64 bits, and what is not known. */
static const char harm[] = "a|b,\"c\"\n'd' `e` <i>f</i> *g* \\ [h](i) {{j}} --| µ – \xF0\x9F\x98\x80\ttab";
static const made_t made_rows[] = {{"plain", 12345, 1.0 / 3, true},
                                   {harm, INT64_MAX, -0.0000123456789123, false},
                                   {"", -INT64_MAX, 1e300, true},
                                   {"unknown", ROWS_UNKNOWN, NAN, false}};
enum { MADE = sizeof made_rows / sizeof *made_rows };

static inline text_t in_folder(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static inline void write_text(const char *name, const char *text)
{
    FILE *stream = fopen(in_folder(name).chars, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static inline char *read_text(const char *name)
{
    bytes_t bytes;
    assert_ok(file_read(in_folder(name).chars, NULL, &bytes));
    return (char *)bytes.data;
}

static inline void write_made(const char *name)
{
    rows_writer_t writer;
    assert_ok(rows_create(&writer, &made_schema, in_folder(name).chars));
    for (int i = 0; i < MADE; i++)
        rows_write(&writer, &made_rows[i]);
    assert_ok(rows_commit(&writer));
}

static inline outcome_t read_made(const char *text, rows_table_t *table)
{
    write_text("made.csv", text);
    return rows_read(&made_schema, in_folder("made.csv").chars, table);
}

/* A table `made` with the rows above; of a second run, run2, with the first of them alone. */
static inline rows_database_t *open_made(void)
{
    rows_database_t *database;
    assert_ok(rows_database_create(&database));
    assert_ok(rows_database_add_table(database, &made_schema));
    for (int i = 0; i < MADE; i++)
        assert_ok(rows_database_insert(database, &made_schema, &made_rows[i]));
    assert_ok(
        rows_database_execute(database, "CREATE VIEW seen AS SELECT name, count, 2 * share AS twice FROM made", "views"));
    assert_ok(rows_database_next_run(database));
    assert_string_equal(rows_database_run_name(database).chars, "run2");
    assert_ok(rows_database_add_table(database, &made_schema));
    assert_ok(rows_database_insert(database, &made_schema, &made_rows[0]));
    rows_database_lock(database);
    return database;
}

static inline rows_table_t ask(rows_database_t *database, const char *sql)
{
    rows_table_t table;
    assert_ok(rows_database_query(database, sql, "test", &table));
    return table;
}

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static inline int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"made.csv", "a.csv", "b.csv", "printed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]).chars);
    return rmdir(folder);
}

#endif
