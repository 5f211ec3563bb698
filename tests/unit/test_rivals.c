/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/: the methods that BBS is compared with, against the vectors of tests/oracle/rivals.py, bit for bit. */
#include "base/file.h"
#include "base/text.h"
#include "compress/compress.h"
#include "compress/quantize.h"

#include <math.h>
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

/* ===  Activations  === */

/* Move values between [channel][position] and another layout. */
static void lay_out(const activation_shape_t *shape, const float *values, float *laid, bool back)
{
    for (int64_t i = 0; i < shape->channels * shape->positions; i++) {
        const int64_t place = activation_place(shape, i / shape->positions, i % shape->positions);
        laid[back ? i : place] = values[back ? place : i];
    }
}

/* The same numbers in each layout that the engine has: planes, blocks of 8 and 16 channels, rows. */
static void check_layouts(const activation_t *by, bool flat, int64_t channels, int64_t positions, const float *before,
                          const char *after, const char *shown)
{
    static float laid[WEIGHTS_MOST], quantised[WEIGHTS_MOST], values[WEIGHTS_MOST];
    const int64_t blocks[] = {1, 8, 16, channels};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        const activation_shape_t shape = {.channels = channels, .positions = positions, .block = blocks[i], .flat = flat};
        if (channels % blocks[i] != 0)
            continue;
        lay_out(&shape, before, laid, false);
        by->quantise(by, &shape, laid, quantised);
        lay_out(&shape, quantised, values, true);
        assert_floats(values, after, channels * positions, shown);
    }
}

static method_config_t activation_config(const method_t *method, const char *variant, int bits)
{
    method_config_t config = method->defaults;
    config.variant = variant;
    config.bits = variant != NULL && text_equal(variant, "int") ? bits : config.bits;
    config.activation_bits = bits;
    assert_ok(method_check(method, &config));
    return config;
}

/* "A <method> <bits> <variant> <flat> <channels> <positions>", fitted on the values themselves. */
static void check_activations(char *line)
{
    static float values[WEIGHTS_MOST];
    const text_t shown = text_of("%s", line);
    char *parts[PARTS];
    const method_t *method;
    activation_t activation;
    assert_int_equal(text_split(line, ' ', parts, PARTS), 7);
    const int64_t channels = atoi(parts[5]), positions = atoi(parts[6]), count = channels * positions;
    assert_int_equal(read_floats(strtok(NULL, "\n") + 2, values), count);
    assert_ok(method_find(parts[1], &method));
    const method_config_t config = activation_config(method, parts[3], atoi(parts[2]));
    activation_samples_t samples = {.layer = "layer", .count = count, .values = values, .channels = channels};
    for (int64_t i = 0; i < count; i++) {
        samples.largest = fabsf(values[i]) > samples.largest ? fabsf(values[i]) : samples.largest;
        samples.negative |= values[i] < 0;
    }
    assert_ok(method->activations->fit(&config, &samples, 1, &activation));
    check_layouts(&activation, text_equal(parts[4], "1"), channels, positions, values, strtok(NULL, "\n") + 2, shown.chars);
    activation_free(&activation);
}

/* "N <bits> <channels> <spread> <rows> <outputs>": a fit of NoisyQuant, by 1 and by 3 threads. */
static void check_noise(char *line)
{
    static float rows[WEIGHTS_MOST], weights[WEIGHTS_MOST], wanted[CHANNELS_MOST], values[WEIGHTS_MOST];
    static uint8_t inside[WEIGHTS_MOST];
    static int32_t channel_of[WEIGHTS_MOST];
    const text_t shown = text_of("%s", line);
    char *parts[PARTS];
    assert_int_equal(text_split(line, ' ', parts, PARTS), 6);
    const int64_t channels = atoi(parts[2]), spread = atoi(parts[3]);
    activation_samples_t samples = {.layer = "layer",
                                    .channels = channels,
                                    .rows = atoi(parts[4]),
                                    .inputs = channels * spread,
                                    .row_values = rows,
                                    .inside = inside,
                                    .channel_of = channel_of,
                                    .outputs = atoi(parts[5]),
                                    .weights = weights};
    const int64_t count = read_floats(strtok(NULL, "\n") + 2, rows);
    assert_int_equal(count, samples.rows * samples.inputs);
    const char *flags = strtok(NULL, "\n");
    for (int64_t i = 0; i < count; i++) {
        inside[i] = flags[i] == '1';
        samples.largest = fabsf(rows[i]) > samples.largest ? fabsf(rows[i]) : samples.largest;
    }
    for (int64_t i = 0; i < samples.inputs; i++)
        channel_of[i] = (int32_t)(i / spread);
    assert_int_equal(read_floats(strtok(NULL, "\n") + 2, weights), samples.outputs * samples.inputs);
    assert_int_equal(read_floats(strtok(NULL, "\n") + 2, wanted), 1 + channels);
    const int64_t all = read_floats(strtok(NULL, "\n") + 2, values);
    const char *after = strtok(NULL, "\n") + 2;
    const method_t *method;
    assert_ok(method_find("noisyquant", &method));
    const method_config_t config = activation_config(method, NULL, atoi(parts[1]));
    for (int threads = 1; threads <= 3; threads += 2) {
        activation_t activation;
        assert_ok(method->activations->fit(&config, &samples, threads, &activation));
        assert_true(activation.scale == wanted[0]);
        for (int64_t channel = 0; channel < channels; channel++)
            assert_true(activation.noise[channel] == wanted[1 + channel]);
        check_layouts(&activation, false, channels, all / channels, values, after, shown.chars);
        activation_free(&activation);
    }
}

static void every_activation_is_the_oracles(void **state)
{
    (void)state;
    bytes_t bytes;
    assert_ok(file_read_gzip("tests/data/rivals.txt.gz", NULL, 1 << 26, &bytes));
    int cases = 0, noises = 0;
    char *line = strtok((char *)bytes.data, "\n");
    while (line != NULL && line[0] != 'A')
        line = strtok(NULL, "\n");
    for (; line != NULL; line = strtok(NULL, "\n")) {
        const bool noise = line[0] == 'N';
        cases += !noise;
        noises += noise;
        noise ? check_noise(line) : check_activations(line);
    }
    assert_true(cases >= 132 && noises >= 3);
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
