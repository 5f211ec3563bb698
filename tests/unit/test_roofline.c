/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/roofline: its rows against the totals of the same run, and against the two roofs. */
#include "measure/roofline.h"

#include "accel/configuration.h"

#include <math.h>
#include <string.h>

#include "testing.h"

enum { DESIGNS = 2, LAYERS = 37 };

/* Stripes and BitVert (mod) on ResNet-34 at a bandwidth in GB/s; a cycle has 1.25 ns. */
static void run(const char *bandwidth, rows_table_t *table, model_total_t totals[DESIGNS])
{
    const network_t *network;
    const accelerator_t *chosen[DESIGNS];
    accel_config_t configs[DESIGNS];
    assert_ok(net_find("resnet34", &network));
    assert_ok(accel_find("stripes", &chosen[0]));
    assert_ok(accel_find("bitvert-mod", &chosen[1]));
    assert_ok(configuration_load("paper", chosen, DESIGNS, configs));
    assert_ok(configuration_set(bandwidth, chosen, DESIGNS, configs));
    assert_ok(roofline_create(table));
    const model_plan_t plan = {.networks = &network,
                               .network_count = 1,
                               .size = "full",
                               .accelerators = chosen,
                               .accelerator_count = DESIGNS,
                               .energy_table = "bitsim",
                               .configs = configs,
                               .see = roofline_see,
                               .seer = table,
                               .threads = 1};
    assert_ok(model_run(&plan, NULL, totals));
    assert_int_equal(table->count, DESIGNS * LAYERS);
}

static void layers_add_up_to_the_totals(void **state)
{
    (void)state;
    rows_table_t table;
    model_total_t totals[DESIGNS];
    run("dram.gbytes_per_s=12.8", &table, totals);
    for (size_t d = 0; d < DESIGNS; d++) {
        int64_t macs = 0, cycles = 0, bytes = 0, tiles = 0;
        for (size_t i = d * LAYERS; i < (d + 1) * LAYERS; i++) {
            assert_string_equal(rows_text_at(&table, i, "accelerator"), totals[d].accelerator->name);
            macs += rows_integer_at(&table, i, "macs");
            cycles += rows_integer_at(&table, i, "cycles");
            bytes += rows_integer_at(&table, i, "dram_bytes");
            tiles += rows_integer_at(&table, i, "tiles");
            assert_int_equal(rows_integer_at(&table, i, "multipliers"), 512);
            assert_true(rows_real_at(&table, i, "dram_bytes_per_cycle") == 16.0);
        }
        assert_int_equal(macs, totals[d].counts.macs);
        assert_int_equal(cycles, totals[d].counts.cycles);
        assert_int_equal(bytes, counts_dram_bytes(&totals[d].counts));
        assert_int_equal(tiles, totals[d].counts.tiles);
    }
    /* fc of Stripes: 512 x 1000 weights, as many MACs, and 512 + 1000 bytes of activations; 12.8 GB/s are 16 bytes a cycle.
     */
    const size_t fc = LAYERS - 1;
    assert_string_equal(rows_text_at(&table, fc, "layer"), "fc");
    assert_string_equal(rows_text_at(&table, fc, "bound"), "DRAM");
    assert_int_equal(rows_integer_at(&table, fc, "dram_bytes"), 512000 + 512 + 1000);
    assert_int_equal(rows_integer_at(&table, fc, "cycles"), 32095); /* 513,512 / 16, rounded up */
    assert_true(fabs(rows_real_at(&table, fc, "macs_per_cycle") - 512000.0 / 32095) < 1e-12);
    rows_table_free(&table);
}

/* No layer moves its bytes faster than the DRAM does, and one that is bound by DRAM is on that roof, up to the rounding of
 * its cycles. Stripes, which has 8 bits everywhere, is below the multipliers too. */
static void no_layer_is_above_the_bandwidth(void **state)
{
    (void)state;
    static const struct {
        const char *setting;
        double bytes_per_cycle;
    } cases[] = {{"dram.gbytes_per_s=1.6", 2.0}, {"dram.gbytes_per_s=25.6", 32.0}};
    for (size_t c = 0; c < 2; c++) {
        rows_table_t table;
        model_total_t totals[DESIGNS];
        int bound = 0;
        run(cases[c].setting, &table, totals);
        for (size_t i = 0; i < table.count; i++) {
            const double roof = cases[c].bytes_per_cycle * rows_real_at(&table, i, "macs_per_byte");
            const double reached = rows_real_at(&table, i, "macs_per_cycle");
            assert_true(rows_real_at(&table, i, "dram_bytes_per_cycle") == cases[c].bytes_per_cycle);
            assert_true(reached <= roof * (1.0 + 1e-12));
            if (strcmp(rows_text_at(&table, i, "bound"), "DRAM") == 0) {
                bound++;
                assert_true(reached >= roof * (1.0 - 1.0 / (double)rows_integer_at(&table, i, "cycles")));
            }
            if (i < LAYERS)
                assert_true(reached <= 512.0);
        }
        assert_true(c == 0 ? bound > LAYERS : bound < LAYERS);
        rows_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_add_up_to_the_totals),
        cmocka_unit_test(no_layer_is_above_the_bandwidth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
