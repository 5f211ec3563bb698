/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: the paper's worked examples, the oracle's vectors value for value, and how a layer is walked. */
#include "base/file.h"
#include "base/text.h"
#include "compress/columns.h"
#include "compress/compress.h"

#include <stdlib.h>
#include <string.h>

#include "compressed_values.h"
#include "made_method.h"
#include "testing.h"

static column_code_t encode(const char *spec, int columns, const int8_t *weights, int64_t count, int *values)
{
    method_config_t config;
    const method_t *method = method_of_spec(spec, &config);
    config.columns = columns;
    int8_t stored[COLUMNS_GROUP_MOST];
    column_code_t code = method->coder->encode(&config, weights, count, stored);
    for (int64_t i = 0; i < count; i++)
        values[i] = stored[i] + code.constant;
    return code;
}

static void assert_values(const int *values, const int *wanted, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(values[i], wanted[i]);
}

/* ===  The paper's figures  === */

static void figure_1_compares_sign_magnitude_with_averaging(void **state)
{
    (void)state;
    const int8_t group[] = {77, -25, 6, -11};
    int values[4];
    encode("bitflip", 3, group, 4, values);
    assert_values(values, (int[]){76, -24, 4, -12}, 4);
    encode("ra", 3, group, 4, values);
    assert_values(values, (int[]){78, -26, 6, -10}, 4);
}

static void figure_4_averages_the_low_columns(void **state)
{
    (void)state;
    int values[4];
    column_code_t code = encode("ra", 4, (const int8_t[]){-11, 20, -57, 13}, 4, values);
    assert_values(values, (int[]){-11, 21, -59, 13}, 4);
    assert_int_equal(code.redundant, 1);
    assert_int_equal(code.constant, 5);
    assert_int_equal(code.meta, 0x45); /* 01 | 000101 */
    assert_int_equal(code.kept, 0xB8); /* sign and columns 2 to 4 */
}

static void figure_5_shifts_by_minus_14(void **state)
{
    (void)state;
    const method_t *zps = method_of("zps");
    method_config_t config = zps->defaults;
    config.fixed_shift = true;
    config.shift = -14;
    int8_t stored[4];
    column_code_t code = zps->coder->encode(&config, (const int8_t[]){81, -20, 1, -7}, 4, stored);
    assert_values((int[]){stored[0], stored[1], stored[2], stored[3]}, (int[]){64, -32, -16, -16}, 4);
    assert_int_equal(code.redundant, 0);
    assert_int_equal(code.constant, 14);
    assert_int_equal(code.meta, 0x0E); /* 00 | 001110 */
}

/* ===  Rounding of zero-point shifting  === */

/* N = 2 without redundant columns: multiples of 4. 64 makes the columns needed; 2, 6, 10 and 14 lie half way. */
static void ties_go_to_the_even_multiple(void **state)
{
    (void)state;
    int values[9];
    const int8_t weights[] = {64, 2, 6, 10, 14, -2, -6, -10, -14};
    method_config_t config;
    for (int zero = 0; zero <= 1; zero++) {
        const method_t *zps = method_of_spec(zero ? "zps:columns=2:ties=zero:shift=0" : "zps:columns=2:shift=0", &config);
        int8_t stored[9];
        column_code_t code = zps->coder->encode(&config, weights, 9, stored);
        for (int i = 0; i < 9; i++)
            values[i] = stored[i];
        assert_int_equal(code.redundant, 0);
        assert_values(values, zero ? (int[]){64, 0, 4, 8, 12, 0, -4, -8, -12} : (int[]){64, 0, 8, 8, 16, 0, -8, -8, -16},
                      9);
    }
}

/* 126 lies between 124 and 128, whose half is even; 128 has no stored form. */
static void ties_never_carry_out_of_the_stored_width(void **state)
{
    (void)state;
    method_config_t config;
    const method_t *zps = method_of_spec("zps:columns=2:shift=0", &config);
    int8_t stored[2];
    zps->coder->encode(&config, (const int8_t[]){126, -126}, 2, stored);
    assert_int_equal(stored[0], 124);
    assert_int_equal(stored[1], -128);
}

/* [60, 62] without 3 columns. The shift -31 makes 29 and 31, of which two columns are redundant and one is cleared: 28 and
 * 30, as 32 has no stored form. The shift -29 makes 31 and 33, one redundant and two cleared: 32 and 32. The squared error
 * is 2 with both, the sum of errors -2 or 0. */
static void of_shifts_as_good_the_mean_decides(void **state)
{
    (void)state;
    int values[2];
    column_code_t code = encode("zps:choice=lowest", 3, (const int8_t[]){60, 62}, 2, values);
    assert_int_equal(code.constant, 31);
    assert_values(values, (int[]){59, 61}, 2);
    code = encode("zps", 3, (const int8_t[]){60, 62}, 2, values);
    assert_int_equal(code.constant, 29);
    assert_values(values, (int[]){61, 61}, 2);
}

/* ===  The oracle  === */

static int64_t read_group(const char *hex, int8_t *weights)
{
    int64_t count = 0;
    for (; hex[0] != '\0'; hex += 2) {
        const char digits[] = {hex[0], hex[1], '\0'};
        weights[count++] = (int8_t)(uint8_t)strtoul(digits, NULL, 16);
    }
    return count;
}

/* "<method or spec> <N> <redundant> <constant> <errors>" */
static void check_case(char *line, const int8_t *weights, int64_t count)
{
    char *parts[COLUMNS_GROUP_MOST];
    text_t shown = text_of("%.80s", line);
    size_t used = text_split(line, ' ', parts, COLUMNS_GROUP_MOST);
    assert_true(used >= 4);
    int values[COLUMNS_GROUP_MOST];
    column_code_t code = encode(parts[0], atoi(parts[1]), weights, count, values);
    bool same = code.redundant == atoi(parts[2]) && code.constant == atoi(parts[3]);
    for (int64_t i = 0; i < count; i++)
        same = same && values[i] - weights[i] == ((size_t)i + 4 < used ? atoi(parts[i + 4]) : 0);
    if (!same)
        fail_msg("the oracle has: %s", shown.chars);
}

static void every_value_is_the_oracles(void **state)
{
    (void)state;
    bytes_t bytes;
    assert_ok(file_read_gzip("tests/data/columns.txt.gz", NULL, 1 << 26, &bytes));
    int8_t weights[COLUMNS_GROUP_MOST];
    int64_t count = 0, groups = 0, cases = 0;
    for (char *line = strtok((char *)bytes.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (text_starts(line, "W ")) {
            count = read_group(line + 2, weights);
            groups++;
            continue;
        }
        check_case(line, weights, count);
        cases++;
    }
    assert_true(groups >= 20000 && cases >= 20000);
    file_free_bytes(&bytes);
}

/* ===  Layers  === */

enum { K = 5, C = 37, KH = 3, KW = 2, POSITIONS = KH * KW };

typedef struct {
    int8_t q[K * C * POSITIONS];
    float scale[K];
    compress_layer_t layer;
} fixture_t;

static void fill(fixture_t *fixture)
{
    for (int i = 0; i < K * C * POSITIONS; i++)
        fixture->q[i] = (int8_t)((i * 7919 + i / 3) % 251 - 125);
    for (int k = 0; k < K; k++)
        fixture->scale[k] = 0.01f * (float)(k + 1);
    fixture->layer =
        (compress_layer_t){.name = "layer", .k = K, .c = C, .kh = KH, .kw = KW, .q = fixture->q, .scale = fixture->scale};
}

/* Groups of 16, 16 and 5 along C at each kernel position, encoded one by one, are what the layer holds. */
static void groups_run_along_c_and_cross_nothing(void **state)
{
    (void)state;
    fixture_t fixture;
    fill(&fixture);
    const method_t *zps = method_of("zps");
    method_config_t config = zps->defaults;
    config.group = 16;
    config.beta = 0;
    compressed_t out;
    assert_ok(compress_network(zps, &config, &fixture.layer, 1, 2, &out));
    assert_int_equal(out.groups, K * POSITIONS * 3);
    assert_int_equal(out.value_bits, (int64_t)K * C * POSITIONS * 4);
    assert_int_equal(out.meta_bits, out.groups * 8);
    int64_t group = 0;
    for (int k = 0; k < K; k++)
        for (int position = 0; position < POSITIONS; position++)
            for (int at = 0; at < C; at += 16, group++) {
                int8_t weights[16], stored[16];
                int count = C - at < 16 ? C - at : 16;
                for (int i = 0; i < count; i++)
                    weights[i] = fixture.q[(k * C + at + i) * POSITIONS + position];
                column_code_t code = zps->coder->encode(&config, weights, count, stored);
                assert_int_equal(out.meta[group], code.meta);
                for (int i = 0; i < count; i++) {
                    assert_int_equal(out.stored[(k * C + at + i) * POSITIONS + position], stored[i]);
                    assert_int_equal(out.values[(k * C + at + i) * POSITIONS + position], stored[i] + code.constant);
                }
            }
    compressed_free(&out);
}

/* A layer of more weights than are compressed at a time has the values of the whole layer, sensitive channels too. */
static void values_alone_are_those_of_the_whole_layer(void **state)
{
    (void)state;
    enum { CHANNELS = 70, ROW = 1 << 17 };
    int8_t *q = malloc((size_t)CHANNELS * ROW), *values = malloc((size_t)CHANNELS * ROW);
    float scale[CHANNELS];
    uint64_t random = 5;
    assert_true(q != NULL && values != NULL);
    for (int64_t i = 0; i < (int64_t)CHANNELS * ROW; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        q[i] = (int8_t)((int8_t)(random >> 56) / 3);
    }
    for (int k = 0; k < CHANNELS; k++)
        scale[k] = 0.01f * (float)(1 + k * 37 % 101);
    const compress_layer_t layer = {.name = "layer", .k = CHANNELS, .c = ROW, .kh = 1, .kw = 1, .q = q, .scale = scale};
    method_config_t config;
    const method_t *method = method_of_spec("bitflip:columns=3:beta=0.2", &config);
    compressed_t whole;
    assert_ok(compress_network(method, &config, &layer, 1, 2, &whole));
    assert_in_range(whole.sensitive, 1, CHANNELS - 1);
    assert_ok(compressed_values(method, &config, &layer, 1, 2, values));
    for (int64_t i = 0; i < (int64_t)CHANNELS * ROW; i++)
        if (values[i] != whole.values[i])
            fail_msg("value %lld is %d, of the whole layer %d", (long long)i, values[i], whole.values[i]);
    compressed_free(&whole);
    free(q);
    free(values);
}

static void sensitive_channels_keep_their_eight_bits(void **state)
{
    (void)state;
    fixture_t fixture;
    fill(&fixture);
    method_config_t config;
    const method_t *cons = method_of_spec("bbs-cons", &config);
    config.beta = 0.4; /* two of five channels: the last ones have the largest scales */
    config.channel_unit = 1;
    compressed_t out;
    assert_ok(compress_network(cons, &config, &fixture.layer, 1, 1, &out));
    assert_int_equal(out.sensitive, 2);
    for (int k = 0; k < K; k++)
        assert_int_equal(out.bits[k], k < 3 ? 6 : 8);
    for (int i = 3 * C * POSITIONS; i < K * C * POSITIONS; i++)
        assert_int_equal(out.values[i], fixture.q[i]);
    for (int64_t group = out.groups * 3 / 5; group < out.groups; group++)
        assert_int_equal(out.meta[group], 0);
    assert_int_equal(out.value_bits, (int64_t)C * POSITIONS * (3 * 6 + 2 * 8));
    assert_int_equal(out.meta_bits, out.groups * 3 / 5 * 8 + K * 16);
    compressed_free(&out);
}

static void whole_layers_stay_whole_except_in_float(void **state)
{
    (void)state;
    fixture_t fixture;
    fill(&fixture);
    float weights[K * C * POSITIONS];
    for (int i = 0; i < K * C * POSITIONS; i++)
        weights[i] = 0.5f * (float)i;
    fixture.layer.whole = true;
    fixture.layer.weights = weights;
    compressed_t out;
    method_config_t config;
    const method_t *mod = method_of_spec("bbs-mod", &config);
    assert_ok(compress_network(mod, &config, &fixture.layer, 1, 1, &out));
    assert_int_equal(out.sensitive, K);
    assert_int_equal(out.value_bits, (int64_t)8 * K * C * POSITIONS);
    assert_int_equal(out.meta_bits, 0);
    compressed_free(&out);
    const method_t *fp32 = method_of("fp32");
    assert_ok(compress_network(fp32, &fp32->defaults, &fixture.layer, 1, 1, &out));
    static float floats[sizeof weights / sizeof weights[0]];
    compressed_to_floats(&out, &fixture.layer, 0, 1, floats); /* in two parts */
    compressed_to_floats(&out, &fixture.layer, 1, K - 1, floats + C * POSITIONS);
    assert_memory_equal(floats, weights, sizeof weights);
    compress_size_t size = compress_total(&fixture.layer, &out, 1);
    assert_true(compress_bits_per_weight(&size, true) == 32);
    compressed_free(&out);
}

/* ===  Refusals  === */

static void parameters_out_of_range_are_named(void **state)
{
    (void)state;
    const method_t *method;
    assert_error(method_find("nonsense", &method), FAULT_USAGE, "bitflip");
    const method_t *zps = method_of("zps");
    method_config_t config = zps->defaults;
    config.columns = 7;
    assert_error(method_check(zps, &config), FAULT_USAGE, "columns");
    config = zps->defaults;
    config.group = 0;
    assert_error(method_check(zps, &config), FAULT_USAGE, "group");
    config = zps->defaults;
    config.beta = 1.5;
    assert_error(method_check(zps, &config), FAULT_USAGE, "beta");
    config = zps->defaults;
    config.constant_bits = 7;
    assert_error(method_check(zps, &config), FAULT_USAGE, "constant bits");
    config = zps->defaults;
    config.fixed_shift = true;
    config.shift = -32;
    assert_error(method_check(zps, &config), FAULT_USAGE, "shift");
    config = method_of("ra")->defaults;
    config.fixed_shift = true;
    assert_error(method_check(method_of("ra"), &config), FAULT_USAGE, "shift");
}

static void float_methods_want_floats(void **state)
{
    (void)state;
    fixture_t fixture;
    fill(&fixture);
    compressed_t out;
    const method_t *fp32 = method_of("fp32");
    assert_error(compress_network(fp32, &fp32->defaults, &fixture.layer, 1, 1, &out), FAULT_FAILED, "float weights");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figure_1_compares_sign_magnitude_with_averaging),
        cmocka_unit_test(figure_4_averages_the_low_columns),
        cmocka_unit_test(figure_5_shifts_by_minus_14),
        cmocka_unit_test(ties_go_to_the_even_multiple),
        cmocka_unit_test(ties_never_carry_out_of_the_stored_width),
        cmocka_unit_test(of_shifts_as_good_the_mean_decides),
        cmocka_unit_test(every_value_is_the_oracles),
        cmocka_unit_test(groups_run_along_c_and_cross_nothing),
        cmocka_unit_test(values_alone_are_those_of_the_whole_layer),
        cmocka_unit_test(sensitive_channels_keep_their_eight_bits),
        cmocka_unit_test(whole_layers_stay_whole_except_in_float),
        cmocka_unit_test(parameters_out_of_range_are_named),
        cmocka_unit_test(float_methods_want_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
