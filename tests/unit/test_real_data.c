/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of the real tier: NumPy archives, good and damaged; Omniglot from archives made here, pixel by pixel; the two
 * sets of intents and their classes. */
#include "data/dataset.h"
#include "data/npz.h"
#include "data/picture.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zip.h>

#include "testing.h"
#include "folder.h"

static void write_text(const char *name, const char *text)
{
    FILE *stream = fopen(inside(name).chars, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* An archive with the one entry `entry`. */
static void write_zip(const char *name, const char *entry, const void *bytes, size_t size)
{
    int code;
    zip_t *zip = zip_open(inside(name).chars, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(zip);
    zip_source_t *source = zip_source_buffer(zip, bytes, size, 0);
    assert_true(zip_file_add(zip, entry, source, ZIP_FL_OVERWRITE) >= 0);
    assert_int_equal(zip_close(zip), 0);
}

/* NAME.npz with the array `images`: version 1 or 2, this header, these values. */
static void write_array(const char *name, int version, const char *header, const uint8_t *values, size_t count)
{
    const size_t start = version == 2 ? 12 : 10, length = strlen(header);
    uint8_t *bytes = calloc(start + length + count + 1, 1);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (uint8_t)version;
    bytes[8] = (uint8_t)(length & 255);
    bytes[9] = (uint8_t)(length >> 8);
    memcpy(bytes + start, header, length);
    memcpy(bytes + start + length, values, count);
    write_zip(name, "images.npy", bytes, start + length + count);
    free(bytes);
}

static outcome_t try_array(int version, const char *header, size_t count, int rank)
{
    static const uint8_t values[6] = {1, 0, 1, 1, 0, 7};
    npz_t array;
    write_array("x.npz", version, header, values, count);
    outcome_t result = npz_read(inside("x.npz").chars, "bring it", "images", rank, &array);
    if (outcome_is_ok(&result)) {
        assert_int_equal(array.rank, rank);
        assert_memory_equal(array.values, values, count);
        npz_free(&array);
    }
    return result;
}

static void arrays_are_read_or_refused(void **state)
{
    (void)state;
    npz_t array;
    assert_ok(try_array(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }\n", 6, 2));
    assert_ok(try_array(2, "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }\n", 6, 1));
    static const struct {
        const char *header, *part;
        size_t count;
        int rank;
    } bad[] = {
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }", "5 values, expected 6 by the shape", 5, 2},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, 2), }", "6 values, expected 4 by the shape", 6, 2},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }", "a shape of 3 numbers", 6, 3},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3, 1), }", "a shape of 2 numbers", 6, 2},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, -3), }", "a shape of 2 numbers", 6, 2},
        {"{'descr': '|b1', 'fortran_order': True, 'shape': (2, 3), }", "Fortran order", 6, 2},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", "values of type '<i8'", 6, 2},
        {"{'fortran_order': False, 'shape': (2, 3), }", "values of type unknown", 6, 2},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (99999999, 99999999), }", "expected 9999999800000001 by", 6, 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_error(try_array(1, bad[i].header, bad[i].count, bad[i].rank), FAULT_FAILED, bad[i].part);
    assert_error(try_array(3, "{}", 6, 2), FAULT_FAILED, "version 1 or 2");
    assert_error(npz_read(inside("x.npz").chars, NULL, "labels", 2, &array), FAULT_FAILED, "no such entry");
    write_zip("x.npz", "images.npy", "\x93NUMPY\1\0\xff\xff", 10); /* a header beyond the entry */
    assert_error(npz_read(inside("x.npz").chars, NULL, "images", 2, &array), FAULT_FAILED, "a header of 65535 bytes");
    write_text("x.npz", "no zip");
    assert_error(npz_read(inside("x.npz").chars, NULL, "images", 2, &array), FAULT_FAILED, "no zip archive");
    assert_error(npz_read(inside("none.npz").chars, "bring it", "images", 2, &array), FAULT_MISSING, "bring it");
}

/* ===  Omniglot  === */

enum { DRAWN = 105, DRAWERS = 20, PIXELS = DRAWN * DRAWN };

/* Paper everywhere, except what `draw` does to the pixels of drawer 15 of the last character. */
static void write_characters(const char *name, int characters, int side, void (*draw)(uint8_t *pixels))
{
    const size_t each = (size_t)(DRAWN * side), count = (size_t)characters * DRAWERS * each;
    uint8_t *values = malloc(count);
    memset(values, 1, count);
    if (draw != NULL)
        draw(values + ((size_t)(characters - 1) * DRAWERS + 15) * each);
    write_array(
        name, 1,
        text_of("{'descr': '|b1', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }", characters, DRAWERS, DRAWN, side)
            .chars,
        values, count);
    free(values);
}

static void draw_a_dot(uint8_t *pixels)
{
    pixels[0] = 0;
}

static void draw_the_right_half(uint8_t *pixels)
{
    for (int i = 0; i < PIXELS; i++)
        pixels[i] = i % DRAWN < DRAWN / 2;
}

static outcome_t open_omniglot(const char *part, dataset_t *dataset)
{
    static text_t path;
    dataset_request_t request = {.path = path.chars};
    path = text_of("%s%s", folder, part);
    assert_ok(profile_find("fashion-mnist-v1", &request.profile));
    return dataset_open("omniglot", &request, dataset);
}

static void assert_pixel(float value, int byte)
{
    const float expected = ((float)byte / 255.0F - 0.2860F) / 0.3530F;
    if (fabsf(value - expected) > 1e-6F)
        fail_msg("%g, expected byte %d: %g", (double)value, byte, (double)expected);
}

static void drawings_become_bright_pixels(void **state)
{
    (void)state;
    enum { SIDE = 32 };
    float values[3 * SIDE * SIDE];
    dataset_t dataset;
    write_characters("images_background.npz", 2, DRAWN, draw_a_dot);
    write_characters("images_evaluation.npz", 1, DRAWN, draw_the_right_half);
    assert_ok(open_omniglot("", &dataset));
    assert_int_equal(dataset.samples, 15); /* 3 characters, drawers 15 to 19 */
    assert_int_equal(dataset.classes, 3);
    assert_int_equal(dataset.width, SIDE);
    for (int i = 0; i < 15; i++)
        assert_int_equal(dataset.labels[i], i / 5);
    assert_string_equal(dataset_name_of(&dataset, 6).chars, "character 1, drawer 16");
    /* 105 pixels in 32 windows of whole pixels: the first has pixels 0 to 2. A row of 255, 0, 0 is 85; 85, 0, 0 is 28;
     * twice. */
    assert_ok(dataset_read(&dataset, 5, values));
    assert_pixel(values[0], 56);
    assert_pixel(values[1], 0);
    assert_pixel(values[SIDE], 0);
    assert_pixel(values[2 * SIDE * SIDE], 56); /* grey in three channels */
    /* Ink from column 52 on; window 16 begins there. */
    assert_ok(dataset_read(&dataset, 10, values));
    assert_pixel(values[14], 0);
    assert_pixel(values[16], 255);
    assert_pixel(values[31], 255);
    dataset_close(&dataset);
    assert_ok(open_omniglot(":train", &dataset));
    assert_int_equal(dataset.samples, 45);
    assert_ok(dataset_read(&dataset, 44, values)); /* the drawings of drawer 15 are not here */
    assert_pixel(values[31], 0);
    dataset_close(&dataset);
    write_characters("images_evaluation.npz", 1, DRAWN - 1, NULL);
    assert_error(open_omniglot("", &dataset), FAULT_FAILED, "20 drawings a character, of 105 x 104");
    unlink(inside("images_evaluation.npz").chars);
    assert_error(open_omniglot("", &dataset), FAULT_MISSING, "images_evaluation.npz");
}

/* The box filter averages whole pixels: 4 pixels to 2, and 5 to 2 by windows of 3 and 2 pixels. */
static void a_box_averages_whole_pixels(void **state)
{
    (void)state;
    uint8_t pixels[5 * 3];
    picture_t source = {.pixels = pixels, .width = 4, .height = 1}, target;
    const uint8_t row[5] = {10, 20, 30, 41, 200};
    for (int i = 0; i < 15; i++)
        pixels[i] = row[i / 3];
    assert_ok(picture_resize(&source, 2, 1, RESIZE_BOX, &target));
    assert_int_equal(target.pixels[0], 15);
    assert_int_equal(target.pixels[3], 36); /* 35.5 */
    picture_free(&target);
    source.width = 5;
    assert_ok(picture_resize(&source, 2, 1, RESIZE_BOX, &target));
    assert_int_equal(target.pixels[0], 20);
    assert_int_equal(target.pixels[3], 121); /* 120.5 */
    picture_free(&target);
}

/* ===  Intents  === */

static void write_intents(int clinc, int banking)
{
    text_builder_t json = {0}, csv = {0};
    text_append(&json, "{\"oos_test\": [[\"b\", \"oos\"]], \"test\": [");
    for (int i = clinc; i-- > 0;) /* not in the order of the classes */
        text_append(&json, "[\"a b\", \"i%03d\"]%s", i, i > 0 ? ", " : "");
    text_append(&json, "]}");
    text_append(&csv, "text,category\n\"a, b\",Zoo\nb,i000\n");
    for (int i = 2; i < banking; i++)
        text_append(&csv, "a,j%03d\n", i);
    write_text("data_full.json", json.chars);
    write_text("banking77_test.csv", csv.chars);
    free(json.chars);
    free(csv.chars);
}

static outcome_t open_intents(dataset_t *dataset)
{
    static text_t vocabulary;
    vocabulary = inside("vocab.txt");
    dataset_request_t request = {.path = folder, .vocabulary = vocabulary.chars, .tokens = 6};
    assert_ok(profile_find("wordpiece-uncased", &request.profile));
    return dataset_open("intents", &request, dataset);
}

static void intents_are_classes_in_the_order_of_their_names(void **state)
{
    (void)state;
    dataset_t dataset;
    float values[2 * 6];
    write_text("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n,\n");
    write_intents(150, 77);
    assert_ok(open_intents(&dataset));
    assert_int_equal(dataset.samples, 150 + 77);
    assert_int_equal(dataset.classes, 227);
    assert_int_equal(dataset.labels[0], 149);
    assert_int_equal(dataset.labels[149], 0);
    assert_int_equal(dataset.labels[150], 150); /* Zoo: capital letters come first */
    assert_int_equal(dataset.labels[151], 151); /* i000 is another class than CLINC150's */
    assert_int_equal(dataset.labels[226], 226);
    assert_ok(dataset_read(&dataset, 150, values));
    const float tokens[6] = {2, 5, 7, 6, 3, -1}; /* [CLS] a , b [SEP] */
    for (int i = 0; i < 6; i++)
        assert_true(values[i] >= tokens[i] && values[i] <= tokens[i]);
    assert_string_equal(dataset_name_of(&dataset, 150).chars, "banking77_test.csv line 2");
    assert_int_equal(dataset.file_count, 3);
    dataset_close(&dataset);
    write_intents(149, 77);
    assert_error(open_intents(&dataset), FAULT_FAILED, "data_full.json: found 149 intents, expected 150");
    write_intents(150, 78);
    assert_error(open_intents(&dataset), FAULT_FAILED, "banking77_test.csv: found 78 intents, expected 77");
    write_text("data_full.json", "{\"test\": [[\"a\"]]}");
    assert_error(open_intents(&dataset), FAULT_FAILED, "test, item 1: found no pair of texts");
    write_text("data_full.json", "{");
    assert_error(open_intents(&dataset), FAULT_FAILED, "found no JSON");
    unlink(inside("data_full.json").chars);
    assert_error(open_intents(&dataset), FAULT_MISSING, "clinc150_data_full.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_read_or_refused),
        cmocka_unit_test(drawings_become_bright_pixels),
        cmocka_unit_test(a_box_averages_whole_pixels),
        cmocka_unit_test(intents_are_classes_in_the_order_of_their_names),
    };
    return cmocka_run_group_tests_name("real_data", tests, make_folder, remove_folder);
}
