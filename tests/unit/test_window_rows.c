/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model says of each window of a text, as files and as the table `windows`; and perplexity_pairs, which
 * compares methods on the same windows: which pairs there are, their differences, and when the interval decides. */
#include "derived.h"

#include "base/file.h"
#include "measure/window_rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTEXT = 4, WHOLE = 20, TOKENS = WHOLE * CONTEXT + 2 }; /* 20 windows of 4 tokens and one of 2 */
static char folder[] = "/tmp/bbs-test-windows-XXXXXX";
static windows_t windows;

typedef double (*of_window_t)(int window);

/* The nats of each token of a window are nats(window); the divergence is half of that, or not measured. */
static void write_windows(const char *text, const char *method, of_window_t nats, bool diverges)
{
    likelihoods_t said;
    const window_rows_name_t name = {"llama_1x8", text, "t.tokenizer.bin", method, CONTEXT};
    assert_ok(likelihoods_create(TOKENS, (const bool[OUTPUTS_REFERENCES]){[OUTPUTS_INT8] = diverges}, &said));
    for (int i = 0; i < TOKENS; i++) {
        said.nats[i] = nats(i / CONTEXT);
        said.first[i] = i % 2 == 0 ? windows.numbers[i] : -1;
        if (diverges)
            said.kl[OUTPUTS_INT8][i] = nats(i / CONTEXT) / 2;
    }
    assert_ok(window_rows_save(window_rows_folder(folder).chars, &name, &said, &windows));
    likelihoods_free(&said);
}

/* With its row of perplexity. */
static void add_method(const char *method, double bits, of_window_t nats)
{
    write_windows("x.txt", method, nats, true);
    make_rows(
        text_of("INSERT INTO perplexity (net, text, tokenizer, context, method, bits_per_weight_with_metadata) VALUES "
                "('llama_1x8', 'x.txt', 't.tokenizer.bin', %d, '%s', %g)",
                CONTEXT, method, bits)
            .chars);
}

static double low_nats(int window)
{
    return 1 + 0.01 * window;
}

/* In each window 0.02 or 0.04 more; in the short one at the end 9 more. */
static double high_nats(int window)
{
    return low_nats(window) + (window == WHOLE ? 9 : window % 2 == 0 ? 0.02 : 0.04);
}

/* By turns more and less. */
static double about_nats(int window)
{
    return low_nats(window) + (window % 2 == 0 ? 0.02 : -0.0199);
}

/* ===  The table  === */

static void a_window_has_the_sums_of_its_tokens(void **state)
{
    (void)state;
    static const char hard[] = "a.b c:d%20.txt"; /* characters that a file's name spells in another way */
    write_windows(hard, "zps:columns=4:beta=0", low_nats, true);
    write_windows(hard, "int8", low_nats, false);
    rows_table_t table = ask("SELECT * FROM windows WHERE method = 'zps:columns=4:beta=0' ORDER BY window");
    assert_int_equal(table.count, WHOLE + 1);
    for (size_t i = 0; i <= WHOLE; i++) {
        const int tokens = i < WHOLE ? CONTEXT : 2;
        assert_string_equal(rows_text_at(&table, i, "net"), "llama_1x8");
        assert_string_equal(rows_text_at(&table, i, "text"), hard);
        assert_string_equal(rows_text_at(&table, i, "tokenizer"), "t.tokenizer.bin");
        assert_string_equal(rows_text_at(&table, i, "context"), "4");
        assert_int_equal(rows_integer_at(&table, i, "window"), i);
        assert_int_equal(rows_integer_at(&table, i, "tokens"), tokens);
        assert_int_equal(rows_integer_at(&table, i, "right"), tokens / 2);
        assert_true(fabs(rows_real_at(&table, i, "nats") - tokens * (1 + 0.01 * (double)i)) < 1e-8);
        assert_true(fabs(rows_real_at(&table, i, "divergence") - rows_real_at(&table, i, "nats") / 2) < 1e-8);
    }
    rows_table_free(&table);
    assert_true(text_value("SELECT count(*) FROM windows WHERE method = 'int8'") == WHOLE + 1);
    assert_true(text_value("SELECT count(divergence) FROM windows WHERE method = 'int8'") == 0);
}

/* A file whose name has no text and tokenizer is not one of these. */
static void other_files_have_no_rows(void **state)
{
    (void)state;
    const double before = text_value("SELECT count(*) FROM windows");
    const text_t path = text_of("%s/net.4.data.int8.csv", window_rows_folder(folder).chars);
    FILE *stream = fopen(path.chars, "w");
    assert_non_null(stream);
    fputs("window,tokens,nats,divergence,right\n0,4,1,,0\n", stream);
    fclose(stream);
    assert_true(text_value("SELECT count(*) FROM windows") == before);
    assert_int_equal(unlink(path.chars), 0);
}

/* ===  Pairs  === */

static void an_interval_over_whole_windows_decides(void **state)
{
    (void)state;
    add_method("a", 4.0, low_nats);
    add_method("b", 4.5, high_nats);
    add_method("c", 4.25, about_nats);
    rows_table_t table = derive("perplexity_pairs");
    assert_int_equal(table.count, 3);
    size_t row = row_of(&table, "first", "a", "second", "b");
    assert_int_equal(rows_integer_at(&table, row, "tokens"), TOKENS);
    assert_int_equal(rows_integer_at(&table, row, "windows"), WHOLE + 1);
    /* 10 windows with 0.02, 10 with 0.04, 4 tokens each, and 2 tokens with 9; files have nine digits */
    assert_true(fabs(rows_real_at(&table, row, "difference") + (10 * 4 * 0.06 + 2 * 9) / TOKENS) < 1e-8);
    assert_true(rows_real_at(&table, row, "difference_low") >= -0.0400001);
    assert_true(rows_real_at(&table, row, "difference_high") <= -0.0199999);
    assert_string_equal(rows_text_at(&table, row, "better"), "first");
    assert_true(fabs(rows_real_at(&table, row, "kl_difference") - rows_real_at(&table, row, "difference") / 2) < 1e-8);
    assert_true(fabs(rows_real_at(&table, row, "kl_difference_high") - rows_real_at(&table, row, "difference_high") / 2) <
                1e-8);
    assert_string_equal(rows_text_at(&table, row, "nearer"), "first");
    assert_string_equal(rows_text_at(&table, row_of(&table, "first", "b", "second", "c"), "better"), "second");
    assert_string_equal(rows_text_at(&table, row_of(&table, "first", "a", "second", "c"), "better"), "undecided");
    rows_table_free(&table);
}

/* Of int8 there is no divergence from itself. */
static void without_divergence_nothing_is_nearer(void **state)
{
    (void)state;
    add_method("a", 8.0, low_nats);
    add_method("b", 8.0, high_nats);
    write_windows("x.txt", "a", low_nats, false);
    rows_table_t table = derive("perplexity_pairs");
    assert_int_equal(table.count, 1);
    assert_string_equal(rows_text_at(&table, 0, "better"), "first");
    assert_string_equal(rows_text_at(&table, 0, "nearer"), "");
    assert_true(isnan(rows_real_at(&table, 0, "kl_difference")));
    rows_table_free(&table);
}

/* Half a bit apart at most, or compared by ordering, whatever the bits and the order of the rows. */
static void pairs_are_of_like_size_or_ordered(void **state)
{
    (void)state;
    add_method("a", 4.0, low_nats);
    add_method("b", 4.5, high_nats);
    add_method("c", 4.51, high_nats);
    add_method("d", 8.0, high_nats);
    make_rows("INSERT INTO ordering (net, size, data, activations, source, first, second, samples) VALUES "
              "('n', 's', 'd', 'fp32', 'x', 'd', 'a', 1), ('m', 's', 'd', 'fp32', 'x', 'd', 'a', 1), "
              "('n', 's', 'd', 'fp32', 'x', 'c', 'b', 1), ('n', 's', 'd', 'fp32', 'x', 'd', 'nobody', 1)");
    rows_table_t table = derive("perplexity_pairs");
    assert_int_equal(table.count, 3);
    assert_int_equal(rows_integer_at(&table, row_of(&table, "first", "a", "second", "b"), "ordered"), 0);
    assert_int_equal(rows_integer_at(&table, row_of(&table, "first", "c", "second", "b"), "ordered"), 1);
    const size_t row = row_of(&table, "first", "d", "second", "a");
    assert_string_equal(rows_text_at(&table, row, "better"), "second");
    assert_int_equal(rows_integer_at(&table, row, "ordered"), 1);
    rows_table_free(&table);
}

/* ===  Set-up  === */

static int open_run(void **state)
{
    (void)state;
    const run_mode_t *mode;
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t source = {.folder = folder, .mode = mode};
    assert_ok(experiment_rows_open(&experiments, &source, &database));
    return 0;
}

static int make_folder(void **state)
{
    int32_t numbers[TOKENS], bytes[TOKENS];
    const windows_rule_t rule = {.context = CONTEXT, .stride = CONTEXT};
    for (int i = 0; i < TOKENS; i++)
        numbers[i] = bytes[i] = i + 1;
    assert_ok(windows_add(&windows, &rule, numbers, bytes, TOKENS));
    assert_int_equal(windows.count, WHOLE + 1);
    return mkdtemp(folder) == NULL || open_experiments(state) != 0;
}

static int remove_folder(void **state)
{
    close_experiments(state);
    windows_free(&windows);
    return system(text_of("rm -rf %s", folder).chars);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_run, close_database)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_has_the_sums_of_its_tokens),    TEST(other_files_have_no_rows),
        TEST(an_interval_over_whole_windows_decides), TEST(without_divergence_nothing_is_nearer),
        TEST(pairs_are_of_like_size_or_ordered),
    };
    return cmocka_run_group_tests_name("window_rows", tests, make_folder, remove_folder);
}
