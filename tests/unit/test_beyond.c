/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queries of fig1, fig17, llama_context, roofline_totals and sensitivity on a few rows made here. */
#include "derived.h"

#include <string.h>

/* Ratios are within one layer; the paper's value stands beside the method that it is of. */
static void fig1_is_relative_to_ptq_of_the_same_weights(void **state)
{
    (void)state;
    make_rows("INSERT INTO examples (figure, method, weights, \"values\", mse) VALUES "
              "('Fig. 1, BBS', 'ra:columns=3', '1 2 3 4', '2 2 2 2', 0.75), ('Fig. 4', 'ra:columns=4', '1', '1', 9)");
    make_rows(
        "INSERT INTO divergence (net, size, layer, method, columns, weights, mse_int8_steps2, kl_softmax_nats, synthetic) "
        "VALUES ('a', 'full', 'x', 'ptq', 3, 100, 5, 8, 1), ('a', 'full', 'x', 'ra', 3, 100, 4, 2, 1),"
        "('a', 'compact', 'x', 'ptq', 3, 100, 5, 1, 0), ('a', 'compact', 'x', 'ra', 3, 100, 4, 3, 0),"
        "('a', 'full', 'x', 'ra', 2, 100, 4, 7, 1)");
    rows_table_t table = derive("fig1");
    assert_int_equal(table.count, 5); /* the group, two methods of two layers; nothing of Fig. 4 or of 2 columns */
    size_t full = row_of(&table, "method", "ra", "size", "full"),
           compact = row_of(&table, "method", "ra", "size", "compact");
    size_t group = row_of(&table, "part", "group", NULL, NULL);
    near(rows_real_at(&table, full, "kl_over_ptq"), 0.25);
    near(rows_real_at(&table, compact, "kl_over_ptq"), 3);
    near(rows_real_at(&table, full, "paper_kl_nats"), 8e-7);
    near(rows_real_at(&table, full, "paper_kl_over_ptq"), 8e-7 / 5.1e-6);
    near(rows_real_at(&table, group, "paper_mse_int8_steps2"), 0.75);
    assert_true(isnan(rows_real_at(&table, group, "paper_kl_nats")) &&
                isnan(rows_real_at(&table, full, "paper_mse_int8_steps2")));
    assert_string_equal(rows_text_at(&table, group, "values"), "1 2 3 4 to 2 2 2 2");
    rows_table_free(&table);
}

/* Two matrices of 1e9 and 3e9 weights at 4 and 8 bits: 7 bits on average; 1e9 parameters more at 16 bits. */
static void fig17_weighs_matrices_by_their_weights(void **state)
{
    (void)state;
    make_rows(
        "INSERT INTO llama (net, layer, method, weights, other_weights, bits_per_weight, bits_per_weight_with_metadata, "
        "mse_int8_steps2) VALUES "
        "('n', 'a', 'int8', 1000000000, 1000000000, 8, 8, 0), ('n', 'b', 'int8', 3000000000, 1000000000, 8, 8, 0),"
        "('n', 'a', 'm', 1000000000, 1000000000, 4, 5, 2), ('n', 'b', 'm', 3000000000, 1000000000, 8, 9, 4)");
    rows_table_t table = derive("fig17");
    assert_int_equal(table.count, 3);
    size_t floats = row_of(&table, "method", "bf16", NULL, NULL), one = row_of(&table, "method", "m", NULL, NULL);
    assert_int_equal(floats, 0);
    near(rows_real_at(&table, floats, "footprint_gb"), 10);
    near(rows_real_at(&table, one, "bits_per_weight"), 7);
    near(rows_real_at(&table, one, "bits_per_weight_with_metadata"), 8);
    near(rows_real_at(&table, one, "matrices_gb"), 4);
    near(rows_real_at(&table, one, "footprint_gb"), 6);
    near(rows_real_at(&table, one, "mse_int8_steps2"), 3.5);
    rows_table_free(&table);
}

/* A token takes the parts that no context changes, once, and attention at its own context; a cache of more bits has only
 * the latter. Stripes: 100 + 10 cycles at a context of 8 and 100 + 90 at 16; the other design 40 + 10 and 40 + 90. */
static void a_token_takes_its_parts_and_attention_at_its_context(void **state)
{
    (void)state;
    make_rows("INSERT INTO llama_parts (net, phase, tokens, batch, context, cache_bits, part, accelerator, macs, weights, "
              "dram_weight_bytes, dram_metadata_bytes, dram_input_bytes, dram_output_bytes, compute_cycles, cycles, "
              "energy_on_chip_pj, energy_dram_pj) VALUES "
              "('n', 'decode', 1, 1, 0, 0, 'matrices', 'stripes', 60, 60, 60, 0, 3, 4, 50, 70, 1, 70),"
              "('n', 'decode', 1, 1, 0, 0, 'embedding', 'stripes', 0, 0, 5, 0, 1, 5, 0, 10, 0, 10),"
              "('n', 'decode', 1, 1, 0, 0, 'head', 'stripes', 20, 20, 20, 0, 2, 2, 10, 20, 1, 18),"
              "('n', 'decode', 1, 1, 8, 8, 'attention', 'stripes', 20, 0, 16, 0, 1, 1, 5, 10, 1, 9),"
              "('n', 'decode', 1, 1, 16, 8, 'attention', 'stripes', 40, 0, 32, 0, 1, 1, 5, 90, 1, 89),"
              "('n', 'decode', 1, 1, 8, 16, 'attention', 'stripes', 20, 0, 32, 0, 1, 1, 5, 20, 1, 19),"
              "('n', 'decode', 1, 1, 0, 0, 'matrices', 'fast', 60, 60, 30, 2, 3, 4, 25, 40, 1, 39),"
              "('n', 'decode', 1, 1, 8, 8, 'attention', 'fast', 20, 0, 16, 0, 1, 1, 5, 10, 1, 9),"
              "('n', 'decode', 1, 1, 16, 8, 'attention', 'fast', 40, 0, 32, 0, 1, 1, 5, 90, 1, 89),"
              "('n', 'prefill', 9, 1, 0, 0, 'matrices', 'stripes', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)");
    rows_table_t table = derive("llama_context");
    assert_int_equal(table.count, 5); /* a prompt without attention has no row */
    for (size_t row = 0; row < table.count; row++) {
        const bool fast = strcmp(rows_text_at(&table, row, "accelerator"), "fast") == 0;
        const int64_t context = rows_integer_at(&table, row, "context"), bits = rows_integer_at(&table, row, "cache_bits");
        const int64_t attention = bits == 16 ? 20 : context == 8 ? 10 : 90;
        assert_int_equal(rows_integer_at(&table, row, "cycles"), (fast ? 40 : 100) + attention);
        assert_int_equal(rows_integer_at(&table, row, "weight_bytes"), fast ? 32 : 80);
        assert_int_equal(rows_integer_at(&table, row, "cache_bytes"), 2 * context * bits / 8);
        assert_int_equal(rows_integer_at(&table, row, "other_bytes"), fast ? 9 : 24);
        near(rows_real_at(&table, row, "speedup"), fast ? (100.0 + (double)attention) / (40.0 + (double)attention) : 1);
        near(rows_real_at(&table, row, "energy_ratio"),
             fast ? (40.0 + (double)attention) / (100.0 + (double)attention) : 1);
        near(rows_real_at(&table, row, "attention_percent"),
             100.0 * (context == 8 ? 20 : 40) / ((fast ? 60 : 80) + (context == 8 ? 20 : 40)));
    }
    rows_table_free(&table);
}

/* 512 multipliers and 16 bytes a cycle meet at 32 MACs a byte: 3,200 MACs of 100 bytes lie on the corner, those of 101
 * before it. */
static void roofs_are_those_of_the_design(void **state)
{
    (void)state;
    make_rows(
        "INSERT INTO model (net, size, accelerator, layer, macs, cycles, compute_cycles, dram_weight_bytes, "
        "dram_input_bytes, dram_output_bytes, dram_metadata_bytes) VALUES "
        "('a', 'full', 'stripes', 'total', 3200, 10, 5, 70, 20, 10, 0),"
        "('b', 'full', 'stripes', 'total', 3200, 10, 5, 70, 20, 10, 1), ('a', 'full', 'stripes', 'x', 1, 1, 1, 1, 1, 1, 1)");
    make_rows(
        "INSERT INTO llama_context (net, phase, tokens, batch, context, cache_bits, accelerator, macs, weight_bytes, "
        "cache_bytes, other_bytes, compute_cycles, cycles) VALUES "
        "('llama3_8b', 'decode', 1, 16, 2048, 8, 'ant', 90, 40, 4, 1, 3, 4),"
        "('llama3_8b', 'decode', 1, 1, 4096, 8, 'ant', 90, 40, 4, 1, 3, 4), ('x', 'decode', 1, 1, 2048, 8, 'ant', 1, 1, 1, 1, 1, 1)");
    rows_table_t table = derive("roofline_totals");
    assert_int_equal(table.count, 3);
    assert_string_equal(rows_text_at(&table, 0, "roof"), "compute");
    assert_string_equal(rows_text_at(&table, 1, "roof"), "DRAM");
    near(rows_real_at(&table, 0, "macs_per_byte"), 32);
    near(rows_real_at(&table, 0, "macs_per_cycle"), 320);
    near(rows_real_at(&table, 0, "compute_percent"), 50);
    assert_int_equal(rows_integer_at(&table, 0, "multipliers"), 512);
    near(rows_real_at(&table, 0, "dram_bytes_per_cycle"), 16);
    assert_string_equal(rows_text_at(&table, 2, "run"), "decode of 16 texts");
    assert_int_equal(rows_integer_at(&table, 2, "multipliers"), 640);
    near(rows_real_at(&table, 2, "macs_per_byte"), 2);
    rows_table_free(&table);
}

static void sensitivity_is_against_stripes_at_the_same_point(void **state)
{
    (void)state;
    make_rows("INSERT INTO sensitivity_totals (knob, value, unit, net, size, accelerator, used, weight_bits, cycles, "
              "energy_total_pj) VALUES "
              "('k', 1, 'u', 'a', 'full', 'stripes', 1, 8, 400, 100), ('k', 1, 'u', 'a', 'full', 'fast', 1, 4, 100, 50),"
              "('k', 1, 'u', 'b', 'full', 'stripes', 1, 8, 900, 100), ('k', 1, 'u', 'b', 'full', 'fast', 1, 6, 900, 50),"
              "('k', 2, 'u', 'a', 'full', 'stripes', 0, 8, 300, 100), ('k', 2, 'u', 'a', 'full', 'fast', 0, 4, 100, 200)");
    rows_table_t table = derive("sensitivity");
    assert_int_equal(table.count, 2); /* Stripes itself has no row */
    assert_int_equal(rows_integer_at(&table, 0, "used"), 1);
    assert_int_equal(rows_integer_at(&table, 0, "networks"), 2);
    near(rows_real_at(&table, 0, "speedup"), 2); /* of 4 and 1 */
    near(rows_real_at(&table, 0, "energy_ratio"), 0.5);
    near(rows_real_at(&table, 0, "weight_bits"), 5);
    near(rows_real_at(&table, 1, "speedup"), 3);
    near(rows_real_at(&table, 1, "energy_ratio"), 2);
    rows_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fig1_is_relative_to_ptq_of_the_same_weights, open_database, close_database),
        cmocka_unit_test_setup_teardown(fig17_weighs_matrices_by_their_weights, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_token_takes_its_parts_and_attention_at_its_context, open_database,
                                        close_database),
        cmocka_unit_test_setup_teardown(roofs_are_those_of_the_design, open_database, close_database),
        cmocka_unit_test_setup_teardown(sensitivity_is_against_stripes_at_the_same_point, open_database, close_database),
    };
    return cmocka_run_group_tests_name("beyond", tests, open_experiments, close_experiments);
}
