/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/pairs: worked examples, and the brute force of tests/oracle/sparten.py on small layers with padding and partly
 * filled tiles. */
#include "accel/pairs.h"

#include "accel/pairs_inputs.h"
#include "accel/pairs_tile.h"
#include "accel/tile.h"
#include "base/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

enum { ROWS = 32, COLUMNS = 16, SLICE = 128, LOAD = 16, SAMPLES = 2 };
enum { SIGMAS = 4 }; /* one layer in 16,000 is this far off by chance; the seeds are fixed */

/* ===  Layers by formula, as in the oracle  === */

static uint32_t mixed(uint32_t i, uint32_t seed)
{
    uint32_t x = i * 2654435761u + seed;
    x ^= x >> 15;
    x *= 2246822519u;
    return x ^ x >> 13;
}

static int8_t *weights_of(const net_layer_t *layer, int64_t zeros)
{
    const int64_t count = net_layer_weights(layer);
    int8_t *weights = malloc((size_t)count);
    assert_non_null(weights);
    for (int64_t i = 0; i < count; i++)
        weights[i] = (mixed((uint32_t)i, 40503) >> 8 & 7) >= zeros ? 1 : 0;
    return weights;
}

static uint8_t *masks_of(int64_t elements, double density)
{
    const int64_t bytes = (elements + 7) / 8;
    uint8_t *bits = calloc((size_t)(bytes * SAMPLES), 1);
    assert_non_null(bits);
    for (int64_t i = 0; i < elements * SAMPLES; i++)
        if (mixed((uint32_t)i, 99) % 1000 < 1000 * density)
            bits[i / elements * bytes + i % elements / 8] |= (uint8_t)(1 << i % elements % 8);
    return bits;
}

static pairs_t count(const pairs_request_t *request, int threads)
{
    pairs_t pairs;
    assert_ok(pairs_count(request, threads, &pairs));
    return pairs;
}

static pairs_request_t request_of(const net_layer_t *layer, const int8_t *weights, double density)
{
    return (pairs_request_t){.shape = layer,
                             .weights = weights,
                             .density = density,
                             .rows = ROWS,
                             .columns = COLUMNS,
                             .group = SLICE,
                             .load = LOAD};
}

/* ===  Worked examples  === */

/* 32 equal rows of 128 weights, one token: every PE has the same pairs, so the tile takes their number and not the largest
 * of 32 numbers: 64 on average, with a deviation of sqrt(128)/2 = 5.7 a draw and 1 for the mean of 32 draws. */
static void rows_share_the_inputs_of_their_column(void **state)
{
    (void)state;
    net_table_t table = {0};
    assert_ok(net_add_linear(&table, "equal", 32, 128, 1, false));
    int8_t *weights = weights_of(&table.items[0], 0);
    const pairs_request_t request = request_of(&table.items[0], weights, 0.5);
    const pairs_t pairs = count(&request, 1);
    assert_true(fabs(pairs.cycles - 64) <= SIGMAS);
    assert_true(pairs.variance > 0.5 && pairs.variance < 2.0);
    assert_true(fabs(pairs.pairs - 32 * pairs.cycles) < 1e-6); /* no PE waits */
    free(weights);
    net_table_free(&table);
}

/* One pixel, kernel 3 x 3, padding 1: eight of nine kernel positions read nothing but zeros and only load. */
static void padding_is_zero(void **state)
{
    (void)state;
    net_table_t table = {0};
    assert_ok(net_add_conv(&table, "pixel", "", 4, 100, 3, 1, 1, 1, 1));
    int8_t *weights = weights_of(&table.items[0], 0);
    pairs_request_t request = request_of(&table.items[0], weights, 1.0);
    pairs_t pairs = count(&request, 1);
    assert_true(pairs.cycles == 100 + 8 * LOAD);
    assert_true(pairs.pairs == 4 * 100);
    assert_true(pairs.variance == 0.0);
    assert_int_equal(pairs.slices, 9);
    /* Cut from the flattened 900 weights, each of 8 slices of 128 or less has 14 or 15 of the 100. */
    request.flat = true;
    pairs = count(&request, 1);
    assert_int_equal(pairs.slices, 8);
    assert_true(pairs.cycles == 8 * LOAD);
    assert_true(pairs.pairs == 4 * 100);
    assert_int_equal(tile_positions_inside(&table.items[0]), 1);
    /* Three pictures take three times as long. */
    table.items[0].tokens = 3;
    pairs = count(&request, 1);
    assert_true(pairs.cycles == 3 * 8 * LOAD);
    assert_true(pairs.pairs == 3 * 4 * 100);
    assert_int_equal(tile_positions_inside(&table.items[0]), 3);
    free(weights);
    net_table_free(&table);
}

/* A column that no output fills costs nothing: 17 tokens are 16 and 1, and the single one takes the mean and not the
 * largest of 16. One row, so that its columns are independent and both have a closed form. */
static double at_most(int n, int t, double density)
{
    double sum = 0.0;
    for (int i = 0; i <= t && i <= n; i++)
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(density) + (n - i) * log1p(-density));
    return fmin(1.0, sum);
}

static double expected_largest(int n, double columns, double density)
{
    double cycles = 0.0;
    for (int t = 0; t < n; t++)
        cycles += t < LOAD ? 1.0 : 1.0 - pow(at_most(n, t, density), columns);
    return cycles;
}

static void a_tile_has_the_columns_that_it_has(void **state)
{
    (void)state;
    const double densities[] = {0.05, 0.4, 0.9, 0.999};
    net_table_t table = {0};
    assert_ok(net_add_linear(&table, "row", 1, 128, 17, false));
    int8_t *weights = weights_of(&table.items[0], 0);
    for (size_t i = 0; i < sizeof densities / sizeof *densities; i++) {
        const double expected = expected_largest(128, 16, densities[i]) + expected_largest(128, 1, densities[i]);
        const pairs_request_t request = request_of(&table.items[0], weights, densities[i]);
        const pairs_t pairs = count(&request, 2);
        assert_true(fabs(pairs.cycles - expected) <= SIGMAS * sqrt(pairs.variance) + 0.05);
    }
    free(weights);
    net_table_free(&table);
}

/* ===  Brute force  === */

static double real_at(const csv_table_t *rows, size_t row, const char *name)
{
    size_t column;
    double value;
    assert_ok(csv_column(rows, name, &column));
    assert_ok(csv_cell_real(rows, row, column, &value));
    return value;
}

static int64_t integer_at(const csv_table_t *rows, size_t row, const char *name)
{
    return (int64_t)real_at(rows, row, name);
}

static void is_near(double ours, double our_variance, double theirs, double their_error)
{
    assert_true(fabs(ours - theirs) <= SIGMAS * sqrt(our_variance + their_error * their_error));
}

static void check_layer(const csv_table_t *rows, size_t row)
{
    const int64_t kernel = integer_at(rows, row, "kernel"), in_w = integer_at(rows, row, "in_w");
    const int64_t k = integer_at(rows, row, "k"), c = integer_at(rows, row, "c"), in_h = integer_at(rows, row, "in_h");
    const double density = real_at(rows, row, "density");
    net_table_t table = {0};
    if (in_h == 1)
        assert_ok(net_add_linear(&table, "layer", k, c, in_w, false));
    else
        assert_ok(net_add_conv(&table, "layer", "", k, c, kernel, integer_at(rows, row, "stride"),
                               integer_at(rows, row, "pad"), in_h, in_w));
    int8_t *weights = weights_of(&table.items[0], integer_at(rows, row, "zeros"));
    uint8_t *bits = masks_of(c * in_h * in_w, density);
    pairs_request_t request = request_of(&table.items[0], weights, density);
    request.flat = integer_at(rows, row, "flat") != 0;
    const pairs_t drawn = count(&request, 1), again = count(&request, 3);
    assert_memory_equal(&drawn, &again, sizeof drawn);
    is_near(drawn.cycles, drawn.variance, real_at(rows, row, "cycles"), real_at(rows, row, "cycles_error"));
    assert_true(fabs(drawn.pairs / real_at(rows, row, "pairs") - 1.0) < 0.02);

    request.density = 1.0;
    const pairs_t dense = count(&request, 1);
    assert_true(dense.cycles == real_at(rows, row, "dense_cycles") && dense.variance == 0.0);
    assert_true(dense.pairs == real_at(rows, row, "dense_pairs"));

    request.masks = (accel_masks_t){.bits = bits, .samples = SAMPLES, .bytes = (c * in_h * in_w + 7) / 8};
    const pairs_t replay = count(&request, 2);
    assert_true(replay.cycles * SAMPLES == real_at(rows, row, "replay_cycles") && replay.variance == 0.0);
    assert_true(replay.pairs * SAMPLES == real_at(rows, row, "replay_pairs"));
    free(weights);
    free(bits);
    net_table_free(&table);
}

static void small_layers_are_those_of_the_brute_force(void **state)
{
    (void)state;
    csv_table_t rows;
    assert_ok(csv_read("tests/data/sparten.csv", &rows));
    assert_true(rows.rows >= 10);
    for (size_t row = 0; row < rows.rows; row++)
        check_layer(&rows, row);
    csv_free(&rows);
}

/* Positions inside the plane, counted one by one. */
static void positions_inside_are_counted(void **state)
{
    (void)state;
    const int64_t cases[][4] = {{3, 1, 1, 13}, {3, 2, 1, 9}, {7, 2, 3, 20}, {3, 3, 2, 7}, {1, 2, 0, 14}, {5, 1, 4, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t kernel = cases[i][0], stride = cases[i][1], pad = cases[i][2], side = cases[i][3];
        net_table_t table = {0};
        int64_t along = 0;
        assert_ok(net_add_conv(&table, "layer", "", 1, 1, kernel, stride, pad, side, side));
        for (int64_t x = 0; x < table.items[0].out_w; x++)
            for (int64_t at = 0; at < kernel; at++)
                along += x * stride + at >= pad && x * stride + at - pad < side;
        assert_int_equal(tile_positions_inside(&table.items[0]), along * along);
        net_table_free(&table);
    }
}

/* ===  Bit by bit  === */

/* Ones of a row of weights and a bitmap of inputs. */
static int64_t pairs_of(const int8_t *row, const bitmap_t *column, int64_t group)
{
    int64_t count = 0;
    for (int64_t i = 0; i < group; i++)
        count += row[i] != 0 && (column->words[i / 64] >> i % 64 & 1) != 0;
    return count;
}

/* Pairs and cycles of one step: every weight of every row with every column of each slice. */
static pairs_sum_t count_bits(const pairs_inputs_t *inputs, int64_t step, const int8_t *rows, int64_t row_count)
{
    const int64_t group = inputs->request->group, slices = inputs->slices;
    pairs_sum_t sum = {0};
    for (int64_t slice = 0; slice < slices; slice++) {
        const bitmap_t *columns = inputs->bitmaps + (slice * inputs->room + step) * inputs->columns;
        int64_t most = LOAD;
        for (int64_t row = 0; row < row_count; row++)
            for (int64_t column = 0; column < inputs->used[step]; column++) {
                const int64_t pairs = pairs_of(rows + (row * slices + slice) * group, &columns[column], group);
                sum.pairs += pairs;
                most = pairs > most ? pairs : most;
            }
        sum.cycles += most;
    }
    return sum;
}

/* The inputs of two kinds of steps, drawn, with a tile of random weights. */
static void check_tile(const pairs_request_t *request, const int8_t *rows, int64_t row_count, bool plain)
{
    enum { STEPS = 5 };
    const pairs_step_t steps[STEPS] = {{.columns = request->columns, .number = 0},
                                       {.columns = request->columns, .number = 1},
                                       {.columns = request->columns, .number = 7},
                                       {.columns = 1, .number = 8},
                                       {.columns = 1, .number = 9}};
    pairs_inputs_t inputs;
    pairs_tile_t tile;
    pairs_sum_t sums[STEPS] = {{0}};
    int64_t nonzero = 0;
    assert_ok(pairs_inputs_open(request, request->columns, STEPS, 2, plain, &inputs));
    assert_ok(pairs_inputs_fill(&inputs, steps, STEPS, 2));
    assert_ok(pairs_tile_open(row_count, inputs.slices, request->group, &tile));
    pairs_tile_clear(&tile);
    for (int64_t row = 0; row < row_count; row++)
        pairs_tile_add(&tile, rows + row * inputs.slices * request->group);
    for (int64_t i = 0; i < row_count * inputs.slices * request->group; i++)
        nonzero += rows[i] != 0;
    assert_int_equal(tile.nonzero, nonzero);
    pairs_tile_count(&tile, &inputs, 0, STEPS, LOAD, sums);
    for (int64_t step = 0; step < STEPS; step++) {
        const pairs_sum_t wanted = count_bits(&inputs, step, rows, row_count);
        assert_int_equal(sums[step].pairs, wanted.pairs);
        assert_int_equal(sums[step].cycles, wanted.cycles);
    }
    pairs_tile_close(&tile);
    pairs_inputs_close(&inputs);
}

/* Groups that are no multiple of eight, and rows and columns up to more than a vector. */
static void tiles_are_counted_as_bits_are(void **state)
{
    (void)state;
    enum { MOST_TILE_ROWS = 35, SLICES = 2 };
    static int8_t rows[MOST_TILE_ROWS * SLICES * BITMAP_BITS];
    static const int64_t columns[] = {1, 3, 16, 33}; /* 33: more than vectors take */
    uint64_t random = 3;
    for (int64_t group = 1; group <= BITMAP_BITS; group += group < 20 ? 6 : 27)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            for (int64_t row_count = 1; row_count <= MOST_TILE_ROWS; row_count += 17) {
                net_table_t table = {0};
                assert_ok(net_add_linear(&table, "tile", row_count, SLICES * group, 40, false));
                pairs_request_t request = request_of(&table.items[0], rows, 0.6);
                request.group = group;
                request.columns = columns[c];
                for (int64_t i = 0; i < row_count * SLICES * group; i++)
                    rows[i] = (int8_t)(random_between(&random, 0, 2) == 0 ? 0 : random_between(&random, -128, 127));
                check_tile(&request, rows, row_count, false);
                check_tile(&request, rows, row_count, true);
                net_table_free(&table);
            }
}

static void check_ways(const pairs_request_t *request)
{
    pairs_t fast = {0}, plain = {0};
    assert_ok(pairs_count(request, 2, &fast));
    assert_ok(pairs_count_plain(request, 1, &plain));
    assert_memory_equal(&fast, &plain, sizeof fast);
}

/* By vectors and pair by pair: the same numbers from the same draws, for layers that fill nothing, kernels cut along the
 * plane, groups of channels, slices without regard to positions, real inputs, no inputs and nothing but inputs. */
static void the_ways_of_counting_agree(void **state)
{
    (void)state;
    static const int64_t shapes[][6] = {{1, 1, 1, 1, 0, 3},    {40, 3, 7, 2, 3, 30}, {33, 65, 3, 1, 1, 20},
                                        {65, 130, 3, 2, 0, 9}, {8, 300, 1, 1, 0, 5}, {64, 64, 3, 1, 1, 40}};
    static const double densities[] = {1e-12, 0.03, 0.5, 1.0};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t *at = shapes[i];
        net_table_t table = {0};
        assert_ok(net_add_conv(&table, "layer", "", at[0], at[1], at[2], at[3], at[4], at[5], at[5]));
        net_layer_t *layer = &table.items[0];
        int8_t *weights = weights_of(layer, 3);
        const int64_t elements = layer->c * layer->in_h * layer->in_w;
        uint8_t *masks = masks_of(elements, 0.4);
        for (size_t d = 0; d < sizeof densities / sizeof *densities; d++) {
            pairs_request_t request = request_of(layer, weights, densities[d]);
            check_ways(&request);
            request.flat = true;
            check_ways(&request);
        }
        pairs_request_t request = request_of(layer, weights, 0.0);
        request.masks = (accel_masks_t){.bits = masks, .samples = SAMPLES, .bytes = (elements + 7) / 8};
        check_ways(&request);
        layer->c = layer->groups = layer->k % 8 == 0 && layer->c >= 8 ? 8 : 1; /* so many groups of so many channels */
        request = request_of(layer, weights, 0.5);
        check_ways(&request);
        free(weights);
        free(masks);
        net_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_share_the_inputs_of_their_column),
        cmocka_unit_test(padding_is_zero),
        cmocka_unit_test(a_tile_has_the_columns_that_it_has),
        cmocka_unit_test(small_layers_are_those_of_the_brute_force),
        cmocka_unit_test(positions_inside_are_counted),
        cmocka_unit_test(tiles_are_counted_as_bits_are),
        cmocka_unit_test(the_ways_of_counting_agree),
    };
    return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
