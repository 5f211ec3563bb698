/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grids of measure/model: the order of their points, and that a point whose work is taken from another one has the numbers
 * of a run of its own. */
#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "measure/model.h"

#include <stdlib.h>
#include <string.h>

#include "default_config.h"
#include "testing.h"

enum { DESIGNS = 8 };

static const char *const bandwidths[] = {"dram.gbytes_per_s=6.4", "dram.gbytes_per_s=12.8"};
static const char *const buffers[] = {"all.input_sram_kib=128", "all.input_sram_kib=256"};
static const char *const rows[] = {"bitvert.rows=16", "bitvert.rows=32", "bitvert.rows=16"};

static model_plan_t plan_of(const network_t *const *network)
{
    return (model_plan_t){.networks = network,
                          .network_count = 1,
                          .size = "compact",
                          .accelerators = accelerator_registry,
                          .accelerator_count = DESIGNS,
                          .energy_table = "bitsim",
                          .any_budget = true,
                          .origin = MODEL_SYNTHETIC,
                          .threads = 2};
}

static void the_last_sweep_changes_fastest(void **state)
{
    (void)state;
    const model_sweep_t sweeps[] = {{rows, 3}, {bandwidths, 2}};
    const model_plan_t plan = {.sweeps = sweeps, .sweep_count = 2, .network_count = 5, .accelerator_count = 7}, none = {0};
    assert_int_equal(model_grid(&plan), 6);
    assert_int_equal(model_points(&plan), 6 * 5 * 7);
    assert_string_equal(model_point(&plan, 0).chars, "bitvert.rows=16 dram.gbytes_per_s=6.4");
    assert_string_equal(model_point(&plan, 1).chars, "bitvert.rows=16 dram.gbytes_per_s=12.8");
    assert_string_equal(model_point(&plan, 2).chars, "bitvert.rows=32 dram.gbytes_per_s=6.4");
    assert_string_equal(model_setting(&plan, 0, 3), "bitvert.rows=32");
    assert_string_equal(model_setting(&plan, 1, 3), "dram.gbytes_per_s=12.8");
    assert_int_equal(model_grid(&none), 1);
    assert_string_equal(model_point(&none, 0).chars, "");
}

/* Each point of 2 x 2 x 2 against a run with these three settings. In this order the work of BitVert is known at six of
 * eight points, of the other designs at seven. */
static void a_point_of_a_grid_is_a_run(void **state)
{
    (void)state;
    const network_t *network;
    assert_ok(net_find("resnet34", &network));
    const model_sweep_t sweeps[] = {{rows, 2}, {bandwidths, 2}, {buffers, 2}};
    model_plan_t plan = plan_of(&network);
    accel_config_t configs[DESIGNS];
    plan.sweeps = sweeps;
    plan.sweep_count = 3;
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals), single[DESIGNS];
    assert_non_null(totals);
    assert_ok(model_run(&plan, NULL, totals));
    for (size_t point = 0; point < 8; point++) {
        model_plan_t alone = plan_of(&network);
        assert_ok(configuration_load("paper", accelerator_registry, DESIGNS, configs));
        for (size_t i = 0; i < 3; i++)
            assert_ok(configuration_set(model_setting(&plan, i, point), accelerator_registry, DESIGNS, configs));
        alone.configs = configs;
        assert_ok(model_run(&alone, NULL, single));
        for (size_t i = 0; i < DESIGNS; i++) {
            const model_total_t *total = &totals[i * 8 + point];
            assert_int_equal(total->point, point);
            assert_ptr_equal(total->accelerator, single[i].accelerator);
            assert_memory_equal(&total->counts, &single[i].counts, sizeof total->counts);
            assert_memory_equal(&total->energy, &single[i].energy, sizeof total->energy);
        }
    }
    free(totals);
}

/* A layer that the designs cut in unlike ways, with weights that none of them finds regular. */
static accel_layer_t made_layer(const net_layer_t *shape, int8_t *weights, size_t count)
{
    uint64_t random = 7;
    for (size_t i = 0; i < count; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        weights[i] = (int8_t)((int64_t)(random >> 56) - 128);
    }
    return (accel_layer_t){.shape = shape,
                           .sensitive = 32,
                           .weights = weights,
                           .effectual = 1000,
                           .input_density = 0.5,
                           .output_density = 0.5};
}

/* The work with one key changed: `before` where the configuration is refused. */
static bool changes(const accelerator_t *accelerator, const accel_layer_t *layer, const accel_config_t *config,
                    const accel_work_t *before)
{
    accel_work_t after;
    accel_config_t on = *config;
    on.any_budget = true;
    outcome_t result = accel_work(accelerator, &on, layer, 1, 1, &after);
    return outcome_is_ok(&result) && memcmp(&after, before, sizeof after) != 0;
}

/* Whatever key changes the work of a design, two configurations that differ in it are not of the same work. */
static void what_changes_the_work_is_not_the_same(void **state)
{
    (void)state;
    enum { K = 96, C = 72 };
    static int8_t weights[K * C * 9];
    static const char *const common[] = {"rows",
                                         "columns",
                                         "group",
                                         "lanes",
                                         "lane_bits",
                                         "weight_sram_bytes",
                                         "weight_banks",
                                         "weight_bus_bits",
                                         "input_banks",
                                         "input_sram_bytes",
                                         "input_bus_bits",
                                         "activation_bits",
                                         "multipliers",
                                         "dram_gbytes_per_s",
                                         "dram_pj_per_64bit"};
    const net_layer_t shape = {.name = "layer",
                               .kind = NET_CONV,
                               .k = K,
                               .c = C,
                               .kh = 3,
                               .kw = 3,
                               .stride = 1,
                               .pad = 1,
                               .in_h = 20,
                               .in_w = 20,
                               .out_h = 20,
                               .out_w = 20,
                               .tokens = 1,
                               .groups = 1,
                               .input = NET_NONE,
                               .residual = NET_NONE};
    const accel_layer_t layer = made_layer(&shape, weights, sizeof weights);
    int changed = 0;
    for (size_t i = 0; i < DESIGNS; i++) {
        const accelerator_t *design = accelerator_registry[i];
        const accel_config_t *config = default_config(design);
        accel_work_t before;
        assert_ok(accel_work(design, config, &layer, 1, 1, &before));
        for (size_t key = 0; key < 15 + ACCEL_OWN_KEYS; key++) {
            const char *name = key < 15 ? common[key] : design->keys != NULL ? design->keys[key - 15].key : NULL;
            if (name == NULL)
                break;
            accel_config_t other = *config;
            int64_t value;
            assert_ok(settings_get(design->keys, config, name, &value));
            assert_ok(settings_put(design->keys, &other, name, value > 1 ? value / 2 : value + 1));
            if (changes(design, &layer, &other, &before)) {
                assert_false(accel_config_same_work(config, &other));
                changed++;
            }
        }
    }
    assert_true(changed > 3 * DESIGNS); /* at least rows, columns and a key of its own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_sweep_changes_fastest),
        cmocka_unit_test(a_point_of_a_grid_is_a_run),
        cmocka_unit_test(what_changes_the_work_is_not_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
