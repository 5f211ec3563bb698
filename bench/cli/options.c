/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "base/registry.h"
#include "base/text.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const option_t *option;
    const char *value; /* "" for a flag */
} given_t;

struct options {
    const command_t *command;
    given_t *given;
    size_t given_count;
    char **operands;
    size_t operand_count;
    const char *old_word; /* the last name of an earlier version that was given, or NULL */
};

const char option_required[] = "required";

const option_t options_common[] = {
    {"quiet", NULL, NULL, "no progress and no notes on standard error"},
    {"help", NULL, NULL, "this text; also -h"},
    {NULL, NULL, NULL, NULL},
};

static size_t table_length(const option_t *table)
{
    size_t count = 0;
    while (table[count].name != NULL)
        count++;
    return count;
}

/* ===  Parsing  === */

static outcome_t usage_error(const command_t *command, const char *place, const char *found, const char *expected)
{
    return outcome_usage(command->name, place, found, expected, text_of("see bbsbench %s --help", command->name).chars);
}

/* getopt_long() does not say whether an option is unknown, ambiguous or a flag with a value: find out from the word, which
 * may be "--name=value". */
static outcome_t unknown_option(const command_t *command, const char *word)
{
    text_t todo = text_of("see bbsbench %s --help", command->name), name = text_of("%s", word);
    const registry_t names = {.where = command->name,
                              .what = "option",
                              .tables = {command->options, options_common},
                              .entry_size = sizeof *command->options,
                              .todo = todo.chars};
    const option_t *option;
    if (!text_starts(word, "--"))
        return outcome_usage(command->name, word, "an unknown option", NULL,
                             strchr("0123456789", word[1]) != NULL ? "put -- before numbers below 0" : todo.chars);
    name.chars[strcspn(name.chars, "=")] = '\0';
    outcome_t result = registry_find(&names, name.chars + 2, &option);
    if (outcome_is_ok(&result)) /* a flag with a value */
        return outcome_usage(command->name, word, "a value", "none", todo.chars);
    return result;
}

/* ===  Old words  === */

/* Names of options in earlier versions. An old word is taken by a command that has the new one and not the old. */
static const struct {
    const char *old, *now;
} old_words[] = {
    {"images", "samples"},
    {"limit", "samples"},
    {"profile", "config"},
};
enum { OLD_WORDS = sizeof old_words / sizeof *old_words, COMMON = sizeof options_common / sizeof *options_common - 1 };

static const option_t *in_table(const option_t *table, const char *name)
{
    while (table->name != NULL && !text_equal(table->name, name))
        table++;
    return table->name != NULL ? table : NULL;
}

/* ===  Names  === */

/* What getopt_long() may find: longs[i] is entries[i]. */
typedef struct {
    struct option *longs;
    const option_t **entries;
    size_t count;
} names_t;

static void add_name(names_t *names, const char *name, const option_t *option)
{
    names->longs[names->count] =
        (struct option){.name = name, .has_arg = option->argument != NULL ? required_argument : no_argument, .val = 1};
    names->entries[names->count++] = option;
}

static outcome_t list_names(const command_t *command, names_t *names)
{
    size_t most = table_length(command->options) + COMMON + OLD_WORDS + 1;
    names->longs = calloc(most, sizeof *names->longs);
    names->entries = calloc(most, sizeof *names->entries);
    if (names->longs == NULL || names->entries == NULL)
        return outcome_out_of_memory("command line");
    for (const option_t *option = command->options; option->name != NULL; option++)
        add_name(names, option->name, option);
    for (const option_t *option = options_common; option->name != NULL; option++)
        add_name(names, option->name, option);
    for (size_t i = 0; i < OLD_WORDS; i++) {
        const option_t *now = in_table(command->options, old_words[i].now);
        if (now != NULL && in_table(command->options, old_words[i].old) == NULL)
            add_name(names, old_words[i].old, now);
    }
    return outcome_ok();
}

/* Add what was given under the name `name`. */
static void add_given(options_t *options, const char *name, const option_t *option)
{
    if (!text_equal(name, option->name))
        options->old_word = name;
    options->given[options->given_count++] = (given_t){.option = option, .value = optarg != NULL ? optarg : ""};
}

static outcome_t take_options(options_t *options, int argc, char **argv, const names_t *names, bool *help)
{
    const command_t *command = options->command;
    optind = 0; /* begin anew, whatever an earlier parse left behind */
    opterr = 0;
    for (;;) {
        int index = -1, code = getopt_long(argc, argv, ":h", names->longs, &index);
        if (code == -1)
            return outcome_ok();
        if (code == ':')
            return usage_error(command, argv[optind - 1], "no value", NULL);
        if (code == 'h' || (index >= 0 && text_equal(names->longs[index].name, "help"))) {
            *help = true;
            return outcome_ok();
        }
        if (code == '?' || index < 0)
            return unknown_option(command, optopt > 1 ? text_of("-%c", optopt).chars : argv[optind - 1]);
        add_given(options, names->longs[index].name, names->entries[index]);
    }
}

/* ===  Checks  === */

static outcome_t check_operands(const options_t *options)
{
    const command_t *command = options->command;
    if (options->operand_count >= command->operands_least && options->operand_count <= command->operands_most)
        return outcome_ok();
    return usage_error(command, "arguments", text_of("%zu", options->operand_count).chars,
                       command->operands[0] ? command->operands : "none");
}

static outcome_t check_required(const options_t *options)
{
    const command_t *command = options->command;
    text_t missing = text_of("%s", "");
    for (const option_t *option = command->options; option->name != NULL; option++)
        if (option->fallback == option_required && !options_given(options, option->name))
            missing =
                text_of("%s%s--%s %s", missing.chars, missing.chars[0] ? " and " : "", option->name, option->argument);
    return missing.chars[0] == '\0' ? outcome_ok() : usage_error(command, NULL, "no value", missing.chars);
}

bool option_is_choice(const option_t *option)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789-|";
    return option->argument != NULL && option->argument[strspn(option->argument, words)] == '\0';
}

/* Refuse a value that is none of "a|b|c", with the nearest of them. */
static outcome_t check_choice(const command_t *command, const given_t *given)
{
    enum { MOST_CHOICES = 16 };
    char *words[MOST_CHOICES + 1] = {NULL};
    text_t copy = text_of("%s", given->option->argument), where = text_of("--%s", given->option->name);
    text_t todo = text_of("see bbsbench %s --help", command->name);
    const registry_t choices = {
        .where = where.chars, .what = "value", .tables = {words}, .entry_size = sizeof *words, .todo = todo.chars};
    const void *found;
    text_split(copy.chars, '|', words, MOST_CHOICES);
    return registry_find(&choices, given->value, &found);
}

static outcome_t check(const options_t *options)
{
    outcome_t result = check_operands(options);
    if (outcome_is_ok(&result))
        result = check_required(options);
    for (size_t i = 0; i < options->given_count && outcome_is_ok(&result); i++)
        if (option_is_choice(options->given[i].option))
            result = check_choice(options->command, &options->given[i]);
    return result;
}

outcome_t options_parse(const command_t *command, int argc, char **argv, bool *help, options_t **parsed)
{
    names_t names = {.longs = NULL};
    options_t *options = calloc(1, sizeof *options);
    outcome_t result = outcome_out_of_memory("command line");
    *help = false;
    *parsed = NULL;
    if (options == NULL || (options->given = calloc((size_t)argc + 1, sizeof *options->given)) == NULL ||
        outcome_bad(&result, list_names(command, &names)))
        goto out;
    options->command = command;
    if (outcome_bad(&result, take_options(options, argc, argv, &names, help)) || *help)
        goto out;
    options->operands = argv + optind;
    options->operand_count = (size_t)(argc - optind);
    result = check(options);

out:
    free(names.longs);
    free(names.entries);
    if (!outcome_is_ok(&result) || *help)
        options_free(options);
    else
        *parsed = options;
    return result;
}

void options_note_old_words(const options_t *options, FILE *stream)
{
    for (size_t i = 0; options->old_word != NULL && i < OLD_WORDS; i++)
        if (text_equal(old_words[i].old, options->old_word) &&
            in_table(options->command->options, old_words[i].now) != NULL)
            fprintf(stream, "note: --%s is now --%s; the old word works in this version\n", old_words[i].old,
                    old_words[i].now);
}

void options_free(options_t *options)
{
    if (options != NULL)
        free(options->given);
    free(options);
}

/* ===  Values  === */

/* NULL: the command has no such option. */
static const option_t *find(const options_t *options, const char *name)
{
    const option_t *option = in_table(options->command->options, name);
    return option != NULL ? option : in_table(options_common, name);
}

bool options_given(const options_t *options, const char *name)
{
    return options_count(options, name) > 0;
}

bool options_flag(const options_t *options, const char *name)
{
    return options_given(options, name);
}

const char *options_text(const options_t *options, const char *name)
{
    const option_t *option = find(options, name);
    for (size_t i = options->given_count; i-- > 0;)
        if (options->given[i].option == option)
            return options->given[i].value;
    return option != NULL && option->fallback != option_required ? option->fallback : NULL;
}

size_t options_count(const options_t *options, const char *name)
{
    const option_t *option = find(options, name);
    size_t count = 0;
    for (size_t i = 0; i < options->given_count; i++)
        count += options->given[i].option == option;
    return count;
}

const char *options_nth(const options_t *options, const char *name, size_t index)
{
    const option_t *option = find(options, name);
    for (size_t i = 0; i < options->given_count; i++)
        if (options->given[i].option == option && index-- == 0)
            return options->given[i].value;
    return NULL;
}

outcome_t options_list(const options_t *options, const char *name, const char **items, size_t limit, size_t *count)
{
    *count = options_count(options, name);
    if (*count > limit)
        return outcome_usage(options->command->name, text_of("--%s", name).chars, text_of("%zu", *count).chars,
                             text_of("at most %zu", limit).chars, NULL);
    for (size_t i = 0; i < *count; i++)
        items[i] = options_nth(options, name, i);
    return outcome_ok();
}

outcome_t options_required(const options_t *options, const char *name, const char **value)
{
    *value = options_text(options, name);
    if (*value != NULL)
        return outcome_ok();
    return usage_error(options->command, text_of("--%s", name).chars, "no value", find(options, name)->argument);
}

outcome_t options_integer(const options_t *options, const char *name, int64_t least, int64_t most, int64_t *value)
{
    const char *text;
    outcome_t result = options_required(options, name, &text);
    if (!outcome_is_ok(&result) || text_to_integer(text, least, most, value))
        return result;
    return usage_error(options->command, text_of("--%s", name).chars, text,
                       text_of("an integer from %" PRId64 " to %" PRId64, least, most).chars);
}

outcome_t options_real(const options_t *options, const char *name, double least, double most, double *value)
{
    const char *text;
    outcome_t result = options_required(options, name, &text);
    if (!outcome_is_ok(&result) || (text_to_real(text, value) && *value >= least && *value <= most))
        return result;
    return usage_error(options->command, text_of("--%s", name).chars, text,
                       text_of("a number from %g to %g", least, most).chars);
}

size_t options_operand_count(const options_t *options)
{
    return options->operand_count;
}

const char *options_operand(const options_t *options, size_t index)
{
    return options->operands[index];
}
