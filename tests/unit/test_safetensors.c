/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tensor/: the safetensors reader against files built here byte by byte, good and hostile; float conversions. */
#include "base/text.h"
#include "tensor/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

/* A file image: header length, header, `body` bytes of data 0, 1, 2, ... */
static size_t build(const char *header, size_t body, uint8_t *image)
{
    size_t length = strlen(header);
    for (size_t i = 0; i < 8; i++)
        image[i] = (uint8_t)(length >> (8 * i));
    memcpy(image + 8, header, length);
    for (size_t i = 0; i < body; i++)
        image[8 + length + i] = (uint8_t)i;
    return 8 + length + body;
}

static void refused(const char *header, size_t body, const char *reason)
{
    uint8_t image[1024];
    tensor_set_t set;
    size_t size = build(header, body, image);
    assert_error(safetensors_parse("x", image, size, &set), FAULT_FAILED, reason);
    assert_int_equal(set.count, 0);
}

static void a_good_file_is_read_in_the_order_of_its_data(void **state)
{
    (void)state;
    uint8_t image[1024];
    tensor_set_t set;
    size_t size = build("{\"b\":{\"dtype\":\"U8\",\"shape\":[2,1],\"data_offsets\":[4,6]},\"__metadata__\":{\"k\":\"v\"},"
                        "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                        "\"e\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[6,6]}}",
                        6, image);
    assert_ok(safetensors_parse("x", image, size, &set));
    assert_int_equal(set.count, 3);
    assert_string_equal(set.items[0].name, "a");
    assert_int_equal(set.items[0].rank, 0);
    assert_int_equal(((uint8_t *)set.items[1].data)[1], 5);
    assert_int_equal(set.items[2].count, 0);
    assert_string_equal(tensor_set_get_note(&set, "k"), "v");
    tensor_set_free(&set);
}

static void hostile_headers_are_refused(void **state)
{
    (void)state;
    refused("[]", 0, "no JSON object");
    refused("{", 0, "no JSON object");
    refused("{\"a\":{\"dtype\":\"F9\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "F9");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "no integer");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "no integer");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, "9 dimensions");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 4, "overflows");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4, "within the file's 4 bytes");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "offsets 4 to 0");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "expected 8 for its shape");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}", 4, "data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_"
            "offsets\":[1,3]}}",
            3, "overlaps");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "a hole");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 3, "2 bytes after the last tensor");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_"
            "offsets\":[1,2]}}",
            2, "twice");
    refused("{\"__metadata__\":{\"k\":1}}", 0, "no text");
}

static void cut_files_are_refused_at_every_length(void **state)
{
    (void)state;
    uint8_t image[1024];
    tensor_set_t set;
    size_t size = build("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, image);
    assert_ok(safetensors_parse("x", image, size, &set));
    tensor_set_free(&set);
    for (size_t cut = 0; cut < size; cut++) {
        outcome_t outcome = safetensors_parse("x", image, cut, &set);
        assert_true(outcome_is_error(&outcome));
    }
    memset(image, 0xFF, 7); /* a header length near 2^63 */
    image[7] = 0x7F;
    assert_error(safetensors_parse("x", image, size, &set), FAULT_FAILED, "a header of 9223372036854775807 bytes");
}

static void what_is_saved_is_loaded(void **state)
{
    (void)state;
    char path[] = "/tmp/bbs-test-safetensors-XXXXXX";
    close(mkstemp(path));
    tensor_set_t out = {0}, in;
    tensor_t *tensor;
    int64_t shape[2] = {3, 5};
    assert_ok(tensor_set_reserve(&out, "w \"quoted\"", TENSOR_I16, 2, shape, &tensor));
    for (int i = 0; i < 15; i++)
        ((int16_t *)tensor->data)[i] = (int16_t)(i * 1000 - 7000);
    assert_ok(tensor_set_reserve(&out, "s", TENSOR_F32, 1, shape, &tensor));
    memset(tensor->data, 0, (size_t)tensor->count * sizeof(float));
    assert_ok(tensor_set_note(&out, "method", "zps"));
    assert_ok(safetensors_save(path, &out));
    assert_ok(safetensors_load(path, NULL, &in));
    assert_int_equal(in.count, 2);
    assert_memory_equal(tensor_set_find(&in, "w \"quoted\"")->data, out.items[0].data, 30);
    assert_string_equal(tensor_set_get_note(&in, "method"), "zps");
    assert_error(tensor_set_reserve(&in, "s", TENSOR_U8, 1, shape, NULL), FAULT_FAILED, "twice");
    tensor_set_free(&in);
    tensor_set_free(&out);
    unlink(path);
}

static void half_floats_are_exact(void **state)
{
    (void)state;
    assert_true(tensor_half_to_float(0x3C00) == 1.0F);
    assert_true(tensor_half_to_float(0xC000) == -2.0F);
    assert_true(tensor_half_to_float(0x0001) == 0x1p-24F); /* the least subnormal */
    assert_true(tensor_half_to_float(0x03FF) == 1023 * 0x1p-24F);
    assert_true(tensor_half_to_float(0x0400) == 0x1p-14F); /* the least normal number */
    assert_true(tensor_half_to_float(0x7BFF) == 65504.0F);
    assert_true(signbit(tensor_half_to_float(0x8000)));
    assert_true(isinf(tensor_half_to_float(0x7C00)) && isnan(tensor_half_to_float(0x7E00)));
}

static void required_tensors_are_checked(void **state)
{
    (void)state;
    tensor_set_t set = {0};
    tensor_t *tensor;
    const tensor_t *found;
    int64_t shape[2] = {2, 2}, other[2] = {2, 3};
    float values[4];
    assert_ok(tensor_set_reserve(&set, "module.fc.weight", TENSOR_F32, 2, shape, &tensor));
    memcpy(tensor->data, (const float[]){1, 2, 3, NAN}, 4 * sizeof(float));
    assert_ok(tensor_set_require(&set, "f", "module.fc.weight", 2, shape, &found));
    assert_error(tensor_set_require(&set, "f", "fc.weight", 2, shape, &found), FAULT_FAILED, "only module.fc.weight");
    assert_error(tensor_set_require(&set, "f", "module.fc.weight", 2, other, &found), FAULT_FAILED,
                 "found [2, 2], expected [2, 3]");
    assert_ok(tensor_to_f32(tensor, "f", values));
    assert_error(tensor_to_finite_f32(tensor, "f", values), FAULT_FAILED, "element 3: found NaN");
    assert_ok(tensor_set_reserve(&set, "i", TENSOR_I8, 2, shape, NULL));
    assert_error(tensor_set_require(&set, "f", "i", 2, shape, &found), FAULT_FAILED, "found I8");
    tensor_set_free(&set);
}

/* One element of each type: 1, or as near as the type has it. */
static void every_type_is_read_and_a_float_network_takes_floats(void **state)
{
    (void)state;
    static const struct {
        const char *dtype, *bytes; /* of the value 1, least first */
        size_t size;
        bool is_float;
    } types[] = {
        {"F64", "\0\0\0\0\0\0\xf0\x3f", 8, true},
        {"F32", "\0\0\x80\x3f", 4, true},
        {"F16", "\0\x3c", 2, true},
        {"BF16", "\x80\x3f", 2, true},
        {"I64", "\1\0\0\0\0\0\0\0", 8, false},
        {"I32", "\1\0\0\0", 4, false},
        {"I16", "\1\0", 2, false},
        {"I8", "\1", 1, false},
        {"U8", "\1", 1, false},
        {"BOOL", "\1", 1, false},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        uint8_t image[256];
        tensor_set_t set;
        const tensor_t *tensor;
        int64_t shape = 1;
        float value = 0;
        text_t header =
            text_of("{\"a\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%zu]}}", types[i].dtype, types[i].size);
        size_t size = build(header.chars, types[i].size, image);
        memcpy(image + size - types[i].size, types[i].bytes, types[i].size);
        assert_ok(safetensors_parse("x", image, size, &set));
        assert_string_equal(tensor_type_name(set.items[0].type), types[i].dtype);
        if (types[i].is_float) {
            assert_ok(tensor_set_require(&set, "x", "a", 1, &shape, &tensor));
            assert_ok(tensor_to_f32(tensor, "x", &value));
            assert_true(value == 1);
        } else {
            assert_error(tensor_set_require(&set, "x", "a", 1, &shape, &tensor), FAULT_FAILED,
                         text_of("x: tensor a: found %s, expected F64, F32, F16 or BF16; give", types[i].dtype).chars);
            assert_error(tensor_to_f32(&set.items[0], "x", &value), FAULT_FAILED, types[i].dtype);
        }
        tensor_set_free(&set);
    }
}

/* A mapped file has the tensors of the same file read. Elements stay where they are unless they begin at a place where none
 * of their type may: a byte may lie anywhere. */
static void a_mapped_file_is_the_file_that_is_read(void **state)
{
    (void)state;
    const text_t path = text_of("/tmp/bbs-test-mapped-%d.safetensors", (int)getpid());
    static const char begin[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                                "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]},"
                                "\"c\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[22,24]}}";
    const int padding = (int)(8 - sizeof begin % 8) % 8 + 1; /* to a multiple of 8 */
    for (int more = 0; more < 3; more++) {
        uint8_t image[1024];
        tensor_set_t mapped, read, moved = {0};
        const text_t header = text_of("%s%*s", begin, padding + more, "");
        const size_t size = build(header.chars, 24, image);
        FILE *file = fopen(path.chars, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(image, 1, size, file), size);
        fclose(file);
        assert_ok(safetensors_load(path.chars, NULL, &read));
        assert_ok(safetensors_map(path.chars, NULL, &mapped));
        assert_ok(tensor_set_move(&moved, &mapped)); /* the mapping goes with its tensors */
        tensor_set_free(&mapped);
        assert_int_equal(moved.count, 3);
        assert_int_equal(moved.items[0].lent, more == 0);
        assert_int_equal(moved.items[1].lent, more != 1);
        assert_true(moved.items[2].lent);
        for (size_t i = 0; i < 3; i++) {
            tensor_rest(&moved.items[i]);
            assert_string_equal(moved.items[i].name, read.items[i].name);
            assert_memory_equal(moved.items[i].data, read.items[i].data,
                                (size_t)read.items[i].count * tensor_type_size(read.items[i].type));
        }
        tensor_set_free(&moved);
        tensor_set_free(&read);
        assert_int_equal(truncate(path.chars, (off_t)size - 1), 0);
        assert_error(safetensors_map(path.chars, NULL, &mapped), FAULT_FAILED, "within the file's 23 bytes");
        assert_int_equal(truncate(path.chars, 0), 0);
        assert_error(safetensors_map(path.chars, NULL, &mapped), FAULT_FAILED, "0 bytes");
    }
    remove(path.chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file_is_read_in_the_order_of_its_data),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(cut_files_are_refused_at_every_length),
        cmocka_unit_test(what_is_saved_is_loaded),
        cmocka_unit_test(a_mapped_file_is_the_file_that_is_read),
        cmocka_unit_test(half_floats_are_exact),
        cmocka_unit_test(required_tensors_are_checked),
        cmocka_unit_test(every_type_is_read_and_a_float_network_takes_floats),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
