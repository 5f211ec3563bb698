/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/pack: what is packed comes back, sums over the packed columns are dot products, and no wrong byte passes. */
#include "base/text.h"
#include "compress/columns.h"
#include "compress/compress.h"
#include "compress/pack.h"
#include "compress/pack_layer.h"
#include "compress/planes.h"
#include "weights/int8_tensors.h"

#include <stdlib.h>
#include <string.h>

#include "compressed_set.h"
#include "made_method.h"
#include "testing.h"

static uint64_t state_of_random = 1;

static uint64_t next_random(void)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return state_of_random >> 33;
}

/* Two weights and a bias: [40, 37, 2, 3] with short groups, [64, 32]. */
static void make_network(tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    const struct {
        const char *name;
        int rank;
        int64_t shape[4];
    } tensors[] = {{"stem.weight", 4, {8, 3, 2, 2}},
                   {"conv.weight", 4, {40, 37, 2, 3}},
                   {"conv.bias", 1, {40}},
                   {"fc.weight", 2, {64, 32}}};
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        tensor_t *tensor;
        assert_ok(tensor_set_reserve(set, tensors[i].name, TENSOR_F32, tensors[i].rank, tensors[i].shape, &tensor));
        for (int64_t j = 0; j < tensor->count; j++)
            ((float *)tensor->data)[j] = (float)((int)(next_random() % 2001) - 1000) * (float)(1 + j % 7);
    }
}

static void compress_set(const char *name, int columns, int group, tensor_set_t *out)
{
    tensor_set_t set;
    make_network(&set);
    int8_network_t network;
    compressed_t compressed[3];
    method_config_t config;
    const method_t *method = method_of_spec(name, &config);
    config.columns = method->coder != NULL ? columns : 0;
    config.group = group;
    config.channel_unit = 8;
    config.mean_bits = 8; /* small groups cannot meet less; mixed columns are packed in test_budget.c */
    assert_ok(int8_tensors_open(&set, "net", false, 1, &network));
    int8_network_keep_image(&network);
    assert_ok(compress_network(method, &config, network.layers, network.count, 1, compressed));
    assert_ok(compressed_set(&set, &network, compressed, out));
    assert_ok(tensor_set_note(out, "method", name));
    assert_ok(tensor_set_note(out, "columns", text_of("%d", config.columns).chars));
    assert_ok(tensor_set_note(out, "group", text_of("%d", group).chars));
    for (size_t i = 0; i < network.count; i++)
        compressed_free(&compressed[i]);
    int8_network_free(&network);
    tensor_set_free(&set);
}

static void assert_same_set(const tensor_set_t *a, const tensor_set_t *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->note_count, b->note_count);
    for (size_t i = 0; i < a->note_count; i++)
        assert_string_equal(a->notes[i].value, tensor_set_get_note(b, a->notes[i].key));
    for (size_t i = 0; i < a->count; i++) {
        const tensor_t *one = &a->items[i], *other = &b->items[i];
        assert_string_equal(one->name, other->name);
        assert_int_equal(one->type, other->type);
        assert_int_equal(one->rank, other->rank);
        assert_memory_equal(one->shape, other->shape, (size_t)one->rank * sizeof *one->shape);
        assert_memory_equal(one->data, other->data, (size_t)one->count * tensor_type_size(one->type));
    }
}

static void every_packing_method_comes_back(void **state)
{
    (void)state;
    const int groups[] = {1, 4, 13, 32, 64};
    int packed = 0;
    const char *name;
    for (size_t i = 0; (name = nth_method(i)) != NULL; i++)
        for (int columns = 1; columns <= 6; columns++) {
            method_config_t config;
            if (!method_of_spec(name, &config)->packs)
                continue;
            tensor_set_t set, back;
            bytes_t file;
            pack_report_t report;
            compress_set(name, columns, groups[columns % 5], &set);
            assert_ok(pack_encode("net", &set, 2, &file, &report));
            assert_int_equal(file.size, report.file);
            assert_ok(pack_decode("net.bbs", file.data, file.size, 2, &back));
            assert_same_set(&set, &back);
            tensor_set_free(&back);
            tensor_set_free(&set);
            file_free_bytes(&file);
            packed++;
        }
    assert_true(packed >= 8 * 6);
}

/* The same size as the compressor reports: columns, metadata, indices. Here C is a multiple of 8: no padding. */
static void the_packed_size_is_the_reported_size(void **state)
{
    (void)state;
    enum { SIZE = 64 * 32 };
    static int8_t q[SIZE];
    float scale[64];
    for (int i = 0; i < SIZE; i++)
        q[i] = (int8_t)next_random();
    for (int i = 0; i < 64; i++)
        scale[i] = (float)(1 + i);
    const compress_layer_t layer = {.name = "fc", .k = 64, .c = 32, .kh = 1, .kw = 1, .q = q, .scale = scale};
    method_config_t config;
    const method_t *mod = method_of_spec("bbs-mod", &config);
    compressed_t out;
    assert_ok(compress_network(mod, &config, &layer, 1, 1, &out));
    assert_int_equal(out.sensitive, 32);
    const pack_shape_t shape = {
        .k = 64, .c = 32, .kh = 1, .kw = 1, .coding = PACK_SIGNED, .columns = 4, .group = 32, .whole = 32};
    pack_layout_t layout;
    assert_true(pack_layout(&shape, &layout));
    assert_int_equal(pack_value_bits(&shape), out.value_bits);
    assert_int_equal(layout.column_bytes * 8, out.value_bits);
    assert_int_equal((layout.meta_bytes + layout.index_bytes) * 8, out.meta_bits);
    compressed_free(&out);
}

/* ===  Equations 1 to 3 on the packed bytes  === */

/* Sum of the activations whose bit in this column is `bit`. */
static int64_t column_sum(const uint8_t *column, const int8_t *activations, int64_t count, int bit)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (column[i / 8] >> (i % 8) & 1) == bit ? activations[i] : 0;
    return sum;
}

/* A group's dot product as the BitVert PE computes it: column by column, the rarer bit, the other half from the sum. */
static int64_t packed_dot(const uint8_t *columns, int64_t count, int kept, int redundant, int constant,
                          const int8_t *activations)
{
    int64_t stride = (count + 7) / 8, all = 0, result = 0;
    for (int64_t i = 0; i < count; i++)
        all += activations[i];
    for (int column = 0; column < kept; column++, columns += stride) {
        int ones = 0;
        for (int64_t i = 0; i < stride; i++)
            ones += __builtin_popcount(columns[i]);
        int64_t sum = ones > count / 2 ? all - column_sum(columns, activations, count, 0) /* Eq. 3: inverted */
                                       : column_sum(columns, activations, count, 1);      /* Eq. 2 */
        int power = column == 0 ? 7 - redundant : 7 - redundant - column;
        result += (column == 0 ? -sum : sum) * ((int64_t)1 << power); /* Eq. 1, the sign column negative */
    }
    return result + constant * all;
}

static void sums_over_packed_columns_are_dot_products(void **state)
{
    (void)state;
    const char *const names[] = {"ra", "zps"};
    for (int round = 0; round < 6000; round++) {
        const method_t *method;
        assert_ok(method_find(names[round % 2], &method));
        method_config_t config = method->defaults;
        config.columns = 1 + round / 2 % 6;
        int8_t weights[64], stored[64], activations[64];
        int64_t count = 1 + (int64_t)(next_random() % 64), wanted = 0;
        for (int64_t i = 0; i < count; i++) {
            weights[i] = (int8_t)((int8_t)next_random() >> (round % 5));
            activations[i] = (int8_t)next_random();
        }
        column_code_t code = method->coder->encode(&config, weights, count, stored);
        uint8_t columns[8 * 8];
        assert_true(planes_write(stored, count, false, code.kept, columns));
        for (int64_t i = 0; i < count; i++)
            wanted += (stored[i] + code.constant) * activations[i];
        assert_int_equal(packed_dot(columns, count, 8 - config.columns, code.redundant, code.constant, activations),
                         wanted);
    }
}

/* ===  Wrong files  === */

static void make_file(bytes_t *file)
{
    tensor_set_t set;
    pack_report_t report;
    compress_set("bbs-mod", 4, 13, &set);
    assert_ok(pack_encode("net", &set, 1, file, &report));
    tensor_set_free(&set);
}

static void no_flipped_byte_passes(void **state)
{
    (void)state;
    bytes_t file;
    make_file(&file);
    for (size_t at = 0; at < file.size; at += at < 2048 ? 1 : 37) {
        tensor_set_t set;
        uint8_t kept = file.data[at];
        file.data[at] = (uint8_t)(kept ^ (1 + next_random() % 255));
        outcome_t outcome = pack_decode("net.bbs", file.data, file.size, 1, &set);
        if (outcome_is_ok(&outcome) || strstr(outcome_text(&outcome), "offset") == NULL)
            fail_msg("byte %zu: %s", at, outcome_text(&outcome));
        file.data[at] = kept;
    }
    file_free_bytes(&file);
}

static void no_truncated_file_passes(void **state)
{
    (void)state;
    bytes_t file;
    make_file(&file);
    for (size_t size = 0; size < file.size; size += size < 300 ? 1 : 101) {
        uint8_t *copy = malloc(size + 1); /* of its own size, so that a sanitizer sees a read beyond it */
        assert_non_null(copy);
        memcpy(copy, file.data, size);
        tensor_set_t set;
        assert_error(pack_decode("net.bbs", copy, size, 1, &set), FAULT_FAILED, "offset");
        free(copy);
    }
    file_free_bytes(&file);
}

static void a_future_version_is_named(void **state)
{
    (void)state;
    bytes_t file;
    tensor_set_t set;
    make_file(&file);
    file.data[8] = 2;
    assert_error(pack_decode("net.bbs", file.data, file.size, 1, &set), FAULT_FAILED, "format version 2");
    file_free_bytes(&file);
}

static void sizes_that_overflow_have_no_layout(void **state)
{
    (void)state;
    pack_layout_t layout;
    const pack_shape_t good = {
        .k = 64, .c = 64, .kh = 3, .kw = 3, .coding = PACK_UNSIGNED, .columns = 2, .group = 32, .whole = 32};
    assert_true(pack_layout(&good, &layout));
    pack_shape_t shape = good;
    shape.c = INT64_MAX / 2;
    assert_false(pack_layout(&shape, &layout));
    shape = good;
    shape.kh = shape.kw = (int64_t)1 << 40;
    assert_false(pack_layout(&shape, &layout));
    shape = good;
    shape.whole = 65;
    assert_false(pack_layout(&shape, &layout));
    shape = good;
    shape.columns = 7;
    assert_false(pack_layout(&shape, &layout));
    shape = good;
    shape.group = 0;
    assert_false(pack_layout(&shape, &layout));
    shape = good;
    shape.k = -1;
    assert_false(pack_layout(&shape, &layout));
}

/* One group of 8 weights, all columns zero, with this metadata byte. */
static outcome_t read_with_meta(pack_coding_t coding, int columns, uint8_t meta)
{
    const pack_shape_t shape = {.k = 1, .c = 8, .kh = 1, .kw = 1, .coding = coding, .columns = columns, .group = 8};
    pack_layout_t layout;
    uint8_t bytes[512] = {0}, meta_read[1], bits[1];
    int16_t values[8];
    int8_t stored[8];
    float scale[1];
    assert_true(pack_layout(&shape, &layout) && layout.size <= (int64_t)sizeof bytes);
    bytes[layout.meta] = meta;
    compressed_t to = {.values = values, .stored = stored, .meta = meta_read, .bits = bits, .scale = scale};
    return pack_layer_read("net.bbs", "w", 0, &shape, &layout, bytes, &to);
}

static void metadata_that_no_method_writes_is_refused(void **state)
{
    (void)state;
    assert_ok(read_with_meta(PACK_UNSIGNED, 3, 1 << 6 | 3));
    assert_error(read_with_meta(PACK_UNSIGNED, 3, 1 << 6 | 4), FAULT_FAILED, "offset"); /* a mean of two bits is below 4 */
    assert_error(read_with_meta(PACK_UNSIGNED, 1, 2 << 6), FAULT_FAILED, "offset");     /* more redundant than pruned */
    assert_ok(read_with_meta(PACK_SIGNED, 1, 1 << 6 | 32));
    assert_error(read_with_meta(PACK_SIGNED, 1, 2 << 6), FAULT_FAILED, "offset");
    assert_ok(read_with_meta(PACK_SIGN_MAGNITUDE, 1, 0xFE));
    assert_error(read_with_meta(PACK_SIGN_MAGNITUDE, 1, 0x7F), FAULT_FAILED, "offset"); /* no sign */
    assert_error(read_with_meta(PACK_SIGN_MAGNITUDE, 1, 0xFC), FAULT_FAILED, "offset"); /* a column too few */
}

/* ===  Sets that cannot be packed  === */

static void what_would_not_come_back_is_refused(void **state)
{
    (void)state;
    tensor_set_t set;
    bytes_t file;
    pack_report_t report;
    compress_set("zps", 4, 32, &set);
    int16_t *values = tensor_set_find(&set, "fc.weight")->data;
    values[5] ^= 1;
    assert_error(pack_encode("net", &set, 1, &file, &report), FAULT_FAILED, "not stored + constant");
    values[5] ^= 1;
    int8_t *stored = tensor_set_find(&set, "fc.weight.stored")->data;
    const uint8_t *bits = tensor_set_find(&set, "fc.weight.bits")->data;
    int64_t pruned = bits[0] == 4 ? 0 : bits[8] == 4 ? 8 : 16;
    stored[pruned * 32] ^= 1; /* the lowest column is pruned */
    assert_error(pack_encode("net", &set, 1, &file, &report), FAULT_FAILED, "fc.weight");
    tensor_set_free(&set);
    compress_set("zps-released", 4, 32, &set);
    assert_error(pack_encode("net", &set, 1, &file, &report), FAULT_FAILED, "zps-released");
    tensor_set_free(&set);
    make_network(&set);
    assert_error(pack_encode("net", &set, 1, &file, &report), FAULT_FAILED, "no method");
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packing_method_comes_back),
        cmocka_unit_test(the_packed_size_is_the_reported_size),
        cmocka_unit_test(sums_over_packed_columns_are_dot_products),
        cmocka_unit_test(no_flipped_byte_passes),
        cmocka_unit_test(no_truncated_file_passes),
        cmocka_unit_test(a_future_version_is_named),
        cmocka_unit_test(sizes_that_overflow_have_no_layout),
        cmocka_unit_test(metadata_that_no_method_writes_is_refused),
        cmocka_unit_test(what_would_not_come_back_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
