/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files larger than memory: a network that is read, compressed and written in parts gives the bytes of the whole one
 * (compress_network() and safetensors_save() of everything: compressed_set.h), for every method, any size of parts and any
 * threads. What is said of a layer before it is read is what compressing it gives. */
#include "compress/parts.h"
#include "tensor/checkpoint.h"
#include "tensor/safetensors.h"
#include "tensor/safetensors_writer.h"
#include "weights/int8_file.h"
#include "weights/int8_tensors.h"
#include "weights/tensor_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "folder.h"
#include "compressed_set.h"
#include "made_method.h"
#include "random.h"
#include "testing.h"

/* ===  What is known beforehand  === */

enum { K = 12, C = 37, PLACES = 3, SIZE = K * C * PLACES };

static void assert_form(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                        const bool *mask)
{
    const compress_form_t form = method_form(method, config, layer, mask);
    compressed_t all;
    assert_ok(method->compress(config, layer, mask, 2, &all));
    assert_int_equal(form.counts.groups, all.groups);
    assert_int_equal(form.counts.value_bits, all.value_bits);
    assert_int_equal(form.counts.meta_bits, all.meta_bits);
    assert_int_equal(form.counts.sensitive, all.sensitive);
    assert_int_equal(form.integers, all.values != NULL);
    assert_int_equal(form.integers, all.scale != NULL);
    assert_int_equal(form.stored, all.stored != NULL);
    assert_int_equal(form.meta, all.meta != NULL);
    assert_non_null(all.bits);
    int64_t bits = 0;
    for (int64_t channel = 0; channel < layer->k; channel++)
        bits += all.bits[channel] * compress_layer_row(layer);
    assert_in_range(form.counts.value_bits, bits, bits + layer->k * PLACES * 8); /* olive pads odd rows */
    compressed_free(&all);
}

static void a_form_is_what_compressing_gives(void **state)
{
    (void)state;
    static float weights[SIZE], scale[K];
    static int8_t q[SIZE];
    const bool some[K] = {true, false, true, false, false, true}, none[K] = {false},
               every[K] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const bool *const masks[] = {NULL, none, some, every};
    uint64_t random = 3;
    for (int i = 0; i < SIZE; i++) {
        q[i] = random_weight(&random, 6);
        weights[i] = (float)q[i] / 64;
    }
    for (int i = 0; i < K; i++)
        scale[i] = 1.0f / 64;
    const compress_layer_t kernel = {
        .name = "a", .k = K, .c = C, .kh = 1, .kw = PLACES, .weights = weights, .q = q, .scale = scale};
    const compress_layer_t linear = {
        .name = "b", .k = K, .c = 64, .kh = 1, .kw = 1, .weights = weights, .q = q, .scale = scale};
    for (size_t i = 0; nth_method(i) != NULL; i++) {
        method_config_t config;
        const method_t *method = method_of_spec(nth_method(i), &config);
        for (size_t m = 0; m < (method->selects ? 4 : 1); m++) {
            assert_form(method, &config, &kernel, masks[m]);
            assert_form(method, &config, &linear, masks[m]);
            if (method->plan == NULL)
                continue;
            config.columns = 0; /* a layer that the plan leaves whole */
            assert_form(method, &config, &linear, masks[m]);
            config.columns = method->defaults.columns;
        }
    }
    method_config_t paper;
    const method_t *zps = method_of_spec("zps:shift-range=paper", &paper);
    assert_form(zps, &paper, &linear, some); /* its bytes of metadata may not decode, so there are none */
    assert_false(method_form(zps, &paper, &linear, some).meta);
}

/* ===  A whole file  === */

static void add(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape, float size)
{
    static uint64_t random = 11;
    tensor_t *tensor;
    assert_ok(tensor_set_reserve(set, name, type, rank, shape, &tensor));
    for (int64_t i = 0; i < tensor->count; i++) {
        const int value = random_weight(&random, 3 + (int)(i * 5 / (tensor->count + 1)));
        const float real = (float)value * size;
        uint32_t bits;
        memcpy(&bits, &real, sizeof bits);
        if (type == TENSOR_F64)
            ((double *)tensor->data)[i] = (double)real;
        else if (type == TENSOR_F32)
            ((float *)tensor->data)[i] = real;
        else if (type == TENSOR_BF16)
            ((uint16_t *)tensor->data)[i] = (uint16_t)(bits >> 16);
        else if (type == TENSOR_F16)
            ((uint16_t *)tensor->data)[i] = (uint16_t)(random_next(&random) % 0x7C00 | (value < 0 ? 0x8000 : 0));
        else
            ((int8_t *)tensor->data)[i] = (int8_t)value;
    }
}

/* Every type, shapes of all ranks, tensors that are no weights, and INT8 among them when `integers`. */
static void make_file(const char *path, bool integers)
{
    tensor_set_t set = {0};
    add(&set, "stem.weight", TENSOR_F32, 4, (const int64_t[]){24, 3, 3, 3}, 0.01f);
    add(&set, "a.weight", TENSOR_BF16, 2, (const int64_t[]){50, 70}, 0.02f);
    add(&set, "a.bias", TENSOR_F32, 1, (const int64_t[]){50}, 0.5f);
    add(&set, "depth.weight", TENSOR_F32, 4, (const int64_t[]){16, 1, 3, 3}, 0.3f);
    if (integers) {
        add(&set, "i.weight", TENSOR_I8, 2, (const int64_t[]){33, 40}, 1);
        add(&set, "i.weight.scale", TENSOR_F32, 1, (const int64_t[]){33}, 1);
        for (int i = 0; i < 33; i++)
            ((float *)set.items[set.count - 1].data)[i] = 0.001f * (float)(i + 1);
    }
    add(&set, "b.weight", TENSOR_F16, 3, (const int64_t[]){20, 31, 2}, 0.1f);
    add(&set, "empty.weight", TENSOR_F32, 2, (const int64_t[]){0, 9}, 1);
    add(&set, "scalar", TENSOR_F32, 0, NULL, 1);
    add(&set, "c.weight", TENSOR_F64, 5, (const int64_t[]){9, 5, 2, 2, 2}, 0.05f);
    add(&set, "word_embeddings.weight", TENSOR_F32, 2, (const int64_t[]){40, 6}, 1);
    add(&set, "d.weight", TENSOR_F32, 2, (const int64_t[]){64, 64}, 0.002f);
    assert_ok(tensor_set_note(&set, "format", "pt"));
    assert_ok(safetensors_save(path, &set));
    tensor_set_free(&set);
}

/* The file as a whole: everything in memory. False when the method refuses it. */
static bool save_whole(const char *input, const method_t *method, const method_config_t *config, const char *output)
{
    tensor_set_t set, out = {0};
    int8_network_t network;
    assert_ok(tensor_set_load(input, NULL, &set));
    assert_ok(int8_tensors_open(&set, input, true, 1, &network));
    int8_network_keep_depthwise(&network);
    int8_network_keep_image(&network);
    compressed_t *all = calloc(network.count, sizeof *all);
    outcome_t result = compress_network(method, config, network.layers, network.count, 1, all);
    if (outcome_is_ok(&result)) {
        assert_ok(compressed_set(&set, &network, all, &out));
        assert_ok(safetensors_save(output, &out));
        for (size_t i = 0; i < network.count; i++)
            compressed_free(&all[i]);
    }
    free(all);
    int8_network_free(&network);
    tensor_set_free(&out);
    tensor_set_free(&set);
    return outcome_is_ok(&result);
}

static outcome_t save_parts(const char *input, const method_t *method, const method_config_t *config, int64_t part,
                            int threads, const char *output)
{
    tensor_set_t set, out = {0};
    int8_network_t network;
    tensor_rows_t rows;
    compress_parts_t parts;
    assert_ok(tensor_set_map(input, NULL, &set));
    assert_ok(int8_tensors_list(&set, input, NULL, &network));
    int8_network_keep_depthwise(&network);
    int8_network_keep_image(&network);
    compress_source_t source =
        tensor_rows_open(&set, input, &network, compress_reads_floats(method, config), threads, &rows);
    source.part = part;
    const int8_file_t file = {.set = &set, .network = &network, .source = &source};
    outcome_t result = compress_parts_open(method, config, &source, threads, &parts);
    assert_ok(int8_file_notes(&set, &out));
    if (outcome_is_ok(&result))
        result = int8_file_compressed(&file, &parts, output, &out);
    compress_parts_free(&parts);
    tensor_rows_close(&rows);
    int8_network_free(&network);
    tensor_set_free(&out);
    tensor_set_free(&set);
    return result;
}

static void assert_same_file(const char *path, const char *wanted, const char *what)
{
    bytes_t a, b;
    assert_ok(file_read(path, NULL, &a));
    assert_ok(file_read(wanted, NULL, &b));
    if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
        fail_msg("%s: other bytes", what);
    file_free_bytes(&a);
    file_free_bytes(&b);
}

static void parts_are_the_whole(void **state)
{
    (void)state;
    static const char *const more[] = {"bbs-mod:score=deviation", "ant:variant=channel", "olive:variant=flint",
                                       "budget:bits=4.5:beta=0.2:channels=4", "zps:channels=1:group=7"};
    /* one channel at a time; some, with a rest; a surveyed layer in two halves; whole layers */
    static const int64_t sizes[] = {1, 200, 150, 0};
    const text_t input = inside("in"), whole = inside("whole"), part = inside("part");
    make_file(input.chars, false);
    const size_t methods = sizeof more / sizeof *more;
    for (size_t i = 0; i < methods || nth_method(i - methods) != NULL; i++) {
        const char *spec = i < methods ? more[i] : nth_method(i - methods);
        method_config_t config;
        const method_t *method = method_of_spec(spec, &config);
        assert_true(save_whole(input.chars, method, &config, whole.chars));
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int threads = 1; threads <= 3; threads += 2) {
                assert_ok(save_parts(input.chars, method, &config, sizes[s], threads, part.chars));
                assert_same_file(part.chars, whole.chars, text_of("%s, parts of %d", spec, (int)sizes[s]).chars);
            }
    }
}

/* INT8 weights are compressed where they lie; methods that begin with floats refuse them, and leave no file. */
static void integers_in_a_file_are_taken_as_they_are(void **state)
{
    (void)state;
    const text_t input = inside("mixed"), whole = inside("whole"), part = inside("part"), none = inside("none");
    make_file(input.chars, true);
    for (size_t i = 0; nth_method(i) != NULL; i++) {
        method_config_t config;
        const method_t *method = method_of_spec(nth_method(i), &config);
        const bool taken = save_whole(input.chars, method, &config, whole.chars);
        assert_int_equal(taken, method->input == METHOD_INT8);
        if (taken) {
            assert_ok(save_parts(input.chars, method, &config, 90, 2, part.chars));
            assert_same_file(part.chars, whole.chars, method->name);
        } else {
            assert_error(save_parts(input.chars, method, &config, 90, 2, none.chars), FAULT_FAILED, "INT8 weights");
            assert_false(file_exists(none.chars));
            assert_false(file_exists(inside("none.part").chars));
        }
    }
}

/* A layer beyond the parts of a method that chooses a format for it: the format of the first half alone would be another.
 */
static void a_format_is_chosen_from_all_parts(void **state)
{
    (void)state;
    enum { ROWS = 40, ROW = 64 };
    const text_t input = inside("halves"), whole = inside("whole"), part = inside("part");
    tensor_set_t set = {0};
    tensor_t *tensor;
    assert_ok(tensor_set_reserve(&set, "a.weight", TENSOR_F32, 2, (const int64_t[]){ROWS, ROW}, &tensor));
    for (int i = 0; i < ROWS * ROW; i++) { /* even steps, for integers; then powers of two, twice as far apart each */
        const int place = i % ROW;
        ((float *)tensor->data)[i] =
            i / ROW < ROWS / 2 ? (float)(place - 31) : ldexpf(place % 2 ? 1 : -1, place % 7 * 3 - 9);
    }
    assert_ok(safetensors_save(input.chars, &set));
    tensor_set_free(&set);
    for (const char *const *spec = (const char *const[]){"ant", "ant:bits=4", "olive", NULL}; *spec != NULL; spec++) {
        method_config_t config;
        const method_t *method = method_of_spec(*spec, &config);
        assert_true(save_whole(input.chars, method, &config, whole.chars));
        for (int64_t rows = 1; rows <= 4; rows++) { /* of 16 parts: 16, 32, 48, 64 channels, of 40 */
            assert_ok(save_parts(input.chars, method, &config, rows * ROW / 2, 2, part.chars));
            assert_same_file(part.chars, whole.chars, *spec);
        }
    }
}

/* The element is the first of the file's order, whoever finds one first. */
static void the_first_nan_is_named(void **state)
{
    (void)state;
    const text_t input = inside("nan"), output = inside("none");
    tensor_set_t set = {0};
    method_config_t config;
    const method_t *zps = method_of_spec("bbs-mod", &config);
    add(&set, "a.weight", TENSOR_BF16, 2, (const int64_t[]){600, 500}, 1);
    uint16_t *values = set.items[0].data;
    values[299999] = values[150007] = values[200000] = 0x7FC0; /* NaN */
    assert_ok(safetensors_save(input.chars, &set));
    tensor_set_free(&set);
    for (int threads = 1; threads <= 4; threads++)
        for (int64_t part = 0; part <= 80000; part += 40000)
            assert_error(save_parts(input.chars, zps, &config, part, threads, output.chars), FAULT_FAILED,
                         "tensor a.weight, element 150007: found NaN");
    assert_false(file_exists(output.chars));
}

/* ===  The writer  === */

static const char two_tensors[] =
    "{\"__metadata__\":{\"n\":\"1\"},\"a\":{\"dtype\":\"I16\",\"shape\":[3],\"data_offsets\":[0,6]},"
    "\"b\":{\"dtype\":\"U8\",\"shape\":[2,1],\"data_offsets\":[6,8]}}";

static void describe_two(tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    assert_ok(tensor_set_describe(set, "a", TENSOR_I16, 1, (const int64_t[]){3}));
    assert_ok(tensor_set_describe(set, "b", TENSOR_U8, 2, (const int64_t[]){2, 1}));
    assert_ok(tensor_set_note(set, "n", "1"));
}

/* The format's bytes by hand: 8 bytes of length, the header with spaces up to a multiple of 8, the tensors. */
static void the_bytes_may_come_in_any_order(void **state)
{
    (void)state;
    const text_t path = inside("order");
    tensor_set_t set;
    safetensors_writer_t writer;
    describe_two(&set);
    assert_ok(safetensors_begin(&writer, path.chars, &set));
    assert_false(file_exists(path.chars)); /* not before it is complete */
    assert_ok(safetensors_put(&writer, 1, 1, "Z", 1));
    assert_ok(safetensors_put(&writer, 0, 2, "cdef", 4));
    assert_ok(safetensors_put(&writer, 1, 0, "Y", 1));
    assert_ok(safetensors_put(&writer, 0, 0, "ab", 2));
    assert_ok(safetensors_end(&writer));
    const size_t length = sizeof two_tensors - 1, padded = (length + 7) / 8 * 8;
    bytes_t bytes;
    assert_ok(file_read(path.chars, NULL, &bytes));
    assert_int_equal(bytes.size, 8 + padded + 8);
    assert_int_equal(bytes.data[0] + 256 * bytes.data[1], padded);
    assert_memory_equal(bytes.data + 8, two_tensors, length);
    assert_memory_equal(bytes.data + 8 + padded, "abcdefYZ", 8);
    file_free_bytes(&bytes);
    tensor_set_free(&set);
}

static void missing_or_extra_bytes_are_no_file(void **state)
{
    (void)state;
    const text_t path = inside("missing");
    tensor_set_t set;
    safetensors_writer_t writer;
    describe_two(&set);
    assert_ok(safetensors_begin(&writer, path.chars, &set));
    assert_ok(safetensors_put(&writer, 0, 0, "abcdef", 6));
    assert_error(safetensors_put(&writer, 0, 5, "xy", 2), FAULT_FAILED, "bytes up to 7");
    assert_error(safetensors_end(&writer), FAULT_FAILED, "found 6 bytes, expected 8");
    assert_false(file_exists(path.chars));
    assert_false(file_exists(inside("missing.part").chars));
    assert_ok(tensor_set_describe(&set, "large", TENSOR_F64, 2, (const int64_t[]){1 << 26, 1 << 25}));
    assert_error(safetensors_begin(&writer, path.chars, &set), FAULT_FAILED, "tensor large: found more than 2^53 bytes");
    safetensors_abandon(&writer);
    tensor_set_free(&set);
}

/* What a pipe gets is what a file gets. */
static void a_pipe_gets_the_same_bytes(void **state)
{
    (void)state;
    const text_t path = inside("file"), copy = inside("copy");
    tensor_set_t set = {0};
    add(&set, "a", TENSOR_F32, 2, (const int64_t[]){100, 30}, 1);
    add(&set, "b", TENSOR_BF16, 1, (const int64_t[]){7}, 1);
    assert_ok(safetensors_save(path.chars, &set));
    FILE *pipe = popen(text_of("cat >'%s'", copy.chars).chars, "w");
    assert_non_null(pipe);
    assert_ok(safetensors_save(text_of("/dev/fd/%d", fileno(pipe)).chars, &set));
    assert_int_equal(pclose(pipe), 0);
    assert_same_file(copy.chars, path.chars, "a pipe");
    tensor_set_free(&set);
}

/* A file that is given up, because a weight is no number, say, sends no header either. */
static void a_pipe_gets_all_or_nothing(void **state)
{
    (void)state;
    const text_t copy = inside("nothing");
    tensor_set_t set = {0};
    struct stat status;
    safetensors_writer_t writer;
    add(&set, "a", TENSOR_F32, 2, (const int64_t[]){100, 30}, 1);
    FILE *pipe = popen(text_of("cat >'%s'", copy.chars).chars, "w");
    assert_non_null(pipe);
    assert_ok(safetensors_begin(&writer, text_of("/dev/fd/%d", fileno(pipe)).chars, &set));
    assert_ok(safetensors_put(&writer, 0, 0, set.items[0].data, 1000));
    safetensors_abandon(&writer);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(stat(copy.chars, &status), 0);
    assert_int_equal(status.st_size, 0);
    assert_int_equal(unlink(copy.chars), 0);
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_what_compressing_gives),
        cmocka_unit_test(parts_are_the_whole),
        cmocka_unit_test(integers_in_a_file_are_taken_as_they_are),
        cmocka_unit_test(a_format_is_chosen_from_all_parts),
        cmocka_unit_test(the_first_nan_is_named),
        cmocka_unit_test(the_bytes_may_come_in_any_order),
        cmocka_unit_test(missing_or_extra_bytes_are_no_file),
        cmocka_unit_test(a_pipe_gets_the_same_bytes),
        cmocka_unit_test(a_pipe_gets_all_or_nothing),
    };
    return cmocka_run_group_tests_name("stream", tests, make_folder, remove_folder);
}
