/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a tokenizer's patterns cut a text: white space is Unicode's property, in a class and outside of it, and one pattern
 * cuts the words of the one before. */
#include "data/word_split.h"

#include <string.h>

#include "testing.h"

static outcome_t take(void *context, const char *word, size_t size)
{
    strcat(context, "[");
    strncat(context, word, size);
    strcat(context, "]");
    return outcome_ok();
}

static void expect(const word_split_t *split, const char *text, const char *wanted)
{
    char words[256] = "";
    assert_ok(word_split_run(split, text, strlen(text), take, words));
    assert_string_equal(words, wanted);
}

/* U+180E is white space for PCRE2's \s, but has not had the property since Unicode 6.3; U+0085 and U+3000 have it. */
static void test_white_space(void **state)
{
    (void)state;
    word_split_t split = {.count = 0};
    assert_ok(word_split_add(&split, "test", NULL, "[^\\s]+|\\s+", false));
    expect(&split, "a\341\240\216 b\302\205c\343\200\200", "[a\341\240\216][ ][b][\302\205][c][\343\200\200]");
    word_split_free(&split);
    assert_ok(word_split_add(&split, "test", NULL, "\\S+", false)); /* what lies between two matches is a word, too */
    expect(&split, " a\341\240\216  b", "[ ][a\341\240\216][  ][b]");
    word_split_free(&split);
}

static void test_one_after_the_other(void **state)
{
    (void)state;
    word_split_t split = {.count = 0};
    assert_ok(word_split_add(&split, "test", NULL, "\\p{N}", false));
    assert_ok(word_split_add(&split, "test", NULL, "a.", true)); /* a text: the point is a point */
    expect(&split, "xa.ya1a.23", "[x][a.][ya][1][a.][2][3]");
    expect(&split, "", "");
    word_split_free(&split);
    assert_error(word_split_add(&split, "here", "there", "(", false), FAULT_FAILED, "here: there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
