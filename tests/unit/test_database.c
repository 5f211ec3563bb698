/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database of rows: runs side by side, columns that keep their description, kinds, and nothing but reading; and the
 * forms in which rows are printed. */
#include "made_rows.h"

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
    char sql[1200], digits[1001];
    memset(digits, '1', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    snprintf(sql, sizeof sql, "SELECT '%s'", digits); /* without an alias: the name is the expression */
    table = ask(database, sql);
    assert_int_equal(strlen(table.columns[0].heading), sizeof digits + 1);
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

/* Rows of a query, taken through a file and brought to what the file gives, are the same cell by cell. */
static void a_query_and_its_file_have_the_same_cells(void **state)
{
    (void)state;
    rows_database_t *database = open_made();
    rows_table_t table = ask(database,
                             "SELECT iif(rowid = 2, NULL, name) AS name, --| Name | | text | what it is called\n"
                             "count, share / 3 AS share, --| Share | | real | of all\n good FROM made ORDER BY rowid"),
                 read;
    assert_ok(rows_write_csv(&table, in_folder("made.csv").chars));
    assert_ok(rows_read(&made_schema, in_folder("made.csv").chars, &read));
    rows_table_as_file(&table);
    assert_int_equal(table.count, read.count);
    for (size_t i = 0; i < table.count * table.column_count; i++) {
        assert_int_equal(table.cells[i].kind, read.cells[i].kind);
        assert_int_equal(table.cells[i].integer, read.cells[i].integer);
        assert_string_equal(table.cells[i].text, read.cells[i].text);
        assert_true(table.cells[i].kind != ROWS_CELL_REAL || table.cells[i].real == read.cells[i].real);
    }
    rows_table_free(&table);
    rows_table_free(&read);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test(a_query_and_its_file_have_the_same_cells),
        cmocka_unit_test(json_has_integers_in_full),
        cmocka_unit_test(texts_that_read_as_numbers_stand_to_the_right),
    };
    return cmocka_run_group_tests_name("database", tests, make_folder, remove_folder);
}
