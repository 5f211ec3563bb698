/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds for every accelerator of the registry, whatever it is: a new one is tested by being there. */
#include "accel/accel.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/energy.h"
#include "accel/settings.h"
#include "base/text.h"
#include "compress/columns.h"
#include "compress/compress.h"
#include "compress/select.h"
#include "compress/spec.h"
#include "measure/model.h"
#include "measure/scaling.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compressed_values.h"
#include "default_config.h"
#include "random.h"
#include "testing.h"

/* ===  What it declares  === */

static void names_and_sources_are_there_once(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        const accelerator_t *found;
        assert_ok(accel_find((*at)->name, &found));
        assert_ptr_equal(found, *at); /* the first of that name */
        assert_true(strlen((*at)->title) > 0 && strlen((*at)->source) >= 10 && strlen((*at)->part) > 0);
        assert_null(strpbrk((*at)->name, ", .=[]"));
        for (const accelerator_t *const *before = accelerator_registry; before != at; before++)
            assert_string_not_equal((*before)->title, (*at)->title);
    }
}

static void defaults_are_in_range_and_within_the_budget(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        const accel_config_t *config = default_config(*at);
        assert_ok(accel_check(*at, config));
        assert_int_equal(config->multipliers, accel_multipliers(config));
        assert_true(config->counted[0] != '\0' && config->changed_by[0] == '\0' && config->oddities == 0);
    }
}

/* Lanes are what multipliers are counted by, so the weights of a PE follow from them: no configuration has more for
 * nothing. */
static void weights_of_a_pe_follow_from_its_lanes(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        accel_config_t config = *default_config(*at);
        assert_true((*at)->weights_per_lane == 0 || config.group == (*at)->weights_per_lane * config.lanes);
        config.group *= 2;
        if ((*at)->weights_per_lane > 0)
            assert_error(accel_check(*at, &config), FAULT_USAGE, "group: found ");
        config.lanes *= 2;
        if (settings_has((*at)->keys, "fixed_array")) { /* the ways to cut an array are of the default one */
            assert_error(accel_check(*at, &config), FAULT_USAGE, "fixed_array");
            assert_ok(settings_put((*at)->keys, &config, "fixed_array", 1));
        }
        if ((*at)->weights_per_lane > 0 && config.unequal[0] == '\0')
            assert_error(accel_check(*at, &config), FAULT_USAGE, "8-bit multipliers");
        config.rows /= 2; /* half the PEs of twice the size */
        if ((*at)->weights_per_lane > 0)
            assert_ok(accel_check(*at, &config));
    }
}

/* Each own key: both ends of its range are taken, what lies beyond is refused, and reading gives what was set. */
static void own_keys_take_their_range_and_nothing_else(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        size_t count = 0;
        for (const accel_key_t *key = (*at)->keys; key != NULL && key->key != NULL; key++, count++) {
            const int64_t ends[] = {key->least, key->most}, beyond[] = {key->least - 1, key->most + 1};
            accel_config_t config = *default_config(*at);
            int64_t value;
            assert_true(key->least <= key->most && strlen(key->what) > 0);
            assert_false(settings_has(NULL, key->key)); /* no name of a common key */
            for (const accel_key_t *other = (*at)->keys; other != key; other++)
                assert_string_not_equal(other->key, key->key);
            for (int i = 0; i < 2; i++) {
                text_t good = text_of("%s.%s=%" PRId64, (*at)->name, key->key, ends[i]);
                text_t bad = text_of("%s.%s=%" PRId64, (*at)->name, key->key, beyond[i]);
                assert_ok(configuration_set(good.chars, at, 1, &config));
                assert_ok(settings_get((*at)->keys, &config, key->key, &value));
                assert_int_equal(value, ends[i]);
                assert_error(configuration_set(bad.chars, at, 1, &config), FAULT_USAGE, key->key);
                assert_ok(settings_put((*at)->keys, &config, key->key, beyond[i])); /* as a sweep does */
                if (beyond[i] != 0 || !key->may_be_none)
                    assert_error(accel_check(*at, &config), FAULT_USAGE, key->key);
                assert_ok(settings_put((*at)->keys, &config, key->key, ends[i]));
            }
        }
        assert_true(count <= ACCEL_OWN_KEYS && ((*at)->keys == NULL || (*at)->keys[count].key == NULL));
        accel_config_t config = *default_config(*at);
        text_t unknown = text_of("%s.no_such_key=1", (*at)->name);
        assert_error(configuration_set(unknown.chars, at, 1, &config), FAULT_USAGE, "no_such_key: found no such key");
        if (count > 0) /* and the design's own are among the known ones */
            assert_error(configuration_set(unknown.chars, at, 1, &config), FAULT_USAGE, (*at)->keys[count - 1].key);
    }
}

/* A method that prunes columns of INT8 weights, with parameters that it can have, on every network; what the lanes of a
 * design work on can be counted in two's complement alone. */
static void methods_prune_columns(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        const method_t *method = (*at)->method;
        assert_int_equal(method == NULL, (*at)->pruning == NULL);
        assert_true(method != NULL || (!(*at)->counts_lanes && !(*at)->selects));
        for (const network_t *const *network = net_registry; method != NULL && *network != NULL; network++) {
            accel_config_t config = *default_config(*at);
            accel_config_on(&config, *network);
            const accel_pruning_t pruning = accel_pruning(*at, &config);
            method_config_t parameters = method->defaults;
            parameters.columns = (int)pruning.columns;
            parameters.group = (int)pruning.group;
            parameters.beta = (double)pruning.beta_permille / 1000.0;
            parameters.channel_unit = pruning.channel_unit;
            assert_non_null(method->coder);
            assert_true(method->input == METHOD_INT8 && method->selects);
            assert_true(!(*at)->counts_lanes || !method->coder->sign_magnitude);
            assert_ok(method_check(method, &parameters));
        }
    }
}

/* The method whose accuracy stands for the design makes the weights that the design runs: the same method, columns, group,
 * share and unit of sensitive channels. On a network for which the configuration has its own number of columns, all but
 * the columns; it has none on the network of Fig. 16. */
static void the_accuracy_is_that_of_what_is_run(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        const method_t *method;
        method_config_t config;
        assert_ok(method_parse((*at)->accuracy, &method, &config));
        assert_int_equal((*at)->method != NULL, method->coder != NULL);
        for (const network_t *const *network = net_registry; (*at)->method != NULL && *network != NULL; network++) {
            accel_config_t own = *default_config(*at);
            const int64_t general = accel_pruning(*at, &own).columns;
            accel_config_on(&own, *network);
            const accel_pruning_t pruning = accel_pruning(*at, &own);
            assert_ptr_equal(method, (*at)->method);
            assert_int_equal(config.columns, general);
            assert_int_equal(config.group, pruning.group);
            assert_int_equal(llround(1000 * config.beta), pruning.beta_permille);
            assert_true(config.beta == 0 || config.channel_unit == pruning.channel_unit);
            assert_true(pruning.columns == general || !text_equal((*network)->name, "resnet50"));
            config.columns = (int)pruning.columns;
            assert_ok(method_check(method, &config));
            config.columns = (int)general;
        }
    }
}

/* A design whose weights can have fewer bits: its method has that number of bits, in every channel of a layer that is not
 * whole, as the design does; and its default is the bits of its own accuracy. */
static void fewer_bits_are_those_of_the_method(void **state)
{
    (void)state;
    size_t count = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        for (int64_t bits = 2; (*at)->accuracy_at_bits != NULL && bits <= 8; bits++) {
            const method_t *method;
            method_config_t parameters;
            accel_config_t config = *default_config(*at);
            counts_t counts;
            net_table_t table = {0};
            assert_ok(method_parse(text_of("%s%" PRId64, (*at)->accuracy_at_bits, bits).chars, &method, &parameters));
            assert_int_equal(parameters.bits, bits);
            assert_true(parameters.beta == 0 && !(*at)->selects && (*at)->method == NULL);
            assert_int_equal(default_value(*at, (*at)->keys[0].key), 8);
            assert_ok(settings_put((*at)->keys, &config, (*at)->keys[0].key, bits));
            assert_ok(net_add_linear(&table, "linear", 64, 300, 1, false));
            for (int whole = 0; whole < 2; whole++) {
                accel_layer_t layer = {.shape = &table.items[0], .sensitive = ACCEL_UNIFORM, .whole = whole};
                assert_ok(accel_count(*at, &config, &layer, 1, 1, &counts));
                assert_int_equal(counts.value_bits, 64 * 300 * (whole ? 8 : bits));
            }
            net_table_free(&table);
            count++;
        }
    }
    assert_true(count >= 7);
}

/* ===  What it counts  === */

enum { MOST = 300 * 200 * 9 };

/* One convolution and one linear layer, neither of which fills its tiles. */
static net_table_t two_layers(int64_t tokens)
{
    net_table_t table = {0};
    assert_ok(net_add_conv(&table, "conv", "", 300, 200, 3, 1, 1, 19, 19));
    assert_ok(net_add_linear(&table, "linear", 290, 300, tokens, true));
    return table;
}

static counts_t count_all(const accelerator_t *accelerator, const accel_config_t *config, const net_table_t *table,
                          int threads)
{
    static int8_t weights[MOST];
    uint64_t seed = 3;
    accel_layer_t layers[2];
    counts_t counts[2], total = {0};
    for (int i = 0; i < MOST; i++)
        weights[i] = random_weight(&seed, 5);
    assert_int_equal(table->count, 2);
    for (size_t i = 0; i < 2; i++)
        layers[i] = (accel_layer_t){.shape = &table->items[i],
                                    .sensitive = ACCEL_UNIFORM,
                                    .weights = weights,
                                    .input_density = 0.6,
                                    .output_density = 0.5};
    assert_ok(accel_count(accelerator, config, layers, 2, threads, counts));
    for (size_t i = 0; i < 2; i++)
        counts_add(&total, &counts[i]);
    return total;
}

static void counts_do_not_depend_on_threads(void **state)
{
    (void)state;
    net_table_t table = two_layers(40);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        counts_t one = count_all(*at, default_config(*at), &table, 1),
                 three = count_all(*at, default_config(*at), &table, 3);
        assert_memory_equal(&one, &three, sizeof one);
        assert_true(one.compute_cycles > 0 && one.dram_cycles > 0 && one.value_bits > 0 && one.pe_cycles > 0);
    }
    net_table_free(&table);
}

static void more_tokens_never_take_fewer_cycles(void **state)
{
    (void)state;
    net_table_t few = two_layers(40), many = two_layers(80);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        counts_t a = count_all(*at, default_config(*at), &few, 2), b = count_all(*at, default_config(*at), &many, 2);
        assert_true(b.compute_cycles >= a.compute_cycles && b.cycles >= a.cycles && b.macs > a.macs);
        assert_true(counts_dram_bytes(&b) >= counts_dram_bytes(&a) && b.value_bits == a.value_bits);
    }
    net_table_free(&few);
    net_table_free(&many);
}

/* A design that prunes weights as it looks at them counts what it counts on the values that its method leaves: groups along
 * the channels and across the runs of the row, short groups, channels that stay, groups other than 32. */
static void check_pruning(const accelerator_t *accelerator, const accel_config_t *config, const net_layer_t *shape,
                          const compress_layer_t *weights, double beta)
{
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    method_config_t parameters = accelerator->method->defaults;
    parameters.columns = (int)pruning.columns;
    parameters.group = (int)pruning.group;
    parameters.beta = beta;
    parameters.channel_unit = 1;
    int8_t *values = malloc((size_t)compress_layer_size(weights));
    selection_t selection;
    counts_t ours, theirs;
    assert_non_null(values);
    assert_ok(compressed_values(accelerator->method, &parameters, weights, 1, 2, values));
    assert_ok(select_channels(&parameters, weights, 1, &selection));
    accel_layer_t layer = {.shape = shape,
                           .sensitive = ACCEL_UNIFORM,
                           .weights = weights->q,
                           .unpruned = true,
                           .kept = selection.masks[0],
                           .input_density = 0.6,
                           .output_density = 0.5};
    assert_ok(accel_count(accelerator, config, &layer, 1, 2, &ours));
    layer.weights = values;
    layer.unpruned = false;
    assert_ok(accel_count(accelerator, config, &layer, 1, 1, &theirs));
    assert_memory_equal(&ours, &theirs, sizeof ours);
    layer.weights = weights->q;
    assert_ok(accel_count(accelerator, config, &layer, 1, 1, &theirs));
    assert_true(shape->c < 32 || ours.value_bits < theirs.value_bits); /* pruning did something */
    selection_free(&selection);
    free(values);
}

static void designs_prune_as_their_methods_do(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{300, 200, 3}, {9, 5, 3}, {65, 33, 1}, {130, 256, 1}, {1, 1, 1}, {7, 3, 7}};
    static int8_t q[MOST];
    static float scale[300];
    uint64_t seed = 5;
    int looked = 0;
    for (int i = 0; i < MOST; i++)
        q[i] = random_weight(&seed, i / 500 % 8);
    for (int i = 0; i < 300; i++)
        scale[i] = (float)random_between(&seed, 1, 1000);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes && (*at)->method != NULL && (*at)->needs_weights; i++)
            for (int columns = 1; columns <= 6; columns++) {
                net_table_t table = {0};
                accel_config_t config = *default_config(*at);
                assert_ok(net_add_conv(&table, "conv", "", shapes[i][0], shapes[i][1], shapes[i][2], 1, 1, 19, 19));
                const compress_layer_t layer = {.name = "conv",
                                                .k = shapes[i][0],
                                                .c = shapes[i][1],
                                                .kh = shapes[i][2],
                                                .kw = shapes[i][2],
                                                .q = q,
                                                .scale = scale};
                const accel_pruning_t pruning = {.columns = columns, .group = columns == 4 ? 24 : 32, .channel_unit = 1};
                assert_ok((*at)->prune(&pruning, &config));
                check_pruning(*at, &config, &table.items[0], &layer, columns % 2 == 0 ? 0.0 : 0.25);
                net_table_free(&table);
                looked++;
            }
    assert_true(looked > 0);
}

static void more_bandwidth_is_never_slower(void **state)
{
    (void)state;
    net_table_t table = two_layers(40);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        int64_t cycles = INT64_MAX;
        for (int64_t mbytes_per_s = 100; mbytes_per_s < 1000000; mbytes_per_s *= 3) {
            accel_config_t config = *default_config(*at);
            config.dram_mbytes_per_s = mbytes_per_s;
            counts_t counts = count_all(*at, &config, &table, 2);
            assert_true(counts.cycles <= cycles);
            assert_true(counts.cycles >= counts.compute_cycles);
            cycles = counts.cycles;
        }
    }
    net_table_free(&table);
}

/* What is given takes the place of the assumption, from no sensitive channel to all; more bits are never faster. */
static void sensitive_channels_are_those_given(void **state)
{
    (void)state;
    net_table_t table = {0};
    assert_ok(net_add_linear(&table, "linear", 256, 300, 64, false));
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        int64_t before = 0;
        for (int64_t sensitive = 0; (*at)->selects && sensitive <= 256; sensitive += 32) {
            accel_layer_t layer = {.shape = &table.items[0], .sensitive = sensitive};
            counts_t counts;
            assert_ok(accel_count(*at, default_config(*at), &layer, 1, 2, &counts));
            assert_int_equal(counts.sensitive, sensitive);
            assert_true(counts.compute_cycles >= before);
            before = counts.compute_cycles;
        }
    }
    net_table_free(&table);
}

/* ===  What it costs  === */

static void each_has_its_energy_constants(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        energy_rates_t rates;
        assert_string_equal(energy_table_of("bitsim", false, *at), "bitsim");
        assert_ok(energy_rates("bitsim", *at, default_config(*at), &rates));
        assert_true(rates.pe_pj > 0.0 && rates.weight_read_pj > 0.0 && rates.input_read_pj > 0.0 && rates.dram_pj > 0.0);
        assert_true((rates.weight_register_pj > 0.0 && rates.input_register_pj > 0.0) || rates.local_read_pj > 0.0);
    }
}

/* A design like Stripes that lacks a part of what it needs: an error that names the row, and no result without it. */
static void a_design_without_its_rows_is_an_error(void **state)
{
    (void)state;
    const network_t *networks[] = {&(network_t){0}};
    accelerator_t lacking = accelerator_stripes;
    const accelerator_t *accelerators[] = {&lacking};
    accel_config_t config = *default_config(&accelerator_stripes), nothing;
    energy_rates_t rates;
    model_total_t total;
    char path[] = "/tmp/bbs-test-accelerators-XXXXXX";
    assert_ok(net_find("resnet34", &networks[0]));
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 1,
                         .energy_table = "bitsim",
                         .configs = &config,
                         .threads = 2};
    int file = mkstemp(path);
    assert_true(file >= 0 && close(file) == 0 && unlink(path) == 0);

    lacking.name = lacking.part = "eyeriss";
    assert_error(energy_rates("bitsim", &lacking, &config, &rates), FAULT_FAILED, "bitsim.eyeriss.pe: found no such row");
    for (int mixed = 0; mixed < 2; mixed++) {
        plan.mixed_tables = mixed;
        assert_error(model_run(&plan, path, &total), FAULT_FAILED, "bitsim.eyeriss.pe");
        assert_int_equal(access(path, F_OK), -1);
    }
    assert_error(configuration_default(&lacking, &nothing), FAULT_FAILED, "config/paper.ini: [eyeriss]: found no rows");

    lacking = accelerator_stripes;
    static const accel_key_t keys[] = {{"depth", 1, 9, .what = "a key without a value"}, {.key = NULL}};
    lacking.keys = keys;
    assert_error(configuration_default(&lacking, &nothing), FAULT_FAILED, "[stripes]: found no depth, expected 1 to 9");

    lacking = accelerator_stripes;
    config.weight_bus_bits = 40;
    assert_error(energy_rates("bitsim", &lacking, &config, &rates), FAULT_FAILED, "sram.csv: 16384 bytes, bus of 40 bits");
    assert_error(model_run(&plan, path, &total), FAULT_FAILED, "sram.csv");
    assert_int_equal(access(path, F_OK), -1);
}

/* ===  The study of scalability  === */

static void designs_of_the_study_have_equal_multipliers(void **state)
{
    (void)state;
    size_t count = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        bool takes;
        accel_config_t config;
        assert_ok(scaling_takes(*at, &takes));
        assert_ok(configuration_load("scaling", at, 1, &config));
        if (!takes)
            continue;
        assert_ok(accel_check(*at, &config));
        for (int i = 0; i < SCALING_POINTS; i++) {
            config.rows = scaling_points[i];
            assert_int_equal(accel_multipliers(&config), 16 * scaling_points[i]); /* 16 columns of 8 lanes */
        }
        count++;
    }
    assert_true(count >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_sources_are_there_once),
        cmocka_unit_test(defaults_are_in_range_and_within_the_budget),
        cmocka_unit_test(weights_of_a_pe_follow_from_its_lanes),
        cmocka_unit_test(own_keys_take_their_range_and_nothing_else),
        cmocka_unit_test(methods_prune_columns),
        cmocka_unit_test(the_accuracy_is_that_of_what_is_run),
        cmocka_unit_test(fewer_bits_are_those_of_the_method),
        cmocka_unit_test(counts_do_not_depend_on_threads),
        cmocka_unit_test(more_tokens_never_take_fewer_cycles),
        cmocka_unit_test(designs_prune_as_their_methods_do),
        cmocka_unit_test(more_bandwidth_is_never_slower),
        cmocka_unit_test(sensitive_channels_are_those_given),
        cmocka_unit_test(each_has_its_energy_constants),
        cmocka_unit_test(a_design_without_its_rows_is_an_error),
        cmocka_unit_test(designs_of_the_study_have_equal_multipliers),
    };
    return cmocka_run_group_tests_name("accelerators", tests, NULL, NULL);
}
