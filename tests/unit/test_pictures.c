/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data/: photographs. Every pixel equals Pillow's (tests/oracle/pictures.py, run here); damaged files are refused with
 * their name; the three kinds of lists; CIFAR-10's records. */
#include "base/file.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

enum { CROP = 224, BYTES = CROP * CROP * 3 };

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* ===  Pixels  === */

static const struct {
    const char *name;
    int64_t side;
    resize_filter_t filter;
} profiles[] = {{"bilinear256", 256, RESIZE_BILINEAR}, {"bicubic248", 248, RESIZE_BICUBIC}};

static void compare_picture(int number)
{
    bytes_t file;
    picture_t whole, cropped;
    text_t path = text_of("%s/%03d.jpg", folder, number);
    assert_ok(file_read(path.chars, NULL, &file));
    assert_ok(picture_decode(path.chars, file.data, file.size, &whole));
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        bytes_t wanted;
        assert_ok(file_read(text_of("%s/%03d.%s.rgb", folder, number, profiles[i].name).chars, NULL, &wanted));
        assert_ok(picture_crop(&whole, profiles[i].side, profiles[i].filter, CROP, &cropped));
        assert_int_equal(wanted.size, BYTES);
        if (memcmp(cropped.pixels, wanted.data, BYTES) != 0)
            fail_msg("%s, %s, %d x %d: other pixels than Pillow's", path.chars, profiles[i].name, (int)whole.width,
                     (int)whole.height);
        picture_free(&cropped);
        file_free_bytes(&wanted);
    }
    picture_free(&whole);
    file_free_bytes(&file);
}

static void every_pixel_is_pillows(void **state)
{
    (void)state;
    const char *python = getenv("PYTHON") != NULL ? getenv("PYTHON") : "/usr/bin/python3";
    const char *data = getenv("BBS_TEST_DATA");
    text_t sample = text_of("%s/imagenet_sample", data != NULL ? data : "none");
    if (system(text_of("%s -c 'import PIL' 2>/dev/null", python).chars) != 0) {
        print_message("# skipped: python3-pil is not installed\n");
        skip();
    }
    FILE *oracle =
        popen(text_of("%s tests/oracle/pictures.py %s %s", python, folder, file_is_folder(sample.chars) ? sample.chars : "")
                  .chars,
              "r");
    int count = 0;
    assert_non_null(oracle);
    assert_int_equal(fscanf(oracle, "%d", &count), 1);
    assert_int_equal(pclose(oracle), 0);
    assert_true(count >= 248);
    for (int i = 0; i < count; i++)
        compare_picture(i);
    print_message("# %d pictures, 2 profiles: all pixels equal\n", count);
}

static void a_picture_of_its_own_size_is_left_alone(void **state)
{
    (void)state;
    uint8_t pixels[5 * 4 * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 37);
    const picture_t source = {.pixels = pixels, .width = 5, .height = 4};
    picture_t same;
    assert_ok(picture_resize(&source, 5, 4, RESIZE_BICUBIC, &same));
    assert_memory_equal(same.pixels, pixels, sizeof pixels);
    picture_free(&same);
}

/* ===  Damage  === */

/* A grey JPEG of 8 x 8 pixels, all 128, written by libjpeg. */
static const uint8_t small_jpeg[] = {
    0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x08, 0x06, 0x06, 0x07, 0x06, 0x05, 0x08, 0x07, 0x07, 0x07, 0x09,
    0x09, 0x08, 0x0a, 0x0c, 0x14, 0x0d, 0x0c, 0x0b, 0x0b, 0x0c, 0x19, 0x12, 0x13, 0x0f, 0x14, 0x1d, 0x1a, 0x1f,
    0x1e, 0x1d, 0x1a, 0x1c, 0x1c, 0x20, 0x24, 0x2e, 0x27, 0x20, 0x22, 0x2c, 0x23, 0x1c, 0x1c, 0x28, 0x37, 0x29,
    0x2c, 0x30, 0x31, 0x34, 0x34, 0x34, 0x1f, 0x27, 0x39, 0x3d, 0x38, 0x32, 0x3c, 0x2e, 0x33, 0x34, 0x32, 0xff,
    0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xc4,
    0x00, 0x14, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x3f, 0xff, 0xd9};

static void a_truncated_picture_is_refused(void **state)
{
    (void)state;
    picture_t picture;
    assert_ok(picture_decode("small.jpg", small_jpeg, sizeof small_jpeg, &picture));
    assert_int_equal(picture.width, 8);
    assert_int_equal(picture.pixels[0], picture.pixels[2]);
    picture_free(&picture);
    for (size_t cut = 0; cut < sizeof small_jpeg - 4; cut++) {
        uint8_t *part = malloc(cut + 1); /* so that a byte too far is seen */
        memcpy(part, small_jpeg, cut);
        assert_error(picture_decode("small.jpg", part, cut, &picture), FAULT_FAILED, "small.jpg");
        free(part);
    }
}

static void other_formats_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *what;
    } others[] = {{"GIF89a....", 10, "a GIF picture"},
                  {"RIFF\0\0\0\0WEBPVP8 ", 16, "a WebP picture"},
                  {"BM123456", 8, "a BMP picture"},
                  {"<html>", 6, "a web page"},
                  {"\x89PNG\r\n\x1a\n", 8, "the end of the file"},
                  {"nothing", 7, "small.jpg: found"}};
    picture_t picture;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_error(picture_decode("small.jpg", (const uint8_t *)others[i].bytes, others[i].size, &picture), FAULT_FAILED,
                     others[i].what);
        assert_null(picture.pixels);
    }
}

/* ===  Lists  === */

static outcome_t open_folder(const char *path, int64_t classes, dataset_t *dataset)
{
    dataset_request_t request = {.path = path, .classes = classes};
    assert_ok(profile_find("torchvision-v1", &request.profile));
    return dataset_open("imagenet", &request, dataset);
}

static void a_list_names_file_and_label(void **state)
{
    (void)state;
    dataset_t dataset;
    static float values[3 * CROP * CROP];
    write_file("a.jpg", small_jpeg, sizeof small_jpeg);
    write_file("labels.tsv", "file\tlabel\tsplit\na.jpg\t3\tone\nb.jpg\t1\ttwo\n", 41);
    assert_ok(open_folder(folder, 4, &dataset));
    assert_int_equal(dataset.samples, 2);
    assert_int_equal(dataset.height, CROP);
    assert_ok(dataset_read(&dataset, 0, values));
    assert_true(values[0] == values[CROP * CROP - 1]); /* one colour stays one colour */
    assert_error(dataset_read(&dataset, 1, values), FAULT_MISSING, "b.jpg");
    dataset_close(&dataset);
    assert_ok(open_folder(inside("").chars, 4, &dataset));
    dataset_close(&dataset);
    assert_ok(open_folder(text_of("%s:two", folder).chars, 4, &dataset));
    assert_int_equal(dataset.samples, 1);
    assert_int_equal(dataset.labels[0], 1);
    dataset_close(&dataset);
    assert_error(open_folder(text_of("%s:three", folder).chars, 4, &dataset), FAULT_MISSING, "rows of that split");
    assert_error(open_folder(folder, 3, &dataset), FAULT_FAILED,
                 "line 2: found labels from 1 to 3, expected labels from 0 to 2");
    write_file("labels.tsv", "file\tlabel\na.jpg\n", 17);
    assert_error(open_folder(folder, 3, &dataset), FAULT_FAILED, "line 2: found no label");
    assert_int_equal(unlink(inside("labels.tsv").chars), 0);
    write_file("val.txt", "a.jpg 2\n", 8);
    assert_ok(open_folder(folder, 3, &dataset));
    assert_int_equal(dataset.labels[0], 2);
    dataset_close(&dataset);
    assert_int_equal(unlink(inside("val.txt").chars), 0);
}

static void a_folder_a_class_is_a_list(void **state)
{
    (void)state;
    dataset_t dataset;
    assert_ok(file_make_folder(inside("tree/n2").chars));
    assert_ok(file_make_folder(inside("tree/n1").chars));
    write_file("tree/n2/x.JPEG", small_jpeg, sizeof small_jpeg);
    write_file("tree/n1/y.jpg", small_jpeg, sizeof small_jpeg);
    write_file("tree/n1/notes.txt", "no picture", 10);
    assert_ok(open_folder(inside("tree").chars, 2, &dataset));
    assert_int_equal(dataset.samples, 2);
    /* In the order of the files' own names: x before y, whatever their folders. */
    assert_int_equal(dataset.labels[0], 1);
    assert_int_equal(dataset.labels[1], 0);
    assert_string_equal(dataset_name_of(&dataset, 1).chars, "n1/y.jpg");
    dataset_close(&dataset);
    assert_error(open_folder(inside("tree").chars, 3, &dataset), FAULT_MISSING, "2 folders");
    assert_error(open_folder("/nowhere", 3, &dataset), FAULT_MISSING, "0 folders");
}

/* a.jpg lies in the folder; the lists are those that other tools write. */
static void lists_of_other_tools_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a.jpg\t2\n",
        "a.jpg,2\n",
        "a.jpg  2\r\n\n",
        "\xEF\xBB\xBF  a.jpg 2 \n",
        "a.jpg, 2\n",
        "/data/imagenet/val/a.jpg 2\n",
        "val/n01440764/a.jpg\t2\n",
    };
    dataset_t dataset;
    static float values[3 * CROP * CROP];
    write_file("a.jpg", small_jpeg, sizeof small_jpeg);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_file("val.txt", texts[i], strlen(texts[i]));
        assert_ok(open_folder(folder, 3, &dataset));
        assert_int_equal(dataset.samples, 1);
        assert_int_equal(dataset.labels[0], 2);
        assert_ok(dataset_read(&dataset, 0, values));
        dataset_close(&dataset);
    }
    text_t absolute = text_of("%s 1\n", inside("a b,c.jpg").chars);
    write_file("a b,c.jpg", small_jpeg, sizeof small_jpeg);
    write_file("val.txt", absolute.chars, strlen(absolute.chars));
    assert_ok(open_folder(folder, 3, &dataset));
    assert_string_equal(dataset_name_of(&dataset, 0).chars, inside("a b,c.jpg").chars);
    assert_ok(dataset_read(&dataset, 0, values));
    dataset_close(&dataset);
    static const char *const bad[] = {"a.jpg\n", "a.jpg two\n", "a.jpg -1\n", " 1\n", "a.jpg 1.5\n", "a.jpg 0x1\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file("val.txt", bad[i], strlen(bad[i]));
        assert_error(open_folder(folder, 3, &dataset), FAULT_FAILED, "val.txt: line 1");
    }
    assert_int_equal(unlink(inside("val.txt").chars), 0);
}

static bool notes(const dataset_t *dataset, const char *part)
{
    return dataset->notes.chars != NULL && strstr(dataset->notes.chars, part) != NULL;
}

/* Ids are numbered in the order of all ids: n1 is class 0 here, n3 class 2. */
static void wordnet_ids_are_numbered_in_their_order(void **state)
{
    (void)state;
    static const char kaggle[] =
        "ImageId,PredictionString\nval_2,n00000003 1 2 3 4 n00000003 5 6 7 8\nval_1,n00000001 1 2 3 4\n";
    static const char mapping[] = "n00000001 tench, Tinca\nn00000002 goldfish\nn00000003 shark\n";
    static const char val[] = "val_1.JPEG n00000001\nval_2.JPEG n00000003\n";
    dataset_t dataset;
    write_file("val_1.JPEG", small_jpeg, sizeof small_jpeg);
    write_file("val_2.JPEG", small_jpeg, sizeof small_jpeg);
    for (int form = 0; form < 2; form++) {
        const char *name = form == 0 ? "LOC_val_solution.csv" : "val.txt";
        write_file(name, form == 0 ? kaggle : val, strlen(form == 0 ? kaggle : val));
        assert_ok(open_folder(folder, 3, &dataset)); /* 2 of 3 ids, and no list of all: said */
        assert_int_equal(dataset.samples, 2);
        assert_int_equal(dataset.labels[1], 1);
        assert_true(notes(&dataset, "2 WordNet ids and the network 3 classes"));
        dataset_close(&dataset);
        assert_ok(open_folder(folder, 2, &dataset));
        assert_null(dataset.notes.chars);
        dataset_close(&dataset);
        write_file("LOC_synset_mapping.txt", mapping, strlen(mapping));
        assert_ok(open_folder(folder, 3, &dataset));
        assert_string_equal(dataset_name_of(&dataset, 0).chars, "val_1.JPEG");
        assert_int_equal(dataset.labels[0], 0);
        assert_int_equal(dataset.labels[1], 2);
        assert_null(dataset.notes.chars);
        dataset_close(&dataset);
        assert_int_equal(unlink(inside("LOC_synset_mapping.txt").chars), 0);
        assert_int_equal(unlink(inside(name).chars), 0);
    }
}

static void labels_that_count_from_1_are_seen(void **state)
{
    (void)state;
    dataset_t dataset;
    write_file("val.txt", "a.jpg 1\na.jpg 2\na.jpg 3\n", 24);
    assert_error(open_folder(folder, 3, &dataset), FAULT_FAILED,
                 "line 3: found labels from 1 to 3, expected labels from 0 to 2");
    assert_ok(open_folder(folder, 4, &dataset));
    assert_true(notes(&dataset, "counted from 1?"));
    dataset_close(&dataset);
    assert_ok(open_folder(folder, 9, &dataset));
    assert_null(dataset.notes.chars);
    dataset_close(&dataset);
    assert_int_equal(unlink(inside("val.txt").chars), 0);
}

static void class_folders_by_number_and_what_is_left_out(void **state)
{
    (void)state;
    dataset_t dataset;
    for (int i = 0; i < 12; i++) {
        assert_ok(file_make_folder(inside(text_of("numbers/%d", i).chars).chars));
        write_file(text_of("numbers/%d/%02d.jpg", i, i).chars, small_jpeg, sizeof small_jpeg);
    }
    assert_ok(open_folder(inside("numbers").chars, 12, &dataset));
    assert_int_equal(dataset.samples, 12);
    for (int i = 0; i < 12; i++)
        assert_int_equal(dataset.labels[i], i);
    assert_null(dataset.notes.chars);
    dataset_close(&dataset);
    assert_ok(file_make_folder(inside("numbers/3/images/deep").chars));
    write_file("numbers/3/images/deep/99.png", small_jpeg, sizeof small_jpeg);
    write_file("numbers/3/x.webp", "no", 2);
    write_file("numbers/readme.md", "no", 2);
    assert_ok(open_folder(inside("numbers").chars, 12, &dataset));
    assert_int_equal(dataset.samples, 13);
    assert_int_equal(dataset.labels[12], 3);
    assert_true(notes(&dataset, "2 files were left out"));
    dataset_close(&dataset);
    assert_int_equal(rename(inside("numbers/0").chars, inside("numbers/12").chars), 0);
    assert_ok(open_folder(inside("numbers").chars, 12, &dataset));
    assert_true(notes(&dataset, "numbered 1 to 12: they are taken as classes 0 to 11"));
    dataset_close(&dataset);
    assert_ok(file_make_folder(inside("numbers/012").chars));
    assert_error(open_folder(inside("numbers").chars, 13, &dataset), FAULT_FAILED, "two folders of one number");
}

static void each_picture_has_its_own_identity(void **state)
{
    (void)state;
    dataset_t dataset;
    sha256_t one, other;
    write_file("tree/n1/y.jpg", small_jpeg, sizeof small_jpeg);
    assert_ok(open_folder(inside("tree").chars, 2, &dataset));
    assert_ok(dataset.digest(&dataset, 1, &one));
    write_file("tree/n1/y.jpg", small_jpeg, sizeof small_jpeg - 1);
    assert_ok(dataset.digest(&dataset, 1, &other));
    assert_string_not_equal(one.hex, other.hex);
    dataset_close(&dataset);
}

/* ===  CIFAR-10  === */

static outcome_t open_cifar(const char *path, dataset_t *dataset)
{
    dataset_request_t request = {.path = path};
    assert_ok(profile_find("cifar10-imagenet-stats", &request.profile));
    return dataset_open("cifar10", &request, dataset);
}

static void cifar_records_are_label_and_three_planes(void **state)
{
    (void)state;
    enum { RECORD = 3073 };
    static uint8_t records[2 * RECORD];
    static float values[3072];
    dataset_t dataset;
    records[0] = 9;
    records[RECORD] = 4;
    memset(records + RECORD + 1 + 1024, 255, 1024); /* green */
    write_file("test_batch.bin", records, sizeof records);
    assert_ok(open_cifar(folder, &dataset));
    assert_int_equal(dataset.samples, 2);
    assert_int_equal(dataset.labels[0], 9); /* the black picture */
    assert_ok(dataset_read(&dataset, 0, values));
    assert_true(values[1024] == (0.0F - 0.456F) / 0.224F);
    assert_int_equal(dataset.labels[1], 4); /* the green one */
    assert_ok(dataset_read(&dataset, 1, values));
    assert_true(values[0] == (0.0F - 0.485F) / 0.229F && values[1024] == (1.0F - 0.456F) / 0.224F);
    dataset_close(&dataset);
    write_file("test_batch.bin", records, sizeof records - 1);
    assert_error(open_cifar(folder, &dataset), FAULT_FAILED, "a multiple of 3073");
    records[RECORD] = 10;
    write_file("test_batch.bin", records, sizeof records);
    assert_error(open_cifar(inside("test_batch.bin").chars, &dataset), FAULT_FAILED, "record 1: found label 10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_is_pillows),
        cmocka_unit_test(a_picture_of_its_own_size_is_left_alone),
        cmocka_unit_test(a_truncated_picture_is_refused),
        cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(a_list_names_file_and_label),
        cmocka_unit_test(a_folder_a_class_is_a_list),
        cmocka_unit_test(lists_of_other_tools_are_read),
        cmocka_unit_test(wordnet_ids_are_numbered_in_their_order),
        cmocka_unit_test(labels_that_count_from_1_are_seen),
        cmocka_unit_test(class_folders_by_number_and_what_is_left_out),
        cmocka_unit_test(each_picture_has_its_own_identity),
        cmocka_unit_test(cifar_records_are_label_and_three_planes),
    };
    return cmocka_run_group_tests_name("pictures", tests, make_folder, remove_folder);
}
