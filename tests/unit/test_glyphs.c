/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data/glyphs: the shipped parts are the documented ones, byte for byte; a picture made here is read as the format says;
 * files that are cut, of another shape, or hold a class that does not exist are refused. */
#include "base/sha256.h"
#include "base/text.h"
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "folder.h"

enum { CLASSES = 2965, PIXELS = 24 * 24, RECORD = 3 + PIXELS, HEADER = 12, FONTS = 10, EACH = 800 };

static void write_file(const char *name, const uint8_t *bytes, size_t size)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

/* Two pictures: class 0x0102 = 258 of font 7, all pixels 0 but the last, 51; class 2964 = 0x0b94 of font 200, all 255. */
static void make_two(uint8_t bytes[HEADER + 2 * RECORD])
{
    static const uint8_t header[HEADER] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 2, 0x43};
    memset(bytes, 0, HEADER + 2 * RECORD);
    memcpy(bytes, header, sizeof header);
    memcpy(bytes + HEADER, (const uint8_t[]){0x01, 0x02, 7}, 3);
    bytes[HEADER + RECORD - 1] = 51;
    memset(bytes + HEADER + RECORD, 255, RECORD);
    memcpy(bytes + HEADER + RECORD, (const uint8_t[]){0x0b, 0x94, 200}, 3);
}

static outcome_t open_part(const char *path, bool training, dataset_t *dataset)
{
    dataset_request_t request = {.path = path, .training = training};
    assert_ok(profile_find("glyphs-v1", &request.profile));
    return dataset_open("glyphs", &request, dataset);
}

static void a_picture_is_read_as_the_format_says(void **state)
{
    (void)state;
    dataset_t dataset;
    uint8_t bytes[HEADER + 2 * RECORD];
    float values[3 * PIXELS];
    make_two(bytes);
    write_file("test.idx", bytes, sizeof bytes);
    assert_ok(open_part(folder, false, &dataset));
    assert_int_equal(dataset.samples, 2);
    assert_int_equal(dataset.classes, CLASSES);
    assert_int_equal(dataset.channels * dataset.height * dataset.width, 3 * PIXELS);
    assert_int_equal(dataset.labels[0], 258);
    assert_int_equal(dataset.labels[1], 2964);
    assert_string_equal(dataset_name_of(&dataset, 1).chars, "sample 1 (font 200)");
    assert_ok(dataset_read(&dataset, 0, values));
    for (int i = 0; i < 3 * PIXELS; i++) /* 51 / 255 = 0.2 */
        assert_true(fabs((double)values[i] - ((i % PIXELS == PIXELS - 1 ? 0.2 : 0.0) - 0.21) / 0.32) < 1e-6);
    assert_ok(dataset_read(&dataset, 1, values));
    for (int i = 0; i < 3 * PIXELS; i++)
        assert_true(fabs((double)values[i] - (1 - 0.21) / 0.32) < 1e-6);
    dataset_close(&dataset);
    /* The file itself is a path too; the folder has no training part. */
    assert_ok(open_part(inside("test.idx").chars, false, &dataset));
    dataset_close(&dataset);
    assert_error(open_part(folder, true, &dataset), FAULT_MISSING, "training.idx.gz");
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    dataset_t dataset;
    uint8_t good[HEADER + 2 * RECORD], bad[HEADER + 2 * RECORD];
    make_two(good);
    for (size_t cut = 0; cut < sizeof good; cut++) {
        write_file("test.idx", good, cut);
        assert_error(open_part(folder, false, &dataset), FAULT_FAILED, cut < HEADER ? "header" : "truncated");
    }
    memcpy(bad, good, sizeof bad);
    bad[HEADER + RECORD + 1] = 0x95; /* class 2965 */
    write_file("test.idx", bad, sizeof bad);
    assert_error(open_part(folder, false, &dataset), FAULT_FAILED, "sample 1: found class 2965, expected 0 to 2964");
    /* Rows of 1,158 bytes: as many bytes in all, another data set. */
    memcpy(bad, good, sizeof bad);
    memcpy(bad + 4, (const uint8_t[]){0, 0, 0, 1, 0, 0, 0x04, 0x86}, 8);
    write_file("test.idx", bad, sizeof bad);
    assert_error(open_part(folder, false, &dataset), FAULT_FAILED, "1 rows of 1158 bytes, expected rows of 579");
    memcpy(bad + 4, (const uint8_t[]){0, 0, 0, 0, 0, 0, 0x02, 0x43}, 8);
    write_file("test.idx", bad, HEADER);
    assert_error(open_part(folder, false, &dataset), FAULT_FAILED, "0 rows of 579 bytes");
    memcpy(bad + 4, (const uint8_t[]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 8);
    write_file("test.idx", bad, sizeof bad);
    assert_error(open_part(folder, false, &dataset), FAULT_FAILED, "overflow");
    assert_error(open_part(inside("none").chars, false, &dataset), FAULT_MISSING, "datasets/glyphs");
}

/* The SHA-256 of the committed files: a test set that changes is another test set. */
static void the_shipped_files_are_the_documented_ones(void **state)
{
    (void)state;
    static const struct {
        const char *path, *hex;
    } files[] = {
        {"datasets/glyphs/test.idx.gz", "0599428f308b0095c90361ecaf664c48dd5a03bbff5f335a9537a3d5c58d2352"},
        {"datasets/glyphs/training.idx.gz", "3f25e48d81ef28d2caa265854e1bfe6d17346fb4a40cf70d30cdbaaa39b28653"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        sha256_t digest;
        assert_ok(sha256_file(files[i].path, &digest));
        assert_string_equal(digest.hex, files[i].hex);
    }
}

/* Every class twice or three times, 800 pictures of each of the fonts 1 to 10; the training
 * part has 32 pictures of each of 32 other fonts. */
static void the_shipped_parts_are_balanced(void **state)
{
    (void)state;
    dataset_t test, training;
    int classes[CLASSES] = {0}, fonts[256] = {0}, others[256] = {0}, font;
    assert_ok(open_part(NULL, false, &test));
    assert_ok(open_part(NULL, true, &training));
    assert_int_equal(test.samples, FONTS * EACH);
    assert_int_equal(training.samples, 1024);
    for (int64_t i = 0; i < test.samples; i++) {
        classes[test.labels[i]]++;
        assert_int_equal(sscanf(dataset_name_of(&test, i).chars, "sample %*d (font %d)", &font), 1);
        fonts[font]++;
    }
    for (int i = 0; i < CLASSES; i++)
        assert_in_range(classes[i], 2, 3);
    for (int i = 1; i <= FONTS; i++)
        assert_int_equal(fonts[i], EACH);
    for (int64_t i = 0; i < training.samples; i++) {
        assert_int_equal(sscanf(dataset_name_of(&training, i).chars, "sample %*d (font %d)", &font), 1);
        others[font]++;
    }
    for (int i = 0; i < 256; i++) {
        assert_true(others[i] == 0 || others[i] == 32);
        assert_true(fonts[i] == 0 || others[i] == 0);
    }
    dataset_close(&test);
    dataset_close(&training);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_read_as_the_format_says),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(the_shipped_files_are_the_documented_ones),
        cmocka_unit_test(the_shipped_parts_are_balanced),
    };
    return cmocka_run_group_tests_name("glyphs", tests, make_folder, remove_folder);
}
