/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows: what a schema makes of C structs and files, how a query describes its columns, and what is refused. */
#include "made_rows.h"

#include "rows/description.h"

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
                            "  1.0 * two, --|Two||3 near higher|the second\n"
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
    assert_true(column[1].near && !column[0].near);
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
    } bad[] = {{"SELECT\n  x --| X | | real", "line 2: found a comment in another form"},
               {"SELECT\n  x --| X | | real | m | n", "line 2: found a comment in another form"},
               {"SELECT\n  x --|", "line 2: found a comment in another form"},
               {"SELECT x,\n\n --| X | | real | m", "line 3: found a description without a column"},
               {"SELECT x + --| X | | real | m", "line 1: found a description without a column"},
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
    };
    return cmocka_run_group_tests_name("rows", tests, make_folder, remove_folder);
}
