/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as text and as SQL, and rows of a CSV that has no schema. The expected texts are written by hand. */
#include "rows/table.h"

#include "testing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const rows_column_t columns[] = {
    {.name = "net", .heading = "Network", .kind = ROWS_TEXT},
    {.name = "cycles", .heading = "Cycles", .kind = ROWS_INTEGER},
    {.name = "speedup", .heading = "Speedup", .unit = "×", .kind = ROWS_REAL, .decimals = 2},
    {.name = "kept", .heading = "Kept", .kind = ROWS_FLAG},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void fill(rows_table_t *table, const char *net, int64_t cycles, double speedup, bool kept)
{
    rows_cell_t *row = rows_table_append(table);
    assert_non_null(row);
    row[0] = (rows_cell_t){.kind = ROWS_CELL_TEXT, .text = rows_table_keep(table, net)};
    row[1] = (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = cycles, .real = (double)cycles};
    if (!isnan(speedup))
        row[2] = (rows_cell_t){.kind = ROWS_CELL_REAL, .real = speedup};
    row[3] = (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = kept, .real = kept};
}

/* Print and compare with a text. */
static void expect(const rows_table_t *table, rows_format_t format, const char *text)
{
    char *printed = NULL;
    size_t size;
    FILE *stream = open_memstream(&printed, &size);
    assert_non_null(stream);
    assert_ok(rows_print(table, format, stream));
    fclose(stream);
    assert_string_equal(printed, text);
    free(printed);
}

static void test_formats(void **state)
{
    (void)state;
    rows_table_t table;
    assert_ok(rows_table_create(columns, COLUMNS, &table));
    fill(&table, "it's", 1234567, 1.0 / 3, true);
    fill(&table, "a\033[31m", -5, (double)NAN, false);
    expect(&table, ROWS_FORMAT_TABLE,
           "Network     Cycles  Speedup [×]  Kept\n"
           "it's     1,234,567         0.33  yes\n"
           "a [31m          −5            –  no\n"
           "2 rows\n");
    expect(&table, ROWS_FORMAT_JSONL,
           "{\"net\": \"it's\", \"cycles\": 1234567, \"speedup\": 0.333333333, \"kept\": true}\n"
           "{\"net\": \"a\\u001b[31m\", \"cycles\": -5, \"speedup\": null, \"kept\": false}\n");
    expect(&table, ROWS_FORMAT_SQL,
           "BEGIN;\n"
           "CREATE TABLE \"rows\" (\"net\" TEXT, \"cycles\" INTEGER, \"speedup\" REAL, \"kept\" INTEGER);\n"
           "INSERT INTO \"rows\" VALUES ('it''s', 1234567, 0.333333333, 1);\n"
           "INSERT INTO \"rows\" VALUES ('a\033[31m', -5, NULL, 0);\n"
           "COMMIT;\n");
    rows_table_free(&table);
}

static void test_nothing(void **state)
{
    (void)state;
    rows_table_t table;
    assert_ok(rows_table_create(columns, COLUMNS, &table));
    expect(&table, ROWS_FORMAT_TABLE, "Network  Cycles  Speedup [×]  Kept\n0 rows\n");
    expect(&table, ROWS_FORMAT_JSON, "[\n]\n");
    expect(&table, ROWS_FORMAT_JSONL, "");
    rows_table_free(&table);
}

/* A column is of the narrowest kind that all its cells have; one without any cell is of texts. */
static void test_kinds_of_csv(void **state)
{
    (void)state;
    static const char text[] = "a,b,c,d,e\n1,1,1,,7\n,2.5,x,,8\n";
    static const rows_kind_t kinds[] = {ROWS_INTEGER, ROWS_REAL, ROWS_TEXT, ROWS_TEXT, ROWS_INTEGER};
    bytes_t bytes = {.data = (uint8_t *)strdup(text), .size = strlen(text)};
    csv_table_t csv;
    rows_table_t table;
    assert_ok(csv_take(bytes, "made.csv", &csv));
    assert_ok(rows_of_csv(NULL, &csv, &table));
    csv_free(&csv); /* the rows keep their own texts */
    assert_int_equal(table.count, 2);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(table.columns[i].kind, kinds[i]);
    assert_string_equal(table.columns[1].heading, "b");
    assert_int_equal(rows_cell(&table, 1, 0)->kind, ROWS_CELL_NULL);
    assert_int_equal(rows_integer_at(&table, 1, "e"), 8);
    assert_string_equal(rows_text_at(&table, 1, "c"), "x");
    rows_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_kinds_of_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
