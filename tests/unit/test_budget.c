/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods best and budget: worked examples, and what must hold for all weights. */
#include "base/text.h"
#include "compress/budget.h"
#include "compress/columns.h"
#include "compress/compress.h"
#include "compress/distortion.h"
#include "compress/pack.h"
#include "weights/int8_tensors.h"

#include <string.h>

#include "compressed_set.h"
#include "made_method.h"
#include "random.h"
#include "testing.h"

enum { MOST = 96, ROUNDS = 6000 };

typedef struct {
    column_code_t code;
    int values[MOST];
    int64_t squares, sum; /* of the errors; the sum without its sign */
} result_t;

static result_t encode(const char *spec, int columns, const int8_t *weights, int64_t count)
{
    result_t result = {0};
    method_config_t config;
    int8_t stored[MOST];
    const method_t *method = method_of_spec(spec, &config);
    config.columns = columns;
    result.code = method->coder->encode(&config, weights, count, stored);
    for (int64_t i = 0; i < count; i++) {
        result.values[i] = stored[i] + result.code.constant;
        int error = result.values[i] - weights[i];
        result.squares += error * error;
        result.sum += error;
    }
    result.sum = result.sum < 0 ? -result.sum : result.sum;
    return result;
}

/* ===  best  === */

/* Without 4 columns the group of Fig. 4 is averaged with a squared error of 5 (1.25 a weight), and no shift does better;
 * that of Fig. 5 is averaged with 95, and the best shift has 7. */
static void each_of_the_papers_groups_has_its_method(void **state)
{
    (void)state;
    const int8_t figure_4[] = {-11, 20, -57, 13}, figure_5[] = {81, -20, 1, -7};
    result_t best = encode("best", 4, figure_4, 4);
    assert_false(best.code.shifted);
    assert_int_equal(best.code.meta, 0x45);
    assert_int_equal(best.squares, 5);
    assert_int_equal(encode("zps", 4, figure_4, 4).squares, 5);
    best = encode("best", 4, figure_5, 4);
    assert_true(best.code.shifted);
    assert_int_equal(best.squares, 7);
    assert_int_equal(encode("ra", 4, figure_5, 4).squares, 95);
}

/* Six columns of [64, 127, 127, 127]: the mean of the low bits is 47, which six signed bits do not hold. */
static void a_mean_without_a_signed_form_is_left_out(void **state)
{
    (void)state;
    const int8_t weights[] = {64, 127, 127, 127};
    assert_int_equal(encode("ra", 6, weights, 4).code.constant, 47);
    result_t best = encode("best", 6, weights, 4);
    assert_true(best.code.shifted && best.code.constant <= 31);
    assert_int_equal(best.squares, encode("zps", 6, weights, 4).squares);
}

static void best_is_the_better_of_both_in_every_group(void **state)
{
    (void)state;
    uint64_t random = 7;
    int averaged = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int8_t weights[MOST];
        int64_t count = round % 2 ? 32 : random_between(&random, 1, MOST), last = 0;
        for (int64_t i = 0; i < count; i++)
            weights[i] = random_weight(&random, round % 8);
        for (int columns = 1; columns <= COLUMNS_MOST; columns++) {
            result_t ra = encode("ra", columns, weights, count), zps = encode("zps", columns, weights, count);
            result_t best = encode("best", columns, weights, count);
            bool ra_wins = ra.squares < zps.squares || (ra.squares == zps.squares && ra.sum <= zps.sum);
            const result_t *wanted = ra_wins && ra.code.constant < 32 ? &ra : &zps;
            assert_int_equal(best.code.meta, wanted->code.meta);
            assert_memory_equal(best.values, wanted->values, (size_t)count * sizeof *best.values);
            assert_int_equal(__builtin_popcount(best.code.kept), 8 - columns);
            assert_true(best.squares >= last); /* fewer columns are never worse */
            last = best.squares;
            averaged += !best.code.shifted;
        }
    }
    assert_in_range(averaged, ROUNDS, 5 * ROUNDS);
}

/* ===  budget  === */

enum { LAYERS = 4, K = 8, C = 32, SIZE = K * C };

typedef struct {
    int8_t q[LAYERS][SIZE];
    float scale[LAYERS][K];
    compress_layer_t layers[LAYERS];
} network_fixture_t;

static void make_network(network_fixture_t *network)
{
    for (int i = 0; i < LAYERS; i++) {
        for (int k = 0; k < K; k++)
            network->scale[i][k] = 0.01f * (float)(1 + k + i);
        network->layers[i] = (compress_layer_t){
            .name = "layer", .k = K, .c = C, .kh = 1, .kw = 1, .q = network->q[i], .scale = network->scale[i]};
    }
}

/* Layers of different width: the narrow ones lose more of themselves with each column. */
static void make_random_network(network_fixture_t *network, uint64_t seed)
{
    make_network(network);
    for (int i = 0; i < LAYERS; i++)
        for (int j = 0; j < SIZE; j++)
            network->q[i][j] = random_weight(&seed, 4 + i % 3);
}

typedef struct {
    compress_size_t size;
    int columns[LAYERS];
    double error; /* the header's, summed over the layers */
} plan_result_t;

static double error_of(const compress_layer_t *layer, const compressed_t *compressed)
{
    double noise = 0, signal = 0;
    for (int64_t i = 0; i < compress_layer_size(layer); i++) {
        double scale = (double)layer->scale[i / (layer->c * layer->kh * layer->kw)];
        double before = layer->q[i] * scale, after = compressed->values[i] * scale;
        noise += (after - before) * (after - before);
        signal += before * before;
    }
    return noise / signal;
}

static plan_result_t run(const network_fixture_t *network, double bits, double beta, int threads)
{
    plan_result_t result = {0};
    compressed_t compressed[LAYERS];
    method_config_t config = budget_method.defaults;
    config.mean_bits = bits;
    config.beta = beta;
    config.channel_unit = 1;
    assert_ok(compress_network(&budget_method, &config, network->layers, LAYERS, threads, compressed));
    result.size = compress_total(network->layers, compressed, LAYERS);
    for (int i = 0; i < LAYERS; i++) {
        for (int k = 0; k < K; k++)
            result.columns[i] = compressed[i].bits[k] < 8 ? 8 - compressed[i].bits[k] : result.columns[i];
        result.error += error_of(&network->layers[i], &compressed[i]);
        compressed_free(&compressed[i]);
    }
    return result;
}

/* A column of a layer with groups of 32 saves 1 bit a weight, the first one 0.75: the metadata take 8 / 32. Layers 0 and 1
 * hold multiples of 16, so four columns cost no error: they go first, layer 0 before layer 1. All layers are of one
 * size. */
static void columns_that_cost_nothing_go_first(void **state)
{
    (void)state;
    static network_fixture_t network;
    make_random_network(&network, 3);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < SIZE; j++)
            network.q[i][j] = (int8_t)(j % 15 * 16 - 112);
    const struct {
        double bits;
        int first, second;
    } cases[] = {{8, 0, 0}, {7.99, 1, 0}, {7.8125, 1, 0}, {7.8, 2, 0}, {7.0625, 4, 0}, {7.0624, 4, 1}, {6.125, 4, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plan_result_t plan = run(&network, cases[i].bits, 0, 1);
        assert_int_equal(plan.columns[0], cases[i].first);
        assert_int_equal(plan.columns[1], cases[i].second);
        assert_true(plan.error == 0 && plan.columns[2] == 0 && plan.columns[3] == 0);
    }
    assert_true(run(&network, 6.12, 0, 1).error > 0);
}

static void no_budget_is_exceeded_and_more_bits_err_less(void **state)
{
    (void)state;
    static network_fixture_t network;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        make_random_network(&network, seed);
        double last = 0;
        for (double bits = 8; bits >= 4; bits -= 0.11) {
            double beta = seed % 2 ? 0 : 0.2;
            plan_result_t plan = run(&network, bits, beta, 1), again = run(&network, bits, beta, 3);
            assert_true(compress_bits_per_weight(&plan.size, true) <= bits);
            assert_true(plan.error >= last);
            assert_memory_equal(plan.columns, again.columns, sizeof plan.columns);
            last = plan.error;
        }
        assert_true(last > 0);
    }
}

/* Of all 7^4 ways to choose columns, none has less error with as few bits. */
static void no_other_choice_of_columns_is_better(void **state)
{
    (void)state;
    static network_fixture_t network;
    double errors[LAYERS][COLUMNS_MOST + 1] = {{0}};
    make_random_network(&network, 11);
    for (int i = 0; i < LAYERS; i++)
        for (int columns = 1; columns <= COLUMNS_MOST; columns++) {
            compressed_t compressed;
            method_config_t config;
            const method_t *best = method_of_spec("best:beta=0", &config);
            config.columns = columns;
            assert_ok(compress_network(best, &config, &network.layers[i], 1, 1, &compressed));
            errors[i][columns] = error_of(&network.layers[i], &compressed);
            compressed_free(&compressed);
        }
    for (double bits = 7.5; bits > 3; bits -= 0.5) {
        plan_result_t plan = run(&network, bits, 0, 1);
        int64_t used = plan.size.value_bits + plan.size.meta_bits;
        for (int choice = 0; choice < 7 * 7 * 7 * 7; choice++) {
            const int columns[LAYERS] = {choice % 7, choice / 7 % 7, choice / 49 % 7, choice / 343};
            int64_t other_bits = 0;
            double error = 0;
            for (int i = 0; i < LAYERS; i++) {
                other_bits += SIZE * (8 - columns[i]) + (columns[i] > 0 ? 8 * K : 0);
                error += errors[i][columns[i]];
            }
            assert_true(other_bits > used || error >= plan.error * (1 - 1e-12));
        }
    }
}

static void a_budget_below_the_least_names_it(void **state)
{
    (void)state;
    static network_fixture_t network;
    compressed_t compressed[LAYERS];
    method_config_t config;
    const method_t *budget = method_of_spec("budget:bits=4:columns=3", &config);
    make_random_network(&network, 5);
    /* 5 bits and 8 / 32 of metadata; with a whole layer (3 * 5.25 + 8) / 4 */
    assert_error(compress_network(budget, &config, network.layers, LAYERS, 1, compressed), FAULT_USAGE, "at least 5.2500");
    network.layers[0].whole = true;
    assert_error(compress_network(budget, &config, network.layers, LAYERS, 1, compressed), FAULT_USAGE, "at least 5.9375");
    config.mean_bits = 5.9375;
    assert_ok(compress_network(budget, &config, network.layers, LAYERS, 1, compressed));
    for (int i = 0; i < LAYERS; i++) {
        assert_int_equal(compressed[i].bits[0], i == 0 ? 8 : 5);
        compressed_free(&compressed[i]);
    }
    config.group = 4; /* two bits of metadata a weight: the first two columns save nothing, the third one bit */
    config.mean_bits = 7.75;
    assert_ok(compress_network(budget, &config, network.layers, LAYERS, 1, compressed));
    int pruned = 0;
    for (int i = 0; i < LAYERS; i++) {
        assert_true(compressed[i].bits[0] == 8 || compressed[i].bits[0] == 5);
        pruned += compressed[i].bits[0] == 5;
        compressed_free(&compressed[i]);
    }
    assert_int_equal(pruned, 1);
}

/* Layers with different columns, whole and sensitive ones, in one file. */
static void mixed_columns_are_packed(void **state)
{
    (void)state;
    static network_fixture_t network;
    tensor_set_t plain = {0}, set, back;
    int8_network_t opened;
    compressed_t compressed[LAYERS];
    method_config_t config;
    bytes_t file;
    pack_report_t report;
    const method_t *budget = method_of_spec("budget:bits=5.5:beta=0.1:channels=1", &config);
    make_random_network(&network, 13);
    for (int i = 0; i < LAYERS; i++) {
        tensor_t *tensor;
        text_t name = text_of("layer%d.weight", i);
        assert_ok(tensor_set_reserve(&plain, name.chars, TENSOR_I8, 2, (const int64_t[]){K, C}, &tensor));
        memcpy(tensor->data, network.q[i], SIZE);
        assert_ok(tensor_set_reserve(&plain, text_of("%s.scale", name.chars).chars, TENSOR_F32, 1, &network.layers[i].k,
                                     &tensor));
        memcpy(tensor->data, network.scale[i], sizeof network.scale[i]);
    }
    assert_ok(int8_tensors_open(&plain, "net", false, 1, &opened));
    assert_ok(compress_network(budget, &config, opened.layers, opened.count, 1, compressed));
    compress_size_t size = compress_total(opened.layers, compressed, LAYERS);
    assert_ok(compressed_set(&plain, &opened, compressed, &set));
    assert_ok(tensor_set_note(&set, "method", "budget:bits=5.5:beta=0.1:channels=1"));
    assert_ok(tensor_set_note(&set, "columns", "6"));
    assert_ok(tensor_set_note(&set, "group", "32"));
    assert_ok(pack_encode("net", &set, 1, &file, &report));
    assert_int_equal(8 * report.columns, size.value_bits);
    assert_int_equal(8 * (report.meta + report.index), size.meta_bits);
    assert_ok(pack_decode("net.bbs", file.data, file.size, 1, &back));
    for (size_t i = 0; i < set.count; i++)
        assert_memory_equal(set.items[i].data, back.items[i].data,
                            (size_t)set.items[i].count * tensor_type_size(set.items[i].type));
    for (int i = 0; i < LAYERS; i++)
        compressed_free(&compressed[i]);
    file_free_bytes(&file);
    tensor_set_free(&back);
    tensor_set_free(&set);
    int8_network_free(&opened);
    tensor_set_free(&plain);
}

static void only_the_budget_takes_a_fraction_of_bits(void **state)
{
    (void)state;
    const method_t *method;
    method_config_t config;
    method_of_spec("budget:bits=4.75", &config);
    assert_true(config.mean_bits == 4.75);
    assert_error(method_parse("ptq:bits=4.75", &method, &config), FAULT_USAGE, "2 to 8");
    assert_error(method_parse("budget:bits=1.9", &method, &config), FAULT_USAGE, "a number from 2 to 8");
    assert_error(method_parse("budget:bits=nan", &method, &config), FAULT_USAGE, "a number from 2 to 8");
    assert_error(method_parse("zps:bits=5", &method, &config), FAULT_USAGE, "bits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_the_papers_groups_has_its_method),
        cmocka_unit_test(a_mean_without_a_signed_form_is_left_out),
        cmocka_unit_test(best_is_the_better_of_both_in_every_group),
        cmocka_unit_test(columns_that_cost_nothing_go_first),
        cmocka_unit_test(no_budget_is_exceeded_and_more_bits_err_less),
        cmocka_unit_test(no_other_choice_of_columns_is_better),
        cmocka_unit_test(a_budget_below_the_least_names_it),
        cmocka_unit_test(mixed_columns_are_packed),
        cmocka_unit_test(only_the_budget_takes_a_fraction_of_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
