/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/technology and accel/sram: each constant has a unit and a source, each name is there once. */
#include "accel/sram.h"
#include "accel/technology.h"

#include <math.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_constant_has_a_source),
        cmocka_unit_test(a_constant_is_found_by_name),
        cmocka_unit_test(a_bank_is_a_row_or_lies_between_two),
    };
    return cmocka_run_group_tests_name("technology", tests, NULL, NULL);
}
