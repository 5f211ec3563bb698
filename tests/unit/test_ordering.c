/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of outputs and ordering from answers made here, and the rule of their verdicts: decided when the interval of the
 * paired difference leaves out 0; the whole order of Fig. 11; the claims. */
#include "derived.h"

#include "base/file.h"
#include "experiments/claims.h"
#include "measure/predictions.h"
#include "measure/samples.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 60, CHANGED = 20 };
static char folder[] = "/tmp/bbs-test-ordering-XXXXXX";

/* Of one network under one method: KL from int8 kl(i), label 1, and a wrong answer for i < wrong. */
typedef double (*of_sample_t)(int i);

static void write_answers(const char *net, const char *spec, of_sample_t kl, int wrong)
{
    predictions_t answers;
    const text_t to = samples_folder(folder, false);
    assert_ok(file_make_folder(to.chars));
    assert_ok(predictions_create(SAMPLES, &answers));
    for (int i = 0; i < SAMPLES; i++) {
        answers.sample[i] = 3 * i;
        answers.label[i] = 1;
        answers.predicted[i] = i >= wrong;
        answers.outputs[i] = (outputs_t){.cross_entropy = 0.5 + kl(i),
                                         .margin = 1 - kl(i),
                                         .kl = {kl(i), 2 * kl(i)},
                                         .logit_error = {kl(i) / 4, kl(i) / 8}};
    }
    assert_ok(predictions_save(predictions_stem(to.chars, net, "compact", "d", spec).chars, "key", &answers));
    predictions_free(&answers);
    make_rows(text_of("INSERT INTO accuracy (net, size, data, method, samples, bits_per_weight, stand_in) VALUES "
                      "('%s', 'compact', 'd', '%s', %d, 5, 1)",
                      net, spec, SAMPLES)
                  .chars);
}

static double nothing(int i)
{
    return 0 * i;
}

static double near_to(int i)
{
    return 0.001 * (i + 1);
}

static double far_from(int i)
{
    return 0.002 * (i + 1);
}

/* A little further than near_to() on average: by turns 0.0005 above it and 0.0004 below, so that chance is not left out. */
static double about(int i)
{
    return 0.001 * (i + 1) + (i % 2 == 0 ? 0.0005 : -0.0004);
}

static void pair_of(const char *net, of_sample_t first, int first_wrong, of_sample_t second, int second_wrong)
{
    write_answers(net, "int8", nothing, 0);
    write_answers(net, "bbs-mod", first, first_wrong);
    write_answers(net, "bitwave-mod", second, second_wrong);
}

/* ===  outputs  === */

static void outputs_are_means_over_the_samples(void **state)
{
    (void)state;
    pair_of("a", near_to, 0, far_from, CHANGED);
    rows_table_t table = derive("outputs");
    assert_int_equal(table.count, 3);
    const size_t row = row_of(&table, "net", "a", "method", "bitwave-mod");
    assert_int_equal(rows_integer_at(&table, row, "samples"), SAMPLES);
    near(rows_real_at(&table, row, "kl_int8"), 0.002 * 61 / 2);
    near(rows_real_at(&table, row, "kl_int8_median"), 0.002 * 61 / 2);
    near(rows_real_at(&table, row, "kl_int8_p99"), 0.002 * (1 + 0.99 * 59));
    near(rows_real_at(&table, row, "kl_int8_error"),
         0.002 * sqrt(60.0 * 61 / 12) / sqrt(60)); /* of 1 to n: n (n + 1) / 12 */
    near(rows_real_at(&table, row, "kl_fp32"), 0.004 * 61 / 2);
    near(rows_real_at(&table, row, "cross_entropy"), 0.5 + 0.002 * 61 / 2);
    near(rows_real_at(&table, row, "cross_entropy_change"), 0.002 * 61 / 2);
    near(rows_real_at(&table, row, "margin_change"), -0.002 * 61 / 2);
    near(rows_real_at(&table, row, "logit_error_int8_median"), 0.0005 * 61 / 2);
    assert_int_equal(rows_integer_at(&table, row, "flips_int8"), CHANGED);
    near(rows_real_at(&table, row, "flips_int8_percent"), 100.0 * CHANGED / SAMPLES);
    assert_true(rows_integer_at(&table, row, "flips_fp32") == ROWS_UNKNOWN); /* fp32 is not among the methods */
    assert_true(isnan(rows_real_at(&table, row, "flips_fp32_percent")));
    assert_string_equal(rows_text_at(&table, row, "activations"), "fp32");
    near(rows_real_at(&table, row_of(&table, "net", "a", "method", "int8"), "kl_int8"), 0);
    rows_table_free(&table);
}

/* ===  ordering  === */

static void assert_verdicts(const char *net, const char *kl, const char *accuracy)
{
    rows_table_t table = derive("ordering");
    assert_int_equal(table.count, 1);
    assert_string_equal(rows_text_at(&table, 0, "net"), net);
    assert_string_equal(rows_text_at(&table, 0, "first"), "bbs-mod");
    assert_string_equal(rows_text_at(&table, 0, "kl_verdict"), kl);
    assert_string_equal(rows_text_at(&table, 0, "accuracy_verdict"), accuracy);
    rows_table_free(&table);
}

static void an_interval_without_zero_decides(void **state)
{
    (void)state;
    pair_of("a", near_to, 0, far_from, CHANGED);
    assert_verdicts("a", "reproduced", "reproduced");
    rows_table_t table = derive("ordering");
    near(rows_real_at(&table, 0, "kl_difference"), -0.001 * 61 / 2);
    assert_true(rows_real_at(&table, 0, "kl_difference_low") < -0.001 * 61 / 2 &&
                rows_real_at(&table, 0, "kl_difference_high") < 0);
    assert_true(rows_real_at(&table, 0, "wilcoxon_p") < 1e-10);
    near(rows_real_at(&table, 0, "accuracy_difference_points"), 100.0 * CHANGED / SAMPLES);
    assert_int_equal(rows_integer_at(&table, 0, "gained"), CHANGED);
    assert_int_equal(rows_integer_at(&table, 0, "lost"), 0);
    near(rows_real_at(&table, 0, "mcnemar_p"), 2 / pow(2, CHANGED));
    near(rows_real_at(&table, 0, "first_kl"), 0.001 * 61 / 2);
    rows_table_free(&table);
}

static void decided_the_other_way(void **state)
{
    (void)state;
    pair_of("a", far_from, CHANGED, near_to, 0);
    assert_verdicts("a", "not reproduced", "not reproduced");
}

static void an_interval_with_zero_does_not_decide(void **state)
{
    (void)state;
    pair_of("a", near_to, 1, about, 2); /* one answer more */
    assert_verdicts("a", "undecided", "undecided");
}

static void two_methods_that_are_one_are_undecided(void **state)
{
    (void)state;
    pair_of("a", near_to, 3, near_to, 3);
    assert_verdicts("a", "undecided", "undecided");
    rows_table_t table = derive("ordering");
    near(rows_real_at(&table, 0, "wilcoxon_p"), 1);
    near(rows_real_at(&table, 0, "kl_difference_high"), 0);
    rows_table_free(&table);
}

/* Table II is of two networks of the paper alone, Fig. 11 of all. */
static void a_table_has_its_own_networks(void **state)
{
    (void)state;
    pair_of("a", near_to, 0, far_from, 0);
    pair_of("vgg16", near_to, 0, far_from, 0);
    write_answers("a", "ant:activations=6", far_from, 0);
    write_answers("vgg16", "ant:activations=6", far_from, 0);
    rows_table_t table = derive("ordering");
    assert_int_equal(table.count, 3);
    assert_string_equal(rows_text_at(&table, 2, "source"), "Table II");
    assert_string_equal(rows_text_at(&table, 2, "net"), "vgg16");
    rows_table_free(&table);
}

/* ===  The whole order  === */

#define ORDERING \
    "INSERT INTO ordering (net, size, data, activations, source, first, second, samples, kl_verdict, accuracy_verdict, stand_in) VALUES "

static void make_order(const char *net, const char *near_pair, const char *far_pair)
{
    make_rows(text_of(ORDERING "('%s', 'full', 'd', 'fp32', 'Fig. 11', 'bbs-mod', 'bitwave-mod', 100, '%s', '%s', 0), "
                               "('%s', 'full', 'd', 'fp32', 'Fig. 11', 'bitwave-mod', 'ptq-mod', 90, '%s', '%s', 0)",
                      net, near_pair, far_pair, net, far_pair, near_pair)
                  .chars);
}

static void an_order_of_three_needs_both_pairs(void **state)
{
    (void)state;
    make_order("a", "reproduced", "reproduced");
    make_order("b", "reproduced", "undecided");
    make_order("c", "reproduced", "not reproduced");
    make_order("d", "undecided", "not reproduced");
    make_rows(ORDERING
              "('e', 'full', 'd', 'fp32', 'Fig. 11', 'bbs-mod', 'bitwave-mod', 100, 'reproduced', 'reproduced', 0)");
    static const char *const wanted[] = {"reproduced", "undecided", "not reproduced", "not reproduced"};
    rows_table_t table = ask("SELECT * FROM whole_orders ORDER BY net");
    assert_int_equal(table.count, 4); /* of e one pair is missing */
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(rows_text_at(&table, i, "kl_verdict"), wanted[i]);
        assert_string_equal(rows_text_at(&table, i, "accuracy_verdict"), wanted[i]);
        assert_int_equal(rows_integer_at(&table, i, "samples"), 90);
        assert_int_equal(rows_integer_at(&table, i, "kl_decided"), i == 0 || i == 2);
    }
    rows_table_free(&table);
}

/* ===  Claims  === */

/* The claim on BBS and BitWave by divergence, as results/claims.csv asks it. */
static const claim_t *measure_claim(claims_t *claims)
{
    assert_ok(claims_read("results/claims.csv", claims));
    assert_ok(claims_measure(claims, database));
    for (size_t i = 0; i < claims->count; i++)
        if (text_equal(claims->items[i].experiment, "ordering") &&
            strstr(claims->items[i].what, "BBS and BitWave") != NULL && strstr(claims->items[i].what, "divergence") != NULL)
            return &claims->items[i];
    fail_msg("results/claims.csv has no such claim");
    return NULL;
}

/* Networks with this verdict each; the verdict of the claim if all of the paper's networks were measured. */
static verdict_t verdict_of(const char *const *verdicts, size_t count, double value, double null_value)
{
    claims_t claims;
    make_rows("DELETE FROM ordering");
    for (size_t i = 0; i < count; i++)
        make_order(text_of("net%zu", i).chars, verdicts[i], "undecided");
    claim_t claim = *measure_claim(&claims);
    assert_true(claim.measured);
    assert_int_equal(claim.n, count);
    near(claim.value, value);
    near(claim.null_value, null_value);
    assert_int_equal(claim_verdict(&claim), VERDICT_SUBSET);
    claim.basis = BASIS_WHOLE;
    const verdict_t verdict = claim_verdict(&claim);
    claims_free(&claims);
    return verdict;
}

static void a_claim_of_ordering_needs_decided_comparisons(void **state)
{
    (void)state;
    static const char *const all[] = {"reproduced", "reproduced", "reproduced"};
    static const char *const most[] = {"reproduced", "reproduced", "undecided"};
    static const char *const few[] = {"reproduced", "undecided", "undecided"};
    static const char *const against[] = {"reproduced", "reproduced", "not reproduced"};
    assert_int_equal(verdict_of(all, 3, 100, 0), VERDICT_REPRODUCED);
    assert_int_equal(verdict_of(most, 3, 100, 0), VERDICT_REPRODUCED);
    assert_int_equal(verdict_of(few, 3, 100, 100), VERDICT_NO_EVIDENCE);
    assert_int_equal(verdict_of(against, 3, 100 * (1 - 1.0 / 3), 0), VERDICT_DEVIATES);
}

static void stand_ins_get_no_verdict(void **state)
{
    (void)state;
    claims_t claims;
    make_order("a", "reproduced", "reproduced");
    make_rows("UPDATE ordering SET stand_in = 1");
    const claim_t *claim = measure_claim(&claims);
    assert_int_equal(claim_verdict(claim), VERDICT_STAND_IN);
    assert_non_null(strstr(claim->note, "ordering reproduced in 1, not reproduced in 0, undecided in 0 of 1"));
    claims_free(&claims);
}

static int open_run(void **state)
{
    (void)state;
    const run_mode_t *mode;
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t source = {.folder = folder, .mode = mode};
    assert_ok(experiment_rows_open(&experiments, &source, &database));
    return 0;
}

static int close_run(void **state)
{
    close_database(state);
    return system(text_of("rm -rf %s/*", folder).chars);
}

static int make_folder(void **state)
{
    return mkdtemp(folder) == NULL ? 1 : open_experiments(state);
}

static int remove_folder(void **state)
{
    close_experiments(state);
    return system(text_of("rm -rf %s", folder).chars);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_run, close_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(outputs_are_means_over_the_samples),
        TEST(an_interval_without_zero_decides),
        TEST(decided_the_other_way),
        TEST(an_interval_with_zero_does_not_decide),
        TEST(two_methods_that_are_one_are_undecided),
        TEST(a_table_has_its_own_networks),
        TEST(an_order_of_three_needs_both_pairs),
        TEST(a_claim_of_ordering_needs_decided_comparisons),
        TEST(stand_ins_get_no_verdict),
    };
    return cmocka_run_group_tests_name("ordering", tests, make_folder, remove_folder);
}
