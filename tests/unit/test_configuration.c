/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/configuration: profiles, single settings, what is refused and where, and the tables of energies. */
#include "accel/configuration.h"

#include "accel/designs.h"
#include "accel/energy.h"
#include "accel/sram.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counted_network.h"
#include "default_config.h"
#include "testing.h"

static const accelerator_t *const chosen[] = {&accelerator_stripes, &accelerator_ant, &accelerator_bitvert_cons,
                                              &accelerator_bitvert_mod};
enum { CHOSEN = sizeof chosen / sizeof *chosen };

static int64_t own(size_t design, const accel_config_t *configs, const char *key)
{
    int64_t value = 0;
    assert_ok(settings_get(chosen[design]->keys, &configs[design], key, &value));
    return value;
}

/* ===  Profiles and settings  === */

static void the_paper_profile_is_the_defaults(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("paper", chosen, CHOSEN, configs));
    for (size_t i = 0; i < CHOSEN; i++)
        assert_memory_equal(&configs[i], default_config(chosen[i]), sizeof configs[i]);
    assert_int_equal(configs[3].rows, 32);
    assert_int_equal(own(3, configs, "low_bits"), 4);
    assert_int_equal(configs[3].weight_sram_bytes, 256 * 1024);
}

static void each_design_declares_its_multipliers(void **state)
{
    (void)state;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        assert_int_equal(default_config(*at)->multipliers, accel_multipliers(default_config(*at)));
        assert_true(default_config(*at)->counted[0] != '\0');
        assert_true((default_config(*at)->multipliers == 512) == (default_config(*at)->unequal[0] == '\0'));
        assert_ok(accel_check(*at, default_config(*at)));
    }
}

static void the_profile_of_the_simulator(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("bitsim", chosen, CHOSEN, configs));
    for (size_t i = 0; i < CHOSEN; i++)
        assert_ok(accel_check(chosen[i], &configs[i]));
    assert_int_equal(configs[0].weight_sram_bytes, 288 * 1024);
    assert_int_equal(configs[1].input_sram_bytes, 270 * 1024);
    assert_int_equal(own(1, configs, "mean_centibits"), 605);
    assert_int_equal(configs[3].weight_sram_bytes, 288 * 1024);
    assert_int_equal(configs[3].rows, 32); /* as in the paper */
    assert_error(configuration_load("eyeriss", chosen, CHOSEN, configs), FAULT_MISSING, "config/eyeriss.ini");
}

/* ANT in one state of the simulator, df8e520: each buffer in banks that sram.csv has, the PE at 0.80 of Stripes', and the
 * mean bits of each network. */
static void ant_of_the_simulator_is_one_state(void **state)
{
    (void)state;
    const struct {
        const char *network;
        int64_t centibits;
    } expected[] = {{"vgg16", 610}, {"resnet50", 605}, {"vit_small", 605}, {"bert_mrpc", 605}, {"bert_sst2", 630}};
    accel_config_t configs[CHOSEN];
    energy_rates_t rates;
    sram_bank_t weights, inputs;
    bool interpolated;
    assert_ok(configuration_load("bitsim", chosen, CHOSEN, configs));
    assert_true(configs[1].weight_sram_bytes / configs[1].weight_banks == 20480);
    assert_true(configs[1].input_sram_bytes / configs[1].input_banks == 18432);
    assert_ok(sram_bank(20480, 128, &weights, &interpolated));
    assert_ok(sram_bank(18432, 128, &inputs, &interpolated));
    assert_ok(energy_rates("bitsim", chosen[1], &configs[1], &rates));
    assert_false(rates.interpolated);
    assert_true(rates.weight_read_pj == weights.read_pj / 16 && rates.input_write_pj == inputs.write_pj / 16);
    assert_true(rates.pe_pj == 0.225 * 1.5 && 0.225 == 0.80 * 0.28125);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        accel_config_t config = configs[1];
        const network_t *network;
        assert_ok(net_find(expected[i].network, &network));
        accel_config_on(&config, network);
        int64_t centibits = 0;
        assert_ok(settings_get(chosen[1]->keys, &config, "mean_centibits", &centibits));
        assert_int_equal(centibits, expected[i].centibits);
    }
}

static void one_setting_reaches_its_designs(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("paper", chosen, CHOSEN, configs));
    assert_ok(configuration_set("bitvert.rows=16", chosen, CHOSEN, configs));
    assert_ok(configuration_set("bitvert-mod.low_bits = 3", chosen, CHOSEN, configs));
    assert_ok(configuration_set("dram.gbytes_per_s=25.6", chosen, CHOSEN, configs));
    assert_ok(configuration_set("all.input_banks=8", chosen, CHOSEN, configs));
    assert_ok(configuration_set("stripes.unequal=half the array = half the speed", chosen, CHOSEN, configs));
    assert_true(configs[0].rows == 16 && configs[1].rows == 16 && configs[2].rows == 16 && configs[3].rows == 16);
    assert_true(own(2, configs, "low_bits") == 6 && own(3, configs, "low_bits") == 3);
    for (size_t i = 0; i < CHOSEN; i++)
        assert_true(configs[i].dram_mbytes_per_s == 25600 && configs[i].input_banks == 8);
    assert_string_equal(configs[0].unequal, "half the array = half the speed");
    assert_ok(configuration_set("bitlet.rows=8", chosen, CHOSEN, configs)); /* known, and not here */
}

/* A key for all designs reaches those that have it. */
static void a_setting_for_all_reaches_those_that_have_the_key(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("paper", chosen, CHOSEN, configs));
    assert_ok(configuration_set("all.low_bits=5", chosen, CHOSEN, configs));
    for (size_t i = 1; i < CHOSEN; i++)
        assert_int_equal(own(i, configs, "low_bits"), 5);
    assert_memory_equal(&configs[0], default_config(chosen[0]), sizeof configs[0]);
}

static void one_network_has_its_own_value(void **state)
{
    (void)state;
    const accelerator_t *bitwave = &accelerator_bitwave;
    const network_t *network, *other;
    const struct {
        const char *setting;
        int64_t on_resnet34, elsewhere;
    } steps[] = {{"bitwave.flip_columns.resnet34=5", 5, 3}, /* 3 and 2 in paper.ini */
                 {"bitwave.flip_columns.resnet34=1", 1, 3},
                 {"bitwave.flip_columns=4", 4, 4}}; /* all, those too that had their own */
    accel_config_t config;
    assert_ok(net_find("resnet34", &network));
    assert_ok(net_find("resnet50", &other));
    assert_ok(configuration_default(bitwave, &config));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_ok(configuration_set(steps[i].setting, &bitwave, 1, &config));
        accel_config_t here = config, there = config;
        int64_t value = 0;
        accel_config_on(&here, network);
        accel_config_on(&there, other);
        assert_ok(settings_get(bitwave->keys, &here, "flip_columns", &value));
        assert_int_equal(value, steps[i].on_resnet34);
        assert_ok(settings_get(bitwave->keys, &there, "flip_columns", &value));
        assert_int_equal(value, steps[i].elsewhere);
    }
}

static void bad_settings_are_told(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("paper", chosen, CHOSEN, configs));
    const struct {
        const char *setting, *found, *expected;
    } wrong[] = {
        {"rows=16", "rows=16", "DESIGN.KEY=VALUE"},
        {"bitvert.rows", "bitvert.rows", "DESIGN.KEY=VALUE"},
        {"eyeriss.rows=16", "found eyeriss", "bitvert-mod"},
        {"bitvert.row=16", "row: found no such key", "weight_banks"},
        {"bitvert.rows=sixteen", "rows: found sixteen", "1 to 4096"},
        {"bitvert.rows=0", "rows: found 0", "1 to 4096"},
        {"bitvert.rows=", "rows: found no value", "1 to 4096"},
        {"bitvert.rows=16.5", "rows: found 16.5", "1 to 4096"},
        {"dram.gbytes_per_s=-1", "dram_gbytes_per_s: found -1", "0.001 to 1e+06"},
        {"stripes.low_bits=4", "low_bits: found no such key", "activation_bits, multipliers"},
        {"ant.beta_permille=100", "beta_permille: found no such key", "low_bits, mean_centibits, counted"},
        {"bitvert.low_bits=9", "low_bits: found 9", "1 to 8"},
        {"all.low_bits=9", "low_bits: found 9", "1 to 8"},
        {"all.lowbits=4", "lowbits: found no such key", "rows, columns"},
        {"bitvert.low_bits.resnet34=4", "low_bits.resnet34: found no such key", "meta_bits"},
        {"bitwave.flip_columns.resnet35=2", "flip_columns.resnet35: found no such network", "resnet34"},
        {"bitwave.flip_columns.resnet34=7", "flip_columns.resnet34: found 7", "1 to 6"},
        {"dram.rows=5", "dram_rows: found no such key", "dram_pj_per_64bit"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_error(configuration_set(wrong[i].setting, chosen, CHOSEN, configs), FAULT_USAGE, wrong[i].found);
        assert_error(configuration_set(wrong[i].setting, chosen, CHOSEN, configs), FAULT_USAGE, wrong[i].expected);
    }
    for (size_t i = 0; i < CHOSEN; i++)
        assert_memory_equal(&configs[i], default_config(chosen[i]), sizeof configs[i]);
}

/* ===  Files  === */

static char path[] = "/tmp/bbs-test-XXXXXX.ini";

static outcome_t load(const char *text, accel_config_t *configs)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
    return configuration_load(path, chosen, CHOSEN, configs);
}

static void a_file_changes_what_it_names(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(load("# mine\n; too\n\n[bitvert]\r\n  weight_banks =  64 \n[dram]\npj_per_64bit = 545.5\n[bitvert-cons]\n"
                   "low_bits = 5",
                   configs));
    assert_true(configs[0].weight_banks == 16 && configs[2].weight_banks == 64 && configs[3].weight_banks == 64);
    assert_true(own(2, configs, "low_bits") == 5 && own(3, configs, "low_bits") == 4);
    assert_int_equal(configs[0].dram_fj_per_64bit, 545500);
    assert_ok(load("", configs));
}

static void errors_name_file_line_and_key(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    const struct {
        const char *text, *said;
    } wrong[] = {
        {"[bitvert]\nrows = 16\n\ncolumns = many\n", "line 4: columns: found many, expected 1 to 4096"},
        {"# x\nrows = 16\n", "line 2: found rows, expected [section] first"},
        {"[bitvert]\nrows\n", "line 2: found rows, expected key = value"},
        {"[bitvert\nrows = 1\n", "line 1: found [bitvert, expected [section]"},
        {"\n[bitvest]\n", "line 2: found bitvest, expected dram, all, stripes"},
        {"[ant]\nlanse = 16\n", "line 2: lanse: found no such key, expected rows"},
        {"[ant]\nlanes = 8\nrows = 2\nlanes = 16\n", "line 4: lanes: found the key twice"},
        {"[bitlet]\nrows = 9999999\n", "line 2: rows: found 9999999, expected 1 to 4096"}, /* of a design not asked for */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_error(load(wrong[i].text, configs), FAULT_USAGE, wrong[i].said);
        assert_error(load(wrong[i].text, configs), FAULT_USAGE, path);
    }
}

static void an_undeclared_inequality_is_refused(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(configuration_load("paper", chosen, CHOSEN, configs));
    assert_ok(configuration_set("bitvert.rows=16", chosen, CHOSEN, configs));
    assert_error(accel_check(chosen[2], &configs[2]), FAULT_USAGE,
                 "found 256, expected 512 8-bit multipliers, as it declares");
    assert_ok(configuration_set("bitvert.multipliers=256", chosen, CHOSEN, configs)); /* declared, and still unequal */
    assert_error(accel_check(chosen[2], &configs[2]), FAULT_USAGE, "found 256, expected 512 8-bit multipliers;");
    assert_ok(configuration_set("bitvert.unequal=a study of small arrays", chosen, CHOSEN, configs));
    assert_ok(accel_check(chosen[2], &configs[2]));
    assert_ok(configuration_set("ant.unequal=", chosen, CHOSEN, configs));
    assert_error(accel_check(chosen[1], &configs[1]), FAULT_USAGE, "found 640");
    assert_error(accel_check(chosen[1], &configs[1]), FAULT_USAGE, "--set ant.unequal=REASON");
}

/* KiB and per cent are other units of the same key, in files and settings alike; what they cannot say exactly is refused.
 */
static void units_are_exact(void **state)
{
    (void)state;
    accel_config_t configs[CHOSEN];
    assert_ok(load("[bitvert]\nweight_sram_kib = 64.5\n[all]\ninput_sram_kib = 128\nbeta_percent = 12.5\n", configs));
    assert_int_equal(configs[2].weight_sram_bytes, 66048);
    assert_int_equal(configs[0].input_sram_bytes, 131072);
    int64_t beta;
    assert_ok(settings_get(chosen[2]->keys, &configs[2], "beta_permille", &beta));
    assert_int_equal(beta, 125);
    assert_ok(configuration_set("dram.gbytes_per_s=12.801", chosen, CHOSEN, configs));
    assert_int_equal(configs[0].dram_mbytes_per_s, 12801);
    assert_error(configuration_set("dram.gbytes_per_s=12.8005", chosen, CHOSEN, configs), FAULT_USAGE,
                 "found 12.8005, expected 0.001 to 1e+06 in steps of 0.001");
    assert_error(configuration_set("bitvert.beta_percent=12.55", chosen, CHOSEN, configs), FAULT_USAGE,
                 "found 12.55, expected 0 to 100 in steps of 0.1");
    assert_error(configuration_set("bitvert.input_sram_kib=0.0001", chosen, CHOSEN, configs), FAULT_USAGE, "found 0.0001");
    assert_error(configuration_set("stripes.beta_percent=10", chosen, CHOSEN, configs), FAULT_USAGE, "no such key");
    assert_error(configuration_set("bitvert._kib=1", chosen, CHOSEN, configs), FAULT_USAGE, "no such key");
}

/* A design that prunes takes any pruning of its method and gives it back, for all networks; one out of range is refused. */
static void a_pruning_is_taken(void **state)
{
    (void)state;
    size_t designs = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        const accel_pruning_t wanted = {.columns = 5, .group = 64, .beta_permille = 37, .channel_unit = 16};
        accel_config_t config = *default_config(*at);
        if ((*at)->method == NULL)
            continue;
        designs++;
        assert_non_null((*at)->prune);
        assert_ok((*at)->prune(&wanted, &config));
        for (const network_t *const *net = net_registry; *net != NULL; net++) {
            accel_config_t on = config;
            accel_config_on(&on, *net);
            const accel_pruning_t got = accel_pruning(*at, &on);
            assert_memory_equal(&got, &wanted, sizeof got);
        }
        assert_error((*at)->prune(&(accel_pruning_t){.columns = 8, .group = 64, .channel_unit = 16}, &config), FAULT_USAGE,
                     (*at)->part);
    }
    assert_int_equal(designs, 3);
}

/* ===  What settings do  === */

static void dram_is_as_configured(void **state)
{
    (void)state;
    accel_config_t config = *default_config(&accelerator_stripes);
    energy_rates_t rates, dear;
    counts_t before = count_network("bert_mrpc", &accelerator_stripes, &config);
    config.dram_mbytes_per_s = 12800; /* what technology.csv says */
    counts_t same = count_network("bert_mrpc", &accelerator_stripes, &config);
    assert_memory_equal(&before, &same, sizeof before);
    config.dram_mbytes_per_s = 25600;
    counts_t faster = count_network("bert_mrpc", &accelerator_stripes, &config);
    assert_in_range(before.dram_cycles - 2 * faster.dram_cycles + 100, 0, 100); /* up to rounding, layer by layer */
    config.dram_mbytes_per_s = 12799;
    assert_true(count_network("bert_mrpc", &accelerator_stripes, &config).dram_cycles > before.dram_cycles);
    assert_ok(energy_rates("bitsim", &accelerator_stripes, &config, &rates));
    config.dram_fj_per_64bit = 2000 * 1000;
    assert_ok(energy_rates("bitsim", &accelerator_stripes, &config, &dear));
    assert_true(rates.dram_pj == 125.0 && dear.dram_pj == 250.0);
}

/* ===  Energy tables  === */

static void table_v_scales_with_the_lanes(void **state)
{
    (void)state;
    energy_rates_t ours, theirs;
    const accelerator_t *stripes = &accelerator_stripes;
    assert_ok(energy_rates("table5", stripes, default_config(stripes), &ours));
    assert_ok(energy_rates("bitsim", stripes, default_config(stripes), &theirs));
    assert_true(ours.pe_pj == 0.37 * 1.25 * 16 / 8);
    assert_true(ours.weight_register_pj == theirs.weight_register_pj);
    assert_true(ours.weight_read_pj == theirs.weight_read_pj && ours.dram_pj == theirs.dram_pj);
    assert_ok(energy_table_check("table5"));
    assert_error(energy_table_check("table6"), FAULT_USAGE, "bitsim, table5");
    assert_string_equal(energy_table_of("table5", false, stripes), "table5");
    assert_null(energy_table_of("table5", false, &accelerator_sparten));
    assert_null(energy_table_of("table5", false, &accelerator_ant));
    assert_string_equal(energy_table_of("table5", true, &accelerator_ant), "bitsim");
    assert_string_equal(energy_table_of("bitsim", false, &accelerator_sparten), "bitsim");
}

/* A constant is for a PE of so many lanes and registers of so many weights; another PE is not free. */
static void energies_grow_with_lanes_and_weights(void **state)
{
    (void)state;
    const struct {
        const accelerator_t *accelerator;
        int64_t lanes, group;
        double pe, registers; /* times those of the default */
    } cases[] = {{&accelerator_bitlet, 8, 64, 1, 2},
                 {&accelerator_stripes, 32, 32, 2, 2},
                 {&accelerator_bitvert_mod, 4, 8, 0.5, 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        energy_rates_t before, after;
        accel_config_t config = *default_config(cases[i].accelerator);
        assert_ok(energy_rates("bitsim", cases[i].accelerator, &config, &before));
        config.lanes = cases[i].lanes;
        config.group = cases[i].group;
        assert_ok(energy_rates("bitsim", cases[i].accelerator, &config, &after));
        double dispatcher = 0.072625 * 1.5; /* of a column, whatever the PE */
        assert_true(after.pe_pj == cases[i].pe * before.pe_pj);
        assert_true(after.weight_register_pj == cases[i].registers * before.weight_register_pj);
        assert_true(fabs(after.input_register_pj - dispatcher -
                         cases[i].registers * (before.input_register_pj - dispatcher)) < 1e-12);
    }
}

static void waiting_and_leakage_stand_apart(void **state)
{
    (void)state;
    energy_rates_t rates;
    const accelerator_t *stripes = &accelerator_stripes;
    assert_ok(energy_rates("bitsim", stripes, default_config(stripes), &rates));
    counts_t counts = {.cycles = 1000, .compute_cycles = 600, .dram_cycles = 1000};
    energy_t energy = energy_of(&rates, &counts);
    assert_true(energy.total_pj == 0.0);
    assert_true(energy.idle_pj == rates.idle_pj * 400 && rates.idle_pj > rates.pe_pj * 256);
    assert_true(energy.leakage_pj == rates.leakage_pj * 1000);
    counts.cycles = counts.compute_cycles;
    assert_true(energy_of(&rates, &counts).idle_pj == 0.0);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static int make_file(void **state)
{
    (void)state;
    int file = mkstemps(path, 4);
    return file < 0 || close(file) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_paper_profile_is_the_defaults),
        cmocka_unit_test(each_design_declares_its_multipliers),
        cmocka_unit_test(the_profile_of_the_simulator),
        cmocka_unit_test(ant_of_the_simulator_is_one_state),
        cmocka_unit_test(one_setting_reaches_its_designs),
        cmocka_unit_test(a_setting_for_all_reaches_those_that_have_the_key),
        cmocka_unit_test(one_network_has_its_own_value),
        cmocka_unit_test(bad_settings_are_told),
        cmocka_unit_test(a_file_changes_what_it_names),
        cmocka_unit_test(errors_name_file_line_and_key),
        cmocka_unit_test(an_undeclared_inequality_is_refused),
        cmocka_unit_test(units_are_exact),
        cmocka_unit_test(a_pruning_is_taken),
        cmocka_unit_test(dram_is_as_configured),
        cmocka_unit_test(table_v_scales_with_the_lanes),
        cmocka_unit_test(energies_grow_with_lanes_and_weights),
        cmocka_unit_test(waiting_and_leakage_stand_apart),
    };
    return cmocka_run_group_tests_name("configuration", tests, make_file, remove_file);
}
