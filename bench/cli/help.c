/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All help is made from the tables of commands and options. */
#include "cli/help.h"

#include "base/registry.h"
#include "base/text.h"
#include "cli/commands.h"

#include <string.h>

/* As base/outcome.h has them; README "Exit codes". */
static const char exit_codes[] =
    "exit codes: 0 done; 1 failed, or rows moved; 2 the command line is wrong; 3 something needed is missing (the message\n"
    "says how to get it)\n";

void help_print(FILE *stream)
{
    fputs("usage: bbsbench COMMAND [options]\n\n"
          "Bi-directional bit-level sparsity: compression, accuracy on Darknet, accelerator models.\n\ncommands:\n",
          stream);
    for (const command_t *const *command = command_registry; *command != NULL; command++)
        fprintf(stream, "  %-11s %s\n", (*command)->name, (*command)->summary);
    fprintf(stream,
            "\n  bbsbench help COMMAND      options, defaults and examples of a command; also bbsbench COMMAND --help\n"
            "  bbsbench version           commit, libraries, processor; also --version\n"
            "  bbsbench --quiet COMMAND   no progress and no notes on standard error; also BBS_QUIET=1\n\n%s",
            exit_codes);
}

/* ===  One command  === */

/* "accuracy --net NAME[,NAME]|all|auto [options]" */
static void print_usage(const command_t *command, FILE *stream)
{
    fprintf(stream, "usage: bbsbench %s", command->name);
    for (const option_t *option = command->options; option->name != NULL; option++)
        if (option->fallback == option_required)
            fprintf(stream, " --%s %s", option->name, option->argument);
    fprintf(stream, " [options]%s%s\n\n%s\n", command->operands[0] ? " " : "", command->operands, command->summary);
}

enum { INDENT = 29, LINE_WIDTH = 100 };

/* Words of a text, broken into lines that begin at column INDENT; `column` is where the first one begins. */
static void print_words(const char *text, size_t column, FILE *stream)
{
    for (size_t length; *text != '\0'; text += length) {
        text += strspn(text, " \n");
        length = strcspn(text, " \n");
        if (column > INDENT && column + 1 + length > LINE_WIDTH) {
            fprintf(stream, "\n%*s", INDENT, "");
            column = INDENT;
        }
        fprintf(stream, "%s%.*s", column > INDENT ? " " : "", (int)length, text);
        column += length + (column > INDENT);
    }
    fputs("\n", stream);
}

static void print_option(const option_t *option, FILE *stream)
{
    text_t left = text_of("--%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");
    text_t words = text_of("%s", option->help);
    if (option->fallback == option_required)
        words = text_of("(required) %s", option->help);
    else if (option->fallback != NULL && option->fallback[0] != '\0')
        words = text_of("%s (default %s)", option->help, option->fallback);
    if (strlen(left.chars) > INDENT - strlen("   "))
        fprintf(stream, "  %s\n%*s", left.chars, INDENT, "");
    else
        fprintf(stream, "  %-26s ", left.chars);
    print_words(words.chars, INDENT, stream);
}

static void print_examples(const char *text, FILE *stream)
{
    fputs("\nexamples:\n", stream);
    while (*text != '\0') {
        const char *end = text;
        while (*end != '\0' && *end != '\n')
            end++;
        fprintf(stream, "  %.*s\n", (int)(end - text), text);
        text = *end == '\n' ? end + 1 : end;
    }
}

void help_print_command(const command_t *command, FILE *stream)
{
    print_usage(command, stream);
    fputs("\noptions:\n", stream);
    for (const option_t *option = command->options; option->name != NULL; option++)
        print_option(option, stream);
    for (const option_t *option = options_common; option->name != NULL; option++)
        print_option(option, stream);
    if (command->details != NULL)
        fprintf(stream, "\n%s\n", command->details);
    if (command->list != NULL)
        command->list();
    if (command->examples != NULL)
        print_examples(command->examples, stream);
    fprintf(stream, "\n%s", exit_codes);
}

/* ===  Finding one  === */

outcome_t help_find_command(const char *name, const command_t **command, bool *old)
{
    static const registry_t commands = {
        .where = "bbsbench", .what = "command", .tables = {command_registry}, .todo = "see bbsbench --help"};
    static const struct {
        const char *old, *now;
    } old_words[] = {{"profile", "portrait"}};
    *old = false;
    for (size_t i = 0; i < sizeof old_words / sizeof *old_words; i++)
        if (text_equal(old_words[i].old, name)) {
            *old = true;
            name = old_words[i].now;
        }
    return registry_find(&commands, name, command);
}

static outcome_t run(const options_t *options)
{
    const command_t *command;
    bool old;
    outcome_t result = outcome_ok();
    if (options_operand_count(options) == 0)
        help_print(stdout);
    else if (!outcome_bad(&result, help_find_command(options_operand(options, 0), &command, &old)))
        help_print_command(command, stdout);
    return result;
}

static const option_t option_table[] = {{NULL, NULL, NULL, NULL}};

const command_t command_help = {
    .name = "help",
    .summary = "print the help of a command, or the list of commands",
    .operands = "[COMMAND]",
    .operands_least = 0,
    .operands_most = 1,
    .options = option_table,
    .examples = "# the commands\n"
                "bbsbench help\n"
                "# the options of one command\n"
                "bbsbench help accuracy",
    .run = run,
};
