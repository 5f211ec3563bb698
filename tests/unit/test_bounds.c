/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files that ask for much memory, and files that say a thing twice or hide it: refused before it is allocated or
 * read. */
#include "accel/accel.h"
#include "accel/configuration.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "data/picture.h"
#include "engine/engine.h"
#include "nets/resnet.h"
#include "tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jpeglib.h>
#include <zlib.h>

#include "testing.h"

#include "made_weights.h"
#include "folder.h"

static text_t write_bytes(const char *name, const void *bytes, size_t size)
{
    const text_t path = inside(name);
    FILE *stream = fopen(path.chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
    return path;
}

/* Bytes of virtual memory of this process. */
static rlim_t virtual_bytes(void)
{
    unsigned long long pages = 0;
    FILE *stream = fopen("/proc/self/statm", "r");
    assert_non_null(stream);
    assert_int_equal(fscanf(stream, "%llu", &pages), 1);
    fclose(stream);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* In a child that may allocate `more` bytes: 0 when the call fails and its line contains `part`. */
static int code_under_limit(rlim_t more, outcome_t (*call)(const void *), const void *context, const char *part)
{
    pid_t child = fork();
    if (child == 0) {
        const rlim_t most = virtual_bytes() + more;
        const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
#if !defined(__SANITIZE_ADDRESS__) /* it maps terabytes of its own */
        if (setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(2);
#else
        (void)limit;
#endif
        outcome_t outcome = call(context);
        _exit(strstr(outcome_text(&outcome), part) != NULL ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* 64 MB of zeros are 64 kB of gzip. */
static void a_gzip_file_that_grows_past_its_limit_is_refused(void **state)
{
    (void)state;
    enum { BLOCK = 1 << 20, BLOCKS = 64 };
    const text_t path = inside("bomb.gz");
    uint8_t *zeros = calloc(1, BLOCK);
    gzFile stream = gzopen(path.chars, "wb");
    assert_non_null(stream);
    for (int i = 0; i < BLOCKS; i++)
        assert_int_equal(gzwrite(stream, zeros, BLOCK), BLOCK);
    assert_int_equal(gzclose(stream), Z_OK);
    free(zeros);
    bytes_t bytes;
    assert_error(file_read_gzip(path.chars, NULL, 4 * BLOCK, &bytes), FAULT_FAILED, "more than 4194304 bytes");
    assert_null(bytes.data);
    assert_ok(file_read_gzip(path.chars, NULL, (size_t)BLOCKS * BLOCK, &bytes)); /* exactly as much is allowed */
    assert_int_equal(bytes.size, BLOCKS * BLOCK);
    file_free_bytes(&bytes);
}

static outcome_t load_tensors(const void *path)
{
    tensor_set_t set = {0};
    outcome_t result = safetensors_load(path, NULL, &set);
    tensor_set_free(&set);
    return result;
}

/* {"a":[0,0,0,...]}: 20 MB of header with 10 million numbers, 640 MB as cJSON's values. */
static void a_header_full_of_values_is_refused_before_it_is_parsed(void **state)
{
    (void)state;
    enum { NUMBERS = 10000000 };
    size_t length = strlen("{\"a\":[") + 2 * (size_t)NUMBERS - 1 + strlen("]}");
    char *file = malloc(8 + length + 1);
    assert_non_null(file);
    for (int i = 0; i < 8; i++)
        file[i] = (char)(length >> (8 * i) & 0xff);
    strcpy(file + 8, "{\"a\":[");
    char *at = file + 8 + strlen("{\"a\":[");
    for (int i = 0; i < NUMBERS; i++) {
        *at++ = '0';
        *at++ = i + 1 < NUMBERS ? ',' : ']';
    }
    *at = '}';
    const text_t path = write_bytes("header.safetensors", file, 8 + length);
    free(file);
    assert_int_equal(code_under_limit((rlim_t)100 << 20, load_tensors, path.chars, "values"), 0);
}

/* A JPEG of 8 x 8 pixels into whose header other sizes are written. */
static size_t made_jpeg(int height, int width, uint8_t **bytes)
{
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    unsigned long size = 0;
    JSAMPLE row[8] = {128, 128, 128, 128, 128, 128, 128, 128};
    JSAMPROW rows[] = {row};
    *bytes = NULL;
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, bytes, &size);
    codec.image_width = codec.image_height = 8;
    codec.input_components = 1;
    codec.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&codec);
    jpeg_start_compress(&codec, TRUE);
    for (int i = 0; i < 8; i++)
        jpeg_write_scanlines(&codec, rows, 1);
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    for (size_t i = 0; i + 9 < size; i++)
        if ((*bytes)[i] == 0xff && (*bytes)[i + 1] == 0xc0) { /* SOF0: length, precision, height, width */
            (*bytes)[i + 5] = (uint8_t)(height >> 8), (*bytes)[i + 6] = (uint8_t)height;
            (*bytes)[i + 7] = (uint8_t)(width >> 8), (*bytes)[i + 8] = (uint8_t)width;
        }
    return size;
}

static void a_small_jpeg_of_huge_sizes_is_refused(void **state)
{
    (void)state;
    uint8_t *bytes;
    picture_t picture;
    size_t size = made_jpeg(65500, 65500, &bytes);
    assert_error(picture_decode("huge.jpg", bytes, size, &picture), FAULT_FAILED, "65500 x 65500 pixels");
    assert_null(picture.pixels);
    free(bytes);
    size = made_jpeg(8, 8, &bytes);
    assert_ok(picture_decode("small.jpg", bytes, size, &picture));
    picture_free(&picture);
    free(bytes);
}

static outcome_t crop(const void *context)
{
    const picture_t *picture = context;
    picture_t cropped;
    outcome_t result = picture_crop(picture, 256, RESIZE_BILINEAR, 224, &cropped);
    picture_free(&cropped);
    return result;
}

/* With its short side of 2 resized to 256, a picture of 2 x 20,000 has 655 million pixels. */
static void a_narrow_picture_is_not_blown_up(void **state)
{
    (void)state;
    picture_t picture = {.width = 2, .height = 20000, .pixels = calloc(2 * 20000, 3)};
    assert_int_equal(code_under_limit((rlim_t)64 << 20, crop, &picture, "256 x 2560000 pixels"), 0);
    picture = (picture_t){.width = 20000, .height = 2, .pixels = picture.pixels};
    assert_int_equal(code_under_limit((rlim_t)64 << 20, crop, &picture, "2560000 x 256 pixels"), 0);
    picture.width = 20; /* 256 x 2560 is an odd picture, but a possible one */
    assert_ok(crop(&picture));
    free(picture.pixels);
}

static void a_column_that_is_there_twice_is_refused(void **state)
{
    (void)state;
    csv_table_t table;
    size_t column;
    assert_ok(csv_read(write_bytes("twice.csv", "a,b,a\n1,2,3\n", 12).chars, &table));
    assert_error(csv_column(&table, "a", &column), FAULT_FAILED, "the column a 2 times");
    assert_ok(csv_column(&table, "b", &column));
    assert_int_equal(column, 1);
    csv_free(&table);
}

/* The second setting would not be read, and the first would pass for the whole file. */
static void a_nul_byte_in_a_configuration_is_refused(void **state)
{
    (void)state;
    static const char text[] = "[stripes]\nrows = 32\n\0\ncolumns = 7\n";
    const text_t path = write_bytes("nul.ini", text, sizeof text - 1);
    const accelerator_t *accelerators[] = {accelerator_registry[0]};
    accel_config_t config;
    assert_error(configuration_load(path.chars, accelerators, 1, &config), FAULT_USAGE, "byte 20: found a NUL byte");
}

static outcome_t open_engine(const void *weights)
{
    engine_t *engine;
    outcome_t result = engine_open(weights, "fast", 1, &engine);
    if (outcome_is_ok(&result))
        engine_close(engine);
    return result;
}

/* Darknet's parser does not check its allocations. ResNet-50's compact form takes 20 MB there. */
static void darknet_does_not_parse_without_room(void **state)
{
    (void)state;
    const net_size_t *size;
    net_weights_t weights;
    assert_ok(net_find_size(&net_resnet50, "compact", &size));
    made_weights(&net_resnet50, size, &weights);
    assert_ok(open_engine(&weights));
#if !defined(__SANITIZE_ADDRESS__) /* no limit there, see above */
    assert_int_equal(code_under_limit((rlim_t)2 << 20, open_engine, &weights, "for Darknet's layers"), 0);
#endif
    net_weights_free(&weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gzip_file_that_grows_past_its_limit_is_refused),
        cmocka_unit_test(a_header_full_of_values_is_refused_before_it_is_parsed),
        cmocka_unit_test(a_small_jpeg_of_huge_sizes_is_refused),
        cmocka_unit_test(a_narrow_picture_is_not_blown_up),
        cmocka_unit_test(a_column_that_is_there_twice_is_refused),
        cmocka_unit_test(a_nul_byte_in_a_configuration_is_refused),
        cmocka_unit_test(darknet_does_not_parse_without_room),
    };
    return cmocka_run_group_tests_name("bounds", tests, make_folder, remove_folder);
}
