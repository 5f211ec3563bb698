/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/sensitivity: the marks are at the values that the models use, and knobs do what they must. */
#include "measure/sensitivity.h"

#include "accel/designs.h"
#include "base/csv.h"
#include "base/text.h"
#include "measure/model.h"
#include "nets/bert.h"
#include "nets/resnet.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-sensitivity-XXXXXX";
static csv_table_t totals, weights;

static const char *at(const csv_table_t *table, size_t row, const char *column)
{
    size_t index;
    assert_ok(csv_column(table, column, &index));
    return csv_cell(table, row, index);
}

static double number(const csv_table_t *table, size_t row, const char *column)
{
    double value;
    assert_true(text_to_real(at(table, row, column), &value));
    return value;
}

/* The only row with this knob, value, network and design (of weights: method). */
static size_t row_of(const csv_table_t *table, const char *knob, double value, const char *net, const char *column,
                     const char *name)
{
    size_t found = table->rows;
    for (size_t row = 0; row < table->rows; row++)
        if (text_equal(at(table, row, "knob"), knob) && number(table, row, "value") == value &&
            text_equal(at(table, row, "net"), net) && text_equal(at(table, row, column), name)) {
            assert_int_equal(found, table->rows);
            found = row;
        }
    assert_true(found < table->rows);
    return found;
}

/* At each value in use, of every knob, stand the very totals of the models as they are. */
static void the_value_in_use_is_the_model_as_it_is(void **state)
{
    (void)state;
    const network_t *const networks[] = {&net_resnet50, &net_bert_mrpc};
    const accelerator_t *const designs[] = {&accelerator_stripes, &accelerator_bitvert_cons, &accelerator_bitvert_mod};
    model_plan_t plan = {.networks = networks,
                         .network_count = 2,
                         .size = "full",
                         .accelerators = designs,
                         .accelerator_count = 3,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = 2};
    model_total_t plain[6];
    size_t used = 0;
    assert_ok(model_run(&plan, NULL, plain));
    for (size_t row = 0; row < totals.rows; row++) {
        if (!text_equal(at(&totals, row, "used"), "1"))
            continue;
        for (size_t i = 0; i < 6; i++)
            if (text_equal(at(&totals, row, "net"), plain[i].network->name) &&
                text_equal(at(&totals, row, "accelerator"), plain[i].accelerator->name)) {
                assert_true(number(&totals, row, "cycles") == (double)plain[i].counts.cycles);
                assert_true(fabs(number(&totals, row, "energy_total_pj") / plain[i].energy.total_pj - 1) < 1e-8);
                used++;
            }
    }
    assert_int_equal(used, 7 * 6); /* seven knobs are settings: a value in use for each network and design */
}

static void knobs_do_what_they_must(void **state)
{
    (void)state;
    const char *const mod = "bitvert-mod", *const net = "resnet50";
    /* N: a column less is a bit less of each pruned weight; no sensitive channel: all but the first layer have 4 bits. */
    size_t two = row_of(&totals, "pruned columns", 2, net, "accelerator", mod);
    size_t four = row_of(&totals, "pruned columns", 4, net, "accelerator", mod);
    assert_true(number(&totals, two, "weight_bits") > number(&totals, four, "weight_bits"));
    assert_true(number(&totals, two, "compute_cycles") > number(&totals, four, "compute_cycles"));
    size_t none = row_of(&totals, "sensitive channels", 0, net, "accelerator", mod);
    const double first = 64.0 * 3 * 7 * 7, all = 25502912;
    assert_true(fabs(number(&totals, none, "weight_bits") - (8 * first + 4 * (all - first)) / all) < 1e-8);
    /* Half the bandwidth takes twice the cycles of DRAM, and changes no cycle of the array. */
    size_t slow = row_of(&totals, "DRAM bandwidth", 6.4, net, "accelerator", mod);
    size_t fast = row_of(&totals, "DRAM bandwidth", 12.8, net, "accelerator", mod);
    assert_true(fabs(number(&totals, slow, "dram_cycles") / number(&totals, fast, "dram_cycles") - 2) < 1e-4);
    assert_true(number(&totals, slow, "compute_cycles") == number(&totals, fast, "compute_cycles"));
    /* Stripes has no groups. */
    assert_string_equal(at(&totals, row_of(&totals, "group", 8, net, "accelerator", "stripes"), "energy_total_pj"),
                        at(&totals, row_of(&totals, "group", 128, net, "accelerator", "stripes"), "energy_total_pj"));
}

/* Metadata: 8 bits a group. From groups of 8 to 16 to 32 each step saves half as much as the one before, and the stored
 * columns stay. */
static void groups_trade_metadata_for_error(void **state)
{
    (void)state;
    double bits[3], error[3];
    assert_int_equal(weights.rows, 5);
    for (int i = 0; i < 3; i++) {
        size_t row = row_of(&weights, "group", 8 << i, "vit_small", "method", "bbs-cons");
        bits[i] = number(&weights, row, "bits_per_weight_with_metadata");
        error[i] = number(&weights, row, "mse_int8_steps2");
        assert_string_equal(at(&weights, row, "bits_per_weight"), at(&weights, 0, "bits_per_weight"));
        assert_string_equal(at(&weights, row, "used"), i == 2 ? "1" : "0");
    }
    assert_true(fabs((bits[0] - bits[1]) - 2 * (bits[1] - bits[2])) < 1e-7);
    assert_true(error[0] < error[1] && error[1] < error[2]);
}

static int run_both(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    const text_t one = text_of("%s/totals.csv", folder), two = text_of("%s/weights.csv", folder);
    assert_ok(sensitivity_totals_run(true, 2, one.chars));
    assert_ok(sensitivity_weights_run(true, 2, two.chars));
    assert_ok(csv_read(one.chars, &totals));
    assert_ok(csv_read(two.chars, &weights));
    return 0;
}

static int clean(void **state)
{
    (void)state;
    csv_free(&totals);
    csv_free(&weights);
    unlink(text_of("%s/totals.csv", folder).chars);
    unlink(text_of("%s/weights.csv", folder).chars);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_in_use_is_the_model_as_it_is),
        cmocka_unit_test(knobs_do_what_they_must),
        cmocka_unit_test(groups_trade_metadata_for_error),
    };
    return cmocka_run_group_tests_name("sensitivity", tests, run_both, clean);
}
