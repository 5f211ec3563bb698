/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table `samples`: the files of answers in run folders, read when a query names them, and only those that it asks for.
 */
#include "derived.h"

#include "base/file.h"
#include "measure/predictions.h"
#include "measure/samples.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 5 };
static char folder[] = "/tmp/bbs-test-samples-XXXXXX";

/* Samples 0, 10, 20 ... of one network under one method; KL from int8 is `kl` times 1, 2, 3 ... */
static void write_answers(const char *run, bool integers, const char *net, const char *spec, double kl)
{
    predictions_t answers;
    const text_t to = samples_folder(run, integers);
    assert_ok(file_make_folder(to.chars));
    assert_ok(predictions_create(SAMPLES, &answers));
    for (int i = 0; i < SAMPLES; i++) {
        answers.sample[i] = 10 * i;
        answers.label[i] = i;
        answers.predicted[i] = i + 1;
        answers.outputs[i].kl[OUTPUTS_INT8] = kl * (i + 1);
    }
    assert_ok(predictions_save(predictions_stem(to.chars, net, "compact", "made", spec).chars, "key", &answers));
    predictions_free(&answers);
}

static text_t in_predictions(const char *name)
{
    return text_of("%s/%s", samples_folder(folder, false).chars, name);
}

static void write_text(const char *name, const char *text)
{
    FILE *stream = fopen(in_predictions(name).chars, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static double number(const char *sql)
{
    return text_value(sql);
}

static void rows_have_the_place_of_their_file(void **state)
{
    (void)state;
    assert_true(number("SELECT count(*) FROM samples") == 4 * SAMPLES);
    assert_true(number("SELECT count(*) FROM samples WHERE activations = 'int8'") == SAMPLES);
    assert_true(number("SELECT sum(kl_int8) FROM samples WHERE net = 'a' AND method = 'zps:columns=4:beta=0'") == 15 * 2);
    assert_true(number("SELECT sum(kl_int8) FROM samples WHERE net = 'a' AND method = 'int8' AND activations = 'int8'") ==
                15 * 7);
    assert_true(number("SELECT count(*) FROM samples WHERE net = 'b' AND size = 'full'") == 0);
    assert_true(number("SELECT count(*) FROM samples WHERE net = NULL") == 0);
    assert_true(number("SELECT count(cross_entropy) FROM samples") == 0); /* not known: NULL */
    assert_true(number("SELECT count(DISTINCT net || size || activations || method || sample) FROM samples") ==
                4 * SAMPLES);
}

static void one_sample_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        assert_true(
            number(text_of("SELECT kl_int8 FROM samples WHERE net = 'a' AND size = 'compact' AND activations = 'fp32' "
                           "AND method = 'int8' AND sample = %d",
                           10 * i)
                       .chars) == i + 1);
    for (int i = -1; i < 50; i++)
        if (i % 10 != 0)
            assert_true(number(text_of("SELECT count(*) FROM samples WHERE net = 'a' AND sample = %d", i).chars) == 0);
    assert_true(number("SELECT count(*) FROM samples WHERE sample = 40") == 4); /* of every file */
    assert_true(number("SELECT count(*) FROM samples WHERE sample = '40'") == 4);
    assert_true(number("SELECT count(*) FROM samples WHERE sample = 'forty'") == 0);
}

/* Two methods joined sample by sample, in either order of the tables. */
static void two_files_are_joined(void **state)
{
    (void)state;
    assert_true(
        number(
            "SELECT sum(x.kl_int8 * y.kl_int8) FROM samples AS x JOIN samples AS y USING (net, size, activations, sample) "
            "WHERE x.method = 'int8' AND y.method = 'zps:columns=4:beta=0'") == 2 * (1 + 4 + 9 + 16 + 25));
    assert_true(
        number("SELECT count(*) FROM samples AS x LEFT JOIN samples AS y ON y.net = x.net AND y.sample = x.sample + 1 "
               "WHERE x.net = 'b'") == SAMPLES);
}

/* A file of an earlier version, and files of other kinds, are passed over; a broken file is an error that names it. */
static void only_files_of_this_version_have_rows(void **state)
{
    (void)state;
    write_text("c.compact.made.int8.csv", "sample,label,predicted,key\n0,0,0,k\n");
    write_text("c.compact.made.fp32.logits", "key\n");
    write_text("notes.csv", "sample\n1\n");
    assert_true(number("SELECT count(*) FROM samples") == 4 * SAMPLES);
    write_text("d.compact.made.int8.csv",
               "sample,label,predicted,cross_entropy,margin,kl_int8,logit_error_int8,kl_fp32,logit_error_fp32,"
               "key\n0,zero,0,,,,,,,k\n");
    rows_table_t table;
    assert_error(rows_database_query(database, "SELECT count(*) FROM samples", "test", &table), FAULT_USAGE,
                 "d.compact.made.int8.csv");
    assert_true(number("SELECT count(*) FROM samples WHERE net = 'a'") == 3 * SAMPLES); /* others can still be read */
    assert_int_equal(unlink(in_predictions("d.compact.made.int8.csv").chars), 0);
}

/* Answers that come while the database is open are seen by the next query. */
static void a_later_query_sees_later_files(void **state)
{
    (void)state;
    write_answers(folder, false, "e", "int8", 1);
    assert_true(number("SELECT count(*) FROM samples WHERE net = 'e'") == SAMPLES);
    assert_int_equal(unlink(in_predictions("e.compact.made.int8.csv").chars), 0);
    assert_true(number("SELECT count(*) FROM samples WHERE net = 'e'") == 0);
}

/* Each run has its own answers, under the name of the run; a database that is locked can still read them. */
static void runs_have_their_own_answers(void **state)
{
    (void)state;
    const run_mode_t *mode;
    const text_t other = text_of("%s/other", folder);
    write_answers(other.chars, false, "z", "int8", 1);
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t source = {.folder = other.chars, .mode = mode};
    assert_ok(experiment_rows_add(&experiments, &source, database));
    rows_database_lock(database);
    assert_true(number("SELECT count(*) FROM run2.samples") == SAMPLES);
    assert_true(number("SELECT count(*) FROM run2.samples WHERE net = 'a'") == 0);
    assert_true(number("SELECT count(*) FROM samples") == 4 * SAMPLES);
}

static int open_run(void **state)
{
    (void)state;
    const run_mode_t *mode;
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t source = {.folder = folder, .mode = mode};
    assert_ok(experiment_rows_open(&experiments, &source, &database));
    return 0;
}

static int make_folder(void **state)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    write_answers(folder, false, "a", "int8", 1);
    write_answers(folder, false, "a", "zps:columns=4:beta=0", 2);
    write_answers(folder, false, "b", "int8", 3);
    write_answers(folder, true, "a", "int8", 7);
    return open_experiments(state);
}

static int remove_folder(void **state)
{
    close_experiments(state);
    return system(text_of("rm -rf %s", folder).chars);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_run, close_database)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_have_the_place_of_their_file),
        TEST(one_sample_is_found),
        TEST(two_files_are_joined),
        TEST(only_files_of_this_version_have_rows),
        TEST(a_later_query_sees_later_files),
        TEST(runs_have_their_own_answers),
    };
    return cmocka_run_group_tests_name("samples", tests, make_folder, remove_folder);
}
