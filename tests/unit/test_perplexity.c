/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Perplexity as a program calls it, on a made model (tests/oracle/made_language.py): passes, the order of methods, and
 * methods without references change no figure. */
#include "measure/perplexity.h"

#include "base/text.h"
#include "rows/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

enum { METHODS = 3 };

static char folder[] = "/tmp/bbs-test-perplexity-XXXXXX";
static text_t weights, tokenizer;

static int make_model(void **state)
{
    (void)state;
    const char *python = getenv("PYTHON");
    if (mkdtemp(folder) == NULL)
        return -1;
    weights = text_of("%s/tiny.bin", folder);
    tokenizer = text_of("%s/tiny.tok", folder);
    const text_t command = text_of("%s tests/oracle/made_language.py %s %s", python != NULL ? python : "/usr/bin/python3",
                                   weights.chars, tokenizer.chars);
    return system(command.chars);
}

static int remove_model(void **state)
{
    (void)state;
    unlink(weights.chars);
    unlink(tokenizer.chars);
    return rmdir(folder);
}

typedef struct {
    perplexity_row_t rows[METHODS];
    size_t count;
} taken_t;

static void take(void *context, const perplexity_row_t *row)
{
    taken_t *taken = context;
    assert_true(taken->count < METHODS);
    taken->rows[taken->count++] = *row;
}

static perplexity_config_t config_of(const char *const *methods, size_t count)
{
    return (perplexity_config_t){.weights = weights.chars,
                                 .tokenizer = tokenizer.chars,
                                 .text = "tests/unit/test_perplexity.c",
                                 .tokens = 500,
                                 .stride = 20,
                                 .methods = methods,
                                 .method_count = count,
                                 .kernels = "fast",
                                 .threads = 2};
}

static void same_against(const likelihoods_against_t *a, const likelihoods_against_t *b)
{
    const double x[] = {a->difference, a->low, a->high, a->ratio, a->divergence},
                 y[] = {b->difference, b->low, b->high, b->ratio, b->divergence};
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)
        assert_true(x[i] == y[i] || (isnan(x[i]) && isnan(y[i])));
    assert_int_equal(a->agree, b->agree);
}

static void same_row(const perplexity_row_t *a, const perplexity_row_t *b)
{
    assert_true(a->nats == b->nats);
    assert_int_equal(a->right, b->right);
    assert_true(a->bits_per_weight == b->bits_per_weight);
    same_against(&a->int8, &b->int8);
    same_against(&a->fp32, &b->fp32);
}

static void test_passes(void **state)
{
    (void)state;
    static const char *const methods[METHODS] = {"ptq:bits=3", "int8", "fp32"};
    taken_t whole = {.count = 0}, parts = {.count = 0};
    perplexity_config_t config = config_of(methods, METHODS);
    assert_ok(perplexity_run(&config, take, &whole));
    config.memory = 1; /* a window a pass */
    config.threads = 1;
    assert_ok(perplexity_run(&config, take, &parts));
    assert_int_equal(whole.count, METHODS);
    for (int i = 0; i < METHODS; i++)
        same_row(&whole.rows[i], &parts.rows[i]);
    assert_int_equal(whole.rows[0].tokens, 500);
    assert_true(whole.rows[0].windows > 20);
    /* ptq is far from both; int8 is near fp32; fp32 has no divergence, from itself or from what runs after it. */
    assert_true(whole.rows[0].int8.divergence > 10 * whole.rows[1].fp32.divergence);
    assert_true(whole.rows[1].fp32.divergence > 0);
    assert_true(isnan(whole.rows[1].int8.divergence) && isnan(whole.rows[2].int8.divergence));
    assert_true(whole.rows[2].int8.difference == -whole.rows[1].fp32.difference);
    assert_int_equal(whole.rows[2].int8.agree, whole.rows[1].fp32.agree);
}

static void test_order(void **state)
{
    (void)state;
    static const char *const methods[METHODS] = {"ptq:bits=3", "int8", "fp32"}, *const turned[METHODS] = {
                                                                                    "fp32", "ptq:bits=3", "int8"};
    taken_t one = {.count = 0}, other = {.count = 0}, alone = {.count = 0};
    perplexity_config_t config = config_of(methods, METHODS);
    assert_ok(perplexity_run(&config, take, &one));
    config = config_of(turned, METHODS);
    assert_ok(perplexity_run(&config, take, &other));
    for (int i = 0; i < METHODS; i++) {
        assert_string_equal(other.rows[i].method, turned[i]);
        same_row(&one.rows[i], &other.rows[(i + 1) % METHODS]);
    }
    config = config_of(methods, 1);
    assert_ok(perplexity_run(&config, take, &alone));
    assert_true(alone.rows[0].nats == one.rows[0].nats);
    assert_true(isnan(alone.rows[0].int8.difference) && isnan(alone.rows[0].fp32.divergence));
    assert_true(alone.rows[0].int8.agree == ROWS_UNKNOWN);
}

/* Without <s> the first token of each window counts for nothing: not in the mean, and not in the bytes. Both means are of
 * one sum. */
static void test_tokens_that_do_not_count(void **state)
{
    (void)state;
    static const char *const methods[] = {"int8"};
    taken_t taken = {.count = 0};
    perplexity_config_t config = config_of(methods, 1);
    config.begin = WINDOWS_BEGIN_NEVER;
    config.stride = 0;
    assert_ok(perplexity_run(&config, take, &taken));
    const perplexity_row_t *row = &taken.rows[0];
    const double sum = row->bits_per_byte * log(2) * (double)row->bytes;
    assert_int_equal(row->tokens, 500 - row->windows);
    assert_true(fabs(row->nats * (double)row->tokens - sum) < 1e-9 * sum);
    assert_true(row->perplexity == exp(row->nats));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_tokens_that_do_not_count),
    };
    return cmocka_run_group_tests(tests, make_model, remove_model);
}
