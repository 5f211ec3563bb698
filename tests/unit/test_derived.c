/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queries of derived experiments of models and PEs, and their views, on a few rows made here: ratios against the right
 * row, geometric means, sweeps, scaling, peaks by area. */
#include "derived.h"

#include <string.h>

/* ===  Speedup and energy  === */

#define MODEL                                                                                                        \
    "INSERT INTO model (net, size, accelerator, layer, cycles, energy_on_chip_pj, energy_dram_pj, energy_total_pj, " \
    "selection) "                                                                                                    \
    "VALUES "
#define TWO_NETWORKS                                                                                                       \
    MODEL "('a', 'full', 'stripes', 'conv', 7, 7, 7, 14, 'none')," /* layers are not read */                               \
          "('a', 'full', 'stripes', 'total', 1000, 20, 80, 100, 'none'), ('a', 'full', 'sparten', 'total', 500, 30, 170, " \
          "200, 'none'),"                                                                                                  \
          "('a', 'full', 'fast', 'total', 250, 10, 40, 50, 'some'),"                                                       \
          "('b', 'full', 'stripes', 'total', 800, 50, 150, 200, 'none'), ('b', 'full', 'sparten', 'total', 200, 50, 50, "  \
          "100, 'none'),"                                                                                                  \
          "('b', 'full', 'fast', 'total', 800, 100, 300, 400, 'some')"

static void ratios_are_against_stripes_on_the_same_network(void **state)
{
    (void)state;
    make_rows(TWO_NETWORKS);
    rows_table_t table = derive("speedup");
    assert_int_equal(table.count, 9); /* six totals, three means */
    size_t a = row_of(&table, "net", "a", "accelerator", "fast"), b = row_of(&table, "net", "b", "accelerator", "fast");
    near(rows_real_at(&table, a, "speedup"), 4);
    near(rows_real_at(&table, a, "energy_ratio"), 0.5);
    near(rows_real_at(&table, a, "energy_on_chip_ratio"), 0.1);
    near(rows_real_at(&table, a, "energy_dram_ratio"), 0.4);
    assert_string_equal(rows_text_at(&table, a, "reference"), "stripes");
    assert_string_equal(rows_text_at(&table, a, "mean_over_networks"), "");
    near(rows_real_at(&table, b, "speedup"), 1);
    near(rows_real_at(&table, b, "energy_ratio"), 2);
    near(rows_real_at(&table, row_of(&table, "net", "a", "accelerator", "stripes"), "speedup"), 1);
    rows_table_free(&table);
}

static void means_over_networks_are_geometric(void **state)
{
    (void)state;
    make_rows(TWO_NETWORKS);
    rows_table_t table = derive("speedup");
    size_t mean = row_of(&table, "net", "geomean", "accelerator", "fast");
    assert_true(mean >= 6); /* behind the networks */
    assert_string_equal(rows_text_at(&table, mean, "mean_over_networks"), "geometric");
    near(rows_real_at(&table, mean, "speedup"), 2); /* sqrt(4 * 1), not 2.5 */
    near(rows_real_at(&table, mean, "energy_ratio"), 1);
    near(rows_real_at(&table, mean, "energy_on_chip_ratio") + rows_real_at(&table, mean, "energy_dram_ratio"), 1);
    near(rows_real_at(&table, mean, "energy_on_chip_ratio"), (0.1 / 0.5 + 0.5 / 2) / 2); /* the parts' mean shares */
    assert_true(rows_integer_at(&table, mean, "cycles") == ROWS_UNKNOWN &&
                isnan(rows_real_at(&table, mean, "energy_total_pj")));
    near(rows_real_at(&table, row_of(&table, "net", "geomean", "accelerator", "stripes"), "speedup"), 1);
    rows_table_free(&table);
}

static void one_network_has_no_mean_and_no_stripes_no_ratio(void **state)
{
    (void)state;
    make_rows(MODEL "('a', 'full', 'stripes', 'total', 1000, 20, 80, 100, 'none'), ('a', 'full', 'fast', 'total', 250, 10, "
                    "40, 50, 'none')");
    rows_table_t table = derive("speedup");
    assert_int_equal(table.count, 2);
    rows_table_free(&table);
    make_rows(
        "DELETE FROM model; " MODEL
        "('a', 'full', 'stripes', 'total', 1, 1, 1, 2, 'none'), ('a', 'compact', 'fast', 'total', 1, 1, 1, 2, 'none'),"
        "('b', 'full', 'fast', 'total', 1, 1, 1, 2, 'none')");
    table = derive("speedup"); /* another size, another network: nothing to set it against */
    assert_int_equal(table.count, 1);
    assert_string_equal(rows_text_at(&table, 0, "accelerator"), "stripes");
    rows_table_free(&table);
}

static void fig12_repeats_and_fig13_is_against_sparten(void **state)
{
    (void)state;
    make_rows(TWO_NETWORKS);
    keep("speedup");
    rows_table_t twelve = derive("fig12"), thirteen = derive("fig13");
    assert_int_equal(twelve.count, 9);
    near(rows_real_at(&twelve, row_of(&twelve, "net", "a", "accelerator", "fast"), "speedup"), 4);
    assert_int_equal(thirteen.count, 9);
    size_t a = row_of(&thirteen, "net", "a", "accelerator", "fast"),
           mean = row_of(&thirteen, "net", "geomean", "accelerator", "fast");
    assert_string_equal(rows_text_at(&thirteen, a, "reference"), "sparten");
    near(rows_real_at(&thirteen, a, "speedup"), 2);
    near(rows_real_at(&thirteen, a, "energy_ratio"), 0.25);
    near(rows_real_at(&thirteen, mean, "speedup"), sqrt(2 * 0.25));
    near(rows_real_at(&thirteen, mean, "energy_ratio"), 1); /* sqrt(1/4 * 4) */
    rows_table_free(&twelve);
    rows_table_free(&thirteen);
}

/* The view `means` that claims read: whole only when all networks of the paper are there. */
static void a_sweep_is_compared_setting_by_setting(void **state)
{
    (void)state;
    make_rows("INSERT INTO model (net, size, accelerator, layer, cycles, energy_on_chip_pj, energy_dram_pj, "
              "energy_total_pj, selection, setting) "
              "SELECT net, 'full', design, 'total', cycles, 1, 1, 2, 'none', setting FROM networks, "
              "(SELECT 'stripes' AS design, 600 AS cycles, 'x=1' AS setting UNION ALL SELECT 'fast', 200, 'x=1' "
              "UNION ALL SELECT 'stripes', 600, 'x=2' UNION ALL SELECT 'fast', 100, 'x=2') WHERE paper");
    rows_table_t table =
        ask("SELECT setting, count(*) AS n, min(speedup) AS least, max(speedup) AS most FROM ratios "
            "WHERE accelerator = 'fast' AND reference = 'stripes' GROUP BY setting, net = 'geomean' ORDER BY setting, n");
    assert_int_equal(table.count, 4);
    for (size_t row = 0; row < table.count; row++) {
        assert_int_equal(rows_integer_at(&table, row, "n"), row % 2 ? 7 : 1); /* the mean, then the networks */
        near(rows_real_at(&table, row, "least"), row < 2 ? 3 : 6);
        near(rows_real_at(&table, row, "most"), row < 2 ? 3 : 6);
    }
    rows_table_free(&table);
    keep("speedup");
    table = ask("SELECT * FROM means WHERE accelerator = 'fast'");
    assert_int_equal(table.count, 0); /* no mean over two settings */
    rows_table_free(&table);
}

static void a_mean_is_whole_with_all_networks_of_the_paper(void **state)
{
    (void)state;
    make_rows("INSERT INTO model (net, size, accelerator, layer, cycles, energy_on_chip_pj, energy_dram_pj, "
              "energy_total_pj, selection) "
              "SELECT net, 'full', design, 'total', place * cycles, 1, 1, 2, 'none' FROM networks, "
              "(SELECT 'stripes' AS design, 600 AS cycles UNION ALL SELECT 'fast', 200) WHERE paper");
    keep("speedup");
    rows_table_t table = ask("SELECT * FROM means WHERE experiment = 'speedup' AND accelerator = 'fast'");
    assert_int_equal(table.count, 1);
    near(rows_real_at(&table, 0, "speedup"), 3);
    assert_int_equal(rows_integer_at(&table, 0, "n"), 7);
    assert_string_equal(rows_text_at(&table, 0, "basis"), "whole");
    rows_table_free(&table);
    make_rows("INSERT INTO speedup (net, size, accelerator, speedup, energy_ratio) "
              "VALUES ('resnet20', 'full', 'fast', 99, 1), ('vgg16', 'compact', 'fast', 99, 1)");
    table = ask("SELECT * FROM means WHERE experiment = 'speedup' AND accelerator = 'fast'");
    near(rows_real_at(&table, 0, "speedup"), 3); /* another network and another size are not in the mean */
    assert_int_equal(rows_integer_at(&table, 0, "n"), 7);
    rows_table_free(&table);
    make_rows("DELETE FROM speedup WHERE net = 'vgg16'");
    table = ask("SELECT * FROM means WHERE experiment = 'speedup' AND accelerator = 'fast'");
    assert_string_equal(rows_text_at(&table, 0, "basis"), "subset");
    rows_table_free(&table);
}

/* ===  Oddities  === */

#define ODD(profile, first, oddity, net, accelerator, cycles, energy) \
    "('" profile "', '" first "', '" oddity "', '" net "', 'full', '" accelerator "', " cycles ", " energy ")"

/* Without oddities Bitlet is 2 and 4 times as fast as Stripes, so sqrt(8), at 0.5 and 2 of SparTen's energy, so 1. With one
 * it takes twice the cycles and twice the energy; SparTen's energy doubles, too, so their ratio stays. */
static void oddities_change_against_the_profile_without_them(void **state)
{
    (void)state;
    make_rows(
        "INSERT INTO oddity_totals (profile, first_layer_weights, oddity, net, size, accelerator, cycles, "
        "energy_total_pj) VALUES " ODD("bitsim", "whole", "none", "a", "stripes", "100", "1") ", " ODD(
            "bitsim", "whole", "none", "b", "stripes",
            "100", "1") ", " ODD("bitsim", "whole", "none", "a", "sparten", "100",
                                 "10") ", " ODD("bitsim", "whole", "none", "b", "sparten", "100",
                                                "10") ", " ODD("bitsim", "whole", "none", "a", "bitlet", "50",
                                                               "5") ", " ODD("bitsim", "whole", "none", "b", "bitlet", "25",
                                                                             "20") ", " ODD("bitsim", "whole", "fractions",
                                                                                            "a", "stripes",
                                                                                            "100", "1") ", " ODD("bitsim",
                                                                                                                 "whole",
                                                                                                                 "fractions",
                                                                                                                 "b",
                                                                                                                 "stripes", "100", "1") ", " ODD("bitsim", "whole", "fractions", "a", "sparten", "100", "20") ", " ODD("bitsim", "whole", "fractions", "b", "sparten", "100", "20") ", " ODD("bitsim", "whole", "fractions", "a", "bitlet", "100", "10") ", " ODD("bitsim", "whole", "fractions", "b",
                                                                                                                                                                                                                                                                                                                                                                  "bitlet",
                                                                                                                                                                                                                                                                                                                                                                  "50", "40") ", " ODD("bitsim", "pruned", "all", "a", "stripes", "100", "1") ", " ODD("bitsim",
                                                                                                                                                                                                                                                                                                                                                                                                                                                       "pruned",
                                                                                                                                                                                                                                                                                                                                                                                                                                                       "all",
                                                                                                                                                                                                                                                                                                                                                                                                                                                       "a",
                                                                                                                                                                                                                                                                                                                                                                                                                                                       "sparten", "100", "10") ", " ODD("paper",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "whole",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "none",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "a",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "stripes", "300", "1") ", " ODD("paper", "whole", "none",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "a",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "sparten",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "100",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "10"));
    rows_table_t table = derive("oddities");
    assert_int_equal(table.count, 10);
    size_t odd = row_of(&table, "oddity", "fractions", "accelerator", "bitlet");
    assert_int_equal(rows_integer_at(&table, odd, "networks"), 2);
    near(rows_real_at(&table, odd, "speedup"), sqrt(2));
    near(rows_real_at(&table, odd, "speedup_change_percent"), -50);
    near(rows_real_at(&table, odd, "cycles_change_percent"), 100);
    near(rows_real_at(&table, odd, "energy_ratio"), 1);
    near(rows_real_at(&table, odd, "energy_ratio_change_percent"), 0);
    near(rows_real_at(&table, odd, "energy_change_percent"), 100);
    size_t all = row_of(&table, "oddity", "all", "accelerator", "sparten"); /* against the whole first layer */
    near(rows_real_at(&table, all, "speedup"), 1);
    near(rows_real_at(&table, all, "energy_change_percent"), 0);
    size_t ours = row_of(&table, "profile", "paper", "accelerator", "sparten");
    near(rows_real_at(&table, ours, "speedup"), 3);
    rows_table_free(&table);
}

/* ===  Seeds  === */

/* Three seeds: `fast` takes 250, 200 and 125 cycles of Stripes' 1000 on a, so 4, 5 and 8; on b always 1/1. The mean over
 * networks is made for each seed: 2, sqrt(5), sqrt(8). */
static void seeds_have_mean_and_deviation(void **state)
{
    (void)state;
    make_rows(TWO_NETWORKS "; UPDATE model SET weights_source = 'synthetic:x'");
    make_rows(
        "INSERT INTO seeds (net, size, accelerator, seed, cycles, energy_total_pj) "
        "SELECT net, size, accelerator, seed, iif(net = 'a' AND accelerator = 'fast', 1000 / (5 + 3 * (seed = 3)), cycles), "
        "energy_total_pj FROM model, (SELECT 2 AS seed UNION ALL SELECT 3) WHERE layer = 'total'");
    keep("speedup");
    rows_table_t table = derive("fig12");
    assert_int_equal(table.count, 9);
    size_t a = row_of(&table, "net", "a", "accelerator", "fast"), b = row_of(&table, "net", "b", "accelerator", "fast"),
           mean = row_of(&table, "net", "geomean", "accelerator", "fast");
    near(rows_real_at(&table, a, "speedup"), 4); /* of seed 1 */
    near(rows_real_at(&table, a, "speedup_mean"), (4 + 5 + 8) / 3.0);
    near(rows_real_at(&table, a, "speedup_deviation"), sqrt(13 / 3.0)); /* (25 + 4 + 49) / 9 / 2 */
    near(rows_real_at(&table, b, "speedup_deviation"), 0);
    near(rows_real_at(&table, mean, "speedup_mean"), (2 + sqrt(5) + sqrt(8)) / 3);
    assert_int_equal(rows_integer_at(&table, mean, "seeds"), 3);
    rows_table_free(&table);
    table = derive("fig13");
    near(rows_real_at(&table, row_of(&table, "net", "a", "accelerator", "fast"), "energy_mean"), 0.25);
    rows_table_free(&table);
    make_rows("UPDATE model SET weights_source = 'mine.safetensors'"); /* weights of a checkpoint are no seed */
    table = derive("fig12");
    assert_int_equal(rows_integer_at(&table, row_of(&table, "net", "a", "accelerator", "fast"), "seeds"), 2);
    rows_table_free(&table);
    make_rows("DELETE FROM seeds");
    table = derive("fig12");
    assert_int_equal(table.count, 9);
    assert_true(isnan(rows_real_at(&table, 0, "speedup_mean")));
    rows_table_free(&table);
}

/* ===  Equal area  === */

/* Table V: 532.8 um2 for 8 lanes of Stripes, 739.6 for BitVert; both arrays have 4,096 lanes. SparTen has no PE there. */
static void equal_area_is_by_the_paper_s_pes(void **state)
{
    (void)state;
    near(text_value("SELECT array_area_um2 FROM accelerators WHERE accelerator = 'stripes'"), 512 * 532.8);
    near(text_value("SELECT array_area_um2 FROM accelerators WHERE accelerator = 'bitvert-mod'"), 512 * 739.6);
    make_rows(
        MODEL
        "('a', 'full', 'stripes', 'total', 1000, 1, 1, 2, 'none'), ('a', 'full', 'sparten', 'total', 500, 1, 1, 2, 'none'),"
        "('a', 'full', 'bitvert-mod', 'total', 250, 1, 1, 2, 'none'), ('b', 'full', 'stripes', 'total', 900, 1, 1, 2, "
        "'none'), ('b', 'full', 'bitvert-mod', 'total', 900, 1, 1, 2, 'none')");
    keep("speedup");
    rows_table_t table = derive("iso_area");
    assert_int_equal(table.count, 6); /* two networks and their mean, on two designs */
    near(rows_real_at(&table, row_of(&table, "net", "a", "accelerator", "stripes"), "iso_area_speedup"), 1);
    near(rows_real_at(&table, row_of(&table, "net", "a", "accelerator", "bitvert-mod"), "iso_area_speedup"),
         4 * 532.8 / 739.6);
    near(rows_real_at(&table, row_of(&table, "net", "geomean", "accelerator", "bitvert-mod"), "iso_area_speedup"),
         2 * 532.8 / 739.6);
    rows_table_free(&table);
}

/* ===  Scaling  === */

static void scaling_is_against_stripes_with_as_many_columns(void **state)
{
    (void)state;
    make_rows(
        "INSERT INTO scaling (net, size, accelerator, pe_columns, compute_cycles, cycles, useful_percent, "
        "intra_pe_stall_percent,"
        " inter_pe_stall_percent, weights_source) VALUES ('a', 'full', 'stripes', 2, 900, 1000, NULL, NULL, NULL, 'w'),"
        "('a', 'full', 'stripes', 4, 450, 500, NULL, NULL, NULL, 'w'), ('a', 'full', 'fast', 2, 300, 500, 60, 30, 10, 'w'),"
        "('a', 'full', 'fast', 4, 200, 400, 50, 40, 10, 'w'), ('a', 'full', 'fast', 8, 100, 200, 50, 40, 10, 'w')");
    rows_table_t table = derive("fig14");
    assert_int_equal(table.count, 4); /* 8 columns have no Stripes */
    near(rows_real_at(&table, 2, "speedup"), 2);
    near(rows_real_at(&table, 3, "speedup"), 1.25);
    assert_int_equal(rows_integer_at(&table, 3, "pe_columns"), 4);
    rows_table_free(&table);
    table = derive("fig15");
    assert_int_equal(table.count, 5);
    near(rows_real_at(&table, 2, "useful_percent"), 60);
    assert_true(isnan(rows_real_at(&table, 0, "useful_percent")));
    rows_table_free(&table);
}

/* ===  Tables of PEs  === */

static void table6_is_of_pes_with_a_known_rate(void **state)
{
    (void)state;
    make_rows("INSERT INTO pe (pe, area_left_out_um2, area_paper_um2, macs_per_cycle) VALUES ('bitvert-8-opt', 800, 1000, "
              "4), ('olive', 250, 200, 1),"
              "('stripes', 300, 500, NULL)");
    rows_table_t table = derive("table6");
    assert_int_equal(table.count, 2);
    assert_string_equal(rows_text_at(&table, 0, "pe"), "olive");
    near(rows_real_at(&table, 0, "macs_a_cycle_and_1000_um2_estimated"), 4);
    near(rows_real_at(&table, 1, "macs_a_cycle_and_1000_um2_estimated"), 5);
    near(rows_real_at(&table, 1, "macs_a_cycle_and_1000_um2_paper_area"), 4);
    rows_table_free(&table);
    table = derive("table4");
    assert_int_equal(table.count, 1);
    rows_table_free(&table);
    table = derive("table5"); /* BitVert's own and Stripes; not OliVe */
    assert_int_equal(table.count, 2);
    rows_table_free(&table);
}

/* A design that joins the registry and the rows is in every ratio, mean and comparison by itself. */
static void a_new_design_appears_by_itself(void **state)
{
    (void)state;
    make_rows(TWO_NETWORKS);
    keep("speedup");
    double before = text_value("SELECT count(*) FROM speedup");
    make_rows("DELETE FROM speedup; " MODEL
              "('a', 'full', 'new', 'total', 500, 1, 1, 2, 'none'), ('b', 'full', 'new', 'total', 400, 1, 1, 2, 'none')");
    keep("speedup");
    near(text_value("SELECT count(*) FROM speedup"), before + 3);
    near(text_value("SELECT speedup FROM speedup WHERE net = 'geomean' AND accelerator = 'new'"), 2);
}

/* ===  Fig. 6  === */

/* Two layers of 100 and 300 weights at 2 columns. Bit flip has 4 and 8: a mean of 7 by weights. Averaging is the best in
 * the first layer of the first comparison; against zps-ties-zero in both. At other columns nothing is read. */
static void layers_are_weighted_and_each_comparison_has_its_best(void **state)
{
    (void)state;
    make_rows(
        "INSERT INTO divergence (net, size, layer, method, columns, weights, mse_int8_steps2, mean_error_int8_steps, "
        "kl_softmax_nats, kl_histogram_nats, kl_gaussian_nats, synthetic, weights_source) VALUES "
        "('a', 'full', 'x', 'bitflip', 2, 100, 1, 0, 4, 4, 4, 1, 's'),"
        "('a', 'full', 'x', 'ra', 2, 100, 1, 0, 4, 3, 1, 1, 's'), ('a', 'full', 'x', 'zps', 2, 100, 1, 0, 4, 2, 2, 1, 's'),"
        "('a', 'full', 'x', 'zps-ties-zero', 2, 100, 1, 0, 4, 1, 3, 1, 's'),"
        "('a', 'full', 'y', 'bitflip', 2, 300, 5, 1, 8, 8, 8, 1, 's'),"
        "('a', 'full', 'y', 'ra', 2, 300, 5, 1, 8, 8, 2, 1, 's'), ('a', 'full', 'y', 'zps', 2, 300, 5, 1, 1, 8, 1, 1, 's'),"
        "('a', 'full', 'y', 'zps-ties-zero', 2, 300, 5, 1, 1, 8, 4, 1, 's'),"
        "('a', 'full', 'x', 'ptq', 3, 100, 1, 0, 9, 9, 9, 1, 's')");
    rows_table_t table = derive("fig6");
    assert_int_equal(table.count, 6);   /* three methods in each of two comparisons */
    const size_t first = 1, second = 4; /* by comparison, then by method */
    assert_string_equal(rows_text_at(&table, first, "method"), "ra");
    assert_int_equal(rows_integer_at(&table, first, "compared_with"), 1);
    assert_string_equal(rows_text_at(&table, second, "method"), "ra");
    assert_int_equal(rows_integer_at(&table, second, "compared_with"), 2);
    size_t even = row_of(&table, "method", "zps", NULL, NULL), zero = row_of(&table, "method", "zps-ties-zero", NULL, NULL);
    near(rows_real_at(&table, first, "mse_int8_steps2"), 4);
    near(rows_real_at(&table, first, "mean_error_int8_steps"), 0.75);
    near(rows_real_at(&table, first, "kl_gaussian_normalised"), (0.25 * 1 + 0.75 * 2) / 7);
    near(rows_real_at(&table, even, "kl_softmax_normalised"), (0.25 * 4 + 0.75 * 1) / 7);
    assert_int_equal(rows_integer_at(&table, first, "best_gaussian_layers"), 1);
    assert_int_equal(rows_integer_at(&table, even, "best_gaussian_layers"), 1);
    assert_int_equal(rows_integer_at(&table, second, "best_gaussian_layers"), 2);
    assert_int_equal(rows_integer_at(&table, zero, "best_gaussian_layers"), 0);
    assert_int_equal(rows_integer_at(&table, first, "best_softmax_layers"), 1); /* equal ones are all the best */
    assert_int_equal(rows_integer_at(&table, even, "best_softmax_layers"), 2);
    rows_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ratios_are_against_stripes_on_the_same_network, open_database, close_database),
        cmocka_unit_test_setup_teardown(means_over_networks_are_geometric, open_database, close_database),
        cmocka_unit_test_setup_teardown(one_network_has_no_mean_and_no_stripes_no_ratio, open_database, close_database),
        cmocka_unit_test_setup_teardown(fig12_repeats_and_fig13_is_against_sparten, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_sweep_is_compared_setting_by_setting, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_is_whole_with_all_networks_of_the_paper, open_database, close_database),
        cmocka_unit_test_setup_teardown(seeds_have_mean_and_deviation, open_database, close_database),
        cmocka_unit_test_setup_teardown(equal_area_is_by_the_paper_s_pes, open_database, close_database),
        cmocka_unit_test_setup_teardown(oddities_change_against_the_profile_without_them, open_database, close_database),
        cmocka_unit_test_setup_teardown(scaling_is_against_stripes_with_as_many_columns, open_database, close_database),
        cmocka_unit_test_setup_teardown(table6_is_of_pes_with_a_known_rate, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_new_design_appears_by_itself, open_database, close_database),
        cmocka_unit_test_setup_teardown(layers_are_weighted_and_each_comparison_has_its_best, open_database,
                                        close_database),
    };
    return cmocka_run_group_tests_name("derived", tests, open_experiments, close_experiments);
}
