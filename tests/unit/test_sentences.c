/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text data sets: samples of small files written here, what is refused and where, and the real GLUE files. */
#include "data/dataset.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-test-sentences-XXXXXX";

static text_t inside(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static void write_bytes(const char *name, const char *bytes, size_t size)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static outcome_t open_data(const char *kind, const char *path, const char *vocabulary, int64_t tokens, dataset_t *dataset)
{
    dataset_request_t request = {.path = path, .vocabulary = vocabulary, .tokens = tokens};
    assert_ok(profile_find("wordpiece-uncased", &request.profile));
    return dataset_open(kind, &request, dataset);
}

static outcome_t try_sst2(const char *bytes, size_t size)
{
    dataset_t dataset;
    text_t vocabulary = inside("vocab.txt");
    write_bytes("dev.tsv", bytes, size);
    outcome_t result = open_data("glue-sst2", folder, vocabulary.chars, 8, &dataset);
    if (outcome_is_ok(&result))
        dataset_close(&dataset);
    return result;
}

static void check_sample(const dataset_t *dataset, int64_t sample, const float *expected)
{
    float values[2 * 8];
    assert_int_equal(dataset->width, 8);
    assert_ok(dataset_read(dataset, sample, values));
    for (int i = 0; i < 16; i++)
        if (values[i] < expected[i] || values[i] > expected[i])
            fail_msg("sample %d: value %d is %g, expected %g", (int)sample, i, (double)values[i], (double)expected[i]);
}

static void sentences_become_tokens_and_segments(void **state)
{
    (void)state;
    dataset_t dataset;
    text_t vocabulary = inside("vocab.txt");
    /* A quote is a character, not the start of a field; a sentence may be empty. */
    write_text("dev.tsv", "sentence\tlabel\n\"a b \t1\nB.a x a b a b\t0\n\t1\n");
    assert_ok(open_data("glue-sst2", folder, vocabulary.chars, 8, &dataset));
    assert_int_equal(dataset.samples, 3);
    assert_int_equal(dataset.classes, 2);
    assert_int_equal(dataset.channels, 2);
    assert_int_equal(dataset.height, 1);
    assert_int_equal(dataset.file_count, 2);
    assert_int_equal(dataset.labels[0], 1);
    assert_int_equal(dataset.labels[1], 0);
    assert_false(dataset.kind->f1);
    check_sample(&dataset, 0, (const float[]){2, 8, 5, 6, 3, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0});
    check_sample(&dataset, 1, (const float[]){2, 6, 7, 5, 1, 5, 6, 3, 0, 0, 0, 0, 0, 0, 0, 0});
    check_sample(&dataset, 2, (const float[]){2, 3, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0});
    dataset_close(&dataset);

    /* A byte order mark, CRLF, no newline at the end. */
    write_text("mrpc.tsv",
               "\xEF\xBB\xBFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\ta b\tb\r\n0\t7\t8\ta a a a a\tb b b b");
    assert_ok(open_data("glue-mrpc", inside("mrpc.tsv").chars, vocabulary.chars, 8, &dataset));
    assert_int_equal(dataset.samples, 2);
    assert_true(dataset.kind->f1);
    check_sample(&dataset, 0, (const float[]){2, 5, 6, 3, 6, 3, -1, -1, 0, 0, 0, 0, 1, 1, 0, 0});
    check_sample(&dataset, 1, (const float[]){2, 5, 5, 5, 3, 6, 6, 3, 0, 0, 0, 0, 0, 1, 1, 1});
    dataset_close(&dataset);
}

static void damaged_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *part;
    } bad[] = {
        {"", 0, "dev.tsv: found an empty file"},
        {"index\tsentence\n1\ta\n", 19, "dev.tsv: line 1: found the columns index, sentence, expected a column label"},
        {"text_of\tlabel\na\t1\n", 18, "expected a column sentence or text"},
        {"sentence,label\na,1\n\"b,0\n", 24, "line 3: found a broken quoted field"},
        {"sentence,label\na,1\nb,c,0\n", 25, "line 3: found 3 columns"},
        {"sentence\tlabel\n", 15, "a header alone"},
        {"sentence\tlabel\na\t1\na\tb\t1\n", 25, "line 3: found 3 columns"},
        {"sentence\tlabel\na\t1\n\nb\t1\n", 24, "line 3: found 1 columns"},
        {"sentence\tlabel\na\t1\nb\t2\n", 23, "line 3, column 2: found label \"2\", expected 0 or 1"},
        {"sentence\tlabel\na\t\n", 18, "line 2, column 2: found label \"\""},
        {"sentence\tlabel\na\t1 \n", 20, "found label \"1 \""},
        {"sentence\tlabel\na\0\t1\n", 20, "line 2, column 2: found a NUL byte"},
        {"sentence\tlabel\na\t1\n\xE9\t1\n", 23, "line 3, column 1: found byte 0xe9"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_error(try_sst2(bad[i].bytes, bad[i].size), FAULT_FAILED, bad[i].part);
    assert_ok(try_sst2("sentence\tlabel\na\t1", 18));
    assert_ok(try_sst2("sentence\tlabel\na\t1\n\n\r\n", 22)); /* empty lines at the end */
}

/* The same two sentences in the layouts that people have, and a sentence with a comma, quotes and a line break. */
static void layouts_are_read_by_the_names_of_columns(void **state)
{
    (void)state;
    static const char *const layouts[] = {
        "sentence\tlabel\na b\t1\nb , \" a .\t0\n",
        "label\tidx\tsentence\r\n1\t0\ta b\r\n0\t1\tb , \" a .\r\n",
        "idx,sentence,label\n0,a b,1\n1,\"b , \"\" a .\",0\n",
        "text,label,label_text\na b,1,positive\n\"b , \"\"\na .\",0,negative\n\n",
        "\"sentence\",\"label\"\r\n\"a b\",\"1\"\r\n\"b , \"\"\r\na .\",\"0\"\r\n",
        "sentence\tlabel\tidx\na b\t1\t0\n\"b , \"\" a .\"\t0\t1\n",
    };
    text_t vocabulary = inside("vocab.txt");
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        dataset_t dataset;
        write_text("dev.tsv", layouts[i]);
        assert_ok(open_data("glue-sst2", folder, vocabulary.chars, 8, &dataset));
        assert_int_equal(dataset.samples, 2);
        assert_int_equal(dataset.labels[0], 1);
        check_sample(&dataset, 0, (const float[]){2, 5, 6, 3, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0});
        check_sample(&dataset, 1, (const float[]){2, 6, 1, 8, 5, 7, 3, -1, 0, 0, 0, 0, 0, 0, 0, 0});
        assert_true((dataset.notes.chars != NULL && strstr(dataset.notes.chars, "quoted") != NULL) == (i == 5));
        dataset_close(&dataset);
    }
    dataset_t pairs;
    write_text("mrpc.csv", "sentence1,sentence2,label,idx\na b,b,1,9\n");
    assert_ok(open_data("glue-mrpc", inside("mrpc.csv").chars, vocabulary.chars, 8, &pairs));
    check_sample(&pairs, 0, (const float[]){2, 5, 6, 3, 6, 3, -1, -1, 0, 0, 0, 0, 1, 1, 0, 0});
    dataset_close(&pairs);
}

/* The vocabulary of the tests has 9 pieces. */
static void a_vocabulary_must_fit_the_embedding(void **state)
{
    (void)state;
    text_t vocabulary = inside("vocab.txt"), tsv = inside("dev.tsv");
    dataset_t dataset;
    dataset_request_t request = {.path = tsv.chars, .vocabulary = vocabulary.chars, .tokens = 8, .words = 9};
    write_text("dev.tsv", "sentence\tlabel\na\t1\n");
    assert_ok(profile_find("wordpiece-uncased", &request.profile));
    assert_ok(dataset_open("glue-sst2", &request, &dataset));
    assert_null(dataset.notes.chars);
    dataset_close(&dataset);
    request.words = 64; /* filled up */
    assert_ok(dataset_open("glue-sst2", &request, &dataset));
    assert_non_null(strstr(dataset.notes.chars, "9 pieces, the embedding 64 rows"));
    dataset_close(&dataset);
    const int64_t wrong[] = {8, 65, 30522};
    for (int i = 0; i < 3; i++) {
        request.words = wrong[i];
        assert_error(dataset_open("glue-sst2", &request, &dataset), FAULT_FAILED, "found 9 pieces, expected");
    }
}

static void what_is_missing_says_how_to_get_it(void **state)
{
    (void)state;
    dataset_t dataset;
    text_t vocabulary = inside("vocab.txt"), none = inside("none"), tsv = inside("dev.tsv");
    write_text("dev.tsv", "sentence\tlabel\na\t1\n");
    assert_error(open_data("glue-sst2", tsv.chars, NULL, 8, &dataset), FAULT_MISSING, "--vocabulary");
    assert_error(open_data("glue-sst2", tsv.chars, none.chars, 8, &dataset), FAULT_MISSING, "--vocabulary");
    assert_error(open_data("glue-sst2", none.chars, vocabulary.chars, 8, &dataset), FAULT_MISSING, "SST-2/dev.tsv");
    assert_error(open_data("glue-mrpc", NULL, vocabulary.chars, 8, &dataset), FAULT_MISSING, "--data");
    assert_error(open_data("glue-sst2", tsv.chars, vocabulary.chars, 2, &dataset), FAULT_FAILED, "at least 3");
    assert_int_equal(setenv("BBS_ROOT", folder, 1), 0);
    assert_error(open_data("reviews-sst2", NULL, vocabulary.chars, 8, &dataset), FAULT_MISSING, "make datasets");
    assert_error(open_data("reviews-mrpc", NULL, vocabulary.chars, 8, &dataset), FAULT_MISSING, "make datasets");
    assert_int_equal(unsetenv("BBS_ROOT"), 0);
    dataset_request_t request = {.path = tsv.chars, .vocabulary = vocabulary.chars, .tokens = 8};
    assert_ok(profile_find("fashion-mnist-v1", &request.profile));
    assert_error(dataset_open("glue-sst2", &request, &dataset), FAULT_FAILED, "one for text");
}

static void reviews_are_found_in_the_project(void **state)
{
    (void)state;
    dataset_t dataset;
    text_t vocabulary = inside("vocab.txt");
    assert_ok(file_make_folder(inside("build/datasets").chars));
    write_text("build/datasets/test.tsv", "score\treview\ngreat\ta b\nother\tb\n");
    write_text("build/datasets/pairs-test.tsv", "label\tpassage1\tpassage2\n1\ta\tb\n0\tb\ta\n");
    assert_int_equal(setenv("BBS_ROOT", folder, 1), 0);
    assert_ok(open_data("reviews-sst2", NULL, vocabulary.chars, 8, &dataset));
    assert_int_equal(dataset.labels[0], 1);
    assert_int_equal(dataset.labels[1], 0);
    check_sample(&dataset, 0, (const float[]){2, 5, 6, 3, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0});
    dataset_close(&dataset);
    assert_ok(open_data("reviews-mrpc", NULL, vocabulary.chars, 8, &dataset));
    assert_true(dataset.kind->f1);
    check_sample(&dataset, 1, (const float[]){2, 6, 3, 5, 3, -1, -1, -1, 0, 0, 0, 1, 1, 0, 0, 0});
    dataset_close(&dataset);
    assert_int_equal(unsetenv("BBS_ROOT"), 0);
}

static void glue_has_its_published_sizes(void **state)
{
    (void)state;
    const char *data = getenv("BBS_TEST_DATA");
    text_t glue = text_of("%s/glue", data != NULL ? data : "../shared/data");
    text_t vocabulary = text_of("%s/bert_base_uncased_vocab.txt", glue.chars);
    static const struct {
        const char *kind;
        int64_t samples, ones;
    } sets[] = {{"glue-sst2", 872, 444}, {"glue-mrpc", 408, 279}};
    if (!file_exists(vocabulary.chars)) {
        print_message("# skipped: no %s\n", vocabulary.chars);
        skip();
    }
    for (size_t set = 0; set < 2; set++) {
        dataset_t dataset;
        int64_t ones = 0;
        assert_ok(open_data(sets[set].kind, glue.chars, vocabulary.chars, 512, &dataset));
        for (int64_t i = 0; i < dataset.samples; i++)
            ones += dataset.labels[i];
        assert_int_equal(dataset.samples, sets[set].samples);
        assert_int_equal(ones, sets[set].ones);
        dataset_close(&dataset);
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    write_text("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n.\n\"\n");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return system(text_of("rm -rf %s", folder).chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_become_tokens_and_segments),
        cmocka_unit_test(damaged_tables_are_refused),
        cmocka_unit_test(layouts_are_read_by_the_names_of_columns),
        cmocka_unit_test(a_vocabulary_must_fit_the_embedding),
        cmocka_unit_test(what_is_missing_says_how_to_get_it),
        cmocka_unit_test(reviews_are_found_in_the_project),
        cmocka_unit_test(glue_has_its_published_sizes),
    };
    return cmocka_run_group_tests_name("sentences", tests, make_folder, remove_folder);
}
