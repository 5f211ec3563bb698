/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of a terminal is never wider than it, and BBS_QUIET says nothing. */
#include "base/progress.h"

#include "testing.h"

#include <stdlib.h>
#include <string.h>

static void test_examples(void **state)
{
    (void)state;
    static const char rest[] = "50/100 samples";
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 80).chars,
                        "vgg16 int8 [############............] 50/100 samples");
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 37).chars, "vgg16 int8 [####....] 50/100 samples");
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 30).chars, "vgg16 int8 50/100 samples");
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 21).chars, "vgg16 50/100 samples");
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 20).chars, "50/100 samples");
    assert_string_equal(progress_line("vgg16 int8", rest, 0.5, 10).chars, "50/100 sa");
    assert_string_equal(progress_line("x", rest, 0, 80).chars, "x [........................] 50/100 samples");
    assert_string_equal(progress_line("x", rest, 1, 80).chars, "x [########################] 50/100 samples");
}

static void test_never_wider(void **state)
{
    (void)state;
    const char *const titles[] = {"", "a", "https://example.org/a/very/long/address/of/a/checkpoint/model.safetensors"};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        for (int width = 0; width <= 120; width++)
            for (int tenth = 0; tenth <= 10; tenth++) {
                const text_t line =
                    progress_line(titles[i], "1000000/50000000 bytes  120000/s  2 h 4 min left", tenth / 10.0, width);
                assert_true(strlen(line.chars) < (size_t)(width > 0 ? width : 1));
            }
}

static void test_quiet(void **state)
{
    (void)state;
    progress_t progress;
    setenv("BBS_QUIET", "1", 1);
    progress_start(&progress, "nothing", "samples", 10);
    progress.shown = -100; /* a line would be due */
    progress.terminal = true;
    progress_update(&progress, 5);
    assert_false(progress.drawn);
    setenv("BBS_QUIET", "", 1);
    assert_false(progress_is_quiet());
    unsetenv("BBS_QUIET");
    assert_false(progress_is_quiet());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_never_wider),
        cmocka_unit_test(test_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
