/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiments/model: the rows against an independent restatement in Python (tests/oracle/accel.py), and their sums. */
#include "measure/model.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-test-model-XXXXXX";

static text_t inside(const char *name)
{
    return text_of("%s/%s", folder, name);
}

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

static void rows_are_those_of_the_oracle(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("stripes"), accelerator_of("bitvert-cons"),
                                           accelerator_of("bitvert-mod")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 3,
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t totals[3];
    csv_table_t ours, oracle;
    run_plan(&plan, "golden.csv", totals, &ours);
    assert_ok(csv_read("tests/data/model.resnet34.csv", &oracle));
    assert_int_equal(ours.columns, oracle.columns);
    assert_int_equal(ours.rows, oracle.rows);
    assert_int_equal(ours.rows, 3 * 38);
    for (size_t column = 0; column < ours.columns; column++) {
        assert_string_equal(ours.cells[column], oracle.cells[column]);
        for (size_t row = 0; row < ours.rows; row++) {
            double a, b;
            if (!is_real(ours.cells[column])) {
                assert_string_equal(csv_cell(&ours, row, column), csv_cell(&oracle, row, column));
                continue;
            }
            assert_ok(csv_cell_real(&ours, row, column, &a));
            assert_ok(csv_cell_real(&oracle, row, column, &b));
            assert_true(fabs(a - b) <= 2e-9 * fabs(b)); /* nine digits are written */
        }
    }
    csv_free(&ours);
    csv_free(&oracle);
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

static void real_selections_replace_the_assumption(void **state)
{
    (void)state;
    int64_t sensitive[37] = {0};
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("bitvert-cons"), accelerator_of("bitvert-mod")};
    model_selection_t selection = {networks[0], accelerators[1], sensitive};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 2,
                         .energy_table = "bitsim",
                         .threads = 2,
                         .selections = &selection,
                         .selection_count = 1};
    model_total_t totals[2];
    csv_table_t table;
    size_t column;
    run_plan(&plan, "selection.csv", totals, &table);
    assert_ok(csv_column(&table, "selection", &column));
    assert_string_equal(csv_cell(&table, 0, column), "uniform-assumption");
    assert_string_equal(csv_cell(&table, 38, column), "weights");
    assert_int_equal(totals[1].counts.sensitive, 64); /* the first layer stays whole */
    csv_free(&table);
    plan.prune_first = true;
    run_plan(&plan, "selection.csv", totals, &table);
    assert_int_equal(totals[1].counts.sensitive, 0);
    assert_int_equal(totals[1].counts.value_bits, 4 * totals[1].counts.weights);
    csv_free(&table);
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

/* The largest layer's worth of weights stands for each layer. */
static void weights_let_the_skipped_ones_run(void **state)
{
    (void)state;
    enum { LARGEST = 512 * 512 * 9, LAYERS = 37 };
    const network_t *networks[] = {network_of("resnet34")};
    const accelerator_t *accelerators[] = {accelerator_of("stripes"), accelerator_of("bitlet"), accelerator_of("bitwave")};
    int8_t *values = calloc(LARGEST, 1);
    const int8_t *layers[LAYERS];
    model_weights_t weights = {.network = networks[0], .layers = layers};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 3,
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t totals[3];
    csv_table_t table;
    assert_non_null(values);
    for (int i = 0; i < LAYERS; i++)
        layers[i] = values;
    run_plan(&plan, "weights.csv", totals, &table);
    assert_true(!totals[0].skipped && totals[1].skipped && totals[2].skipped);
    assert_int_equal(table.rows, LAYERS + 1);
    csv_free(&table);
    plan.weights = &weights;
    plan.weights_count = 1;
    run_plan(&plan, "weights.csv", totals, &table);
    assert_true(!totals[1].skipped && totals[2].skipped); /* plain INT8 is not what BitWave runs */
    assert_int_equal(table.rows, 2 * (LAYERS + 1));
    csv_free(&table);
    const accelerator_t *sparten[] = {accelerator_of("sparten")};
    double halves[LAYERS];
    for (int i = 0; i < LAYERS; i++)
        halves[i] = 0.5;
    model_density_t density = {networks[0], halves, halves};
    model_plan_t both = plan;
    both.accelerators = sparten;
    both.accelerator_count = 1;
    outcome_t bare = model_run(&both, inside("none.csv").chars, totals);
    assert_true(outcome_is_skip(&bare));
    both.densities = &density;
    both.density_count = 1;
    run_plan(&both, "density.csv", totals, &table);
    assert_true(!totals[0].skipped);
    csv_free(&table);
    weights.accelerator = accelerators[2];
    run_plan(&plan, "weights.csv", totals, &table);
    assert_true(totals[1].skipped && !totals[2].skipped);
    csv_free(&table);
    plan.accelerators = &accelerators[1];
    plan.accelerator_count = 1;
    outcome_t outcome = model_run(&plan, inside("none.csv").chars, totals);
    assert_true(outcome_is_skip(&outcome));
    assert_int_equal(access(inside("none.csv").chars, F_OK), -1);
    free(values);
}

static void means_of_ratios_are_geometric(void **state)
{
    (void)state;
    assert_true(fabs(model_geomean((double[]){1.0, 4.0}, 2) - 2.0) < 1e-15);
    assert_true(fabs(model_geomean((double[]){0.5, 2.0, 8.0}, 3) - 2.0) < 1e-15);
    assert_true(isnan(model_geomean(NULL, 0)));
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_oracle),
        cmocka_unit_test(totals_are_the_sums_of_their_layers),
        cmocka_unit_test(real_selections_replace_the_assumption),
        cmocka_unit_test(stripes_over_itself_is_one_and_the_order_of_names_is_kept),
        cmocka_unit_test(weights_let_the_skipped_ones_run),
        cmocka_unit_test(means_of_ratios_are_geometric),
    };
    return cmocka_run_group_tests_name("model", tests, make_folder, remove_folder);
}
