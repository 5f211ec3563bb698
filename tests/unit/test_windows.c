/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The windows of a text, by hand: where they begin, what they read and which tokens count, with <s> before each window,
 * before each document and nowhere; documents, a limit of tokens, truncation. What is said of tokens and of two methods, on
 * two words by hand. */
#include "measure/likelihoods.h"
#include "measure/windows.h"
#include "rows/schema.h"

#include <math.h>
#include <string.h>

#include "testing.h"

enum { TOKENS = 10, CONTEXT = 4, BEGIN = 1 };

/* Token i of a document is number 100 + i, and i + 1 bytes long. */
static void add(windows_t *windows, const windows_rule_t *rule, int64_t count)
{
    int32_t numbers[TOKENS], bytes[TOKENS];
    for (int32_t i = 0; i < TOKENS; i++) {
        numbers[i] = 100 + i;
        bytes[i] = i + 1;
    }
    assert_ok(windows_add(windows, rule, numbers, bytes, count));
}

typedef struct {
    int64_t first, predicts, counts;
} wanted_t;

static void expect(const windows_rule_t *rule, const wanted_t *wanted, int64_t count, int64_t bytes)
{
    windows_t windows = {0};
    int64_t at = 0;
    add(&windows, rule, TOKENS);
    assert_int_equal(windows.count, count);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(windows.items[i].first, wanted[i].first);
        assert_int_equal(windows.items[i].predicts, wanted[i].predicts);
        assert_int_equal(windows.items[i].counts, wanted[i].counts);
        assert_int_equal(windows.items[i].at, at);
        assert_int_equal(windows.items[i].begins,
                         rule->begin == WINDOWS_BEGIN_ALWAYS || (rule->begin == WINDOWS_BEGIN_FIRST && i == 0));
        at += wanted[i].counts;
    }
    assert_int_equal(windows.counted, at);
    assert_int_equal(windows.counted_bytes, bytes);
    windows_free(&windows);
}

static void test_cuts(void **state)
{
    (void)state;
    windows_rule_t rule = {.context = CONTEXT, .stride = CONTEXT};
    expect(&rule, (const wanted_t[]){{0, 4, 4}, {4, 4, 4}, {8, 2, 2}}, 3, 55);
    rule.stride = 2; /* each window but the first adds two tokens, and the last one reaches the end */
    expect(&rule, (const wanted_t[]){{0, 4, 4}, {2, 4, 2}, {4, 4, 2}, {6, 4, 2}}, 4, 55);
    rule.stride = 3;
    expect(&rule, (const wanted_t[]){{0, 4, 4}, {3, 4, 3}, {6, 4, 3}}, 3, 55);
    /* Four tokens with <s> among them: <s> 0 1 2, then 3 4 5 6, of which 3 is never predicted, then 7 8 9. */
    rule = (windows_rule_t){.context = CONTEXT, .stride = CONTEXT, .begin = WINDOWS_BEGIN_FIRST};
    expect(&rule, (const wanted_t[]){{0, 3, 3}, {4, 3, 3}, {8, 2, 2}}, 3, 55 - 4 - 8);
    rule.stride = 2; /* Hugging Face's page: after the first window two new tokens each */
    expect(&rule, (const wanted_t[]){{0, 3, 3}, {2, 3, 2}, {4, 3, 2}, {6, 3, 2}, {8, 2, 1}}, 5, 55);
    /* 0 1 2 3, then 4 5 6 7, then 8 9: each window's first token is not predicted. */
    rule = (windows_rule_t){.context = CONTEXT, .stride = CONTEXT, .begin = WINDOWS_BEGIN_NEVER};
    expect(&rule, (const wanted_t[]){{1, 3, 3}, {5, 3, 3}, {9, 1, 1}}, 3, 55 - 1 - 5 - 9);
    rule.truncate = true;
    expect(&rule, (const wanted_t[]){{1, 3, 3}}, 1, 2 + 3 + 4);
}

static void test_inputs(void **state)
{
    (void)state;
    windows_t windows = {0};
    windows_rule_t rule = {.context = CONTEXT, .stride = CONTEXT, .begin = WINDOWS_BEGIN_FIRST};
    int32_t inputs[CONTEXT];
    add(&windows, &rule, TOKENS);
    assert_int_equal(windows_inputs(&windows, 0, BEGIN, inputs), 3);
    assert_memory_equal(inputs, ((const int32_t[]){BEGIN, 100, 101}), 3 * sizeof *inputs); /* predict 100 101 102 */
    assert_int_equal(windows_inputs(&windows, 1, BEGIN, inputs), 3);
    assert_memory_equal(inputs, ((const int32_t[]){103, 104, 105}), 3 * sizeof *inputs); /* predict 104 105 106 */
    windows_free(&windows);
    rule.begin = WINDOWS_BEGIN_ALWAYS;
    add(&windows, &rule, TOKENS);
    assert_int_equal(windows_inputs(&windows, 1, BEGIN, inputs), 4);
    assert_memory_equal(inputs, ((const int32_t[]){BEGIN, 104, 105, 106}), sizeof inputs); /* predict 104 to 107 */
    windows_free(&windows);
}

static void test_documents(void **state)
{
    (void)state;
    windows_t windows = {0};
    windows_rule_t rule = {.context = CONTEXT, .stride = CONTEXT, .begin = WINDOWS_BEGIN_FIRST, .most = 8};
    add(&windows, &rule, 2);
    add(&windows, &rule, 1);
    assert_false(windows_full(&windows, &rule));
    add(&windows, &rule, TOKENS); /* five of them are left */
    assert_true(windows_full(&windows, &rule));
    assert_int_equal(windows.tokens, 8);
    assert_int_equal(windows.documents, 3);
    assert_int_equal(windows.count, 4);
    assert_int_equal(windows.items[1].document, 1);
    assert_int_equal(windows.items[2].first, 3);
    assert_true(windows.items[2].begins); /* a document begins anew */
    assert_int_equal(windows.items[3].first, 7);
    assert_int_equal(windows.counted, 2 + 1 + 3 + 1);
    windows_free(&windows);
    rule = (windows_rule_t){.context = CONTEXT, .stride = CONTEXT, .truncate = true};
    add(&windows, &rule, TOKENS);
    add(&windows, &rule, 3);
    assert_int_equal(windows.counted, 4 + 3);
    windows_free(&windows);
}

/* ===  What is said  === */

/* Two words. The reference gives them 3 : 1, the method 1 : 1; -log p of either is ln 2, and
 * KL = 3/4 ln(3/4 : 1/2) + 1/4 ln(1/4 : 1/2). */
static void test_token(void **state)
{
    (void)state;
    enum { WORDS = 2 };
    likelihoods_t said;
    const float even[WORDS] = {5, 5}, leaning[WORDS] = {(float)log(3), 0};
    const double kl = 0.75 * log(1.5) + 0.25 * log(0.5);
    assert_ok(likelihoods_create(2, (const bool[]){true, false}, &said));
    likelihoods_put(&said, 0, 1, WORDS, even, (const float *const[]){leaning, NULL});
    likelihoods_put(&said, 1, 0, WORDS, leaning, (const float *const[]){leaning, NULL});
    assert_true(fabs(said.nats[0] - log(2)) < 1e-12);
    assert_true(fabs(said.nats[1] + log(0.75)) < 1e-7); /* ln 3 in float32 */
    assert_int_equal(said.first[0], 0);
    assert_true(fabs(said.kl[0][0] - kl) < 1e-7);
    assert_true(said.kl[0][1] < 1e-15);
    assert_null(said.kl[1]);
    likelihoods_free(&said);
}

/* Windows of 3 and 1 tokens. The method is worse by 0.1 in three tokens and by 0.5 in one: 0.2 in the mean, and no draw of
 * windows lies outside of 0.1 to 0.5. */
static void test_comparison(void **state)
{
    (void)state;
    window_t items[] = {{.counts = 3, .at = 0}, {.counts = 1, .at = 3}};
    const windows_t windows = {.items = items, .count = 2, .counted = 4};
    const double before[] = {1, 2, 3, 4}, after[] = {1.1, 2.1, 3.1, 4.5}, kl[] = {0.1, 0.2, 0.3, 0.4};
    likelihoods_t method, reference;
    likelihoods_against_t against;
    resampling_t resampling = {0};
    assert_ok(likelihoods_create(4, (const bool[]){true, false}, &method));
    assert_ok(likelihoods_create(4, (const bool[]){false, false}, &reference));
    memcpy(reference.nats, before, sizeof before);
    memcpy(method.nats, after, sizeof after);
    memcpy(method.kl[0], kl, sizeof kl);
    method.first[2] = 9;
    assert_ok(likelihoods_compare(&method, &reference, 0, &windows, &resampling, &against));
    assert_true(fabs(against.difference - 0.2) < 1e-12);
    assert_true(fabs(against.ratio - exp(0.2)) < 1e-12);
    assert_true(fabs(against.divergence - 0.25) < 1e-12);
    assert_true(fabs(against.low - 0.1) < 1e-12 && fabs(against.high - 0.5) < 1e-12);
    assert_int_equal(against.agree, 3);
    assert_ok(likelihoods_compare(&method, &reference, 1, &windows, &resampling, &against));
    assert_true(isnan(against.divergence)); /* not measured from that reference */
    assert_ok(likelihoods_compare(&method, &method, 0, &windows, &resampling, &against));
    assert_true(isnan(against.difference) && against.agree == ROWS_UNKNOWN);
    likelihoods_free(&method);
    likelihoods_free(&reference);
    resampling_free(&resampling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),  cmocka_unit_test(test_inputs),     cmocka_unit_test(test_documents),
        cmocka_unit_test(test_token), cmocka_unit_test(test_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
