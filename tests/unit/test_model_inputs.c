/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of the accelerator models: weights that a plan with a whole first layer has opened, under a plan that prunes
 * it, are those that this plan opens itself. And the totals without oddities are read from model.csv, or missed by name. */
#include "testing.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "folder.h"
#include "measure/model_inputs.h"
#include "measure/model_rows.h"
#include "measure/oddity_totals.h"
#include "nets/resnet.h"
#include "nets/vit.h"
#include "rows/writer.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 256 };

static void compare(model_inputs_t *used, model_inputs_t *fresh, const accelerator_t *design)
{
    accel_config_t config;
    accel_layer_t one[MOST_LAYERS], other[MOST_LAYERS];
    assert_ok(configuration_default(design, &config));
    assert_ok(model_inputs_layers(used, design, &config, one));
    assert_ok(model_inputs_layers(fresh, design, &config, other));
    for (size_t i = 0; i < used->table->count; i++) {
        const compress_layer_t *layer = &used->int8.layers[i];
        assert_int_equal(one[i].whole, other[i].whole);
        assert_int_equal(one[i].whole_output, other[i].whole_output);
        assert_int_equal(one[i].sensitive, other[i].sensitive);
        assert_int_equal(layer->whole, fresh->int8.layers[i].whole);
        assert_memory_equal(one[i].weights, other[i].weights, (size_t)compress_layer_size(layer));
    }
}

static void check(const network_t *network)
{
    static const accelerator_t *const designs[] = {&accelerator_bitwave, &accelerator_bitvert_mod, &accelerator_bitlet};
    const model_plan_t whole = {.origin = MODEL_SYNTHETIC, .threads = 2},
                       pruned = {.origin = MODEL_SYNTHETIC, .prune_first = true, .threads = 2};
    const net_size_t *size;
    net_table_t table = {0};
    model_inputs_t used = {0}, fresh = {0}, first = {0};
    assert_ok(net_find_size(network, "compact", &size));
    assert_ok(net_layers(network, size, &table));
    assert_in_range(table.count, 1, MOST_LAYERS);
    assert_ok(model_inputs_open(&whole, network, size, &table, NULL, &used));
    assert_ok(model_inputs_open(&whole, network, size, &table, NULL, &first));
    assert_ok(model_inputs_open(&pruned, network, size, &table, NULL, &fresh));
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) /* what these leave behind must not be used again */
        compare(&used, &first, designs[i]);
    model_inputs_prune(&used, &pruned);
    for (size_t i = sizeof designs / sizeof *designs; i-- > 0;)
        compare(&used, &fresh, designs[i]);
    model_inputs_close(&used);
    model_inputs_close(&fresh);
    model_inputs_close(&first);
    net_table_free(&table);
}

static void weights_under_a_plan_that_prunes_the_first_layer(void **state)
{
    (void)state;
    check(&net_resnet34);
    check(&net_vit_small);
}

static void a_total_that_model_lacks_is_an_error(void **state)
{
    (void)state;
    const text_t model = inside("model.csv"), path = inside("rows.csv");
    rows_writer_t writer;
    assert_error(oddity_totals_run(true, 2, model.chars, path.chars), FAULT_MISSING, "model.csv");
    assert_ok(rows_create(&writer, &model_schema, model.chars));
    assert_ok(rows_commit(&writer));
    assert_error(oddity_totals_run(true, 2, model.chars, path.chars), FAULT_FAILED,
                 "model.csv: total: found no row of vgg16 on stripes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_under_a_plan_that_prunes_the_first_layer),
        cmocka_unit_test(a_total_that_model_lacks_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
