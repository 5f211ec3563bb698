/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/technology and accel/sram: each constant has a unit and a source, each name is there once. */
#include "accel/energy.h"
#include "accel/memory.h"
#include "accel/sram.h"
#include "accel/technology_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "default_config.h"

#include "testing.h"

static void each_constant_has_a_source(void **state)
{
    (void)state;
    assert_true(technology_row_count >= 12);
    for (size_t i = 0; i < technology_row_count; i++) {
        const technology_row_t *row = &technology_rows[i];
        bool may_be_none = strncmp(row->name, "simulator.", 10) == 0; /* what the simulator leaves out */
        assert_true((row->value > 0.0 || (may_be_none && row->value == 0.0)) && isfinite(row->value));
        assert_true(row->name[0] && row->unit[0] && row->node[0]);
        assert_true(strlen(row->source) >= 10); /* a place one can look up, not a dash */
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(row->name, technology_rows[j].name);
    }
}

static void a_constant_is_found_by_name(void **state)
{
    (void)state;
    double value;
    assert_ok(technology_lookup("bitsim", "stripes", "pe", &value));
    assert_true(value == 0.28125);
    assert_ok(technology_lookup("bitsim", NULL, "layout", &value));
    assert_true(value == 1.5);
    assert_error(technology_lookup("bitsim", "eyeriss", "pe", &value), FAULT_FAILED, "bitsim.eyeriss.pe");
}

static void a_bank_is_a_row_or_lies_between_two(void **state)
{
    (void)state;
    sram_bank_t bank, low, high;
    bool interpolated;
    assert_int_equal(sram_row_count, 51);
    assert_ok(sram_bank(8192, 128, &bank, &interpolated));
    assert_true(!interpolated && bank.read_pj == 4.3053 && bank.write_pj == 7.06537 && bank.leakage_mw == 5.97126);
    assert_ok(sram_bank(32768, 128, &low, &interpolated));
    assert_ok(sram_bank(65536, 128, &high, &interpolated));
    assert_ok(sram_bank(46341, 128, &bank, &interpolated)); /* half way in log(bytes) */
    assert_true(interpolated);
    assert_true(fabs(bank.read_pj - (low.read_pj + high.read_pj) / 2) < 1e-4);
    assert_true(fabs(bank.leakage_mw - (low.leakage_mw + high.leakage_mw) / 2) < 1e-3);
    assert_error(sram_bank(294913, 128, &bank, &interpolated), FAULT_FAILED, "294913 bytes");
    assert_error(sram_bank(8192, 100, &bank, &interpolated), FAULT_FAILED, "bus of 100 bits");
}

/* ===  A user's constants  === */

static const char path[] = "/tmp/bbs-test-technology.csv";

static outcome_t read_text(const char *text, technology_t *technology)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
    outcome_t result = technology_read(path, technology);
    unlink(path);
    return result;
}

static size_t row_of(const char *name)
{
    for (size_t i = 0; i < technology_row_count; i++)
        if (text_equal(technology_rows[i].name, name))
            return i;
    fail_msg("no row %s", name);
    return 0;
}

/* The rows that the file has take its values; all others keep the table's. */
static void a_file_may_have_some_of_the_rows(void **state)
{
    (void)state;
    technology_t technology;
    double value;
    assert_ok(technology_create(&technology));
    assert_string_equal(technology_changes(&technology).chars, "");
    assert_ok(
        read_text("source,value,name,unit,note\nmine,2.5e2,dram.access,pJ/64 bit,\nassumed,32,dram.bandwidth,B/cycle,x\n",
                  &technology));
    assert_ok(technology_get(&technology, "dram.access", &value));
    assert_true(value == 250.0);
    assert_ok(technology_get(NULL, "dram.access", &value));
    assert_true(value == 1000.0);
    for (size_t i = 0; i < technology_row_count; i++)
        if (i != row_of("dram.access") && i != row_of("dram.bandwidth"))
            assert_true(technology.values[i] == technology_rows[i].value);
    assert_string_equal(technology_changes(&technology).chars, "dram.bandwidth=32 dram.access=250");
    technology_free(&technology);
}

static void a_wrong_row_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *row, *said;
    } wrong[] = {
        {"dram.acces,1,pJ/64 bit,x", "line 3: dram.acces: found no such constant"},
        {"dram.acces,1,pJ/64 bit,x", "did you mean dram.access?"},
        {"dram.access,1,pJ,x", "line 3: dram.access: found the unit pJ, expected pJ/64 bit"},
        {"dram.access,1,,x", "line 3: dram.access: found no unit"},
        {"dram.access,-1,pJ/64 bit,x", "line 3: dram.access: found -1, expected 0 to 1e+06 pJ/64 bit"},
        {"dram.access,nan,pJ/64 bit,x", "found nan"},
        {"dram.access,,pJ/64 bit,x", "found no value"},
        {"dram.access,1,pJ/64 bit,", "line 3: dram.access: found no source"},
        {"dram.bandwidth,12.5,B/cycle,x", "found 12.5, expected 1 to 1e+06 B/cycle in steps of 1"},
        {"clock.period,1.0005,ns,x", "found 1.0005, expected 0.001 to 1000 ns in steps of 0.001"},
        {"bitsim.layout,2,factor,x", "line 3: found bitsim.layout twice"},
    };
    technology_t technology;
    assert_ok(technology_create(&technology));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const text_t text = text_of("name,value,unit,source\nbitsim.layout,2,factor,x\n%s\n", wrong[i].row);
        assert_error(read_text(text.chars, &technology), FAULT_USAGE, wrong[i].said);
    }
    assert_error(read_text("name,value,source\nbitsim.layout,2,x\n", &technology), FAULT_USAGE, "no column unit");
    assert_error(read_text("name,value,unit,source,vendor\nbitsim.layout,2,factor,x,y\n", &technology), FAULT_USAGE,
                 "found vendor");
    assert_error(read_text("name,value,unit,source\n", &technology), FAULT_USAGE, "no rows");
    technology_free(&technology);
}

/* So that technology.csv itself is a file that may be given. */
static void each_unit_has_a_range(void **state)
{
    (void)state;
    technology_t technology;
    assert_ok(technology_create(&technology));
    for (size_t i = 0; i < technology_row_count; i++) {
        const technology_row_t *row = &technology_rows[i];
        assert_true(technology_knows_unit(row->unit));
        assert_ok(technology_put(&technology, row->name, text_of("%.17g %s", row->value, row->unit).chars, "x", "y"));
    }
    assert_string_equal(technology_changes(&technology).chars, "");
    technology_free(&technology);
}

/* Twice a PE's energy doubles that rate and no other; the models mark what they read. */
static void a_constant_reaches_its_rate(void **state)
{
    (void)state;
    technology_t technology;
    energy_rates_t before, after;
    accel_config_t config = *default_config(accelerator_registry[0]);
    assert_ok(technology_create(&technology));
    assert_ok(energy_rates("bitsim", accelerator_registry[0], &config, &before));
    assert_ok(technology_put(&technology, "bitsim.stripes.pe", "0.5625 pJ/PE/cycle", "x", "y"));
    config.technology = &technology;
    assert_ok(energy_rates("bitsim", accelerator_registry[0], &config, &after));
    assert_true(after.pe_pj == 2 * before.pe_pj);
    after.pe_pj = before.pe_pj;
    after.idle_pj = before.idle_pj; /* of the same PEs */
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(technology.read[row_of("bitsim.stripes.pe")] && technology.read[row_of("dram.access")]);
    assert_false(technology.read[row_of("bitsim.bitvert.pe")] || technology.read[row_of("table5.stripes.power")]);
    technology_free(&technology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_constant_has_a_source),
        cmocka_unit_test(a_constant_is_found_by_name),
        cmocka_unit_test(a_bank_is_a_row_or_lies_between_two),
        cmocka_unit_test(a_file_may_have_some_of_the_rows),
        cmocka_unit_test(a_wrong_row_is_named),
        cmocka_unit_test(each_unit_has_a_range),
        cmocka_unit_test(a_constant_reaches_its_rate),
    };
    return cmocka_run_group_tests_name("technology", tests, NULL, NULL);
}
