/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for every group, whatever its weights: bounds, sparse columns, errors that fall with N. */
#include "compress/columns.h"
#include "compress/compress.h"
#include "compress/planes.h"

#include <stdlib.h>
#include <string.h>

#include "made_method.h"
#include "testing.h"

enum { ROUNDS = 4000, MOST = 64 };

static uint64_t state_of_random = 7;

static uint64_t next_random(void)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return state_of_random >> 33;
}

/* Four distributions: uniform, two narrow ones, and narrow ones with outliers. */
static int64_t make_group(int round, int8_t *weights)
{
    int64_t count = round % 2 ? 32 : 1 + (int64_t)(next_random() % MOST);
    for (int64_t i = 0; i < count; i++) {
        int8_t weight = (int8_t)next_random();
        bool outlier = round % 4 == 3 && next_random() % 16 == 0;
        weights[i] = (int8_t)(round % 4 == 0 || outlier ? weight : weight >> (1 + round % 5));
    }
    return count;
}

typedef struct {
    column_code_t code;
    int8_t stored[MOST];
    int values[MOST];
    int64_t error;
} result_t;

static result_t encode(const char *spec, int columns, const int8_t *weights, int64_t count)
{
    result_t result = {0};
    method_config_t config;
    const method_t *method = method_of_spec(spec, &config);
    config.columns = columns;
    result.code = method->coder->encode(&config, weights, count, result.stored);
    for (int64_t i = 0; i < count; i++) {
        result.values[i] = result.stored[i] + result.code.constant;
        result.error += (int64_t)(result.values[i] - weights[i]) * (result.values[i] - weights[i]);
    }
    return result;
}

static void errors_fall_with_fewer_columns(void **state)
{
    (void)state;
    const char *const names[] = {"zps", "bitflip"};
    for (int round = 0; round < ROUNDS; round++) {
        int8_t weights[MOST];
        int64_t count = make_group(round, weights), last = 0;
        for (int columns = 1; columns <= COLUMNS_MOST; columns++) {
            int64_t error = encode(names[round / 4 % 2], columns, weights, count).error;
            assert_true(error >= last);
            last = error;
        }
    }
}

/* Columns of the stored bytes that all weights agree on, with r and k read as the decoder reads them. */
static int sparse_columns(const result_t *result, int64_t count)
{
    int sparse = 0;
    for (int bit = 0; bit < 8; bit++) {
        bool repeats_sign = bit < 7, zero = true;
        for (int64_t i = 0; i < count; i++) {
            int value = result->stored[i] >> bit & 1;
            repeats_sign = repeats_sign && value == (result->stored[i] < 0);
            zero = zero && value == 0;
        }
        bool redundant = repeats_sign && bit >= 7 - result->code.redundant;
        sparse += redundant || zero;
    }
    return sparse;
}

static void n_columns_are_bidirectionally_sparse(void **state)
{
    (void)state;
    const char *const names[] = {"ra", "zps"};
    for (int round = 0; round < ROUNDS; round++) {
        int8_t weights[MOST];
        int64_t count = make_group(round, weights);
        int columns = 1 + round % COLUMNS_MOST;
        result_t result = encode(names[round / 6 % 2], columns, weights, count);
        assert_true(sparse_columns(&result, count) >= columns);
        assert_true(result.code.redundant >= 0 && result.code.redundant <= COLUMNS_REDUNDANT_MOST);
        assert_int_equal(__builtin_popcount(result.code.kept), 8 - columns);
    }
}

static void values_and_constants_keep_their_bounds(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int8_t weights[MOST];
        int64_t count = make_group(round, weights);
        int columns = 1 + round % COLUMNS_MOST;
        result_t ra = encode("ra", columns, weights, count), zps = encode("zps", columns, weights, count);
        result_t flip = encode("bitflip", columns, weights, count);
        assert_true(ra.code.constant >= 0 && ra.code.constant < 64);
        assert_true(zps.code.constant >= -32 && zps.code.constant <= 31);
        for (int64_t i = 0; i < count; i++) {
            assert_true(ra.values[i] >= -128 && ra.values[i] <= 127);
            assert_true(abs(ra.values[i] - weights[i]) < 1 << columns);
            assert_true(zps.values[i] >= -160 && zps.values[i] <= 158);
            assert_true(flip.values[i] >= -127 && flip.values[i] <= 127);
            assert_true(flip.values[i] == 0 || (flip.values[i] < 0) == (weights[i] < 0));
        }
    }
}

static const method_t *nth_coder(size_t index)
{
    for (const method_t *const *at = method_registry; *at != NULL; at++)
        if ((*at)->coder != NULL && index-- == 0)
            return *at;
    return NULL;
}

/* Of every method that prunes columns: the mask has the sign and, where it is packed, 8 - N columns; these alone hold what
 * is stored; and no weight moves by more than pruning so many columns can. */
static void the_kept_columns_hold_what_is_stored(void **state)
{
    (void)state;
    const method_t *method;
    for (size_t m = 0; (method = nth_coder(m)) != NULL; m++)
        for (int round = 0; round < ROUNDS; round++) {
            int8_t weights[MOST], back[MOST];
            uint8_t planes[MOST];
            int64_t count = make_group(round, weights);
            int columns = 1 + round % COLUMNS_MOST;
            result_t result = encode(method->name, columns, weights, count);
            assert_true(result.code.kept & 0x80);
            assert_true(!method->packs || __builtin_popcount(result.code.kept) == 8 - columns);
            assert_true(result.error <= count << 2 * columns);
            if (!method->coder->meta_in_byte)
                continue;
            assert_true(planes_write(result.stored, count, method->coder->sign_magnitude, result.code.kept, planes));
            assert_true(planes_read(planes, count, method->coder->sign_magnitude, result.code.kept, back));
            assert_memory_equal(back, result.stored, (size_t)count);
        }
}

/* The zero shift is among those tried: it never loses to plain rounding. */
static void the_search_beats_each_single_shift(void **state)
{
    (void)state;
    const method_t *zps = method_of("zps");
    for (int round = 0; round < ROUNDS / 10; round++) {
        int8_t weights[MOST], stored[MOST];
        int64_t count = make_group(round, weights);
        method_config_t config = zps->defaults;
        config.columns = 1 + round % COLUMNS_MOST;
        int64_t best = encode("zps", config.columns, weights, count).error;
        config.fixed_shift = true;
        for (config.shift = -31; config.shift <= 32; config.shift++) {
            column_code_t code = zps->coder->encode(&config, weights, count, stored);
            int64_t error = 0;
            for (int64_t i = 0; i < count; i++)
                error += (int64_t)(stored[i] + code.constant - weights[i]) * (stored[i] + code.constant - weights[i]);
            assert_true(error >= best);
        }
    }
}

static int64_t bias_of(const result_t *result, const int8_t *weights, int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += result->values[i] - weights[i];
    return sum < 0 ? -sum : sum;
}

/* Choosing by mean error costs no squared error where near is 0, else at most so much, and the mean never grows by it.
 * The rounding of ties changes no squared error. */
static void the_choice_by_mean_costs_what_it_says(void **state)
{
    (void)state;
    int64_t less = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int8_t weights[MOST];
        int64_t count = make_group(round, weights);
        int columns = 1 + round % COLUMNS_MOST;
        result_t lowest = encode("zps:choice=lowest", columns, weights, count),
                 mean = encode("zps", columns, weights, count);
        result_t near = encode("zps:near=10", columns, weights, count);
        result_t zero = encode("zps:choice=lowest:ties=zero", columns, weights, count);
        int64_t biases[] = {bias_of(&lowest, weights, count), bias_of(&mean, weights, count),
                            bias_of(&near, weights, count)};
        assert_int_equal(lowest.error, mean.error);
        assert_int_equal(lowest.error, zero.error);
        assert_true(10 * near.error <= 11 * lowest.error);
        assert_true(biases[2] <= biases[1] && biases[1] <= biases[0]);
        less += biases[1] < biases[0];
    }
    assert_true(less > ROUNDS / 10);
}

static void sensitive_channels_come_in_units_or_whole_layers(void **state)
{
    (void)state;
    method_config_t config;
    const method_t *mod = method_of_spec("bbs-mod", &config);
    static int8_t q[200 * 4];
    memset(q, 3, sizeof q);
    for (int round = 0; round < 200; round++) {
        compress_layer_t layers[5];
        float scales[5][200];
        compressed_t out[5];
        for (int i = 0; i < 5; i++) {
            layers[i] =
                (compress_layer_t){.name = "l", .k = 1 + (int64_t)(next_random() % 200), .c = 4, .kh = 1, .kw = 1, .q = q};
            for (int64_t channel = 0; channel < layers[i].k; channel++)
                scales[i][channel] = (float)(1 + next_random() % 1000);
            layers[i].scale = scales[i];
        }
        config.beta = (double)(round % 11) / 10;
        assert_ok(compress_network(mod, &config, layers, 5, 1, out));
        compress_size_t size = compress_total(layers, out, 5);
        assert_true((double)size.sensitive >= config.beta * (double)size.channels - 1);
        for (int i = 0; i < 5; i++) {
            assert_true(out[i].sensitive % 32 == 0 || out[i].sensitive == layers[i].k);
            compressed_free(&out[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_fall_with_fewer_columns),
        cmocka_unit_test(n_columns_are_bidirectionally_sparse),
        cmocka_unit_test(values_and_constants_keep_their_bounds),
        cmocka_unit_test(the_kept_columns_hold_what_is_stored),
        cmocka_unit_test(the_search_beats_each_single_shift),
        cmocka_unit_test(the_choice_by_mean_costs_what_it_says),
        cmocka_unit_test(sensitive_channels_come_in_units_or_whole_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
