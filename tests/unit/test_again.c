/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command below a section of the report: the run's own, for one experiment. */
#include "run/again.h"

#include <stdlib.h>

#include "testing.h"

static void becomes(const char *command, const char *wanted)
{
    char *again = again_command(command, "fig12");
    assert_non_null(again);
    assert_string_equal(again, wanted);
    free(again);
}

static void the_settings_of_the_run_stay(void **state)
{
    (void)state;
    becomes("build/bbsbench run", "build/bbsbench run --only fig12");
    becomes("build/bbsbench run --smoke --jobs 2 --out results/mine --resume --only accuracy,fig11 --experiments docs/mine",
            "build/bbsbench run --smoke --experiments docs/mine --only fig12");
    becomes("build/bbsbench run --full --net resnet34 --yes",
            "build/bbsbench run --full --net resnet34 --yes --only fig12");
}

static void a_whole_run_keeps_its_experiments(void **state)
{
    (void)state;
    char *again = again_command("build/bbsbench run --smoke --jobs 2 --out results/mine --only fig11", NULL);
    assert_non_null(again);
    assert_string_equal(again, "build/bbsbench run --smoke --only fig11");
    free(again);
}

/* A folder may have any name: quotes stay quotes, and a word in them that looks like an option is none. */
static void words_in_quotes_are_one_word(void **state)
{
    (void)state;
    becomes("build/bbsbench run --out 'my --only run' --from 'a  b' --net x",
            "build/bbsbench run --from 'a  b' --net x --only fig12");
    becomes("build/bbsbench run --from 'it'\\''s --out here' --yes",
            "build/bbsbench run --from 'it'\\''s --out here' --yes --only fig12");
    becomes("build/bbsbench run --out", "build/bbsbench run --only fig12");
    becomes("build/bbsbench run --from 'open", "build/bbsbench run --from 'open --only fig12");
    becomes("", "--only fig12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_settings_of_the_run_stay),
        cmocka_unit_test(a_whole_run_keeps_its_experiments),
        cmocka_unit_test(words_in_quotes_are_one_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
