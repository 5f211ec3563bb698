/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows: what a schema makes of C structs, files and queries, and what it refuses; every kind, unknown values, hostile
 * texts. */
#include "testing.h"

#include "base/file.h"
#include "base/text.h"
#include "rows/database.h"
#include "rows/description.h"
#include "rows/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-rows-XXXXXX";

/* ===  A schema of every kind  === */

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

static text_t in_folder(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static void write_text(const char *name, const char *text)
{
    FILE *stream = fopen(in_folder(name).chars, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static char *read_text(const char *name)
{
    bytes_t bytes;
    assert_ok(file_read(in_folder(name).chars, NULL, &bytes));
    return (char *)bytes.data;
}

static void write_made(const char *name)
{
    rows_writer_t writer;
    assert_ok(rows_create(&writer, &made_schema, in_folder(name).chars));
    for (int i = 0; i < MADE; i++)
        rows_write(&writer, &made_rows[i]);
    assert_ok(rows_commit(&writer));
}

static outcome_t read_made(const char *text, rows_table_t *table)
{
    write_text("made.csv", text);
    return rows_read(&made_schema, in_folder("made.csv").chars, table);
}

/* ===  Schema, writer and reader  === */

static void a_schema_knows_its_columns(void **state)
{
    (void)state;
    char *header = rows_header(&made_schema);
    assert_string_equal(header, "name,count,share,good");
    free(header);
    assert_int_equal(rows_column_count(&made_schema), 4);
    assert_ptr_equal(rows_find_column(&made_schema, "share"), &made_columns[2]);
    assert_null(rows_find_column(&made_schema, "Share"));
    assert_null(rows_find_column(&made_schema, ""));
    assert_int_equal(made_columns[0].kind, ROWS_TEXT);
    assert_int_equal(made_columns[3].kind, ROWS_FLAG);
    assert_int_equal(made_columns[2].offset, offsetof(made_t, share));
}

static void the_file_is_as_documented(void **state)
{
    (void)state;
    write_made("made.csv");
    char *text = read_text("made.csv");
    assert_true(text_starts(text, "name,count,share,good\nplain,12345,0.333333333,1\n\"a|b,\"\"c\"\"\n'd' "));
    assert_non_null(
        strstr(text, "tab\",9223372036854775807,-1.23456789e-05,0\n,-9223372036854775807,1e+300,1\nunknown,,,0\n"));
    assert_false(file_exists(in_folder("made.csv.part").chars));
    free(text);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    rows_table_t table;
    write_made("made.csv");
    assert_ok(rows_read(&made_schema, in_folder("made.csv").chars, &table));
    assert_int_equal(table.count, MADE);
    assert_int_equal(table.column_count, 4);
    for (size_t i = 0; i < MADE; i++) {
        assert_string_equal(rows_text_at(&table, i, "name"), made_rows[i].name);
        assert_true(rows_integer_at(&table, i, "count") == made_rows[i].count);
        double share = rows_real_at(&table, i, "share");
        assert_true(isnan(made_rows[i].share) ? isnan(share) : fabs(share - made_rows[i].share) <= 1e-9 * fabs(share));
        assert_int_equal(rows_integer_at(&table, i, "good"), made_rows[i].good);
    }
    assert_int_equal(rows_cell(&table, 3, 1)->kind, ROWS_CELL_NULL);
    assert_int_equal(rows_cell(&table, 3, 2)->kind, ROWS_CELL_NULL);
    assert_int_equal(rows_cell(&table, 2, 0)->kind, ROWS_CELL_TEXT); /* an empty text is no NULL */
    assert_true(rows_real_at(&table, 0, "count") == 12345);          /* integers as reals, too */
    /* What is not there. */
    assert_true(isnan(rows_real_at(&table, 0, "nothing")) && isnan(rows_real_at(&table, MADE, "share")));
    assert_true(rows_integer_at(&table, 0, "nothing") == ROWS_UNKNOWN);
    assert_string_equal(rows_text_at(&table, 0, "nothing"), "");
    rows_table_free(&table);
}

static void an_abandoned_file_is_not_there(void **state)
{
    (void)state;
    rows_writer_t writer;
    assert_ok(rows_create(&writer, &made_schema, in_folder("gone.csv").chars));
    rows_write(&writer, &made_rows[0]);
    assert_error(rows_finish(&writer, outcome_failed("rows", NULL, "a fault", NULL, NULL)), FAULT_FAILED, "a fault");
    assert_false(file_exists(in_folder("gone.csv").chars) || file_exists(in_folder("gone.csv.part").chars));
}

static void another_header_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header, *said;
    } bad[] = {{"name,count,good\n", "found good, expected share"},
               {"name,count,share\n", "found its end, expected good"},
               {"name,count,share,good,more\n", "column more"},
               {"more,name,count,share,good\n", "column more"},
               {"count,name,share,good\n", "found count, expected name"},
               {"name,count,share,good,name\n", "column name"},
               {"name,count,share,good,name,count,share,good\n", "column name"},
               {"Name,count,share,good\n", "column Name"},
               {"", "an empty file"}};
    rows_table_t table;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_error(read_made(bad[i].header, &table), FAULT_FAILED, bad[i].said);
        assert_error(read_made(bad[i].header, &table), FAULT_FAILED, "made.csv");
    }
    assert_error(rows_read(&made_schema, in_folder("none.csv").chars, &table), FAULT_MISSING, "none.csv");
    assert_ok(read_made("name,count,share,good\n", &table));
    assert_int_equal(table.count, 0);
    rows_table_free(&table);
}

static void a_cell_of_another_kind_is_told_by_file_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *row, *said;
    } bad[] = {{"x,1.5,2,1\n", "line 3, column count"},
               {"x,one,2,1\n", "line 3, column count"},
               {"x,1 ,2,1\n", "line 3, column count"},
               {"x,9223372036854775808,2,1\n", "line 3, column count"},
               {"x,1,two,1\n", "line 3, column share"},
               {"x,1,nan,1\n", "line 3, column share"},
               {"x,1,inf,1\n", "line 3, column share"},
               {"x,1,2e,1\n", "line 3, column share"},
               {"x,1,2,2\n", "line 3, column good"},
               {"x,1,2,-1\n", "line 3, column good"},
               {"x,1,2,yes\n", "line 3, column good"},
               {"x,1,2\n", "line 3"},
               {"x,1,2,1,5\n", "line 3"},
               {"\"x,1,2,1\n", "line 3"}};
    rows_table_t table;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        text_t text = text_of("name,count,share,good\na,1,2,1\n%s", bad[i].row);
        assert_error(read_made(text.chars, &table), FAULT_FAILED, bad[i].said);
        assert_error(read_made(text.chars, &table), FAULT_FAILED, "made.csv");
    }
}

/* ===  Descriptions in a query  === */

static void comments_describe_columns(void **state)
{
    (void)state;
    rows_description_t description;
    assert_ok(rows_describe("SELECT a.x AS one, --| One | pJ | integer key lower | the first\n"
                            "  1.0 * two, --|Two||3 higher|the second\n"
                            "  \"values\" --| Values | | text | a quoted name\n"
                            "  , -- no description\n"
                            "  flag,--| Flag | | flag follows | 1: so\r\n"
                            "FROM a",
                            "x.sql", &description));
    assert_int_equal(description.count, 4);
    const rows_column_t *column = description.columns;
    assert_string_equal(column[0].name, "one");
    assert_string_equal(column[0].heading, "One");
    assert_string_equal(column[0].unit, "pJ");
    assert_string_equal(column[0].meaning, "the first");
    assert_true(column[0].key && column[0].kind == ROWS_INTEGER && column[0].sense == ROWS_LOWER);
    assert_int_equal(column[0].decimals, ROWS_ANY_DECIMALS);
    assert_string_equal(column[1].name, "two");
    assert_true(!column[1].key && column[1].kind == ROWS_REAL && column[1].sense == ROWS_HIGHER && column[1].decimals == 3);
    assert_string_equal(column[1].unit, "");
    assert_string_equal(column[2].name, "values");
    assert_true(column[2].kind == ROWS_TEXT && column[2].sense == ROWS_EXACT);
    assert_string_equal(column[3].name, "flag");
    assert_string_equal(column[3].meaning, "1: so");
    assert_true(column[3].kind == ROWS_FLAG && column[3].sense == ROWS_FOLLOWS);
    assert_null(column[4].name);
    rows_description_free(&description);
}

static void a_comment_of_another_form_is_told_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *said;
    } bad[] = {{"SELECT\n  x --| X | | real", "line 2: found a comment of another form"},
               {"SELECT\n  x --| X | | real | m | n", "line 2: found a comment of another form"},
               {"SELECT\n  x --|", "line 2: found a comment of another form"},
               {"SELECT x,\n\n --| X | | real | m", "line 3: found a description of nothing"},
               {"SELECT x + --| X | | real | m", "line 1: found a description of nothing"},
               {"SELECT x, --| X | | real | m\n y AS x --| Y | | real | m", "line 2: found a second description of x"},
               {"SELECT x --| X | | reel | m", "line 1: found reel"},
               {"SELECT x --| X | | real 13 | m", "line 1: found 13"},
               {"SELECT x --| X | | -1 | m", "line 1: found -1"},
               {"SELECT x --| | | real | m", "line 1: found no heading or no meaning"},
               {"SELECT x --| X | | real | ", "line 1: found no heading or no meaning"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rows_description_t description;
        assert_error(rows_describe(bad[i].sql, "x.sql", &description), FAULT_FAILED, bad[i].said);
        rows_description_free(&description);
        assert_error(rows_describe(bad[i].sql, "x.sql", &description), FAULT_FAILED, "x.sql");
        rows_description_free(&description);
    }
}

/* ===  The database  === */

/* A table `made` with the rows above; of a second run, run2, with the first of them alone. */
static rows_database_t *open_made(void)
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

static rows_table_t ask(rows_database_t *database, const char *sql)
{
    rows_table_t table;
    assert_ok(rows_database_query(database, sql, "test", &table));
    return table;
}

static void structs_and_files_become_the_same_rows(void **state)
{
    (void)state;
    rows_database_t *database = open_made(), *loaded;
    write_made("made.csv");
    assert_ok(rows_database_create(&loaded));
    assert_ok(rows_database_add_table(loaded, &made_schema));
    assert_ok(rows_database_load(loaded, &made_schema, in_folder("made.csv").chars));
    rows_table_t a = ask(database, "SELECT * FROM made ORDER BY rowid"),
                 b = ask(loaded, "SELECT * FROM made ORDER BY rowid");
    assert_ok(rows_write_csv(&a, in_folder("a.csv").chars));
    assert_ok(rows_write_csv(&b, in_folder("b.csv").chars));
    char *kept = read_text("made.csv"), *from_structs = read_text("a.csv"), *from_file = read_text("b.csv");
    assert_string_equal(from_structs, kept);
    assert_string_equal(from_file, kept);
    free(kept);
    free(from_structs);
    free(from_file);
    rows_table_free(&a);
    rows_table_free(&b);
    a = ask(loaded,
            "SELECT typeof(name) || typeof(count) || typeof(share) || typeof(good) AS t FROM made WHERE name = 'unknown'");
    assert_string_equal(rows_text_at(&a, 0, "t"), "textnullnullinteger");
    rows_table_free(&a);
    rows_database_close(loaded);
    rows_database_close(database);
}

static void a_file_that_is_refused_leaves_no_rows(void **state)
{
    (void)state;
    rows_database_t *database;
    assert_ok(rows_database_create(&database));
    assert_ok(rows_database_add_table(database, &made_schema));
    write_text("made.csv", "name,count,share,good\na,1,2,1\nb,x,2,1\n");
    assert_error(rows_database_load(database, &made_schema, in_folder("made.csv").chars), FAULT_FAILED,
                 "line 3, column count");
    rows_table_t table = ask(database, "SELECT count(*) AS n FROM made");
    assert_int_equal(rows_integer_at(&table, 0, "n"), 0);
    rows_table_free(&table);
    assert_error(rows_database_add_table(database, &made_schema), FAULT_FAILED, "made");
    rows_database_close(database);
}

static void two_runs_stand_side_by_side(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table =
        ask(database, "SELECT (SELECT count(*) FROM main.made) AS first, (SELECT count(*) FROM run2.made) AS second,"
                      " (SELECT count(*) FROM made) AS unnamed");
    assert_int_equal(rows_integer_at(&table, 0, "first"), MADE);
    assert_int_equal(rows_integer_at(&table, 0, "second"), 1);
    assert_int_equal(rows_integer_at(&table, 0, "unnamed"), MADE);
    rows_table_free(&table);
    table = ask(database, "SELECT one.name, two.share AS other FROM main.made AS one JOIN run2.made AS two USING (name)");
    assert_int_equal(table.count, 1);
    assert_string_equal(table.columns[1].heading, "other");
    assert_string_equal(table.columns[1].unit, "%");
    rows_table_free(&table);
    assert_int_equal(rows_database_count(database), 2);
    assert_string_equal(rows_database_schema(database, 1)->name, "made");
    rows_database_close(database);
}

static void a_column_that_is_passed_on_keeps_its_description(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "SELECT share, name, good FROM made",
        "SELECT one.share, one.name, one.good FROM made AS one JOIN made AS two USING (name)",
        "WITH some AS (SELECT * FROM made WHERE good) SELECT share, name, good FROM some",
        "SELECT share, name, good FROM (SELECT name, share, good FROM made ORDER BY count LIMIT 2)"};
    rows_database_t *database = open_made();
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        rows_table_t table = ask(database, queries[i]);
        assert_string_equal(table.columns[0].heading, "Share");
        assert_string_equal(table.columns[0].unit, "%");
        assert_string_equal(table.columns[0].meaning, "of all");
        assert_int_equal(table.columns[0].decimals, 2);
        assert_int_equal(table.columns[0].kind, ROWS_REAL);
        assert_true(table.columns[1].key);
        assert_int_equal(table.columns[2].kind, ROWS_FLAG);
        rows_table_free(&table);
    }
    rows_table_t table = ask(database, "SELECT count, twice FROM seen");
    assert_string_equal(table.columns[0].heading, "N"); /* through the view */
    assert_string_equal(table.columns[1].heading, "twice");
    assert_int_equal(table.columns[1].kind, ROWS_REAL);
    rows_table_free(&table);
    rows_database_close(database);
}

static void an_alias_gives_heading_and_unit(void **state)
{
    (void)state;
    static const struct {
        const char *alias, *heading, *unit;
    } cases[] = {{"Loss [points]", "Loss", "points"}, {"Loss", "Loss", "%"},       {"Loss [", "Loss [", "%"},
                 {"[points]", "[points]", "%"},       {"a [b] [c]", "a [b]", "c"}, {"Loss []", "Loss", ""}};
    rows_database_t *database = open_made();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_table_t table = ask(database, text_of("SELECT share AS \"%s\" FROM made", cases[i].alias).chars);
        assert_string_equal(table.columns[0].name, cases[i].alias);
        assert_string_equal(table.columns[0].heading, cases[i].heading);
        assert_string_equal(table.columns[0].unit, cases[i].unit);
        assert_int_equal(table.columns[0].decimals, 2); /* kind and decimals stay those of the column */
        rows_table_free(&table);
    }
    rows_table_t table = ask(database, "SELECT 1.5 AS \"\"");
    assert_string_equal(table.columns[0].heading, "");
    rows_table_free(&table);
    rows_database_close(database);
}

static void a_comment_goes_before_the_origin(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table = ask(database, "SELECT name, --| Title | | text | without the key\n  share FROM made");
    assert_string_equal(table.columns[0].heading, "Title");
    assert_false(table.columns[0].key);
    assert_string_equal(table.columns[1].heading, "Share");
    rows_table_free(&table);
    assert_error(rows_database_query(
                     database, "SELECT name AS a, --| A | | text | m\n name AS c\n -- b --| B | | text | m\nFROM made",
                     "x.sql", &table),
                 FAULT_FAILED, "b: found a description of a column that the query lacks");
    rows_database_close(database);
}

static void a_complete_description_leaves_no_column_out(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table;
    assert_ok(rows_database_describe(database, "SELECT name, 2 * share AS s --| S | % | real 1 | twice\nFROM made", "x.sql",
                                     true, &table));
    assert_int_equal(table.count, 0);
    assert_int_equal(table.column_count, 2);
    assert_string_equal(table.columns[1].unit, "%");
    rows_table_free(&table);
    assert_error(rows_database_describe(database, "SELECT name, 2 * share AS s FROM made", "x.sql", true, &table),
                 FAULT_FAILED, "x.sql: s: found a column without description");
    assert_ok(rows_database_describe(database, "SELECT name, 2 * share AS s FROM made", "x.sql", false, &table));
    rows_table_free(&table);
    rows_database_close(database);
}

static void kinds_are_enforced(void **state)
{
    (void)state;
    static const struct {
        const char *value, *kind;
        bool good;
    } cases[] = {
        {"1", "integer", true},      {"3.0", "integer", true}, {"3.5", "integer", false}, {"'3'", "integer", false},
        {"1e300", "integer", false}, {"1", "flag", true},      {"0.0", "flag", true},     {"2", "flag", false},
        {"'yes'", "flag", false},    {"1", "real", true},      {"1.5", "real", true},     {"'1.5'", "real", false},
        {"'a'", "text", true},       {"1", "text", false},     {"1.5", "text", false},    {"NULL", "text", true},
        {"NULL", "integer", true},   {"NULL", "flag", true},   {"NULL", "real", true}};
    rows_database_t *database = open_made();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_table_t table;
        text_t sql = text_of("SELECT\n  %s AS x --| X | | %s | m\n", cases[i].value, cases[i].kind);
        outcome_t result = rows_database_query(database, sql.chars, "x.sql", &table);
        if (outcome_is_ok(&result) != cases[i].good)
            fail_msg("%s as %s: %s", cases[i].value, cases[i].kind, outcome_text(&result));
        if (!cases[i].good)
            assert_non_null(strstr(outcome_text(&result), "column x"));
        rows_table_free(&table);
    }
    rows_table_t table = ask(database, "SELECT 3.0 AS x --| X | | integer | m\n");
    assert_int_equal(rows_cell(&table, 0, 0)->kind, ROWS_CELL_INTEGER); /* a whole real became an integer, */
    assert_int_equal(rows_integer_at(&table, 0, "x"), 3);
    rows_table_free(&table);
    table = ask(database, "SELECT 3 AS x --| X | | real | m\n");
    assert_int_equal(rows_cell(&table, 0, 0)->kind, ROWS_CELL_REAL); /* and an integer a real */
    assert_true(rows_real_at(&table, 0, "x") == 3);
    rows_table_free(&table);
    rows_database_close(database);
}

static void columns_without_description_are_of_the_kind_of_their_values(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table =
        ask(database, "SELECT 1 AS i, 1.5 AS r, 'x' AS t, NULL AS n, 1 AS mixed UNION ALL SELECT 2, 3, 'y', NULL, 2.5");
    static const rows_kind_t kinds[] = {ROWS_INTEGER, ROWS_REAL, ROWS_TEXT, ROWS_INTEGER, ROWS_REAL};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(table.columns[i].kind, kinds[i]);
    rows_table_free(&table);
    rows_database_close(database);
}

/* ===  Reading only  === */

static void a_locked_database_can_only_be_read(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "INSERT INTO made VALUES ('x', 1, 1.0, 1)",
        "INSERT INTO made VALUES ('x', 1, 1.0, 1) RETURNING name",
        "UPDATE made SET count = 0",
        "DELETE FROM made",
        "DROP TABLE made",
        "CREATE TABLE other (x)",
        "CREATE TEMP TABLE other (x)",
        "CREATE VIEW other AS SELECT 1",
        "ATTACH '/tmp/bbs-rows-other.db' AS other",
        "DETACH run2",
        "VACUUM INTO '/tmp/bbs-rows-other.db'",
        "PRAGMA user_version = 5",
        "PRAGMA writable_schema = 1",
        "PRAGMA user_version",
        "SELECT load_extension('/tmp/none.so')",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT x",
        "REINDEX",
        "ANALYZE",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM made",
        "",
        ";",
        "-- nothing but a comment",
        "SELECT",
        "SELECT nothing FROM made",
        "SELECT 1 FROM nothing",
        "SELECT nothing(1)",
        "SELECT abs(-9223372036854775807 - 1)", /* fails only when it runs */
    };
    rows_database_t *database = open_made();
    rows_table_t table;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        outcome_t result = rows_database_query(database, refused[i], "test", &table);
        if (outcome_fault(&result) != FAULT_USAGE)
            fail_msg("%s: fault %d, %s", refused[i], (int)outcome_fault(&result), outcome_text(&result));
        assert_non_null(strstr(outcome_text(&result), "test"));
    }
    assert_false(file_exists("/tmp/bbs-rows-other.db"));
    table = ask(database, "SELECT count(*) AS n, sum(good) AS good FROM made");
    assert_int_equal(rows_integer_at(&table, 0, "n"), MADE);
    assert_int_equal(rows_integer_at(&table, 0, "good"), 2);
    rows_table_free(&table);
    rows_database_close(database);
}

static void what_reads_is_allowed(void **state)
{
    (void)state;
    static const char *const allowed[] = {
        "SELECT 1;",
        "SELECT 1 ; \n",
        "SELECT 1; -- the end",
        "/* first */ SELECT 1",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n",
        "VALUES (1, 2), (3, 4)",
        "SELECT count(*) FROM sqlite_master",
        "SELECT name, row_number() OVER (ORDER BY count) AS place FROM made"};
    rows_database_t *database = open_made();
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        rows_table_t table = ask(database, allowed[i]);
        assert_true(table.count > 0);
        rows_table_free(&table);
    }
    rows_database_close(database);
}

/* SQLite takes "name" for a text where no column is called so; a misspelt column must not become one. */
static void a_quoted_name_is_never_a_text(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table;
    assert_error(rows_database_query(database, "SELECT max(\"shared\") FROM made", "test", &table), FAULT_USAGE, "shared");
    assert_error(rows_database_query(database, "SELECT 1 FROM made WHERE name = \"plain\"", "test", &table), FAULT_USAGE,
                 "plain");
    rows_database_close(database);
}

static void an_error_tells_the_line_of_the_query(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table;
    assert_error(rows_database_query(database, "SELECT name,\n  count,\n  shore\nFROM made", "x.sql", &table), FAULT_USAGE,
                 "x.sql: line 3 of the query: found no such column: shore");
    rows_database_close(database);
}

/* ===  Forms for reading  === */

static char *print(const rows_table_t *table, rows_format_t format)
{
    FILE *stream = fopen(in_folder("printed").chars, "wb");
    assert_non_null(stream);
    assert_ok(rows_print(table, format, stream));
    fclose(stream);
    return read_text("printed");
}

static void markdown_is_for_reading(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table = ask(database, "SELECT name, count, share, good FROM made WHERE name <> '' ORDER BY rowid");
    char *text = print(&table, ROWS_FORMAT_MD);
    assert_true(text_starts(
        text, "| Name | N | Share, % | Good |\n|---|---:|---:|---|\n| plain | 12,345 | 0.33 | yes |\n| a\\|b,"));
    assert_non_null(strstr(
        text,
        " \\`e\\` \\<i>f\\</i> \\*g\\* \\\\ \\[h](i) {{j}} --\\| µ – \xF0\x9F\x98\x80\ttab | 9,223,372,036,854,775,807 |"));
    assert_non_null(strstr(text, "| unknown | – | – | no |\n"));
    size_t lines = 0;
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 2 + table.count); /* no text breaks its row */
    free(text);
    rows_table_free(&table);
    rows_database_close(database);
}

static void csv_is_the_file_itself(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table = ask(database, "SELECT * FROM made ORDER BY rowid");
    write_made("made.csv");
    char *text = print(&table, ROWS_FORMAT_CSV), *file = read_text("made.csv");
    assert_string_equal(text, file);
    free(text);
    free(file);
    rows_table_free(&table);
    rows_database_close(database);
}

static void json_has_integers_in_full(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table = ask(database, "SELECT * FROM made ORDER BY rowid");
    char *text = print(&table, ROWS_FORMAT_JSON);
    assert_true(
        text_starts(text, "[\n  {\"name\": \"plain\", \"count\": 12345, \"share\": 0.333333333, \"good\": true},\n"));
    assert_non_null(strstr(text, "\"a|b,\\\"c\\\"\\n'd' `e`"));
    assert_non_null(strstr(text, "\\ttab\", \"count\": 9223372036854775807, \"share\": -1.23456789e-05, \"good\": false}"));
    assert_non_null(strstr(text, "{\"name\": \"unknown\", \"count\": null, \"share\": null, \"good\": false}\n]\n"));
    free(text);
    rows_table_free(&table);
    table = ask(database, "SELECT 1 AS x WHERE 0");
    text = print(&table, ROWS_FORMAT_JSON);
    assert_string_equal(text, "[\n]\n");
    free(text);
    rows_table_free(&table);
    table = ask(database, "SELECT 9e999 AS high, -9e999 AS low"); /* JSON has no infinity */
    text = print(&table, ROWS_FORMAT_JSON);
    assert_string_equal(text, "[\n  {\"high\": null, \"low\": null}\n]\n");
    free(text);
    rows_table_free(&table);
    rows_database_close(database);
}

static void texts_that_read_as_numbers_stand_to_the_right(void **state)
{
    (void)state;
    static const struct {
        const char *values;
        bool right;
    } cases[] = {
        {"('1.5'), ('–')", true},       {"('+1.50'), ('−0.25')", true}, {"('12 of 43')", false}, {"('512 µJ')", false},
        {"('< 0.001'), ('0.5')", true}, {"('1'), ('x')", false},        {"('–'), ('–')", true},  {"('')", false},
        {"('resnet34')", false},        {"('94.1 to 95.2')", false},    {"(1), (NULL)", true},   {"('e')", false}};
    rows_database_t *database = open_made();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_table_t table = ask(database, text_of("VALUES %s", cases[i].values).chars);
        if (rows_column_is_numeric(&table, 0) != cases[i].right)
            fail_msg("%s", cases[i].values);
        rows_table_free(&table);
    }
    rows_database_close(database);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"made.csv", "a.csv", "b.csv", "printed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]).chars);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schema_knows_its_columns),
        cmocka_unit_test(the_file_is_as_documented),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(an_abandoned_file_is_not_there),
        cmocka_unit_test(another_header_is_refused),
        cmocka_unit_test(a_cell_of_another_kind_is_told_by_file_line_and_column),
        cmocka_unit_test(comments_describe_columns),
        cmocka_unit_test(a_comment_of_another_form_is_told_by_line),
        cmocka_unit_test(structs_and_files_become_the_same_rows),
        cmocka_unit_test(a_file_that_is_refused_leaves_no_rows),
        cmocka_unit_test(two_runs_stand_side_by_side),
        cmocka_unit_test(a_column_that_is_passed_on_keeps_its_description),
        cmocka_unit_test(an_alias_gives_heading_and_unit),
        cmocka_unit_test(a_comment_goes_before_the_origin),
        cmocka_unit_test(a_complete_description_leaves_no_column_out),
        cmocka_unit_test(kinds_are_enforced),
        cmocka_unit_test(columns_without_description_are_of_the_kind_of_their_values),
        cmocka_unit_test(a_locked_database_can_only_be_read),
        cmocka_unit_test(what_reads_is_allowed),
        cmocka_unit_test(a_quoted_name_is_never_a_text),
        cmocka_unit_test(an_error_tells_the_line_of_the_query),
        cmocka_unit_test(markdown_is_for_reading),
        cmocka_unit_test(csv_is_the_file_itself),
        cmocka_unit_test(json_has_integers_in_full),
        cmocka_unit_test(texts_that_read_as_numbers_stand_to_the_right),
    };
    return cmocka_run_group_tests_name("rows", tests, make_folder, remove_folder);
}
