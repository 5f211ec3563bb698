/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers on disk: only those of the same key, samples and labels come back, and only answers that a network can give; with
 * them what the logits say; under names that are legal everywhere. */
#include "base/file.h"
#include "base/text.h"
#include "measure/predictions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

enum { SAMPLES = 4, CLASSES = 10 };
static text_t stem(void)
{
    return predictions_stem(folder, "net", "full", "data", "int8");
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

/* Load into a copy of the samples and labels, and give back the answers. */
static bool is_kept(const char *key, const predictions_t *expected, int least, int *predicted)
{
    bool found = true;
    predictions_t copy;
    made(0, &copy);
    copy.samples = expected->samples;
    memcpy(copy.sample, expected->sample, (size_t)expected->samples * sizeof *copy.sample);
    memcpy(copy.label, expected->label, (size_t)expected->samples * sizeof *copy.label);
    assert_ok(predictions_load(stem().chars, key, least, CLASSES - 1, &copy, &found));
    memcpy(predicted, copy.predicted, (size_t)expected->samples * sizeof *predicted);
    predictions_free(&copy);
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

/* Rows are made from what the file holds, so outputs come back as they were, and what was not known stays so. */
static void outputs_come_back_as_they_were(void **state)
{
    (void)state;
    predictions_t kept, read;
    bool found;
    made(1, &kept);
    made(0, &read);
    for (int i = 1; i < SAMPLES; i++)
        kept.outputs[i] = (outputs_t){.cross_entropy = 0.125 * i,
                                      .margin = -1.5 * i,
                                      .kl = {i == 2 ? 1.23456789e-7 : i, 2e-300},
                                      .logit_error = {0.25 * i, 3.00000001}};
    assert_ok(predictions_save(stem().chars, "k", &kept));
    assert_ok(predictions_load(stem().chars, "k", 0, CLASSES - 1, &read, &found));
    assert_true(found && isnan(read.outputs[0].margin) && isnan(read.outputs[0].kl[1]));
    for (int i = 1; i < SAMPLES; i++)
        assert_memory_equal(&read.outputs[i], &kept.outputs[i], sizeof(outputs_t));
    predictions_free(&kept);
    predictions_free(&read);
}

/* What Windows and macOS refuse in names is not in them, and the spec can be read from the name again. */
static void file_names_are_legal_everywhere(void **state)
{
    (void)state;
    static const char *const specs[] = {"int8",
                                        "bbs-mod",
                                        "zps:columns=4:beta=0",
                                        "ra:columns=2:beta=0.125",
                                        "mx-e3m2:activations=8",
                                        "a+b",
                                        "a%3Ab",
                                        "a b/c\\d*?<>|\"",
                                        "\xC3\xA9"};
    predictions_name_t name;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const text_t file =
            text_of("%s.csv", predictions_stem("folder", "vit_small", "compact", "fashion.mnist", specs[i]).chars);
        const char *inside = file.chars + strlen("folder/");
        assert_int_equal(strcspn(inside, ":/\\*?\"<>| "), strlen(inside));
        for (const char *at = inside; *at != '\0'; at++)
            assert_true(*at > ' ' && *at < 127);
        assert_true(predictions_name(inside, &name));
        assert_string_equal(name.net.chars, "vit_small");
        assert_string_equal(name.size.chars, "compact");
        assert_string_equal(name.data.chars, "fashion.mnist");
        assert_string_equal(name.spec.chars, specs[i]);
    }
    assert_string_equal(predictions_stem("f", "n", "s", "d.1", "zps:columns=4:beta=0").chars,
                        "f/n.s.d%2E1.zps+columns=4+beta=0");
    static const char *const others[] = {"samples.vit_small.csv",
                                         "n.s.int8.logits",
                                         "n.s.int8.csv.part",
                                         "n.s..csv",
                                         "n.csv",
                                         "",
                                         "n.s.a%.csv",
                                         "n.s.d.a%41.csv",
                                         "n.s.d.a%3a.csv",
                                         "n.s.d.a:b.csv",
                                         "n.s.d.a%00.csv",
                                         "n.s.a%2e.m.csv",
                                         "n.s.int8.csv"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (predictions_name(others[i], &name))
            fail_msg("%s is read as %s", others[i], name.spec.chars);
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

/* The file that is written for these answers. Free it. */
static bytes_t written(const char *key, const predictions_t *predictions)
{
    bytes_t bytes;
    assert_ok(predictions_save(stem().chars, key, predictions));
    assert_ok(file_read(text_of("%s.csv", stem().chars).chars, NULL, &bytes));
    return bytes;
}

/* The hash was computed by Python: sha256(b"".join(struct.pack("<3q6d", 10 * i, i, 7, *6 * [nan]) for i in range(4))). */
static void the_key_is_followed_by_the_hash_of_the_answers(void **state)
{
    (void)state;
    predictions_t predictions;
    made(7, &predictions);
    bytes_t bytes = written("weights=a", &predictions);
    assert_non_null(
        strstr((const char *)bytes.data,
               "\n0,0,7,,,,,,,weights=a answers=3abdb740d12b3029359de7a18b13a124396b1360bb3da6f4b7747a3ad749f616\n"));
    file_free_bytes(&bytes);
    predictions_free(&predictions);
}

/* What somebody changes between a kill and --resume: an answer, two answers, a statistic, the key. */
static void changed_answers_are_not_taken(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"10,1,4,", "10,1,1,"},    {"0,0,4,0.5,", "0,0,4,0.25,"},
        {"0,0,4,0.5,", "0,0,4,,"}, {"key ", "kez "},
        {"answers=", "answers= "}, {"20,2,4,,,,,,,\n", "20,2,4,,,,,,,x\n"},
        {"10,1,4,", "10,1,-1,"},   {"30,3,4,,,,,,,\n", "30,3,4,,,,,0,,\n"},
    };
    predictions_t predictions;
    int got[SAMPLES];
    made(4, &predictions);
    predictions.outputs[0].cross_entropy = 0.5;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        bytes_t bytes = written("key", &predictions);
        assert_true(is_kept("key", &predictions, -1, got));
        const char *text = (const char *)bytes.data, *at = strstr(text, changes[i][0]);
        assert_non_null(at);
        write_text(text_of("%.*s%s%s", (int)(at - text), text, changes[i][1], at + strlen(changes[i][0])).chars);
        if (is_kept("key", &predictions, -1, got) != (strcmp(changes[i][1], "20,2,4,,,,,,,x\n") == 0))
            fail_msg("%s", changes[i][1]); /* keys after the first row say nothing */
        file_free_bytes(&bytes);
    }
    predictions_free(&predictions);
}

/* The hash is that of the answers "all 0", so that it alone refuses none of the values that are no answers. */
static void answers_that_no_network_gives_are_not_taken(void **state)
{
    (void)state;
    predictions_t predictions;
    int got[SAMPLES];
    made(0, &predictions);
#define HEADER "sample,label,predicted,cross_entropy,margin,kl_int8,logit_error_int8,kl_fp32,logit_error_fp32,key\n"
#define KEY0 "k answers=1908b6e2a2fae1af5e96c8378482de9309b20b5bf466ced2f9899e48d62226f5\n"
    static const char good[] = HEADER "0,0,0,,,,,,," KEY0 "10,1,0,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n";
    static const char *const damaged[] = {
        HEADER "0,0,0,,,,,,," KEY0 "10,1,4294967296,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n", /* 2^32: an int cuts it to 0 */
        HEADER "0,0,x,,,,,,," KEY0 "10,1,0,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n",          /* no number */
        HEADER "0,0,,,,,,,," KEY0 "10,1,0,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n",           /* no answer */
        HEADER "0,0,0,,x,,,,," KEY0 "10,1,0,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n", /* a margin that is no number */
        HEADER "0,0,0,,,,,,," KEY0 "10,1,0,,,,,,,\n20,2,0,,,,,,,\n",                 /* a row is missing */
        HEADER "0,0,0,,,,,,," KEY0 "10,1,0,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n",   /* a field is missing */
        HEADER "0,0,0,,,,,,,k\n10,1,0,,,,,,,\n20,2,0,,,,,,,\n30,3,0,,,,,,,\n",       /* without a hash */
        "sample,label,predicted,key\n0,0,0," KEY0 "10,1,0,\n20,2,0,\n30,3,0,\n",     /* of an earlier version */
        "",
    };
    write_text(good);
    assert_true(is_kept("k", &predictions, -1, got));
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_text(damaged[i]);
        assert_false(is_kept("k", &predictions, -1, got));
    }
    /* 10 classes: 0 to 9; -1 marks a sample that was left out, where that is allowed. */
    static const int answers[] = {10, -2, -1, 9};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        predictions.predicted[1] = answers[i];
        assert_ok(predictions_save(stem().chars, "k", &predictions));
        assert_int_equal(is_kept("k", &predictions, -1, got), answers[i] == -1 || answers[i] == 9);
        assert_int_equal(is_kept("k", &predictions, 0, got), answers[i] == 9);
    }
    assert_int_equal(got[1], 9);
    predictions_free(&predictions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_back_under_their_own_key_alone),
        cmocka_unit_test(outputs_come_back_as_they_were),
        cmocka_unit_test(file_names_are_legal_everywhere),
        cmocka_unit_test(key_and_answers_are_one_file),
        cmocka_unit_test(the_key_is_followed_by_the_hash_of_the_answers),
        cmocka_unit_test(changed_answers_are_not_taken),
        cmocka_unit_test(answers_that_no_network_gives_are_not_taken),
    };
    return cmocka_run_group_tests_name("predictions", tests, make_folder, remove_folder);
}
