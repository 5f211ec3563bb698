/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/model: the rows against an independent restatement in Python (tests/oracle/accel.py), and their sums. */
#include "measure/model.h"

#include "accel/configuration.h"
#include "base/csv.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

static void run_plan(const model_plan_t *plan, const char *name, model_total_t *totals, csv_table_t *table)
{
    assert_ok(model_run(plan, inside(name).chars, totals));
    assert_ok(csv_read(inside(name).chars, table));
    unlink(inside(name).chars);
}

static const network_t *network_of(const char *name)
{
    const network_t *network;
    assert_ok(net_find(name, &network));
    return network;
}

static const accelerator_t *accelerator_of(const char *name)
{
    const accelerator_t *accelerator;
    assert_ok(accel_find(name, &accelerator));
    return accelerator;
}

static size_t count_registry(void)
{
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    return count;
}

static bool is_real(const char *column)
{
    return text_ends(column, "_pj") || text_equal(column, "weight_bits");
}

static void assert_same_rows(const csv_table_t *ours, const csv_table_t *oracle)
{
    assert_int_equal(ours->columns, oracle->columns);
    assert_int_equal(ours->rows, oracle->rows);
    for (size_t column = 0; column < ours->columns; column++) {
        assert_string_equal(ours->cells[column], oracle->cells[column]);
        for (size_t row = 0; row < ours->rows; row++) {
            double a, b;
            if (!is_real(ours->cells[column]) || csv_cell(oracle, row, column)[0] == '\0') {
                assert_string_equal(csv_cell(ours, row, column), csv_cell(oracle, row, column));
                continue;
            }
            assert_ok(csv_cell_real(ours, row, column, &a));
            assert_ok(csv_cell_real(oracle, row, column, &b));
            assert_true(fabs(a - b) <= 2e-9 * fabs(b)); /* nine digits are written */
        }
    }
}

/* Stripes and BitVert on ResNet-34; with 3 samples a batch; and on a BERT with 300 tokens, 2 samples and attention. */
static void rows_are_those_of_the_oracle(void **state)
{
    (void)state;
    const accelerator_t *accelerators[] = {accelerator_of("stripes"), accelerator_of("bitvert-cons"),
                                           accelerator_of("bitvert-mod")};
    static const struct {
        const char *net, *size, *file;
        int64_t batch, tokens;
        bool attention;
        size_t rows;
    } runs[] = {{"resnet34", "full", "tests/data/model.resnet34.csv", 0, 0, false, 3 * 38},
                {"resnet34", "full", "tests/data/model.resnet34.batch.csv", 3, 0, true, 3 * 38}, /* it has no attention */
                {"bert_mrpc", "compact", "tests/data/model.bert.csv", 2, 300, true, 3 * (4 * 8 + 1)}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const network_t *networks[] = {network_of(runs[i].net)};
        model_plan_t plan = {.networks = networks,
                             .network_count = 1,
                             .size = runs[i].size,
                             .accelerators = accelerators,
                             .accelerator_count = 3,
                             .energy_table = "bitsim",
                             .batch = runs[i].batch,
                             .tokens = runs[i].tokens,
                             .attention = runs[i].attention,
                             .threads = 2};
        model_total_t totals[3];
        csv_table_t ours, oracle;
        run_plan(&plan, "golden.csv", totals, &ours);
        assert_ok(csv_read(runs[i].file, &oracle));
        assert_int_equal(ours.rows, runs[i].rows);
        assert_same_rows(&ours, &oracle);
        csv_free(&ours);
        csv_free(&oracle);
    }
}

/* The row `total` behind the layers of a pair is their sum, column by column; weight_bits is a mean. */
static void totals_are_the_sums_of_their_layers(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet50"), network_of("bert_mrpc")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 2,
                         .size = "full",
                         .accelerators = accelerator_registry,
                         .accelerator_count = count_registry(),
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t *totals = calloc(2 * plan.accelerator_count, sizeof *totals);
    csv_table_t table;
    size_t layer, first, behind;
    assert_non_null(totals);
    run_plan(&plan, "sums.csv", totals, &table);
    assert_ok(csv_column(&table, "layer", &layer));
    assert_ok(csv_column(&table, "compute_cycles", &first));
    size_t seen = 0, pairs = 0;
    for (size_t i = 0; i < 2 * plan.accelerator_count; i++) {
        assert_int_equal(totals[i].skipped, totals[i].accelerator->needs_weights);
        pairs += !totals[i].skipped;
    }
    assert_ok(csv_column(&table, "setting", &behind));
    for (size_t column = first; column < behind; column++) {
        double sum = 0.0, value;
        const char *name = table.cells[column];
        if (text_equal(name, "selection") || text_equal(name, "weight_bits") || text_equal(name, "energy_table") ||
            text_equal(name, "configuration"))
            continue;
        for (size_t row = 0; row < table.rows; row++) {
            assert_ok(csv_cell_real(&table, row, column, &value));
            assert_true(value >= 0.0);
            if (!text_equal(csv_cell(&table, row, layer), "total")) {
                sum += value;
                continue;
            }
            assert_true(fabs(sum - value) <= 1e-8 * value);
            sum = 0.0;
            seen++;
        }
    }
    assert_true(pairs >= 6 && seen > pairs && seen % pairs == 0);
    csv_free(&table);
    free(totals);
}

static void the_rows_say_where_sensitive_channels_come_from(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("bitvert-mod"), accelerator_of("stripes")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "compact",
                         .accelerators = accelerators,
                         .accelerator_count = 2,
                         .energy_table = "bitsim",
                         .threads = 2};
    const struct {
        model_origin_t origin;
        const char *selection;
    } expected[] = {{MODEL_NONE, "uniform-assumption"}, {MODEL_SYNTHETIC, "synthetic"}, {MODEL_BEST, "weights"}};
    model_total_t totals[2];
    csv_table_t table;
    size_t column;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        plan.origin = expected[i].origin;
        run_plan(&plan, "selection.csv", totals, &table);
        assert_ok(csv_column(&table, "selection", &column));
        assert_string_equal(csv_cell(&table, 0, column), expected[i].selection);
        assert_string_equal(csv_cell(&table, table.rows - 1, column), "none"); /* Stripes selects none */
        csv_free(&table);
    }
}

static void stripes_over_itself_is_one_and_the_order_of_names_is_kept(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet50"), network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("bitvert-mod"), accelerator_of("stripes")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 2,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 2,
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t totals[4], alone[1];
    csv_table_t table;
    run_plan(&plan, "order.csv", totals, &table);
    csv_free(&table);
    assert_true(totals[2].network == networks[1] && totals[2].accelerator == accelerators[0]);
    plan = (model_plan_t){.networks = &networks[1],
                          .network_count = 1,
                          .size = "full",
                          .accelerators = &accelerators[1],
                          .accelerator_count = 1,
                          .energy_table = "bitsim",
                          .threads = 2};
    run_plan(&plan, "alone.csv", alone, &table);
    csv_free(&table);
    assert_int_equal(totals[3].counts.cycles, alone[0].counts.cycles);
    assert_true(totals[2].counts.cycles < totals[3].counts.cycles);
}

static void weights_let_the_skipped_ones_run(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet34")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "compact",
                         .accelerators = accelerator_registry,
                         .accelerator_count = count_registry(),
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t *totals = calloc(plan.accelerator_count, sizeof *totals);
    assert_non_null(totals);
    assert_ok(model_run(&plan, NULL, totals)); /* no file is asked for */
    for (size_t i = 0; i < plan.accelerator_count; i++)
        assert_int_equal(totals[i].skipped, accelerator_registry[i]->needs_weights);
    plan.origin = MODEL_SYNTHETIC;
    assert_ok(model_run(&plan, NULL, totals));
    for (size_t i = 0; i < plan.accelerator_count; i++)
        assert_true(!totals[i].skipped && text_starts(totals[i].weights.chars, "synthetic:"));
    const accelerator_t *needs[] = {accelerator_of("bitlet"), accelerator_of("sparten")};
    plan.origin = MODEL_NONE;
    plan.accelerators = needs;
    plan.accelerator_count = 2;
    outcome_t outcome = model_run(&plan, inside("none.csv").chars, totals);
    assert_true(outcome_is_skip(&outcome));
    assert_int_equal(access(inside("none.csv").chars, F_OK), -1);
    free(totals);
}

/* More columns flipped, fewer bits stored; and the network's own value is the one that is taken. */
static void a_design_runs_the_weights_of_its_configuration(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet34"), network_of("resnet50")};
    const accelerator_t *accelerators[] = {accelerator_of("bitwave")};
    accel_config_t configs[1];
    static const char *const settings[] = {"bitwave.flip_columns=2", "bitwave.flip_columns.resnet34=4",
                                           "bitwave.flip_columns=4"};
    model_plan_t plan = {.networks = networks,
                         .network_count = 2,
                         .size = "compact",
                         .accelerators = accelerators,
                         .accelerator_count = 1,
                         .energy_table = "bitsim",
                         .configs = configs,
                         .origin = MODEL_SYNTHETIC,
                         .threads = 2};
    model_total_t totals[3][2];
    assert_ok(configuration_load("paper", accelerators, 1, configs));
    for (int i = 0; i < 3; i++) {
        assert_ok(configuration_set(settings[i], accelerators, 1, configs));
        assert_ok(model_run(&plan, NULL, totals[i]));
    }
    assert_true(totals[1][0].counts.value_bits < totals[0][0].counts.value_bits);
    assert_int_equal(totals[1][1].counts.value_bits, totals[0][1].counts.value_bits);
    assert_int_equal(totals[2][0].counts.value_bits, totals[1][0].counts.value_bits);
    assert_true(totals[2][1].counts.value_bits < totals[1][1].counts.value_bits);
    /* in one run: weights are made anew when what makes them changes */
    static const char *const swept[] = {"bitwave.flip_columns=2", "bitwave.flip_columns=4"};
    plan.network_count = 1;
    plan.sweeps = &(model_sweep_t){swept, 2};
    plan.sweep_count = 1;
    assert_ok(model_run(&plan, NULL, totals[0]));
    assert_int_equal(totals[0][1].counts.value_bits, totals[2][0].counts.value_bits);
    assert_true(totals[0][1].counts.value_bits < totals[0][0].counts.value_bits);
}

/* More sensitive channels, more bits stored; and the layer that reads the image is pruned only where that is asked for. */
static void channels_that_stay_are_not_pruned(void **state)
{
    (void)state;
    static const char *const swept[] = {"bitwave.beta_permille=0", "bitwave.beta_permille=500",
                                        "bitwave.beta_permille=1000"};
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("bitwave")};
    const model_plan_t kept = {.networks = networks,
                               .network_count = 1,
                               .size = "compact",
                               .accelerators = accelerators,
                               .accelerator_count = 1,
                               .energy_table = "bitsim",
                               .sweeps = &(model_sweep_t){swept, 3},
                               .sweep_count = 1,
                               .origin = MODEL_SYNTHETIC,
                               .threads = 2};
    model_plan_t pruned = kept;
    model_total_t first_kept[3], first_pruned[3];
    pruned.prune_first = true;
    assert_ok(model_run(&kept, NULL, first_kept));
    assert_ok(model_run(&pruned, NULL, first_pruned));
    for (int i = 0; i < 2; i++) {
        assert_true(first_kept[i].counts.value_bits < first_kept[i + 1].counts.value_bits);
        assert_true(first_pruned[i].counts.value_bits < first_pruned[i + 1].counts.value_bits);
    }
    assert_true(first_pruned[0].counts.value_bits < first_kept[0].counts.value_bits);
    assert_int_equal(first_pruned[2].counts.value_bits, first_kept[2].counts.value_bits); /* all channels stay */
}

/* A sweep is a list of settings, in the units of --set: a part of a GB/s too. Other designs run unchanged at each point. */
static void a_sweep_changes_what_its_settings_name(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("stripes"), accelerator_of("bitvert-mod")};
    static const char *const values[] = {"bitvert-mod.low_bits=3", "bitvert-mod.low_bits=6"};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 2,
                         .energy_table = "bitsim",
                         .sweeps = &(model_sweep_t){values, 2},
                         .sweep_count = 1,
                         .threads = 2};
    model_total_t totals[4];
    assert_ok(model_run(&plan, NULL, totals));
    assert_int_equal(totals[0].counts.cycles, totals[1].counts.cycles);
    assert_true(totals[2].counts.compute_cycles < totals[3].counts.compute_cycles);
    static const char *const bandwidths[] = {"dram.gbytes_per_s=12.8", "dram.gbytes_per_s=50"};
    accel_config_t configs[2];
    model_total_t set[2];
    assert_ok(configuration_load("paper", accelerators, 2, configs));
    assert_ok(configuration_set("dram.gbytes_per_s=50", accelerators, 2, configs));
    plan.sweeps = &(model_sweep_t){bandwidths, 2};
    assert_ok(model_run(&plan, NULL, totals));
    plan.sweep_count = 0;
    plan.configs = configs;
    assert_ok(model_run(&plan, NULL, set));
    assert_int_equal(totals[1].counts.dram_cycles, set[0].counts.dram_cycles);
    assert_true(totals[0].counts.dram_cycles > totals[1].counts.dram_cycles);
    assert_ok(configuration_set("dram.gbytes_per_s=12.8", accelerators, 2, configs)); /* 16 bytes a cycle at 800 MHz */
    assert_ok(model_run(&plan, NULL, set));
    assert_int_equal(totals[0].counts.dram_cycles, set[0].counts.dram_cycles);
    plan.configs = NULL;
    assert_ok(model_run(&plan, NULL, set));
    assert_int_equal(totals[0].counts.dram_cycles, set[0].counts.dram_cycles);
}

/* Of the designs of a run, at least one must have the setting. */
static void a_setting_must_reach_a_design(void **state)
{
    (void)state;
    const accelerator_t *stripes = accelerator_of("stripes"), *bitvert = accelerator_of("bitvert-mod");
    const accelerator_t *both[] = {stripes, bitvert};
    assert_ok(configuration_reaches("bitvert.low_bits=4", both, 2));
    assert_ok(configuration_reaches("all.rows=4", both, 1));
    assert_ok(configuration_reaches("dram.gbytes_per_s=6.4", both, 1));
    assert_error(configuration_reaches("bitvert.low_bits=4", both, 1), FAULT_USAGE, "none of the chosen designs has");
    assert_error(configuration_reaches("stripes.low_bits=4", both, 2), FAULT_USAGE, "no such key");
    assert_error(configuration_reaches("all.weight_banks=0", both, 2), FAULT_USAGE, "found 0, expected 1 to 4096");
    assert_error(configuration_reaches("rows=4", both, 2), FAULT_USAGE, "DESIGN.KEY=VALUE");
}

static void means_of_ratios_are_geometric(void **state)
{
    (void)state;
    assert_true(fabs(model_geomean((double[]){1.0, 4.0}, 2) - 2.0) < 1e-15);
    assert_true(fabs(model_geomean((double[]){0.5, 2.0, 8.0}, 3) - 2.0) < 1e-15);
    assert_true(isnan(model_geomean(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_oracle),
        cmocka_unit_test(totals_are_the_sums_of_their_layers),
        cmocka_unit_test(the_rows_say_where_sensitive_channels_come_from),
        cmocka_unit_test(stripes_over_itself_is_one_and_the_order_of_names_is_kept),
        cmocka_unit_test(weights_let_the_skipped_ones_run),
        cmocka_unit_test(a_design_runs_the_weights_of_its_configuration),
        cmocka_unit_test(channels_that_stay_are_not_pruned),
        cmocka_unit_test(a_sweep_changes_what_its_settings_name),
        cmocka_unit_test(a_setting_must_reach_a_design),
        cmocka_unit_test(means_of_ratios_are_geometric),
    };
    return cmocka_run_group_tests_name("model", tests, make_folder, remove_empty_folder);
}
