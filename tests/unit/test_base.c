/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/: texts, files that are complete or absent, CSV, threads, hashes, the floating-point environment. */
#include "base/cpu.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/threads.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

static void an_error_says_its_five_parts(void **state)
{
    (void)state;
    outcome_t outcome = outcome_failed("a.csv", "line 3", "x", "a number", "fix it");
    assert_string_equal(outcome_text(&outcome), "a.csv: line 3: found x, expected a number; fix it");
    assert_int_equal(outcome_fault(&outcome), FAULT_FAILED);
    outcome = outcome_missing("a.csv", NULL, "no such file", NULL, NULL);
    assert_string_equal(outcome_text(&outcome), "a.csv: found no such file");
    assert_int_equal(outcome_fault(&outcome), FAULT_MISSING);
    outcome = outcome_skip("no network");
    assert_true(outcome_is_skip(&outcome) && !outcome_is_error(&outcome) && !outcome_is_ok(&outcome));
}

/* Whatever a file holds that is quoted: no second line, nothing that a terminal obeys. UTF-8 stays. */
static void an_error_is_one_line_of_text(void **state)
{
    (void)state;
    const outcome_t outcome = outcome_failed("a\nb.csv", "line\t3", "\033[2J\x7F", "caf\xC3\xA9\r", NULL);
    assert_string_equal(outcome_text(&outcome), "a?b.csv: line?3: found ?[2J?, expected caf\xC3\xA9?");
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    int64_t integer;
    double real;
    assert_true(text_to_integer("-9223372036854775808", INT64_MIN, INT64_MAX, &integer));
    assert_int_equal(integer, INT64_MIN);
    assert_false(text_to_integer("9223372036854775808", INT64_MIN, INT64_MAX, &integer));
    assert_false(text_to_integer("12x", 0, 100, &integer));
    assert_false(text_to_integer("", 0, 100, &integer));
    assert_false(text_to_integer("101", 0, 100, &integer));
    assert_true(text_to_real("2.5e-3", &real));
    assert_false(text_to_real("nan", &real));
    assert_false(text_to_real("1.0 ", &real));
}

static void a_list_is_split_at_each_separator(void **state)
{
    (void)state;
    char text[] = "a,,b", empty[] = "", first_empty[] = ",b";
    char *parts[2];
    assert_int_equal(text_split(text, ',', parts, 2), 3);
    assert_string_equal(parts[0], "a");
    assert_string_equal(parts[1], "");
    assert_int_equal(text_split(empty, ',', parts, 2), 0);
    assert_int_equal(text_split(first_empty, ',', parts, 2), 2);
    assert_string_equal(parts[0], "");
    assert_string_equal(parts[1], "b");
}

static void white_space_is_taken_from_both_ends(void **state)
{
    (void)state;
    char text[] = " \ta b \n", blank[] = " \t ", empty[] = "";
    assert_string_equal(text_trim(text), "a b");
    assert_string_equal(text_trim(blank), "");
    assert_string_equal(text_trim(empty), "");
}

static void a_file_appears_only_when_it_is_committed(void **state)
{
    (void)state;
    text_t path = inside("out.txt"), part = inside("out.txt.part");
    outfile_t file;
    assert_ok(outfile_open(&file, path.chars));
    fputs("half", file.stream);
    assert_true(file_exists(part.chars) && !file_exists(path.chars));
    outfile_abandon(&file);
    assert_false(file_exists(part.chars) || file_exists(path.chars));
    assert_ok(outfile_open(&file, path.chars));
    fputs("whole", file.stream);
    assert_ok(outfile_commit(&file));
    assert_true(file_exists(path.chars) && !file_exists(part.chars));
    bytes_t bytes;
    assert_ok(file_read(path.chars, NULL, &bytes));
    assert_string_equal((char *)bytes.data, "whole");
    file_free_bytes(&bytes);
    assert_error(outfile_open(&file, inside("none/out.txt").chars), FAULT_FAILED, "No such file");
}

static void reading_says_what_is_wrong(void **state)
{
    (void)state;
    bytes_t bytes;
    assert_error(file_read(inside("absent").chars, "make it", &bytes), FAULT_MISSING,
                 "absent: found no such file; make it");
    assert_error(file_read(folder, NULL, &bytes), FAULT_FAILED, "no regular file");
    assert_error(file_read_gzip(inside("absent").chars, NULL, 1 << 26, &bytes), FAULT_MISSING, "no such file");
    /* The first bytes of a gzip stream, cut off. */
    write_file(inside("cut.gz").chars, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c", 12);
    assert_error(file_read_gzip(inside("cut.gz").chars, NULL, 1 << 26, &bytes), FAULT_FAILED, "truncated gzip");
    write_file(inside("plain").chars, "plain", 5);
    assert_ok(file_read_gzip(inside("plain").chars, NULL, 1 << 26, &bytes));
    assert_int_equal(bytes.size, 5);
    file_free_bytes(&bytes);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    assert_ok(file_make_folder(inside("a/b/c").chars));
    assert_true(file_is_folder(inside("a/b/c").chars));
    assert_ok(file_make_folder(inside("a/b/c").chars));
    write_file(inside("blocked").chars, "", 0);
    assert_error(file_make_folder(inside("blocked/x").chars), FAULT_FAILED, "creating the folder");
}

static void rows_come_back_as_they_were_written(void **state)
{
    (void)state;
    text_t path = inside("rows.csv");
    csv_writer_t writer;
    assert_ok(csv_create(&writer, path.chars, "name,count,value"));
    csv_text(&writer, "plain"), csv_integer(&writer, INT64_MIN), csv_real(&writer, 1.0 / 3), csv_end_row(&writer);
    csv_text(&writer, "a \"quoted\",\nfield"), csv_integer(&writer, 0), csv_real(&writer, NAN), csv_end_row(&writer);
    assert_ok(csv_commit(&writer));

    csv_table_t table;
    size_t count, value;
    int64_t integer;
    double real;
    assert_ok(csv_read(path.chars, &table));
    assert_int_equal(table.rows, 2);
    assert_ok(csv_column(&table, "count", &count));
    assert_ok(csv_column(&table, "value", &value));
    assert_ok(csv_cell_integer(&table, 0, count, &integer));
    assert_int_equal(integer, INT64_MIN);
    assert_string_equal(csv_cell(&table, 0, value), "0.333333333");
    assert_string_equal(csv_cell(&table, 1, 0), "a \"quoted\",\nfield");
    assert_string_equal(csv_cell(&table, 1, value), "");
    assert_error(csv_cell_real(&table, 1, value, &real), FAULT_FAILED, "line 3, column value");
    assert_error(csv_column(&table, "missing", &count), FAULT_FAILED, "missing");
    csv_free(&table);
}

static void uneven_rows_are_refused(void **state)
{
    (void)state;
    csv_writer_t writer;
    assert_ok(csv_create(&writer, inside("uneven.csv").chars, "a,b"));
    csv_integer(&writer, 1), csv_end_row(&writer);
    assert_error(csv_commit(&writer), FAULT_FAILED, "number of fields is not that of the header");
    assert_false(file_exists(inside("uneven.csv").chars));
    csv_table_t table;
    write_file(inside("bad.csv").chars, "a,b\n1,2\n3\n", 10);
    assert_error(csv_read(inside("bad.csv").chars, &table), FAULT_FAILED, "line 3: found 1 fields, expected 2");
    write_file(inside("bad.csv").chars, "a\n\"x", 4);
    assert_error(csv_read(inside("bad.csv").chars, &table), FAULT_FAILED, "quoted");
    write_file(inside("bad.csv").chars, "", 0);
    assert_error(csv_read(inside("bad.csv").chars, &table), FAULT_FAILED, "empty");
}

static void sha256_is_the_standard_one(void **state)
{
    (void)state;
    sha256_t digest;
    write_file(inside("abc").chars, "abc", 3);
    assert_ok(sha256_file(inside("abc").chars, &digest));
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(digest.hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_error(sha256_file(inside("absent").chars, &digest), FAULT_MISSING, "absent");
}

enum { TASKS = 1000 };

static void visit(void *context, int64_t index, int worker)
{
    (void)worker;
    volatile float tiny = FLT_MIN; /* half of it is a denormal: zero under flush-to-zero */
    ((int *)context)[index] += tiny / 2 > 0 ? 1 : 1000;
}

static void each_index_is_visited_once_with_denormals_kept(void **state)
{
    (void)state;
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(0x9FC0); /* what loading libdarknet does to the process: FTZ and DAZ */
#endif
    for (int threads = 1; threads <= 4; threads++) {
        int visits[TASKS] = {0};
        assert_ok(threads_for(threads, TASKS, visit, visits));
        for (int i = 0; i < TASKS; i++)
            assert_int_equal(visits[i], 1);
    }
    assert_ok(threads_for(3, 0, visit, NULL));
}

static void paths_are_cut_at_their_last_slash(void **state)
{
    (void)state;
    assert_string_equal(file_name("a/b/c.csv"), "c.csv");
    assert_string_equal(file_name("c.csv"), "c.csv");
    assert_string_equal(file_name("a/"), "");
    assert_string_equal(file_beside("a/b/c.csv", "d").chars, "a/b/d");
    assert_string_equal(file_beside("/c.csv", "d").chars, "/d");
    assert_string_equal(file_beside("c.csv", "d").chars, "d");
}

/* A spreadsheet runs a cell that begins with one of these signs; ours begin with an apostrophe, and are read as written. */
static void a_text_is_never_a_formula(void **state)
{
    (void)state;
    static const char *const texts[] = {"=1+2", "=cmd|' /C calc'!A0",
                                        "+a",   "@x",
                                        "-a,b", "\t=x",
                                        "\r=x", "'=x",
                                        "''@y", "-1.5",
                                        "+2",   "-",
                                        "'",    "it's",
                                        "a=b",  "",
                                        "-1e3"};
    static const char *const written[] = {"'=1+2", "'=cmd|' /C calc'!A0", "'+a", "'@x", "\"'-a,b\"", "'\t=x"};
    enum { TEXTS = sizeof texts / sizeof *texts };
    const text_t path = inside("formulas.csv");
    csv_writer_t writer;
    csv_table_t table;
    bytes_t bytes;
    assert_ok(csv_create(&writer, path.chars, "text,after"));
    for (size_t i = 0; i < TEXTS; i++)
        csv_text(&writer, texts[i]), csv_text(&writer, "x"), csv_end_row(&writer);
    assert_ok(csv_commit(&writer));
    assert_ok(file_read(path.chars, NULL, &bytes));
    const char *at = strchr((char *)bytes.data, '\n') + 1;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++, at = strchr(at, '\n') + 1)
        assert_true(text_starts(at, text_of("%s,x\n", written[i]).chars));
    assert_non_null(strstr((char *)bytes.data, "\n-1.5,x\n+2,x\n-,x\n',x\nit's,x\na=b,x\n,x\n-1e3,x\n"));
    file_free_bytes(&bytes);
    assert_ok(csv_read(path.chars, &table));
    assert_int_equal(table.rows, TEXTS);
    for (size_t i = 0; i < TEXTS; i++)
        assert_string_equal(csv_cell(&table, i, 0), texts[i]);
    csv_free(&table);
    unlink(path.chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_its_five_parts),
        cmocka_unit_test(an_error_is_one_line_of_text),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(a_list_is_split_at_each_separator),
        cmocka_unit_test(white_space_is_taken_from_both_ends),
        cmocka_unit_test(a_file_appears_only_when_it_is_committed),
        cmocka_unit_test(reading_says_what_is_wrong),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(rows_come_back_as_they_were_written),
        cmocka_unit_test(uneven_rows_are_refused),
        cmocka_unit_test(sha256_is_the_standard_one),
        cmocka_unit_test(each_index_is_visited_once_with_denormals_kept),
        cmocka_unit_test(paths_are_cut_at_their_last_slash),
        cmocka_unit_test(a_text_is_never_a_formula),
    };
    return cmocka_run_group_tests_name("base", tests, make_folder, remove_folder);
}
