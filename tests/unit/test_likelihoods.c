/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a method says of each token, and two methods on the same tokens, by hand. */
#include "measure/likelihoods.h"

#include "rows/schema.h"

#include <math.h>

#include "testing.h"

/* In double: a mean over many tokens shows differences of 1e-6. */
static void expect_near(double have, double wanted, double within)
{
    if (!(fabs(have - wanted) <= within))
        fail_msg("%.12g, expected %.12g", have, wanted);
}

static const bool both[OUTPUTS_REFERENCES] = {true, true}, none[OUTPUTS_REFERENCES] = {false, false};

/* Logits 0 and ln 3 are the probabilities 1/4 and 3/4. Against 1/2 and 1/2 the divergence is (ln 2 + ln 2/3) / 2. */
static void test_one_token(void **state)
{
    (void)state;
    const float logits[] = {0, logf(3)}, moved[] = {500, 500 + logf(3)}, even[] = {-7, -7};
    const float *const references[OUTPUTS_REFERENCES] = {even, logits};
    likelihoods_t said;
    assert_ok(likelihoods_create(4, both, &said));
    likelihoods_put(&said, 0, 0, 2, logits, references);
    likelihoods_put(&said, 1, 1, 2, logits, references);
    likelihoods_put(&said, 2, 1, 2, moved, references); /* a constant changes nothing */
    likelihoods_put(&said, 3, 1, 2, even, references);
    expect_near(said.nats[0], log(4), 1e-6);
    expect_near(said.nats[1], log(4.0 / 3), 1e-6);
    expect_near(said.nats[2], log(4.0 / 3), 1e-4); /* 500 + ln 3 in float32 */
    expect_near(said.nats[3], log(2), 1e-6);
    assert_int_equal(said.first[0], 1);
    assert_int_equal(said.first[3], 0); /* the lowest of equals */
    expect_near(said.kl[0][0], (log(2) + log(2.0 / 3)) / 2, 1e-6);
    expect_near(said.kl[1][0], 0, 1e-12);
    /* of 1/2 and 1/2 from 1/4 and 3/4 */
    expect_near(said.kl[1][3], log(1.0 / 2) / 4 + 3 * log(3.0 / 2) / 4, 1e-6);
    likelihoods_free(&said);
}

/* Two windows of 2 and 3 tokens that count. The method is 0.5 nats worse at each token, so the mean and both ends of its
 * interval are 0.5, whichever windows are drawn: the interval is one of tokens, not of windows. */
static void test_two_methods(void **state)
{
    (void)state;
    enum { TOKENS = 5, REFERENCE = 1 };
    window_t items[] = {{.predicts = 2, .counts = 2, .at = 0}, {.predicts = 4, .counts = 3, .at = 2}};
    const windows_t windows = {.items = items, .count = 2, .counted = TOKENS, .tokens = 9};
    likelihoods_t method, reference;
    likelihoods_against_t against;
    resampling_t resampling = {0};
    assert_ok(likelihoods_create(TOKENS, both, &method));
    assert_ok(likelihoods_create(TOKENS, none, &reference));
    for (int i = 0; i < TOKENS; i++) {
        reference.nats[i] = i;
        method.nats[i] = i + 0.5;
        reference.first[i] = i;
        method.first[i] = i == 3 ? 7 : i;
        method.kl[REFERENCE][i] = 0.1 * i;
    }
    assert_ok(likelihoods_compare(&method, &reference, REFERENCE, &windows, &resampling, &against));
    expect_near(against.difference, 0.5, 1e-12);
    expect_near(against.low, 0.5, 1e-12);
    expect_near(against.high, 0.5, 1e-12);
    expect_near(against.ratio, exp(0.5), 1e-12);
    expect_near(against.divergence, 0.2, 1e-12);
    assert_int_equal(against.agree, 4);
    /* Worse in one window and better in the other: the interval has both signs. */
    for (int i = 0; i < TOKENS; i++)
        method.nats[i] = i + (i < 2 ? 1 : -1);
    assert_ok(likelihoods_compare(&method, &reference, REFERENCE, &windows, &resampling, &against));
    expect_near(against.difference, -0.2, 1e-12);
    expect_near(against.low, -1, 1e-12);
    expect_near(against.high, 1, 1e-12);
    /* Without a reference, or against itself, nothing is known. */
    assert_ok(likelihoods_compare(&method, NULL, REFERENCE, &windows, &resampling, &against));
    assert_true(isnan(against.difference));
    assert_ok(likelihoods_compare(&method, &method, REFERENCE, &windows, &resampling, &against));
    assert_int_equal(against.agree, ROWS_UNKNOWN);
    assert_ok(likelihoods_compare(&reference, &method, REFERENCE, &windows, &resampling, &against));
    assert_true(isnan(against.divergence)); /* not measured */
    resampling_free(&resampling);
    likelihoods_free(&method);
    likelihoods_free(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_token), cmocka_unit_test(test_two_methods)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
