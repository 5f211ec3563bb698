/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/vectors.h: what is made for processors with large vectors gives what its plain function gives, for every size
 * around that of a vector, and on weights at the ends of their range. Where the processor has no such vectors both are the
 * plain one. */
#include "base/vectors.h"

#include "accel/bitwave_rows.h"
#include "accel/cost_rows.h"
#include "accel/flip.h"
#include "compress/transpose.h"
#include "weights/synthesis_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

/* Weights of every kind: all ones of a magnitude, -128, zeros in runs, and bells of every width. */
static void fill(uint64_t *seed, int8_t *weights, int64_t count)
{
    static const int8_t extremes[] = {0, -1, 1, INT8_MIN, INT8_MAX, -INT8_MAX, 64, -64};
    int width = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i % 40 == 0)
            width = random_between(seed, -2, 7);
        weights[i] = (int8_t)(width == -2   ? 0
                              : width == -1 ? extremes[random_between(seed, 0, (int)sizeof extremes - 1)]
                                            : random_weight(seed, width));
    }
}

static void there_is_a_fast_way_to_test(void **state)
{
    (void)state;
    if (!vectors_there()) {
        printf("# skipped: this processor has no such vectors\n");
        skip();
    }
}

/* ===  Rows and columns  === */

/* Every number of columns around those that have a way of their own, and nothing is written beside them. */
static void bytes_are_transposed_as_one_by_one(void **state)
{
    (void)state;
    enum { MOST_ROWS = 200, MOST_COLUMNS = 20, SIZE = MOST_ROWS * MOST_COLUMNS + 1 };
    static int8_t from[SIZE], fast[SIZE], plain[SIZE];
    uint64_t seed = 10;
    for (int i = 0; i < SIZE; i++)
        from[i] = (int8_t)random_next(&seed);
    for (int64_t columns = 1; columns <= MOST_COLUMNS; columns++)
        for (int64_t rows = 1; rows <= MOST_ROWS; rows += rows > 60 && rows < 70 ? 1 : 3) {
            memset(fast, 1, sizeof fast);
            transpose_bytes(from, rows, columns, fast);
            memset(plain, 1, sizeof plain);
            transpose_bytes_plain(from, rows, columns, plain);
            assert_memory_equal(fast, plain, sizeof fast);
            for (int64_t i = 0; i < rows * columns; i++)
                assert_int_equal(fast[i % columns * rows + i / columns], from[i]);
        }
}

/* ===  Costs  === */

static void costs_of_rows_are_those_of_their_slices(void **state)
{
    (void)state;
    enum { SLICES = 70, GROUP = 48, GUARD = 7 };
    const cost_rule_t *const rules[] = {&cost_rule_pragmatic, &cost_rule_pragmatic_signed, &cost_rule_bitlet,
                                        &cost_rule_bitlet_zeros};
    uint64_t seed = 11;
    int8_t *weights = malloc(SLICES * GROUP);
    assert_non_null(weights);
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (int64_t group = 16; group <= GROUP; group += 16)
            for (int64_t slices = 1; slices <= SLICES; slices++) {
                uint16_t fast[SLICES + 1], plain[SLICES + 1];
                fill(&seed, weights, slices * group);
                fast[slices] = plain[slices] = GUARD; /* nothing is written behind the last slice */
                assert_int_equal(cost_rows(rules[r], weights, slices, group, fast),
                                 cost_rows_plain(rules[r], weights, slices, group, plain));
                assert_memory_equal(fast, plain, (size_t)(slices + 1) * sizeof *fast);
            }
    free(weights);
}

/* 16 weights of 0, -128 (a one), 127 (seven ones) and -3 (two) in Pragmatic; in Bitlet 32 weights of which 20 have bit 0.
 */
static void a_row_worked_out_by_hand(void **state)
{
    (void)state;
    int8_t weights[64] = {[16] = INT8_MIN, [32 + 5] = INT8_MAX, [48] = -3, [63] = 1};
    uint16_t cycles[4];
    assert_int_equal(cost_rows(&cost_rule_pragmatic, weights, 4, 16, cycles), 1 + 7 + 2 + 1);
    assert_memory_equal(cycles, ((uint16_t[]){1, 1, 7, 2}), sizeof cycles);
    assert_int_equal(cost_rows(&cost_rule_pragmatic_signed, weights, 4, 16, cycles), 8 + 7 + 3 + 1);
    assert_memory_equal(cycles, ((uint16_t[]){0, 8, 7, 3}), sizeof cycles);
    memset(weights, 0, sizeof weights);
    for (int i = 0; i < 20; i++)
        weights[i] = i < 10 ? 5 : 1;
    assert_int_equal(cost_rows(&cost_rule_bitlet, weights, 2, 32, cycles), 20 + 10);
    assert_memory_equal(cycles, ((uint16_t[]){20, 1}), 2 * sizeof *cycles);
    cost_rows(&cost_rule_bitlet_zeros, weights, 2, 32, cycles);
    assert_memory_equal(cycles, ((uint16_t[]){20, 0}), 2 * sizeof *cycles);
}

/* ===  BitWave  === */

enum { RUNS = 3, ROOM = 20 * BITWAVE_FILLED };

/* A row of `runs` runs of `length` weights, filled up. */
static bitwave_row_t make_row(uint64_t *seed, int64_t runs, int64_t length, int8_t *weights)
{
    const tile_layout_t layout = {.segments = runs, .length = length};
    const bitwave_row_t row = bitwave_row(&layout);
    memset(weights, 0, (size_t)(runs * row.room * BITWAVE_UNIT));
    for (int64_t run = 0; run < runs; run++)
        fill(seed, weights + run * row.room * BITWAVE_UNIT, length);
    return row;
}

static void masks_and_cycles_are_the_plain_ones(void **state)
{
    (void)state;
    static const bitwave_rule_t rules[] = {
        {.counted = UINT8_MAX, .empty = 1}, {.counted = UINT8_MAX, .with_signs = true}, {.counted = 0x1f}};
    static const int64_t widths[] = {1, 2, 3, 4, 8, 16, 20, 32};
    static int8_t weights[RUNS * ROOM * BITWAVE_UNIT];
    uint8_t fast[RUNS * ROOM + 1], plain[RUNS * ROOM + 1];
    uint64_t seed = 13;
    for (int64_t length = 1; length <= 20 * BITWAVE_UNIT + 130; length += length < 20 ? 1 : 13)
        for (int64_t runs = 1; runs <= RUNS; runs++)
            for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
                const bitwave_row_t row = make_row(&seed, runs, length, weights);
                const bitwave_sums_t a = bitwave_masks(&row, &rules[r], weights, fast),
                                     b = bitwave_masks_plain(&row, &rules[r], weights, plain);
                assert_true(a.ones == b.ones && a.bits == b.bits);
                assert_memory_equal(fast, plain, (size_t)(runs * row.room));
                for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                    uint8_t ours[RUNS * ROOM + 1], theirs[RUNS * ROOM + 1];
                    const size_t places = (size_t)bitwave_places(&row, widths[w]);
                    ours[places] = theirs[places] = 99; /* nothing is written behind the last place */
                    bitwave_cycles(&row, &rules[r], fast, widths[w], ours);
                    bitwave_cycles_plain(&row, &rules[r], plain, widths[w], theirs);
                    assert_memory_equal(ours, theirs, places + 1);
                }
            }
}

/* 20 weights are three units: 8 of -4 (column 2), zeros, and 4 of -128, which counts as -127. */
static void a_row_of_bitwave_by_hand(void **state)
{
    (void)state;
    static int8_t weights[BITWAVE_FILLED * BITWAVE_UNIT];
    const bitwave_row_t row = bitwave_row(&(tile_layout_t){.segments = 1, .length = 20});
    const bitwave_rule_t rule = {.counted = UINT8_MAX, .empty = 1}, with_signs = {.counted = UINT8_MAX, .with_signs = true};
    uint8_t masks[BITWAVE_FILLED], cycles[BITWAVE_FILLED];
    memset(weights, -4, 8);
    memset(weights + 16, INT8_MIN, 4);
    const bitwave_sums_t sums = bitwave_masks(&row, &rule, weights, masks);
    assert_true(row.units == 3 && row.room == BITWAVE_FILLED);
    assert_int_equal(sums.ones, 8 * 1 + 4 * 7);
    assert_int_equal(sums.bits, 8 * (1 + 1) + 4 * (1 + 7));
    assert_memory_equal(masks, ((uint8_t[BITWAVE_FILLED]){1 << 2, 0, 127}), sizeof masks);
    bitwave_cycles(&row, &rule, masks, 1, cycles);
    assert_memory_equal(cycles, ((uint8_t[BITWAVE_FILLED]){1, 1, 7}), sizeof cycles);
    bitwave_cycles(&row, &rule, masks, 2, cycles);
    assert_memory_equal(cycles, ((uint8_t[BITWAVE_FILLED / 2]){1, 7}), sizeof cycles / 2);
    bitwave_masks(&row, &with_signs, weights, masks);
    bitwave_cycles(&row, &with_signs, masks, 1, cycles);
    assert_memory_equal(cycles, ((uint8_t[BITWAVE_FILLED]){2, 0, 8}), sizeof cycles);
}

static void flipped_groups_are_the_methods(void **state)
{
    (void)state;
    enum { MOST_WEIGHTS = 512 };
    uint64_t seed = 14;
    for (int columns = 0; columns <= 6; columns++)
        for (int64_t group = 16; group <= 64; group += 16)
            for (int64_t count = 1; count <= 400; count += count < 70 ? 1 : 37) {
                int8_t weights[MOST_WEIGHTS] = {0}, fast[MOST_WEIGHTS], plain[MOST_WEIGHTS] = {0};
                flip_plan_t plan;
                flip_plan(columns, group, &plan);
                fill(&seed, weights, count);
                memcpy(fast, weights, sizeof fast);
                flip_groups(&plan, fast, count, fast); /* in place */
                flip_groups_plain(&plan, weights, count, plain);
                assert_memory_equal(fast, plain, sizeof fast);
            }
}

/* ===  Drawn weights  === */

typedef struct {
    float *cells, *gains, spread[SYNTHESIS_LANES];
    uint32_t *numbers;
} material_t;

enum { MOST_COUNT = 2000, MOST_GAINS = 200 };

static float real(uint64_t *seed, float most)
{
    return most * ((float)random_between(seed, -1000, 1000) / 1000.0f);
}

static void make(uint64_t *seed, material_t *material)
{
    material->cells = malloc(SYNTHESIS_CELLS * sizeof(float));
    material->gains = malloc(MOST_GAINS * SYNTHESIS_LANES * sizeof(float));
    material->numbers = malloc(MOST_COUNT * SYNTHESIS_LANES * sizeof(uint32_t));
    assert_true(material->cells && material->gains && material->numbers);
    for (int i = 0; i < SYNTHESIS_CELLS; i++)
        material->cells[i] = real(seed, 3.0f);
    for (int i = 0; i < MOST_GAINS * SYNTHESIS_LANES; i++)
        material->gains[i] = real(seed, 2.0f);
    for (int i = 0; i < MOST_COUNT * SYNTHESIS_LANES; i++)
        material->numbers[i] = (uint32_t)random_next(seed);
    for (int lane = 0; lane < SYNTHESIS_LANES; lane++)
        material->spread[lane] = lane == 3 ? 0.0f : 1.0f + (float)(lane * lane); /* some weights are clamped */
}

static void unmake(material_t *material)
{
    free(material->cells);
    free(material->gains);
    free(material->numbers);
}

static void draw(const synthesis_part_t *part, bool plain, int8_t *weights, synthesis_peaks_t *peaks)
{
    for (int lane = 0; lane < SYNTHESIS_LANES; lane++) {
        peaks->magnitude[lane] = lane % 2 == 0 ? -1.0f : 5.0f; /* 5: what came before was larger than some of these */
        peaks->value[lane] = -5.0f;
        peaks->place[lane] = 17;
    }
    (plain ? synthesis_lanes_plain : synthesis_lanes)(part, weights, peaks);
}

/* Odd numbers of weights and positions, groups that are cut short, several groups. */
static void drawn_weights_are_the_plain_ones(void **state)
{
    (void)state;
    static const int64_t positions[] = {1, 2, 3, 9, 49}, counts[] = {1, 2, 31, 32, 33, 96, 287, 288, 289, 1568};
    uint64_t seed = 12;
    material_t material;
    make(&seed, &material);
    int8_t *fast = malloc(MOST_COUNT * SYNTHESIS_LANES), *plain = malloc(MOST_COUNT * SYNTHESIS_LANES);
    assert_true(fast && plain);
    for (size_t p = 0; p < sizeof positions / sizeof *positions; p++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            const synthesis_part_t part = {.cells = material.cells,
                                           .numbers = material.numbers,
                                           .gains = material.gains,
                                           .spread = material.spread,
                                           .rows = 32,
                                           .positions = positions[p],
                                           .first = 4096,
                                           .count = counts[c]};
            synthesis_peaks_t fast_peaks, plain_peaks;
            draw(&part, false, fast, &fast_peaks);
            draw(&part, true, plain, &plain_peaks);
            assert_memory_equal(fast, plain, (size_t)counts[c] * SYNTHESIS_LANES);
            assert_memory_equal(&fast_peaks, &plain_peaks, sizeof fast_peaks);
        }
    free(fast);
    free(plain);
    unmake(&material);
}

/* Lane 0 takes cell 7 in the low half and cell 9 in the high one: 2 * 1.5 = 3 steps of spread 2 = 6, then -1 * 1.5 * 2 =
 * -3; lane 1 has a spread of 100 and is clamped. The largest is the first of equal ones. */
static void two_weights_by_hand(void **state)
{
    (void)state;
    enum { LANES = SYNTHESIS_LANES };
    static float cells[SYNTHESIS_CELLS];
    float gains[LANES], spread[LANES] = {2.0f, 100.0f};
    uint32_t numbers[2 * LANES];
    int8_t weights[3 * LANES];
    synthesis_peaks_t peaks = {.place = {0}};
    cells[7] = 2.0f;
    cells[9] = -1.0f;
    for (int lane = 0; lane < LANES; lane++) {
        gains[lane] = 1.5f;
        numbers[lane] = 9u << 16 | 7u;
        numbers[LANES + lane] = 7u;
        peaks.magnitude[lane] = -1.0f;
    }
    const synthesis_part_t part = {.cells = cells,
                                   .numbers = numbers,
                                   .gains = gains,
                                   .spread = spread,
                                   .rows = 32,
                                   .positions = 1,
                                   .first = 64,
                                   .count = 3};
    synthesis_lanes(&part, weights, &peaks);
    assert_int_equal(weights[0], 6);
    assert_int_equal(weights[LANES], -3);
    assert_int_equal(weights[2 * LANES], 6);
    assert_int_equal(weights[1], 127);
    assert_int_equal(weights[LANES + 1], -128);
    assert_true(peaks.magnitude[0] == 3.0f && peaks.value[0] == 3.0f);
    assert_int_equal(peaks.place[0], 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_fast_way_to_test),
        cmocka_unit_test(bytes_are_transposed_as_one_by_one),
        cmocka_unit_test(costs_of_rows_are_those_of_their_slices),
        cmocka_unit_test(a_row_worked_out_by_hand),
        cmocka_unit_test(masks_and_cycles_are_the_plain_ones),
        cmocka_unit_test(a_row_of_bitwave_by_hand),
        cmocka_unit_test(flipped_groups_are_the_methods),
        cmocka_unit_test(drawn_weights_are_the_plain_ones),
        cmocka_unit_test(two_weights_by_hand),
    };
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
