/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/sparten: exact where all activations are there, an estimate with an error where not, and what a tensor behind a
 * bit mask weighs. */
#include "accel/designs.h"

#include "accel/energy.h"
#include "accel/exact.h"
#include "accel/memory.h"
#include "accel/oddity.h"
#include "accel/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "default_config.h"
#include "random.h"
#include "testing.h"

enum { ROWS = 32, SLICE = 128, LOAD = 16 };

/* A layer on its own with weights of which about `zeros` of 8 are zero. */
typedef struct {
    net_table_t table;
    int8_t *weights;
} fixture_t;

static fixture_t make_linear(int64_t k, int64_t c, int64_t tokens, int zeros)
{
    fixture_t made = {0};
    uint64_t seed = 21;
    assert_ok(net_add_linear(&made.table, "linear", k, c, tokens, false));
    made.weights = malloc((size_t)(k * c));
    assert_non_null(made.weights);
    for (int64_t i = 0; i < k * c; i++)
        made.weights[i] = (int8_t)(random_between(&seed, 0, 7) < zeros ? 0 : random_between(&seed, 1, 127));
    return made;
}

static void drop(fixture_t *fixture)
{
    free(fixture->weights);
    net_table_free(&fixture->table);
}

static counts_t count_fixture(const fixture_t *fixture, double input, double output, int threads)
{
    accel_layer_t layer = {.shape = &fixture->table.items[0],
                           .weights = fixture->weights,
                           .sensitive = ACCEL_UNIFORM,
                           .input_density = input,
                           .output_density = output};
    counts_t counts;
    assert_ok(accel_count(&accelerator_sparten, default_config(&accelerator_sparten), &layer, 1, threads, &counts));
    return counts;
}

/* Weights that are not zero in one slice of one row. */
static int nonzero(const fixture_t *fixture, int64_t k, int64_t slice)
{
    int64_t c = fixture->table.items[0].c;
    int count = 0;
    for (int64_t i = slice * SLICE; i < c && i < (slice + 1) * SLICE; i++)
        count += fixture->weights[k * c + i] != 0;
    return count;
}

static void without_zero_activations_the_fullest_row_decides(void **state)
{
    (void)state;
    fixture_t fixture = make_linear(50, 300, 20, 3);
    int64_t cycles = 0, all = 0;
    for (int64_t first = 0; first < 50; first += ROWS)
        for (int64_t slice = 0; slice < 3; slice++) {
            int most = LOAD;
            for (int64_t k = first; k < 50 && k < first + ROWS; k++) {
                most = nonzero(&fixture, k, slice) > most ? nonzero(&fixture, k, slice) : most;
                all += nonzero(&fixture, k, slice);
            }
            cycles += most;
        }
    counts_t counts = count_fixture(&fixture, 1.0, 1.0, 2);
    assert_int_equal(counts.compute_cycles, cycles * 2); /* 20 tokens on 16 columns */
    assert_int_equal(counts.pe_cycles, all * 20);
    assert_int_equal(counts.useful_slots, all * 20);
    assert_int_equal(counts.value_bits, all * 8);
    assert_int_equal(counts.dram_weight, all);
    assert_int_equal(counts.dram_metadata, (50 * 300 + 7) / 8);
    assert_int_equal(counts.dram_input, 300 * 20 * 9 / 8); /* nothing is zero: the mask is all that it costs */
    assert_int_equal(counts.local_read, all * 20 * 2);
    drop(&fixture);
}

/* pairs.h has its own tests; here: what the design makes of the pairs. */
static void drawn_cycles_have_an_error_and_slices_are_a_setting(void **state)
{
    (void)state;
    fixture_t fixture = make_linear(40, 200, 16 * 1000, 2);
    counts_t one = count_fixture(&fixture, 0.4, 0.5, 1), three = count_fixture(&fixture, 0.4, 0.5, 3);
    assert_memory_equal(&one, &three, sizeof one);
    assert_true(one.useful_slots <= one.lane_slots);
    assert_true(one.cycles_variance > 0);
    assert_true(sqrt((double)one.cycles_variance) < 0.01 * (double)one.compute_cycles);
    drop(&fixture);

    /* 16 channels, 3 x 3: nine slices of 16 weights that load for 16 cycles, or 144 weights in two slices. */
    assert_ok(net_add_conv(&fixture.table, "narrow", "", 1, 16, 3, 1, 0, 3, 3));
    fixture.weights = malloc(16 * 9);
    assert_non_null(fixture.weights);
    memset(fixture.weights, 1, 16 * 9);
    accel_layer_t layer = {
        .shape = &fixture.table.items[0], .weights = fixture.weights, .input_density = 1.0, .output_density = 1.0};
    accel_config_t config = *default_config(&accelerator_sparten);
    counts_t counts;
    assert_ok(accel_count(&accelerator_sparten, &config, &layer, 1, 1, &counts));
    assert_int_equal(counts.compute_cycles, 9 * LOAD);
    assert_int_equal(counts.tiles, 9);
    assert_int_equal(counts.cycles_variance, 0);
    assert_ok(settings_put(accelerator_sparten.keys, &config, "flat_slices", 1));
    assert_ok(accel_count(&accelerator_sparten, &config, &layer, 1, 1, &counts));
    assert_int_equal(counts.compute_cycles, 128 + LOAD);
    assert_int_equal(counts.tiles, 2);
    config.oddities = ODDITY_WHOLE_READS; /* cycles by flattened slices, accesses by kernel positions */
    assert_ok(accel_count(&accelerator_sparten, &config, &layer, 1, 1, &counts));
    assert_int_equal(counts.compute_cycles, 128 + LOAD);
    assert_int_equal(counts.tiles, 9);
    drop(&fixture);
}

static void empty_weights_still_load_activations(void **state)
{
    (void)state;
    fixture_t fixture = make_linear(32, 128, 16, 8);
    counts_t counts = count_fixture(&fixture, 0.5, 0.5, 1);
    assert_int_equal(counts.compute_cycles, LOAD);
    assert_int_equal(counts.pe_cycles, 0);
    assert_int_equal(counts.dram_weight, 0);
    drop(&fixture);
}

static void masked_tensors_are_mask_and_bytes(void **state)
{
    (void)state;
    fixture_t fixture = make_linear(24, 100, 8, 4);
    accel_layer_t layer = {.shape = &fixture.table.items[0], .input_density = 0.25, .output_density = 0.5};
    const accel_config_t *config = default_config(&accelerator_sparten);
    const accel_storage_t storage = accel_storage(&accelerator_sparten, config);
    assert_int_equal(memory_input_bytes(config, &storage, &layer), 800 / 8 + 200);
    assert_int_equal(memory_output_bytes(config, &storage, &layer), 192 / 8 + 96);
    assert_int_equal(exact_share(10, 0.25), 3);
    assert_int_equal(exact_share(EXACT_OVERFLOW, 0.25), EXACT_OVERFLOW);
    drop(&fixture);
}

static void it_is_skipped_without_densities_and_refuses_wrong_ones(void **state)
{
    (void)state;
    fixture_t fixture = make_linear(24, 100, 8, 4);
    accel_layer_t layer = {.shape = &fixture.table.items[0], .weights = fixture.weights, .input_density = 0.5};
    counts_t counts;
    outcome_t outcome = accel_count(&accelerator_sparten, default_config(&accelerator_sparten), &layer, 1, 1, &counts);
    assert_true(outcome_is_skip(&outcome));
    layer.output_density = 1.5;
    assert_error(accel_count(&accelerator_sparten, default_config(&accelerator_sparten), &layer, 1, 1, &counts),
                 FAULT_FAILED, "density");
    drop(&fixture);
}

static void its_energy_is_a_pair_and_its_buffers(void **state)
{
    (void)state;
    energy_rates_t rates;
    assert_ok(energy_rates("bitsim", &accelerator_sparten, default_config(&accelerator_sparten), &rates));
    assert_true(fabs(rates.pe_pj - 1.3) < 1e-12); /* without the others' factor for place and route */
    assert_true(rates.weight_register_pj == 0.0 && rates.input_register_pj == 0.0);
    assert_true(fabs(rates.local_read_pj - 0.321429 / 2) < 1e-12);
    assert_true(fabs(rates.local_write_pj - 0.490937 / 2) < 1e-12);
    assert_true(fabs(rates.leakage_pj - 1.25 * (18 * 6.67536 + 18 * 5.94937 + 512 * 0.405979)) < 1e-9);
    assert_false(rates.interpolated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_zero_activations_the_fullest_row_decides),
        cmocka_unit_test(drawn_cycles_have_an_error_and_slices_are_a_setting),
        cmocka_unit_test(empty_weights_still_load_activations),
        cmocka_unit_test(masked_tensors_are_mask_and_bytes),
        cmocka_unit_test(it_is_skipped_without_densities_and_refuses_wrong_ones),
        cmocka_unit_test(its_energy_is_a_pair_and_its_buffers),
    };
    return cmocka_run_group_tests_name("sparten", tests, NULL, NULL);
}
