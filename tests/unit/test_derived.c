/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queries of derived experiments and their views on a few rows made here: ratios against the right row, geometric
 * means, losses on the same samples, means of what is known, the frontier, and how far a number may be set against the
 * paper's. */
#include "testing.h"

#include "base/text.h"
#include "experiments/builtin.h"
#include "experiments/experiment_rows.h"
#include "rows/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static experiments_t experiments;
static rows_database_t *database; /* of the test that runs: empty tables, full registries */

/* ===  Asking  === */

static void make_rows(const char *sql)
{
    assert_ok(rows_database_execute(database, sql, "made rows"));
}

static rows_table_t ask(const char *sql)
{
    rows_table_t table;
    assert_ok(rows_database_query(database, sql, "test", &table));
    return table;
}

/* The rows of a query that is compiled in: "speedup.sql". */
static rows_table_t derive(const char *id)
{
    const char *sql = builtin_text(text_of("%s.sql", id).chars);
    assert_non_null(sql);
    return ask(sql);
}

/* The same, into its table, for those that read it. */
static void keep(const char *id)
{
    const experiment_t *experiment;
    rows_table_t table = derive(id);
    assert_ok(experiments_find(&experiments, id, &experiment));
    assert_ok(rows_database_fill(database, experiment_rows_schema(experiment, database), &table));
    rows_table_free(&table);
}

/* The row in which all these columns have these texts; one and only one: row_of(&table, "net", "a", ..., NULL). */
static size_t row_of(const rows_table_t *table, const char *column, const char *text, const char *other,
                     const char *other_text)
{
    size_t found = table->count;
    for (size_t row = 0; row < table->count; row++)
        if (text_equal(rows_text_at(table, row, column), text) &&
            (other == NULL || text_equal(rows_text_at(table, row, other), other_text))) {
            assert_true(found == table->count);
            found = row;
        }
    if (found == table->count)
        fail_msg("no row with %s = %s, %s = %s", column, text, other != NULL ? other : "", other != NULL ? other_text : "");
    return found;
}

static void near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-12 * fmax(fabs(wanted), 1)))
        fail_msg("%.17g, wanted %.17g", value, wanted);
}

static double text_value(const char *sql)
{
    rows_table_t table = ask(sql);
    assert_int_equal(table.count, 1);
    double value = rows_cell(&table, 0, 0)->real;
    rows_table_free(&table);
    return value;
}

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

/* ===  Losses  === */

#define ACCURACY                                                                                           \
    "INSERT INTO accuracy (net, size, data, method, samples, correct, accuracy_percent, bits_per_weight, " \
    "bits_per_weight_with_metadata,"                                                                       \
    " whole_layers, layers, stand_in) VALUES "

static void a_loss_is_against_int8_on_the_same_samples(void **state)
{
    (void)state;
    make_rows(
        ACCURACY
        "('a', 'compact', 'd', 'fp32', 100, 91, 91, 32, 32, 0, 5, 1), ('a', 'compact', 'd', 'int8', 100, 90, 90, 8, 8, 0, "
        "5, 1),"
        "('a', 'compact', 'd', 'm', 100, 88, 88, 6, 6.1, 1, 5, 1), ('a', 'full', 'd', 'int8', 100, 70, 70, 8, 8, 0, 5, 0),"
        "('a', 'full', 'd', 'm', 100, 73, 73, 6, 6, 0, 5, 0), ('a', 'full', 'e', 'm', 100, 50, 50, 6, 6, 0, 5, 0)");
    rows_table_t table = ask("SELECT size, data, method, loss_points, place FROM losses ORDER BY place");
    static const double losses[] = {-1, 0, 2, 0, -3, NAN}; /* other data have no int8 */
    assert_int_equal(table.count, 6);
    for (size_t i = 0; i < 6; i++) {
        double loss = rows_real_at(&table, i, "loss_points");
        assert_true(isnan(losses[i]) ? isnan(loss) : fabs(loss - losses[i]) < 1e-12);
        assert_int_equal(rows_integer_at(&table, i, "place"), i + 1);
    }
    rows_table_free(&table);
    table = derive("table1");
    assert_int_equal(table.count, 3); /* fp32 first, then int8 of both sizes; no other method */
    assert_string_equal(rows_text_at(&table, 0, "method"), "fp32");
    near(rows_real_at(&table, 0, "loss_points"), -1);
    assert_int_equal(rows_integer_at(&table, 0, "networks"), 1);
    rows_table_free(&table);
}

static void assert_basis(const char *net, const char *method, const char *size, const char *wanted)
{
    rows_table_t table = ask(
        text_of("SELECT basis FROM accuracy_basis WHERE net = '%s' AND method = '%s' AND size = '%s'", net, method, size)
            .chars);
    assert_int_equal(table.count, 1);
    assert_string_equal(rows_text_at(&table, 0, "basis"), wanted);
    rows_table_free(&table);
}

static void a_mean_loss_counts_each_network_alike(void **state)
{
    (void)state;
    make_rows(ACCURACY "('a', 'compact', 'd', 'int8', 1000, 900, 90, 8, 8, 0, 5, 1), ('a', 'compact', 'd', 'bbs-mod', "
                       "1000, 880, 88, 6, 6.2, 1, 5, 1),"
                       "('b', 'compact', 'e', 'int8', 200, 100, 50, 8, 8, 0, 7, 0), ('b', 'compact', 'e', 'bbs-mod', 200, "
                       "98, 49, 5, 5.2, 2, 7, 0)");
    rows_table_t table = ask("SELECT * FROM mean_losses WHERE method = 'bbs-mod'");
    assert_int_equal(table.count, 1);
    near(rows_real_at(&table, 0, "loss_points"), 1.5);
    near(rows_real_at(&table, 0, "bits_per_weight"), 5.5);
    near(rows_real_at(&table, 0, "bits_per_weight_with_metadata"), 5.7);
    assert_int_equal(rows_integer_at(&table, 0, "networks"), 2);
    assert_int_equal(rows_integer_at(&table, 0, "samples"), 1200);
    assert_int_equal(rows_integer_at(&table, 0, "whole_layers"), 3);
    assert_int_equal(rows_integer_at(&table, 0, "layers"), 12);
    assert_int_equal(rows_integer_at(&table, 0, "stand_in"), 1); /* one is enough */
    assert_non_null(
        strstr(rows_text_at(&table, 0, "note"), "2 networks (compact), N = 200 to 1,000 samples a network, 5.50 bits"));
    rows_table_free(&table);
    make_rows(ACCURACY "('a', 'full', 'd', 'int8', 1000, 900, 90, 8, 8, 0, 5, 0), ('a', 'full', 'd', 'bbs-mod', 1000, "
                       "890, 89, 4, 4.2, 0, 5, 0)");
    table = ask("SELECT * FROM mean_losses WHERE method = 'bbs-mod' ORDER BY size");
    assert_int_equal(table.count, 2); /* sizes are not mixed */
    near(rows_real_at(&table, 0, "loss_points"), 1.5);
    near(rows_real_at(&table, 1, "loss_points"), 1);
    assert_int_equal(rows_integer_at(&table, 1, "networks"), 1);
    rows_table_free(&table);
    assert_basis("mean", "bbs-mod", "compact", "stand-in");
    assert_basis("mean", "bbs-mod", "full", "subset");
    make_rows("DELETE FROM accuracy WHERE size = 'full'; DELETE FROM accuracy WHERE net = 'b' AND method = 'int8'");
    table = ask("SELECT * FROM mean_losses WHERE method = 'bbs-mod'");
    assert_true(isnan(rows_real_at(&table, 0, "loss_points"))); /* one loss is not known: nor is the mean */
    near(rows_real_at(&table, 0, "bits_per_weight"), 5.5);
    rows_table_free(&table);
}

static void fig11_has_means_with_the_interval_of_the_bootstrap(void **state)
{
    (void)state;
    make_rows(ACCURACY "('a', 'compact', 'd', 'int8', 100, 90, 90, 8, 8, 0, 5, 1), ('a', 'compact', 'd', 'bbs-mod', 100, "
                       "89, 89, 6, 6, 1, 5, 1),"
                       "('a', 'compact', 'd', 'ant', 100, 80, 80, 6, 6, 1, 5, 1),"
                       "('b', 'compact', 'e', 'int8', 100, 50, 50, 8, 8, 0, 5, 1), ('b', 'compact', 'e', 'bbs-mod', 100, "
                       "46, 46, 5, 5, 1, 5, 1),"
                       "('c', 'compact', 'e', 'int8', 100, 50, 50, 8, 8, 0, 5, 1), ('c', 'compact', 'e', 'bbs-mod', 100, "
                       "51, 51, 5, 5, 1, 5, 1)");
    const double losses[] = {1, 4, -1};
    double low, high;
    statistics_bootstrap_mean(losses, 3, 1, &low, &high);
    rows_table_t table = derive("fig11");
    assert_int_equal(table.count, 4); /* ant is none of its methods */
    size_t mean = row_of(&table, "net", "mean", NULL, NULL);
    assert_int_equal(mean, 3);
    near(rows_real_at(&table, mean, "loss_points"), 4.0 / 3);
    near(rows_real_at(&table, mean, "loss_low_points"), low);
    near(rows_real_at(&table, mean, "loss_high_points"), high);
    assert_true(isnan(rows_real_at(&table, mean, "accuracy_percent")));
    assert_int_equal(rows_integer_at(&table, mean, "networks"), 3);
    assert_string_equal(rows_text_at(&table, mean, "data"), "");
    near(rows_real_at(&table, 1, "loss_points"), 4);
    assert_true(isnan(rows_real_at(&table, 1, "loss_low_points")));
    rows_table_free(&table);
    make_rows("DELETE FROM accuracy WHERE net = 'c' AND method = 'int8'");
    table = derive("fig11");
    mean = row_of(&table, "net", "mean", NULL, NULL);
    assert_true(isnan(rows_real_at(&table, mean, "loss_points")));
    assert_true(isnan(rows_real_at(&table, mean, "loss_low_points"))); /* an interval of a mean that is not known */
    rows_table_free(&table);
}

/* ===  How far a number may be set against the paper's  === */

/* The basis of (net, method), of one size. */
static void only_whole_data_of_real_networks_are_whole(void **state)
{
    (void)state;
    make_rows(ACCURACY "('bert_sst2', 'full', 'glue-sst2', 'int8', 872, 1, 1, 8, 8, 0, 5, 0), ('bert_sst2', 'full', "
                       "'glue-sst2', 'm', 871, 1, 1, 8, 8, 0, 5, 0),"
                       "('vgg16', 'full', 'imagenet', 'int8', 50000, 1, 1, 8, 8, 0, 5, 0), ('vgg16', 'compact', "
                       "'imagenet', 'int8', 50000, 1, 1, 8, 8, 0, 5, 1),"
                       "('vgg16', 'full', 'no such data', 'm', 9, 1, 1, 8, 8, 0, 5, 0)");
    assert_basis("bert_sst2", "int8", "full", "whole");
    assert_basis("bert_sst2", "m", "full", "subset");
    assert_basis("vgg16", "int8", "full", "whole");
    assert_basis("vgg16", "int8", "compact", "stand-in");
    assert_basis("vgg16", "m", "full", "subset");
}

static void a_mean_is_whole_only_with_every_network_whole(void **state)
{
    (void)state;
    make_rows("INSERT INTO accuracy (net, size, data, method, samples, accuracy_percent, bits_per_weight, whole_layers, "
              "layers, stand_in) "
              "SELECT net, 'full', 'glue-mrpc', method, 408, 80, 8, 0, 5, 0 FROM networks, (SELECT 'int8' AS method UNION "
              "ALL SELECT 'm') WHERE paper");
    assert_basis("mean", "m", "full", "whole");
    make_rows("UPDATE accuracy SET samples = 407 WHERE net = 'vgg16'");
    assert_basis("mean", "m", "full", "subset");
    make_rows("UPDATE accuracy SET samples = 408; UPDATE accuracy SET stand_in = 1 WHERE net = 'vgg16'");
    assert_basis("mean", "m", "full", "stand-in");
    make_rows("DELETE FROM accuracy WHERE net = 'vgg16'");
    assert_basis("mean", "m", "full", "subset"); /* six of seven */
}

/* ===  Fig. 16  === */

/* Points (EDP, loss): p1 (1, 0), p2 (0.5, 1), p3 (0.5, 2), p4 (2, 0), p5 has no accuracy. */
static void the_frontier_holds_what_no_design_beats(void **state)
{
    (void)state;
    make_rows("DELETE FROM accelerators; INSERT INTO accelerators (accelerator, title, place, accuracy_method) VALUES "
              "('p1', '', 1, 'int8'),"
              "('p2', '', 2, 'm'), ('p3', '', 3, 'n'), ('p4', '', 4, 'int8'), ('p5', '', 5, '')");
    make_rows("INSERT INTO speedup (net, size, accelerator, reference, speedup, energy_ratio) VALUES ('resnet50', 'full', "
              "'p1', 'stripes', 1, 1),"
              "('resnet50', 'full', 'p2', 'stripes', 2, 1), ('resnet50', 'full', 'p3', 'stripes', 4, 2), ('resnet50', "
              "'full', 'p4', 'stripes', 0.5, 1),"
              "('resnet50', 'full', 'p5', 'stripes', 9, 1), ('geomean', 'full', 'p1', 'stripes', 1, 1), ('vgg16', 'full', "
              "'p1', 'stripes', 1, 1)");
    make_rows(ACCURACY "('resnet50', 'compact', 'd', 'int8', 100, 90, 90, 8, 8, 0, 5, 1), ('resnet50', 'compact', 'd', "
                       "'m', 100, 89, 89, 6, 6, 0, 5, 1),"
                       "('resnet50', 'compact', 'd', 'n', 100, 88, 88, 6, 6, 0, 5, 1)");
    rows_table_t table = derive("fig16");
    static const double products[] = {1, 0.5, 0.5, 2}, losses[] = {0, 1, 2, 0};
    static const bool on_frontier[] = {true, true, false, false};
    assert_int_equal(table.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(rows_text_at(&table, i, "accelerator"), text_of("p%zu", i + 1).chars);
        near(rows_real_at(&table, i, "edp_ratio"), products[i]);
        near(rows_real_at(&table, i, "loss_points"), losses[i]);
        assert_int_equal(rows_integer_at(&table, i, "on_frontier"), on_frontier[i]);
        assert_string_equal(rows_text_at(&table, i, "accuracy_size"), "compact");
        assert_int_equal(rows_integer_at(&table, i, "stand_in"), 1);
    }
    rows_table_free(&table);
    make_rows("DELETE FROM accuracy WHERE method = 'int8'");
    table = derive("fig16"); /* without int8 no loss, so no point */
    assert_int_equal(table.count, 0);
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

/* ===  Set-up  === */

static int open_database(void **state)
{
    (void)state;
    const run_mode_t *mode;
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t nothing = {.folder = NULL, .mode = mode};
    assert_ok(experiment_rows_open(&experiments, &nothing, &database));
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    rows_database_close(database);
    return 0;
}

static int open_experiments(void **state)
{
    (void)state;
    assert_ok(experiments_open(NULL, &experiments));
    return 0;
}

static int close_experiments(void **state)
{
    (void)state;
    experiments_close(&experiments);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ratios_are_against_stripes_on_the_same_network, open_database, close_database),
        cmocka_unit_test_setup_teardown(means_over_networks_are_geometric, open_database, close_database),
        cmocka_unit_test_setup_teardown(one_network_has_no_mean_and_no_stripes_no_ratio, open_database, close_database),
        cmocka_unit_test_setup_teardown(fig12_repeats_and_fig13_is_against_sparten, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_is_whole_with_all_networks_of_the_paper, open_database, close_database),
        cmocka_unit_test_setup_teardown(scaling_is_against_stripes_with_as_many_columns, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_loss_is_against_int8_on_the_same_samples, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_loss_counts_each_network_alike, open_database, close_database),
        cmocka_unit_test_setup_teardown(fig11_has_means_with_the_interval_of_the_bootstrap, open_database, close_database),
        cmocka_unit_test_setup_teardown(only_whole_data_of_real_networks_are_whole, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_is_whole_only_with_every_network_whole, open_database, close_database),
        cmocka_unit_test_setup_teardown(the_frontier_holds_what_no_design_beats, open_database, close_database),
        cmocka_unit_test_setup_teardown(table6_is_of_pes_with_a_known_rate, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_new_design_appears_by_itself, open_database, close_database),
    };
    return cmocka_run_group_tests_name("derived", tests, open_experiments, close_experiments);
}
