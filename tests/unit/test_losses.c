/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queries of accuracy and their views on a few rows made here: losses on the same samples, means of what is known, how
 * far a number may be set against the paper's, and the frontier. */
#include "derived.h"

#include "rows/statistics.h"

#include <string.h>

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
    table = ask("SELECT * FROM accuracy_basis WHERE net = 'mean' AND size = 'compact'");
    assert_int_equal(table.count, 0); /* two stand-ins are no stand-in of the mean over seven */
    rows_table_free(&table);
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
        assert_string_equal(rows_text_at(&table, i, "point"), rows_text_at(&table, i, "accelerator"));
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

/* Stripes 8 bits (1, 0), design d (0.6, 0.5); Stripes 6 bits: energy 80 of 100, cycles 750 of 1000, so (0.6, 0.4), which
 * beats d; 4 bits (0.25, 9). The 5 bits have no accuracy, and other networks no point. */
static void fewer_bits_have_points_of_their_own(void **state)
{
    (void)state;
    make_rows("DELETE FROM accelerators; INSERT INTO accelerators (accelerator, title, place, accuracy_method) VALUES "
              "('stripes', '', 1, 'int8'), ('d', '', 2, 'm')");
    make_rows(
        "INSERT INTO speedup (net, size, accelerator, reference, cycles, speedup, energy_total_pj, energy_ratio) VALUES "
        "('resnet50', 'full', 'stripes', 'stripes', 1000, 1, 100, 1),"
        "('resnet50', 'full', 'd', 'stripes', 1000, 1, 60, 0.6)");
    make_rows(
        "INSERT INTO precision (net, size, accelerator, weight_bits, method, cycles, energy_total_pj) VALUES "
        "('resnet50', 'full', 'stripes', 4, 'q:bits=4', 500, 50), ('resnet50', 'full', 'stripes', 5, 'q:bits=5', 600, "
        "60), ('resnet50', 'full', 'stripes', 6, 'q:bits=6', 750, 80), ('vgg16', 'full', 'stripes', 6, 'q:bits=6', 1, 1)");
    make_rows(ACCURACY
              "('resnet50', 'compact', 'd', 'int8', 100, 90, 90, 8, 8, 0, 5, 1), ('resnet50', 'compact', 'd', "
              "'m', 100, 89, 89.5, 6, 6, 0, 5, 1), ('resnet50', 'compact', 'd', 'q:bits=6', 1000, 896, 89.6, 6, 6, "
              "0, 5, 1), ('resnet50', 'compact', 'd', 'q:bits=4', 1000, 810, 81, 4, 4, 0, 5, 1)");
    rows_table_t table = derive("fig16");
    static const char *const points[] = {"stripes", "d", "stripes 6 bits", "stripes 4 bits"};
    static const double products[] = {1, 0.6, 0.6, 0.25}, losses[] = {0, 0.5, 0.4, 9};
    static const bool on_frontier[] = {true, false, true, true};
    assert_int_equal(table.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(rows_text_at(&table, i, "point"), points[i]);
        assert_true(fabs(rows_real_at(&table, i, "edp_ratio") - products[i]) < 1e-12);
        assert_true(fabs(rows_real_at(&table, i, "loss_points") - losses[i]) < 1e-9);
        assert_int_equal(rows_integer_at(&table, i, "on_frontier"), on_frontier[i]);
    }
    assert_string_equal(rows_text_at(&table, 2, "accelerator"), "stripes");
    assert_string_equal(rows_text_at(&table, 2, "method"), "q:bits=6");
    rows_table_free(&table);
}

/* ===  Samples  === */

/* Of the default run: all 8,000 glyphs, 2,000 samples of other data. */
static void rows_are_made_again_with_as_many_samples(void **state)
{
    (void)state;
    const run_mode_t *mode, *smoke;
    assert_ok(run_mode_find("compact", &mode));
    assert_ok(run_mode_find("smoke", &smoke));
    assert_int_equal(run_mode_images(mode, "glyphs"), 8000);
    assert_int_equal(run_mode_images(mode, "fashion-mnist"), mode->images);
    assert_int_equal(run_mode_images(smoke, "glyphs"), smoke->images);
    make_rows("INSERT INTO table1 (net, size, data, method) VALUES ('a', 'compact', 'glyphs', 'fp32'), "
              "('b', 'compact', 'fashion-mnist', 'fp32'), ('c', 'compact', 'glyphs', 'fp32')");
    rows_table_t table = ask("SELECT command FROM accuracy_again WHERE experiment = 'table1'");
    assert_int_equal(table.count, 1);
    assert_string_equal(rows_text_at(&table, 0, "command"),
                        "build/bbsbench accuracy --net a,c --size compact --method fp32 --method int8 --samples 8000 "
                        "--out rows-8000.csv\n"
                        "build/bbsbench accuracy --net b --size compact --method fp32 --method int8 --samples 2000 "
                        "--out rows-2000.csv");
    rows_table_free(&table);
}

static void the_simple_method_stands_beside_the_data(void **state)
{
    (void)state;
    rows_table_t table = ask("SELECT data, baseline, baseline_percent, images FROM datasets ORDER BY data");
    const size_t pairs = row_of(&table, "data", "reviews-mrpc", NULL, NULL);
    near(rows_real_at(&table, pairs, "baseline_percent"), 72.5);
    assert_string_equal(rows_text_at(&table, pairs, "baseline"), "five measures of shared words");
    const size_t glyphs = row_of(&table, "data", "glyphs", NULL, NULL);
    assert_true(isnan(rows_real_at(&table, glyphs, "baseline_percent")));
    assert_int_equal(rows_integer_at(&table, glyphs, "images"), 8000);
    rows_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_loss_is_against_int8_on_the_same_samples, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_loss_counts_each_network_alike, open_database, close_database),
        cmocka_unit_test_setup_teardown(fig11_has_means_with_the_interval_of_the_bootstrap, open_database, close_database),
        cmocka_unit_test_setup_teardown(only_whole_data_of_real_networks_are_whole, open_database, close_database),
        cmocka_unit_test_setup_teardown(a_mean_is_whole_only_with_every_network_whole, open_database, close_database),
        cmocka_unit_test_setup_teardown(the_frontier_holds_what_no_design_beats, open_database, close_database),
        cmocka_unit_test_setup_teardown(rows_are_made_again_with_as_many_samples, open_database, close_database),
        cmocka_unit_test_setup_teardown(the_simple_method_stands_beside_the_data, open_database, close_database),
        cmocka_unit_test_setup_teardown(fewer_bits_have_points_of_their_own, open_database, close_database),
    };
    return cmocka_run_group_tests_name("losses", tests, open_experiments, close_experiments);
}
