/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: the methods that BBS is compared with, against the vectors of tests/oracle/rivals.py, bit for bit. */
#include "base/file.h"
#include "base/text.h"
#include "compress/ant.h"
#include "compress/compress.h"
#include "compress/mx.h"
#include "compress/noisyquant.h"
#include "compress/quantize.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

enum { WEIGHTS_MOST = 4096, CHANNELS_MOST = 64, PARTS = 16 };

typedef struct {
    compress_layer_t layer;
    char name[32];
    float weights[WEIGHTS_MOST], scale[CHANNELS_MOST];
    int8_t q[WEIGHTS_MOST];
    compressed_t out; /* of the case being checked */
    text_t shown;
} reader_t;

static uint32_t hex(const char *digits, int count)
{
    char copy[9] = {0};
    memcpy(copy, digits, (size_t)count);
    return (uint32_t)strtoul(copy, NULL, 16);
}

static int64_t read_floats(const char *digits, float *values)
{
    int64_t count = 0;
    for (; digits[0] != '\0'; digits += 8, count++) {
        uint32_t bits = hex(digits, 8);
        memcpy(&values[count], &bits, sizeof bits);
    }
    return count;
}

/* The same number: 0 and -0 are. */
static void assert_floats(const float *values, const char *digits, int64_t count, const char *shown)
{
    static float wanted[WEIGHTS_MOST];
    assert_int_equal(read_floats(digits, wanted), count);
    for (int64_t i = 0; i < count; i++)
        if (!(values[i] == wanted[i]))
            fail_msg("%s: value %lld is %.9g, the oracle has %.9g", shown, (long long)i, (double)values[i],
                     (double)wanted[i]);
}

static void read_layer(reader_t *reader, char *line)
{
    char *parts[PARTS];
    assert_int_equal(text_split(line, ' ', parts, PARTS), 6);
    snprintf(reader->name, sizeof reader->name, "%s", parts[1]);
    reader->layer = (compress_layer_t){.name = reader->name,
                                       .k = atoi(parts[2]),
                                       .c = atoi(parts[3]),
                                       .kh = atoi(parts[4]),
                                       .kw = atoi(parts[5]),
                                       .weights = reader->weights,
                                       .q = reader->q,
                                       .scale = reader->scale};
    assert_true(compress_layer_size(&reader->layer) <= WEIGHTS_MOST && reader->layer.k <= CHANNELS_MOST);
}

/* The INT8 weights of the oracle, which the suite's quantiser must give as well. */
static void read_int8(reader_t *reader, const char *digits)
{
    int64_t size = compress_layer_size(&reader->layer);
    static int8_t q[WEIGHTS_MOST];
    quantize_channels(reader->weights, reader->layer.k, size / reader->layer.k, 2, q, reader->scale);
    for (int64_t i = 0; i < size; i++)
        reader->q[i] = (int8_t)(uint8_t)hex(digits + 2 * i, 2);
    assert_memory_equal(q, reader->q, (size_t)size);
}

/* "M <method> <bits> <variant> <group> <clip> <mask> <value bits> <meta bits>" */
static void run_case(reader_t *reader, char *line)
{
    char *parts[PARTS];
    reader->shown = text_of("%s, %s", reader->name, line);
    assert_int_equal(text_split(line, ' ', parts, PARTS), 9);
    const method_t *method;
    assert_ok(method_find(parts[1], &method));
    method_config_t config = method->defaults;
    config.bits = atoi(parts[2]);
    config.variant = text_equal(parts[3], "-") ? method->defaults.variant : parts[3];
    config.group = atoi(parts[4]);
    config.least_squares_clip = text_equal(parts[5], "1");
    assert_ok(method_check(method, &config));
    bool mask[CHANNELS_MOST];
    int64_t sensitive = 0;
    for (int64_t channel = 0; channel < reader->layer.k; channel++)
        sensitive += mask[channel] = !text_equal(parts[6], "-") && parts[6][channel] == '1';
    compressed_free(&reader->out);
    assert_ok(method->compress(&config, &reader->layer, sensitive > 0 ? mask : NULL, 3, &reader->out));
    assert_int_equal(reader->out.value_bits, atoi(parts[7]));
    assert_int_equal(reader->out.meta_bits, atoi(parts[8]));
    assert_int_equal(reader->out.sensitive, sensitive);
    for (int64_t channel = 0; channel < reader->layer.k; channel++)
        assert_int_equal(reader->out.bits[channel], mask[channel] ? 8 : config.bits);
}

static void check_integers(const reader_t *reader, const char *digits)
{
    assert_non_null(reader->out.values);
    for (int64_t i = 0; i < compress_layer_size(&reader->layer); i++)
        if (reader->out.values[i] != (int16_t)(uint16_t)hex(digits + 4 * i, 4))
            fail_msg("%s: value %lld is %d", reader->shown.chars, (long long)i, reader->out.values[i]);
}

static void every_weight_is_the_oracles(void **state)
{
    (void)state;
    static reader_t reader;
    bytes_t bytes;
    assert_ok(file_read_gzip("tests/data/rivals.txt.gz", NULL, 1 << 26, &bytes));
    int cases = 0;
    for (char *line = strtok((char *)bytes.data, "\n"); line != NULL && line[0] != 'A'; line = strtok(NULL, "\n")) {
        const char *data = line + 2;
        switch (line[0]) {
        case 'L':
            read_layer(&reader, line);
            break;
        case 'W':
            assert_int_equal(read_floats(data, reader.weights), compress_layer_size(&reader.layer));
            break;
        case 'Q':
            read_int8(&reader, data);
            break;
        case 'S':
            assert_floats(reader.scale, data, reader.layer.k, reader.name);
            break;
        case 'M':
            run_case(&reader, line);
            cases++;
            break;
        case 'V':
            check_integers(&reader, data);
            break;
        case 'R':
            assert_floats(reader.out.scale, data, reader.layer.k, reader.shown.chars);
            break;
        case 'F':
            assert_floats(reader.out.floats, data, compress_layer_size(&reader.layer), reader.shown.chars);
            break;
        default:
            fail_msg("a line begins with %c", line[0]);
        }
    }
    assert_true(cases >= 250);
    compressed_free(&reader.out);
    file_free_bytes(&bytes);
}

static void quantise_activations(const char *method, float *values, int64_t channels, int64_t count)
{
    if (text_equal(method, "mx"))
        mx_quantise_activations(32, values, channels, count);
    else if (text_equal(method, "ant"))
        ant_quantise_activations(values, channels, count);
    else if (text_equal(method, "noisyquant"))
        noisyquant_quantise_activations(values, channels, count);
    else
        fail_msg("the oracle has activations of %s", method);
}

static void every_activation_is_the_oracles(void **state)
{
    (void)state;
    static float values[WEIGHTS_MOST];
    bytes_t bytes;
    assert_ok(file_read_gzip("tests/data/rivals.txt.gz", NULL, 1 << 26, &bytes));
    int cases = 0;
    char *line = strtok((char *)bytes.data, "\n");
    while (line != NULL && line[0] != 'A')
        line = strtok(NULL, "\n");
    for (; line != NULL; line = strtok(NULL, "\n"), cases++) {
        text_t shown = text_of("%s", line);
        char *parts[PARTS];
        assert_int_equal(text_split(line, ' ', parts, PARTS), 4);
        int64_t channels = atoi(parts[2]), count = atoi(parts[3]);
        assert_int_equal(read_floats(strtok(NULL, "\n") + 2, values), channels * count);
        quantise_activations(parts[1], values, channels, count);
        assert_floats(values, strtok(NULL, "\n") + 2, channels * count, shown.chars);
    }
    assert_true(cases >= 36);
    file_free_bytes(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_weight_is_the_oracles),
        cmocka_unit_test(every_activation_is_the_oracles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
