/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/manual: texts that roff would read as requests, and the values that options may have. */
#include "manual/choices.h"
#include "manual/roff.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static void assert_written(void (*write)(FILE *, const char *), const char *text, const char *wanted)
{
    char *written = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&written, &size);
    assert_non_null(stream);
    write(stream, text);
    fclose(stream);
    assert_string_equal(written, wanted);
    free(written);
}

static void test_roff(void **state)
{
    (void)state;
    assert_written(roff_text, "--net a\\b 'x' \"y\" ~ ^", "\\-\\-net a\\eb \\(aqx\\(aq \\(dqy\\(dq \\(ti \\(ha");
    assert_written(roff_text, "5 \xC2\xB5m\xC2\xB2 \xE2\x80\xA6", "5 \\[u00B5]m\\[u00B2] \\[u2026]");
    /* A full stop or a quote at the start of a line would be a request. */
    assert_written(roff_lines, ".so /etc/passwd\n'x", ".EX\n\\&.so /etc/passwd\n\\(aqx\n.EE\n");
    /* Filled text, what stands as it is, filled text, and a new paragraph. */
    assert_written(roff_paragraphs, "one\ntwo\n  a  1\n  b  2\nthree\n\nfour",
                   "one\ntwo\n.PP\n.EX\n  a  1\n  b  2\n.EE\n.PP\nthree\n.PP\nfour\n");
    assert_written(roff_paragraphs, "  a", ".PP\n.EX\n  a\n.EE\n");
}

static void assert_choices(option_t option, const char *words, bool list, bool files)
{
    choices_t choices;
    assert_ok(choices_of(&option, &choices));
    assert_string_equal(choices.words.chars != NULL ? choices.words.chars : "", words);
    assert_int_equal(choices.list, list);
    assert_int_equal(choices.files, files);
    choices_free(&choices);
}

static void test_choices(void **state)
{
    (void)state;
    assert_choices((option_t){.name = "quiet"}, "", false, false);
    assert_choices((option_t){.name = "jobs", .argument = "N"}, "", false, false);
    assert_choices((option_t){.name = "format", .argument = "md|csv|json"}, "md csv json ", false, false);
    assert_choices((option_t){.name = "config", .argument = "paper|bitsim|FILE.ini"}, "paper bitsim ", false, true);
    assert_choices((option_t){.name = "net", .argument = "auto"}, "auto ", false, false); /* its only value */
    assert_choices((option_t){.name = "mode", .argument = "MODE"}, "smoke compact full real ", false, false);
    choices_t choices;
    const option_t nets = {.name = "net", .argument = "NAME[,NAME]|all"};
    assert_ok(choices_of(&nets, &choices));
    assert_int_equal(strncmp(choices.words.chars, "all vgg16 resnet34 ", 19), 0);
    assert_true(choices.list);
    choices_free(&choices);
    const option_t only = {.name = "only", .argument = "ID[,ID]"};
    assert_ok(choices_of(&only, &choices));
    assert_non_null(strstr(choices.words.chars, "fig12 "));
    choices_free(&choices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roff),
        cmocka_unit_test(test_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
