/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers on disk: only those of the same key, samples and labels come back, and only answers that a network can give. */
#include "base/file.h"
#include "base/text.h"
#include "measure/predictions.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

enum { SAMPLES = 4, CLASSES = 10 };
static char folder[] = "/tmp/bbs-test-predictions-XXXXXX";

static text_t stem(void)
{
    return text_of("%s/net.full.int8", folder);
}

/* Samples 0, 10, 20, 30 with labels 0 to 3, all answered with `answer`. */
static void made(int answer, predictions_t *predictions)
{
    assert_ok(predictions_create(SAMPLES, predictions));
    for (int i = 0; i < SAMPLES; i++) {
        predictions->sample[i] = 10 * i;
        predictions->label[i] = i;
        predictions->predicted[i] = answer;
    }
}

static bool is_kept(const char *key, const predictions_t *expected, int least, int *predicted)
{
    bool found = true;
    assert_ok(predictions_load(stem().chars, key, expected, least, CLASSES - 1, predicted, &found));
    return found;
}

static void write_text(const char *text)
{
    FILE *stream = fopen(text_of("%s.csv", stem().chars).chars, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void answers_come_back_under_their_own_key_alone(void **state)
{
    (void)state;
    predictions_t predictions;
    int got[SAMPLES];
    made(7, &predictions);
    assert_ok(predictions_save(stem().chars, "weights=a data=b, \"quoted\"", &predictions));
    assert_true(is_kept("weights=a data=b, \"quoted\"", &predictions, 0, got));
    for (int i = 0; i < SAMPLES; i++)
        assert_int_equal(got[i], 7);
    assert_false(is_kept("weights=a data=c", &predictions, 0, got));
    assert_false(is_kept("weights=a", &predictions, 0, got));
    predictions.label[2] = 9; /* the same pictures with other labels */
    assert_false(is_kept("weights=a data=b, \"quoted\"", &predictions, 0, got));
    predictions.label[2] = 2;
    predictions.sample[3] = 31;
    assert_false(is_kept("weights=a data=b, \"quoted\"", &predictions, 0, got));
    predictions.sample[3] = 30;
    predictions.samples = 3;
    assert_false(is_kept("weights=a data=b, \"quoted\"", &predictions, 0, got));
    predictions_free(&predictions);
}

/* There is one file, so there is no moment at which the answers of one network are beside the key of another. */
static void key_and_answers_are_one_file(void **state)
{
    (void)state;
    enum { WRITERS = 4, TURNS = 30 };
    pid_t writers[WRITERS];
    predictions_t predictions;
    int got[SAMPLES];
    made(0, &predictions);
    for (int w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        for (int turn = 0; writers[w] == 0 && turn < TURNS; turn++) {
            for (int i = 0; i < SAMPLES; i++)
                predictions.predicted[i] = w;
            (void)predictions_save(stem().chars, text_of("key %d", w).chars, &predictions);
        }
        if (writers[w] == 0)
            _exit(0);
    }
    for (int turn = 0; turn < 200; turn++)
        for (int w = 0; w < WRITERS; w++)
            if (is_kept(text_of("key %d", w).chars, &predictions, 0, got))
                for (int i = 0; i < SAMPLES; i++)
                    assert_int_equal(got[i], w);
    for (int w = 0; w < WRITERS; w++)
        assert_int_equal(waitpid(writers[w], NULL, 0), writers[w]);
    assert_false(file_exists(text_of("%s.key", stem().chars).chars));
    predictions_free(&predictions);
}

static void answers_that_no_network_gives_are_not_taken(void **state)
{
    (void)state;
    predictions_t predictions;
    int got[SAMPLES];
    made(0, &predictions);
    static const char *const damaged[] = {
        "sample,label,predicted,key\n0,0,10,k\n10,1,0,\n20,2,0,\n30,3,0,\n", /* 10 classes: 0 to 9 */
        "sample,label,predicted,key\n0,0,0,k\n10,1,-2,\n20,2,0,\n30,3,0,\n", /* below the mark of a skipped sample */
        "sample,label,predicted,key\n0,0,0,k\n10,1,4294967296,\n20,2,0,\n30,3,0,\n", /* 2^32, which an int would cut to 0 */
        "sample,label,predicted,key\n0,0,x,k\n10,1,0,\n20,2,0,\n30,3,0,\n",          /* no number */
        "sample,label,predicted,key\n0,0,0,k\n10,1,0,\n20,2,0,\n",                   /* a row is missing */
        "sample,label,predicted,key\n0,0,0,k\n10,1,0\n20,2,0,\n30,3,0,\n",           /* a field is missing */
        "sample,label,predicted\n0,0,0\n10,1,0\n20,2,0\n30,3,0\n",                   /* of an earlier version */
        "sample,predicted,label,key\n0,0,0,k\n10,1,1,\n20,2,2,\n30,3,3,\n",          /* columns in another order */
        "",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_text(damaged[i]);
        assert_false(is_kept("k", &predictions, -1, got));
    }
    const char *skipped = "sample,label,predicted,key\n0,0,9,k\n10,1,-1,\n20,2,0,\n30,3,0,\n";
    write_text(skipped);
    assert_true(is_kept("k", &predictions, -1, got));
    assert_int_equal(got[1], -1);
    assert_false(is_kept("k", &predictions, 0, got)); /* where no sample may be left out */
    predictions_free(&predictions);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return system(text_of("rm -rf %s", folder).chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_back_under_their_own_key_alone),
        cmocka_unit_test(key_and_answers_are_one_file),
        cmocka_unit_test(answers_that_no_network_gives_are_not_taken),
    };
    return cmocka_run_group_tests_name("predictions", tests, make_folder, remove_folder);
}
