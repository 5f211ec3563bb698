/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of all commands: help that says everything, examples that parse, and the rules of parsing. */
#include "cli/commands.h"
#include "cli/help.h"

#include "base/text.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 64 };

/* ===  A command line  === */

/* Cut a line into words as a shell does, in place: blanks, "..." and '...'. What follows | && > or # is not ours. Returns
 * the number of words. */
static int cut(char *line, char **words)
{
    int count = 0;
    for (char *at = line; *at != '\0';) {
        at += strspn(at, " ");
        if (*at == '\0' || strchr("|&>#", *at) != NULL)
            break;
        assert_true(count < MOST_WORDS);
        char *to = words[count++] = at;
        char quote = '\0';
        for (; *at != '\0' && (quote != '\0' || *at != ' '); at++) {
            if (quote == '\0' && (*at == '"' || *at == '\''))
                quote = *at;
            else if (*at == quote)
                quote = '\0';
            else
                *to++ = *at;
        }
        assert_int_equal(quote, '\0');
        at += *at != '\0';
        *to = '\0';
    }
    words[count] = NULL;
    return count;
}

static outcome_t parse(const command_t *command, const char *line, options_t **options)
{
    static text_t copy; /* parsed options point into it */
    static char *words[MOST_WORDS + 1];
    bool help;
    copy = text_of("%s %s", command->name, line);
    int count = cut(copy.chars, words);
    return options_parse(command, count, words, &help, options);
}

static void assert_refused(const command_t *command, const char *line, const char *text)
{
    options_t *options;
    outcome_t result = parse(command, line, &options);
    assert_int_equal(outcome_fault(&result), FAULT_USAGE);
    assert_non_null(strstr(outcome_text(&result), text));
    assert_null(options);
}

/* ===  Examples  === */

/* One example: the name of a command, or an option of the whole program, and words that its table takes. */
static void check_example(const command_t *of, const char *text)
{
    char *words[MOST_WORDS + 1];
    text_t copy = text_of("%s", text);
    options_t *options = NULL;
    const command_t *command = of;
    bool help = false, old = false;
    int count = cut(copy.chars, words);
    assert_true(count >= 2);
    assert_string_equal(words[0], "bbsbench");
    if (text_starts(words[1], "--"))
        return;
    assert_ok(help_find_command(words[1], &command, &old));
    assert_false(old); /* an example teaches the words of this version */
    outcome_t result = options_parse(command, count - 1, words + 1, &help, &options);
    if (!outcome_is_ok(&result))
        print_error("%s: %s\n", text, outcome_text(&result));
    assert_ok(result);
    char *noted = NULL;
    size_t size;
    FILE *stream = open_memstream(&noted, &size);
    options_note_old_words(options, stream);
    fclose(stream);
    assert_string_equal(noted, "");
    free(noted);
    options_free(options);
}

/* Each command has two examples or more, each under a line that says why. */
static void test_examples(void **state)
{
    (void)state;
    for (const command_t *const *at = command_registry; *at != NULL; at++) {
        assert_non_null((*at)->examples);
        text_t copy = text_of("%s", (*at)->examples);
        size_t reasons = 0, commands = 0;
        for (char *line = copy.chars, *end; *line != '\0'; line = end) {
            end = line + strcspn(line, "\n");
            while (end > line && end[-1] == '\\' && *end == '\n') { /* the command goes on in the next line */
                end[-1] = *end = ' ';
                end += strcspn(end, "\n");
            }
            end += *end != '\0' ? (*end = '\0', 1) : 0;
            if (text_starts(line, "# ")) {
                reasons++;
                continue;
            }
            check_example(*at, line);
            commands++;
        }
        assert_true(reasons >= 2);
        assert_true(commands >= reasons);
    }
}

/* ===  Help  === */

/* Every option with its argument, default and mark; the examples; the exit codes. No line is wider than 200 characters. */
static void test_help_says_everything(void **state)
{
    (void)state;
    for (const command_t *const *at = command_registry; *at != NULL; at++) {
        char *help = NULL;
        size_t size;
        FILE *stream = open_memstream(&help, &size);
        help_print_command(*at, stream);
        fclose(stream);
        assert_non_null(strstr(help, text_of("usage: bbsbench %s", (*at)->name).chars));
        assert_non_null(strstr(help, (*at)->summary));
        assert_non_null(strstr(help, "\nexamples:\n  # "));
        assert_non_null(strstr(help, "\nexit codes: 0 done; 1 failed"));
        for (const option_t *option = (*at)->options; option->name != NULL; option++) {
            text_t start = text_of("\n  --%s%s%s", option->name, option->argument != NULL ? " " : "",
                                   option->argument != NULL ? option->argument : "");
            assert_non_null(strstr(help, start.chars));
            if (option->fallback == option_required)
                assert_non_null(strstr(strstr(help, start.chars), "(required)"));
        }
        free(help);
    }
}

/* A default of a list of words is one of them: parsing does not check what nobody typed. */
static void test_defaults_are_allowed(void **state)
{
    (void)state;
    for (const command_t *const *at = command_registry; *at != NULL; at++)
        for (const option_t *option = (*at)->options; option->name != NULL; option++) {
            if (!option_is_choice(option) || option->fallback == NULL)
                continue;
            text_t words = text_of("|%s|", option->argument), word = text_of("|%s|", option->fallback);
            assert_non_null(strstr(words.chars, word.chars));
        }
}

/* ===  Parsing  === */

static const option_t made_options[] = {
    {"net", "NAME", option_required, "a network"},
    {"data", "PATH", option_required, "a place"},
    {"samples", "N", "7", "a number"},
    {"first", "keep|prune", "keep", "a choice"},
    {"set", "KEY=VALUE...", NULL, "may be repeated"},
    {"fast", NULL, NULL, "a flag"},
    {NULL, NULL, NULL, NULL},
};
static const command_t made = {
    .name = "made", .summary = "made up", .operands = "[FILE]", .operands_most = 1, .options = made_options};

static void test_required(void **state)
{
    (void)state;
    options_t *options;
    assert_refused(&made, "", "made: found no value, expected --net NAME and --data PATH; see bbsbench made --help");
    assert_refused(&made, "--data x", "expected --net NAME; see");
    assert_ok(parse(&made, "--net a --data b", &options));
    assert_string_equal(options_text(options, "net"), "a");
    assert_string_equal(options_text(options, "samples"), "7");
    assert_false(options_given(options, "samples"));
    assert_false(options_flag(options, "quiet"));
    options_free(options);
}

static void test_choices(void **state)
{
    (void)state;
    options_t *options;
    assert_refused(&made, "--net a --data b --first prnue",
                   "--first: prnue: found no such value, expected keep, prune; did you mean prune?");
    assert_refused(&made, "--net a --data b --first ''", "expected keep, prune");
    assert_refused(&made, "--net a --data b --first keep --first no", "expected keep, prune");
    assert_ok(parse(&made, "--net a --data b --first prune --quiet --fast", &options));
    assert_string_equal(options_text(options, "first"), "prune");
    assert_true(options_flag(options, "quiet"));
    assert_true(options_flag(options, "fast"));
    options_free(options);
    assert_true(option_is_choice(&made_options[3]));
    assert_false(option_is_choice(&made_options[0])); /* NAME is no word */
    assert_false(option_is_choice(&made_options[4]));
    assert_false(option_is_choice(&made_options[5]));
}

static void test_near_options(void **state)
{
    (void)state;
    assert_refused(
        &made, "--smaples 3",
        "smaples: found no such option, expected net, data, samples, first, set, fast, quiet, help; did you mean samples?");
    assert_refused(&made, "--quite", "did you mean quiet?");
    assert_refused(&made, "--fast=yes", "found a value, expected none");
    assert_refused(&made, "--net", "--net: found no value");
    assert_refused(&made, "-x", "-x: found an unknown option");
    assert_refused(&made, "--net a --data b one two", "arguments: found 2, expected [FILE]");
}

/* An old word gives the option its value, and one note says the new one. A command that has an option of the old name
 * keeps it: --profile of `accuracy` is not the --config of `simulate`. */
static void test_old_words(void **state)
{
    (void)state;
    options_t *options;
    char *note = NULL;
    size_t size;
    assert_ok(parse(&made, "--net a --data b --images 3 --images=4", &options));
    assert_string_equal(options_text(options, "samples"), "4");
    assert_int_equal(options_count(options, "samples"), 2);
    FILE *stream = open_memstream(&note, &size);
    options_note_old_words(options, stream);
    fclose(stream);
    assert_string_equal(note, "note: --images is now --samples; the old word works in this version\n");
    free(note);
    options_free(options);
    assert_refused(&made, "--net a --data b --profile x", "profile: found no such option");
}

static void test_help_first(void **state)
{
    (void)state;
    static const char *const lines[] = {"--help", "-h", "--net a --help", "--quiet -h --nonsense"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *words[MOST_WORDS + 1];
        text_t copy = text_of("made %s", lines[i]);
        options_t *options;
        bool help = false;
        int count = cut(copy.chars, words);
        assert_ok(options_parse(&made, count, words, &help, &options));
        assert_true(help);
        assert_null(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_help_says_everything),
        cmocka_unit_test(test_defaults_are_allowed),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_near_options),
        cmocka_unit_test(test_old_words),
        cmocka_unit_test(test_help_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
