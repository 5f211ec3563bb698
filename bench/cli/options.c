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
};

static size_t table_length(const option_t *table)
{
    size_t count = 0;
    while (table[count].name != NULL)
        count++;
    return count;
}

/* ===  Help  === */

void options_help(const command_t *command)
{
    printf("usage: bbsbench %s%s%s [options]\n\n%s\n\noptions:\n", command->name, command->operands[0] ? " " : "",
           command->operands, command->summary);
    for (const option_t *option = command->options; option->name != NULL; option++) {
        text_t left =
            text_of("--%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");
        printf("  %-26s %s", left.chars, option->help);
        if (option->fallback != NULL && option->fallback[0] != '\0')
            printf(" (default %s)", option->fallback);
        printf("\n");
    }
    printf("  %-26s %s\n", "--help", "this text");
    if (command->details != NULL)
        printf("\n%s\n", command->details);
    if (command->list != NULL)
        command->list();
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
                              .tables = {command->options},
                              .entry_size = sizeof *command->options,
                              .todo = todo.chars};
    const option_t *option;
    if (!text_starts(word, "--"))
        return outcome_usage(command->name, word, "an unknown option", NULL, todo.chars);
    name.chars[strcspn(name.chars, "=")] = '\0';
    outcome_t result = registry_find(&names, name.chars + 2, &option);
    if (outcome_is_ok(&result)) /* a flag with a value */
        return outcome_usage(command->name, word, "a value", "none", todo.chars);
    return result;
}

static outcome_t take_options(options_t *options, int argc, char **argv, const struct option *longs, bool *help)
{
    const command_t *command = options->command;
    size_t count = table_length(command->options);
    optind = 1;
    opterr = 0;
    for (;;) {
        int at = optind, index = -1, code = getopt_long(argc, argv, ":", longs, &index);
        if (code == -1)
            return outcome_ok();
        if (code == ':')
            return usage_error(command, argv[at], "no value", NULL);
        if (code == '?' || index < 0)
            return unknown_option(command, argv[at]);
        if ((size_t)index == count) {
            *help = true;
            return outcome_ok();
        }
        options->given[options->given_count++] =
            (given_t){.option = &command->options[index], .value = optarg ? optarg : ""};
    }
}

static outcome_t check_operands(const options_t *options)
{
    const command_t *command = options->command;
    if (options->operand_count >= command->operands_least && options->operand_count <= command->operands_most)
        return outcome_ok();
    return usage_error(command, "arguments", text_of("%zu", options->operand_count).chars,
                       command->operands[0] ? command->operands : "none");
}

outcome_t options_parse(const command_t *command, int argc, char **argv, bool *help, options_t **parsed)
{
    *help = false;
    *parsed = NULL;
    size_t count = table_length(command->options);
    struct option *longs = calloc(count + 2, sizeof *longs);
    options_t *options = calloc(1, sizeof *options);
    if (options != NULL)
        options->given = calloc((size_t)argc + 1, sizeof *options->given);
    outcome_t result;
    if (longs == NULL || options == NULL || options->given == NULL) {
        result = outcome_out_of_memory("command line");
        goto out;
    }
    options->command = command;
    for (size_t i = 0; i < count; i++)
        longs[i] = (struct option){.name = command->options[i].name,
                                   .has_arg = command->options[i].argument ? required_argument : no_argument,
                                   .val = 1};
    longs[count] = (struct option){.name = "help", .has_arg = no_argument, .val = 1};
    if (outcome_bad(&result, take_options(options, argc, argv, longs, help)) || *help)
        goto out;
    options->operands = argv + optind;
    options->operand_count = (size_t)(argc - optind);
    result = check_operands(options);

out:
    free(longs);
    if (!outcome_is_ok(&result) || *help)
        options_free(options);
    else
        *parsed = options;
    return result;
}

void options_free(options_t *options)
{
    if (options != NULL)
        free(options->given);
    free(options);
}

/* ===  Values  === */

static const option_t *find(const options_t *options, const char *name)
{
    const option_t *option = options->command->options;
    while (option->name != NULL && !text_equal(option->name, name))
        option++;
    return option;
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
    return option->fallback;
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
