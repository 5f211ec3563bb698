/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the full mode adds: samples left out of all methods, damaged lines left out, archives unpacked whole or not at all.
 */
#include "base/file.h"
#include "data/tsv.h"
#include "measure/sample_list.h"
#include "fetch/unpack.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "folder.h"

static void write_text(const char *name, const char *text)
{
    FILE *stream = fopen(inside(name).chars, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void a_sample_that_one_method_skipped_leaves_all(void **state)
{
    (void)state;
    predictions_t answers[2];
    int64_t skipped, first;
    for (int method = 0; method < 2; method++) {
        assert_ok(predictions_create(4, &answers[method]));
        for (int i = 0; i < 4; i++) {
            answers[method].sample[i] = 10 * i;
            answers[method].label[i] = i;
            answers[method].predicted[i] = i;
        }
    }
    answers[1].predicted[1] = SAMPLE_SKIPPED;
    answers[0].predicted[3] = answers[1].predicted[3] = SAMPLE_SKIPPED;
    assert_ok(sample_list_drop("data", answers, 2, &skipped, &first));
    assert_int_equal(skipped, 2);
    assert_int_equal(first, 10);
    for (int method = 0; method < 2; method++) {
        assert_int_equal(answers[method].samples, 2);
        assert_int_equal(answers[method].sample[1], 20);
        assert_int_equal(predictions_correct(&answers[method]), 2);
    }
    assert_ok(sample_list_drop("data", answers, 2, &skipped, &first));
    assert_int_equal(skipped, 0);
    assert_int_equal(first, -1);
    answers[0].predicted[0] = answers[0].predicted[1] = SAMPLE_SKIPPED;
    assert_error(sample_list_drop("data", answers, 2, &skipped, &first), FAULT_FAILED, "no sample that can be read");
    predictions_free(&answers[0]);
    predictions_free(&answers[1]);
}

static void damaged_lines_are_left_out_where_that_is_asked_for(void **state)
{
    (void)state;
    tsv_t tsv;
    lines_bad_t bad = {0};
    write_text("t.tsv", "a\tb\n1\t2\nshort\nbad\xff\t2\n3\t4\n");
    text_t path = inside("t.tsv");
    assert_error(tsv_read(path.chars, NULL, NULL, &tsv), FAULT_FAILED, "line 4, column 4");
    assert_ok(tsv_read(path.chars, NULL, &bad, &tsv));
    assert_int_equal(bad.count, 2);
    assert_non_null(strstr(bad.first.chars, "line 4"));
    assert_int_equal(tsv.rows, 4);
    assert_false(tsv_is_left_out(&tsv, 0));
    assert_true(tsv_is_left_out(&tsv, 1));
    assert_true(tsv_is_left_out(&tsv, 2));
    assert_string_equal(tsv_cell(&tsv, 3, 1), "4");
    tsv_free(&tsv);
    write_text("h.tsv", "\xff\n1\n");
    path = inside("h.tsv");
    bad = (lines_bad_t){0};
    assert_error(tsv_read(path.chars, NULL, &bad, &tsv), FAULT_FAILED, "header");
}

static void an_archive_becomes_a_folder_or_nothing(void **state)
{
    (void)state;
    text_t place, archive = inside("set.tar");
    assert_false(unpack_place("data.tsv", &place));
    assert_true(unpack_place(archive.chars, &place));
    assert_string_equal(place.chars, inside("set").chars);
    write_text("one.txt", "one");
    assert_int_equal(system(text_of("tar -cf %s -C %s one.txt", archive.chars, folder).chars), 0);
    assert_ok(unpack(archive.chars, place.chars));
    assert_true(file_exists(inside("set/one.txt").chars));
    write_text("bad.tar", "this is no archive, and tar says so");
    assert_error(unpack(inside("bad.tar").chars, inside("bad").chars), FAULT_FAILED, "tar ends with exit code");
    assert_false(file_is_folder(inside("bad").chars));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_that_one_method_skipped_leaves_all),
        cmocka_unit_test(damaged_lines_are_left_out_where_that_is_asked_for),
        cmocka_unit_test(an_archive_becomes_a_folder_or_nothing),
    };
    return cmocka_run_group_tests_name("full", tests, make_folder, remove_folder);
}
