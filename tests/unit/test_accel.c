/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/: tiles and cycles of layers worked out by hand, and what must hold for every accelerator on every network. */
#include "accel/accel.h"

#include "accel/energy.h"
#include "accel/exact.h"
#include "accel/memory.h"
#include "accel/tile.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "default_config.h"
#include "random.h"
#include "testing.h"

static net_table_t layers_of(const char *name)
{
    const network_t *network;
    const net_size_t *size;
    net_table_t table;
    assert_ok(net_find(name, &network));
    assert_ok(net_find_size(network, "full", &size));
    assert_ok(net_layers(network, size, &table));
    return table;
}

/* One layer on its own: it reads its input from DRAM and its output goes there. */
static counts_t count_set(const char *name, const char *setting, net_layer_t shape, bool whole)
{
    const accelerator_t *accelerator;
    counts_t counts;
    assert_ok(accel_find(name, &accelerator));
    accel_config_t config = *default_config(accelerator);
    if (setting != NULL)
        assert_ok(configuration_set(setting, &accelerator, 1, &config));
    shape.input = NET_OUTSIDE;
    shape.residual = NET_NONE;
    accel_layer_t layer = {.shape = &shape, .sensitive = ACCEL_UNIFORM, .whole = whole};
    assert_ok(accel_count(accelerator, &config, &layer, 1, 2, &counts));
    return counts;
}

static counts_t count_one(const char *name, net_layer_t shape, bool whole)
{
    return count_set(name, NULL, shape, whole);
}

static void tiles_worked_out_by_hand(void **state)
{
    (void)state;
    net_table_t table = layers_of("resnet34");
    const net_layer_t *stem = &table.items[0], *narrow = &table.items[1], *wide = &table.items[35], *fc = &table.items[36];
    /* 7x7x3: 49 positions exceed 3 channels, so 4 slices of the plane for each channel; along the channels 49 of 3. */
    assert_int_equal(tile_slices(stem, 16), 12);
    assert_int_equal(tile_channel_slices(stem, 16), 49);
    assert_int_equal(tile_pixel_steps(stem, 16), 7 * 112);
    assert_int_equal(tile_slices(narrow, 16), 4 * 9);
    assert_int_equal(tile_pixel_steps(narrow, 16), 4 * 56); /* 56 = 3.5 x 16 */
    assert_int_equal(tile_slices(wide, 16), 32 * 9);
    assert_int_equal(tile_pixel_steps(wide, 16), 7);
    assert_int_equal(tile_slices(fc, 16), 32);
    assert_int_equal(tile_pixel_steps(fc, 16), 1);
    net_table_free(&table);
    table = layers_of("vit_small");
    assert_int_equal(tile_pixel_steps(&table.items[1], 16), 13); /* 197 tokens */
    net_table_free(&table);
}

static void cycles_worked_out_by_hand(void **state)
{
    (void)state;
    net_table_t table = layers_of("resnet34");
    net_layer_t stem = table.items[0], narrow = table.items[1], wide = table.items[35], fc = table.items[36];
    net_table_free(&table);
    /* Stripes: row tiles x slices x pixel steps x 8. */
    assert_int_equal(count_one("stripes", stem, true).compute_cycles, 4 * 12 * 784 * 8);
    assert_int_equal(count_one("stripes", narrow, false).compute_cycles, 4 * 36 * 224 * 8);
    assert_int_equal(count_one("stripes", fc, false).compute_cycles, 63 * 32 * 8);
    /* BitVert: sensitive row tiles at 8 cycles, pruned ones at 6 or 4. */
    assert_int_equal(count_one("bitvert-cons", narrow, false).compute_cycles, (1 * 8 + 1 * 6) * 36 * 224);
    assert_int_equal(count_one("bitvert-mod", wide, false).compute_cycles, (4 * 8 + 12 * 4) * 288 * 7);
    assert_int_equal(count_one("bitvert-mod", fc, false).compute_cycles, (7 * 8 + 25 * 4) * 32);
    assert_int_equal(count_one("bitvert-mod", fc, false).sensitive, 224);
    /* ANT: 20 columns and 6 bits, the first layer 8. */
    assert_int_equal(count_one("ant", narrow, false).compute_cycles, 4 * 36 * 3 * 56 * 6);
    assert_int_equal(count_one("ant", stem, true).compute_cycles, 4 * 12 * 6 * 112 * 8);
    assert_int_equal(count_one("ant", narrow, false).dram_weight, 64 * 64 * 9 * 6 / 8);
    assert_int_equal(count_one("ant", narrow, false).dram_input, 56 * 56 * 48);
    /* A first layer that stays whole is cut like Stripes'; pruned, 3 channels take a slice a kernel position. */
    assert_int_equal(count_one("bitvert-mod", stem, true).compute_cycles, 2 * 8 * 12 * 784);
    assert_int_equal(count_one("bitvert-mod", stem, false).compute_cycles, (8 * 12 + 4 * 49) * 784);
}

/* Stripes with weights of 6 and 5 bits: as many cycles a tile, as many bits a weight in DRAM and buffer; activations and a
 * layer that stays whole have 8. */
static void stripes_takes_a_cycle_a_bit(void **state)
{
    (void)state;
    net_table_t table = layers_of("resnet34");
    net_layer_t stem = table.items[0], narrow = table.items[1];
    net_table_free(&table);
    counts_t six = count_set("stripes", "stripes.weight_bits=6", narrow, false),
             eight = count_one("stripes", narrow, false);
    assert_int_equal(six.compute_cycles, 4 * 36 * 224 * 6);
    assert_int_equal(six.value_bits, 64 * 64 * 9 * 6);
    assert_int_equal(six.dram_weight, 64 * 64 * 9 * 6 / 8);
    assert_int_equal(six.sram_weight_write, six.dram_weight);
    assert_int_equal(six.sram_weight_read, 64 * 36 * 224 * 16 * 6 / 8); /* every weight again for each pixel step */
    assert_int_equal(six.pe_cycles, 256 * six.compute_cycles);
    assert_int_equal(six.dram_input, 56 * 56 * 64);
    assert_int_equal(six.sram_input_read, eight.sram_input_read);
    assert_int_equal(count_set("stripes", "stripes.weight_bits=5", narrow, false).compute_cycles, 4 * 36 * 224 * 5);
    counts_t whole = count_set("stripes", "stripes.weight_bits=6", stem, true), plain = count_one("stripes", stem, true);
    assert_memory_equal(&whole, &plain, sizeof whole);
}

static void stored_bits_worked_out_by_hand(void **state)
{
    (void)state;
    net_table_t table = layers_of("resnet34");
    counts_t counts = count_one("bitvert-mod", table.items[35], false),
             stem = count_one("bitvert-mod", table.items[0], false);
    net_table_free(&table);
    /* 512 x 512 x 3 x 3: 128 channels at 8 bits, 384 at 4; a byte for each 32 weights of the 384; 9 bits an index. */
    assert_int_equal(counts.dram_weight, (128 * 8 + 384 * 4) * 4608 / 8);
    assert_int_equal(counts.dram_metadata, 384 * 144 + 512 * 9 / 8);
    /* A tile reads the columns stored, 16 weights wide, and the metadata, again for each of the 7 pixel steps. */
    assert_int_equal(counts.sram_weight_read, 7 * ((128 * 8 + 384 * 4) * 288 * 2 + 384 * 144));
    assert_int_equal(counts.sram_input_read, 16 * 288 * 49 * 16);
    /* Groups of three: 49 of them a pruned channel, however short. */
    assert_int_equal(stem.dram_metadata, 32 * 49 + 64 * 6 / 8);
}

static void sensitive_channels_come_in_units(void **state)
{
    (void)state;
    net_layer_t shape = {.kind = NET_LINEAR,
                         .c = 64,
                         .kh = 1,
                         .kw = 1,
                         .stride = 1,
                         .in_h = 1,
                         .in_w = 1,
                         .out_h = 1,
                         .out_w = 1,
                         .tokens = 1};
    const struct {
        int64_t k, cons, mod;
    } wanted[] = {{10, 10, 10}, {32, 32, 32}, {64, 32, 32}, {320, 32, 64}, {321, 64, 96}, {768, 96, 160}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        shape.k = wanted[i].k;
        assert_int_equal(count_one("bitvert-cons", shape, false).sensitive, wanted[i].cons);
        assert_int_equal(count_one("bitvert-mod", shape, false).sensitive, wanted[i].mod);
        assert_int_equal(count_one("bitvert-mod", shape, true).sensitive, shape.k);
    }
}

/* ===  For every accelerator on every network  === */

static void check_layer(const accelerator_t *accelerator, const net_layer_t *layer, const counts_t *counts)
{
    const accel_config_t *config = default_config(accelerator);
    union {
        counts_t counts;
        int64_t members[sizeof(counts_t) / sizeof(int64_t)];
    } view = {.counts = *counts};
    for (size_t i = 0; i < sizeof view.members / sizeof view.members[0]; i++)
        assert_true(view.members[i] >= 0);
    assert_int_equal(counts->cycles,
                     counts->compute_cycles > counts->dram_cycles ? counts->compute_cycles : counts->dram_cycles);
    assert_int_equal(counts->dram_cycles, (counts_dram_bytes(counts) + 15) / 16);
    /* No faster than its multipliers: each of them every cycle on a bit of a weight as it is stored, or on a one where
     * zeros are skipped, or on a pair. */
    int64_t lanes = config->rows * config->columns * config->lanes;
    if (accelerator->needs_weights)
        assert_true(counts->useful_slots > 0 && counts->useful_slots <= counts->row_slots &&
                    counts->row_slots <= counts->lane_slots && counts->lane_slots <= counts->compute_cycles * lanes);
    else
        assert_true(counts->compute_cycles * config->rows * config->columns * config->group * config->lane_bits >=
                    counts->macs / counts->weights * counts->value_bits);
    assert_true(counts->value_bits <= 8 * counts->weights && counts->value_bits > 0);
    assert_true(counts->sensitive <= counts->channels);
    assert_int_equal(counts->macs, net_layer_macs(layer));
    assert_true(counts->dram_weight >= (counts->value_bits + 7) / 8);
    assert_true(counts->sram_weight_read * 8 >= counts->value_bits);
    assert_true(counts->sram_input_read >= counts->macs / (layer->k * config->group));
}

/* Random weights, the same for every layer, where the largest has at most this many. */
enum { MOST_WEIGHTS = 1 << 22 };

static int8_t *make_weights(void)
{
    uint64_t seed = 11;
    int8_t *weights = malloc(MOST_WEIGHTS);
    assert_non_null(weights);
    for (int i = 0; i < MOST_WEIGHTS; i++)
        weights[i] = random_weight(&seed, 5);
    return weights;
}

static void invariants_hold_everywhere(void **state)
{
    (void)state;
    int8_t *weights = make_weights();
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        net_table_t table = layers_of((*network)->name);
        accel_layer_t *layers = calloc(table.count, sizeof *layers);
        counts_t *counts = calloc(table.count, sizeof *counts);
        assert_true(layers != NULL && counts != NULL);
        bool looked_at = text_equal((*network)->name, "resnet34") || text_equal((*network)->name, "vit_small");
        for (size_t i = 0; i < table.count; i++)
            layers[i] = (accel_layer_t){.shape = &table.items[i],
                                        .sensitive = ACCEL_UNIFORM,
                                        .weights = looked_at ? weights : NULL,
                                        .input_density = 0.6,
                                        .output_density = 0.5,
                                        .whole = table.items[i].reads_image};
        for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
            if ((*at)->needs_weights && !looked_at)
                continue;
            assert_ok(accel_count(*at, default_config(*at), layers, table.count, 2, counts));
            assert_true(default_config(*at)->unequal[0] != '\0' || accel_multipliers(default_config(*at)) == 512);
            for (size_t i = 0; i < table.count; i++)
                check_layer(*at, &table.items[i], &counts[i]);
        }
        free(layers);
        free(counts);
        net_table_free(&table);
    }
    free(weights);
}

static void energy_is_linear_in_the_counts(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        energy_rates_t rates;
        assert_ok(energy_rates("bitsim", *at, default_config(*at), &rates));
        counts_t one = {.tiles = 1,
                        .cycles = 3,
                        .pe_cycles = 5,
                        .weight_register_cycles = 7,
                        .input_register_loads = 11,
                        .dram_weight = 13,
                        .dram_input = 17,
                        .dram_output = 19,
                        .dram_metadata = 23,
                        .sram_weight_read = 29,
                        .sram_input_read = 31,
                        .sram_weight_write = 37,
                        .sram_input_write = 41,
                        .local_read = 43,
                        .local_write = 47};
        counts_t two = one;
        counts_add(&two, &one);
        energy_t single = energy_of(&rates, &one), twice = energy_of(&rates, &two),
                 none = energy_of(&rates, &(counts_t){0});
        assert_true(fabs(twice.total_pj - 2.0 * single.total_pj) < 1e-9 * twice.total_pj);
        assert_true(fabs(single.total_pj - (single.pe_pj + single.register_pj + single.sram_pj + single.dram_pj)) < 1e-9);
        assert_true(fabs(single.dram_pj - 72.0 * 125.0) < 1e-9); /* 1000 pJ for 64 bits */
        assert_true(single.leakage_pj > 0.0 && twice.leakage_pj > single.leakage_pj);
        assert_true(none.total_pj == 0.0 && none.leakage_pj == 0.0);
    }
}

static void rates_are_those_of_the_tables(void **state)
{
    (void)state;
    const accelerator_t *stripes;
    energy_rates_t rates;
    assert_ok(accel_find("stripes", &stripes));
    assert_ok(energy_rates("bitsim", stripes, default_config(stripes), &rates));
    assert_true(fabs(rates.pe_pj - 0.28125 * 1.5) < 1e-12);
    assert_true(fabs(rates.weight_register_pj - 0.46 * 1.5) < 1e-12);
    assert_true(fabs(rates.input_register_pj - (0.53 + 0.072625) * 1.5) < 1e-12);
    assert_true(fabs(rates.weight_read_pj - 6.08131 / 16) < 1e-12);
    assert_true(fabs(rates.input_write_pj - 11.671 / 16) < 1e-12);
    assert_true(fabs(rates.leakage_pj - 32 * 11.7991 * 1.25) < 1e-9);
    assert_false(rates.interpolated);
}

/* ===  What is refused  === */

static void unequal_multipliers_are_refused(void **state)
{
    (void)state;
    const accelerator_t *accelerator;
    net_table_t table = layers_of("resnet34");
    accel_layer_t layer = {.shape = &table.items[1], .sensitive = ACCEL_UNIFORM};
    counts_t counts;
    assert_ok(accel_find("bitvert-mod", &accelerator));
    accel_config_t config = *default_config(accelerator);
    config.rows = 16;
    assert_error(accel_count(accelerator, &config, &layer, 1, 2, &counts), FAULT_USAGE, "found 256, expected 512");
    const accelerator_t *bitlet;
    assert_ok(accel_find("bitlet", &bitlet));
    accel_config_t odd = *default_config(bitlet);
    odd.group = 60;
    assert_error(accel_check(bitlet, &odd), FAULT_USAGE, "a multiple of 8");
    config.rows = 0;
    assert_error(accel_check(accelerator, &config), FAULT_USAGE, "rows");
    net_table_free(&table);
}

static void bad_layers_are_refused(void **state)
{
    (void)state;
    const accelerator_t *accelerator;
    net_table_t table = layers_of("resnet34");
    net_layer_t shape = table.items[1];
    accel_layer_t layer = {.shape = &shape, .sensitive = 65};
    counts_t counts;
    net_table_free(&table);
    assert_ok(accel_find("bitvert-mod", &accelerator));
    assert_error(accel_count(accelerator, default_config(accelerator), &layer, 1, 2, &counts), FAULT_FAILED,
                 "65 sensitive channels");
    layer.sensitive = ACCEL_UNIFORM;
    shape.out_h = 0;
    assert_error(accel_count(accelerator, default_config(accelerator), &layer, 1, 2, &counts), FAULT_FAILED, "a size of 0");
    shape.out_h = shape.out_w = (int64_t)1 << 31;
    assert_error(accel_count(accelerator, default_config(accelerator), &layer, 1, 2, &counts), FAULT_FAILED, "63 bits");
    /* A layer whose product of sizes fits, but not its count of bits read. */
    shape = (net_layer_t){.name = "huge",
                          .kind = NET_LINEAR,
                          .k = (int64_t)1 << 30,
                          .c = 1,
                          .kh = 1,
                          .kw = 1,
                          .in_h = 1,
                          .in_w = 1,
                          .out_h = 1,
                          .out_w = 1,
                          .tokens = (int64_t)1 << 32,
                          .input = NET_OUTSIDE,
                          .residual = NET_NONE};
    assert_error(accel_count(accelerator, default_config(accelerator), &layer, 1, 2, &counts), FAULT_FAILED,
                 "a count that exceeds 63 bits");
    assert_error(accel_find("eyeriss", &accelerator), FAULT_USAGE, "stripes, ");
}

static void overflow_stays_overflow(void **state)
{
    (void)state;
    assert_int_equal(exact_times((int64_t)1 << 62, 2), EXACT_OVERFLOW);
    assert_int_equal(exact_times(EXACT_OVERFLOW, 0), EXACT_OVERFLOW);
    assert_int_equal(exact_plus(EXACT_OVERFLOW, 0), EXACT_OVERFLOW);
    assert_int_equal(exact_plus(EXACT_OVERFLOW - 1, 5), EXACT_OVERFLOW);
    assert_int_equal(exact_ceil(EXACT_OVERFLOW, 8), EXACT_OVERFLOW);
    assert_int_equal(exact_ceil(17, 8), 3);
    assert_int_equal(exact_ceil(16, 8), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_worked_out_by_hand),         cmocka_unit_test(cycles_worked_out_by_hand),
        cmocka_unit_test(stripes_takes_a_cycle_a_bit),      cmocka_unit_test(stored_bits_worked_out_by_hand),
        cmocka_unit_test(sensitive_channels_come_in_units), cmocka_unit_test(invariants_hold_everywhere),
        cmocka_unit_test(energy_is_linear_in_the_counts),   cmocka_unit_test(rates_are_those_of_the_tables),
        cmocka_unit_test(unequal_multipliers_are_refused),  cmocka_unit_test(bad_layers_are_refused),
        cmocka_unit_test(overflow_stays_overflow),
    };
    return cmocka_run_group_tests_name("accel", tests, NULL, NULL);
}
