/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Darknet cfg may hold: every file of the suite is accepted, and each line that Darknet would take for something
 * else is refused by its number. The fuzz target (make fuzz) runs here on damaged copies, the same in every run. */
#define LLVMFuzzerTestOneInput fuzz_cfg
#include "../fuzz/fuzz_cfg.c"
#undef LLVMFuzzerTestOneInput

#include <glob.h>

#include "testing.h"

/* A small graph: 4 lines of [net], a layer of 3 lines, a route to it. `line` comes after it, as line 11. */
static const char graph[] = "[net]\n"
                            "height=8\n"
                            "width=8\n"
                            "channels=3\n"
                            "[convolutional]\n"
                            "filters=4\n"
                            "size=3\n"
                            "activation=relu\n"
                            "[route]\n"
                            "layers=-1\n";

static outcome_t checked(const char *line, size_t length)
{
    char text[512];
    const size_t before = sizeof graph - 1;
    memcpy(text, graph, before);
    memcpy(text + before, line, length);
    return cfg_file_check("made.cfg", &(bytes_t){.data = (uint8_t *)text, .size = before + length});
}

static void accepted(const char *line)
{
    assert_ok(checked(line, strlen(line)));
}

static void refused(const char *line, const char *reason)
{
    const outcome_t outcome = checked(line, strlen(line));
    assert_error(outcome, FAULT_FAILED, reason);
    assert_true(text_starts(outcome_text(&outcome), "made.cfg: line "));
}

static void the_files_of_the_suite_are_accepted(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("models/cfg/*.cfg", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 10);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        bytes_t bytes;
        assert_ok(file_read(found.gl_pathv[i], NULL, &bytes));
        assert_ok(cfg_file_check(found.gl_pathv[i], &bytes));
        file_free_bytes(&bytes);
    }
    globfree(&found);
}

static void each_value_has_its_range(void **state)
{
    (void)state;
    accepted("");
    accepted("# anything = [here]\n\n[avgpool]");
    accepted("[shortcut]\nfrom=-2\nactivation=linear\n");
    refused("[shortcut]\nfrom=-3\n", "line 12: found from=-3, expected an earlier layer, one of 2");
    refused("[shortcut]\nfrom=0\n", "an earlier layer");
    refused("[route]\nlayers=-1,-2\n", "line 12: found layers=-1,-2");
    accepted("[maxpool]\nsize=1\nstride=32768\npadding=0\n");
    refused("[maxpool]\nstride=0\n", "line 12: found stride=0, expected an integer from 1 to 32768");
    refused("[maxpool]\nstride=32769\n", "an integer from 1 to 32768");
    refused("[maxpool]\nstride=99999999999999999999\n", "an integer from 1 to 32768");
    refused("[convolutional]\nfilters=-4\n", "an integer from 1 to 32768");
    refused("[convolutional]\npad=2\n", "an integer from 0 to 1");
    refused("[convolutional]\nsize=3.0\n", "an integer from 1");
    refused("[convolutional]\nsize=\n", "an integer from 1");
    refused("[connected]\nactivation=leaky\n", "line 12: found activation=leaky, expected relu or linear");
    /* In [net], where Darknet divides by subdivisions. */
    const char divided[] = "[net]\nsubdivisions=0\n";
    assert_error(cfg_file_check("made.cfg", &(bytes_t){.data = (uint8_t *)divided, .size = sizeof divided - 1}),
                 FAULT_FAILED, "line 2: found subdivisions=0, expected an integer from 1 to 1");
}

static void what_darknet_reads_otherwise_is_refused(void **state)
{
    (void)state;
    refused("[yolo]\n", "line 11: found [yolo], expected a section");
    refused("[net]\n", "line 11: found [net], expected a section");
    refused("filters=4\n", "a key of [route]");
    refused("=4\n", "a key of [route]");
    refused("[avgpool]\nsize=2\n", "a key of [avgpool]");
    refused("nonsense\n", "line 11: found nonsense, expected key=value");
    /* Darknet removes blanks, so this would be a section. */
    refused(" [yolo=]\n", "line 11: found byte 0x20, expected ASCII without blanks");
    refused("[connected]\r\noutput=2\r\n", "byte 0x0D");
    refused(";layers=-1\n", "a key of [route]");
    refused("[convolutional_of_a_name_that_is_longer_than_any_that_this_engine_knows]\n", "72 characters");
    /* Darknet would read on behind a NUL. */
    static const char hidden[] = "# \0\n[yolo]\n";
    assert_error(checked(hidden, sizeof hidden - 1), FAULT_FAILED, "made.cfg: found a NUL");
}

static void damaged_graphs_do_no_harm(void **state)
{
    (void)state;
    static const char signs[] = "\n\0 \t=[]#;-09az\xFF";
    bytes_t seed;
    uint64_t random = 3;
    int refusals = 0;
    assert_ok(file_read("tests/data/engine_block.cfg", NULL, &seed));
    uint8_t *input = malloc(seed.size);
    assert_non_null(input);
    for (int round = 0; round < 20000; round++) {
        memcpy(input, seed.data, seed.size);
        for (int change = round % 3; change >= 0; change--) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            input[(random >> 33) % seed.size] = (uint8_t)signs[(random >> 20) % (sizeof signs - 1)];
        }
        assert_int_equal(fuzz_cfg(input, seed.size), 0);
        const outcome_t outcome = cfg_file_check("a", &(bytes_t){.data = input, .size = seed.size});
        refusals += !outcome_is_ok(&outcome);
    }
    assert_true(refusals > 10000 && refusals < 20000); /* some changes are in the comment */
    free(input);
    file_free_bytes(&seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_files_of_the_suite_are_accepted),
        cmocka_unit_test(each_value_has_its_range),
        cmocka_unit_test(what_darknet_reads_otherwise_is_refused),
        cmocka_unit_test(damaged_graphs_do_no_harm),
    };
    return cmocka_run_group_tests_name("cfg_file", tests, NULL, NULL);
}
