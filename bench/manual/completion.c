/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manual/completion.h"

#include "base/text.h"
#include "cli/commands.h"
#include "manual/choices.h"

#include <string.h>

static const char origin[] = "made from the tables of options by bench/manual: changes belong there.";

/* Call `each` for the options of a command and the common ones. */
typedef outcome_t (*option_writer_t)(const command_t *command, const option_t *option, const choices_t *choices,
                                     FILE *stream);

static outcome_t for_options(const command_t *command, option_writer_t each, FILE *stream)
{
    const option_t *const tables[] = {command->options, options_common};
    outcome_t result = outcome_ok();
    choices_t choices;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const option_t *option = tables[i]; option->name != NULL && outcome_is_ok(&result); option++) {
            if (!outcome_bad(&result, choices_of(option, &choices)))
                result = each(command, option, &choices, stream);
            choices_free(&choices);
        }
    return result;
}

static outcome_t for_commands(option_writer_t each, FILE *stream)
{
    outcome_t result = outcome_ok();
    for (const command_t *const *command = command_registry; *command != NULL && outcome_is_ok(&result); command++)
        result = for_options(*command, each, stream);
    return result;
}

static void write_commands(FILE *stream)
{
    for (const command_t *const *command = command_registry; *command != NULL; command++)
        fprintf(stream, "%s ", (*command)->name);
}

/* Text inside single quotes: `escape` stands before each character of `special`; a new line is a blank. */
static void write_quoted(FILE *stream, const char *text, const char *special, const char *quote)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs(quote, stream);
        else if (*text == '\n')
            putc(' ', stream);
        else
            fprintf(stream, "%s%c", strchr(special, *text) != NULL ? "\\" : "", *text);
}

/* ===  bash  === */

static outcome_t write_bash_values(const command_t *command, const option_t *option, const choices_t *choices, FILE *stream)
{
    if (choices->words.chars != NULL)
        fprintf(stream, "    %s:--%s) words=\"%s\" list=%s ;;\n", command->name, option->name, choices->words.chars,
                choices->list ? "1" : "");
    return outcome_ok();
}

static outcome_t write_bash_name(const command_t *command, const option_t *option, const choices_t *choices, FILE *stream)
{
    (void)command, (void)choices;
    fprintf(stream, "--%s ", option->name);
    return outcome_ok();
}

static const char bash_end[] =
    "    esac\n"
    "    if [[ $list && $current == *,* ]]; then head=${current%,*},; fi\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$words\" -- \"${current#\"$head\"}\")\n"
    "}\n"
    "complete -o default -F _bbsbench bbsbench\n";

outcome_t completion_write_bash(FILE *stream)
{
    fprintf(
        stream,
        "# bash completion of bbsbench; %s\n"
        "# shellcheck shell=bash\n"
        "_bbsbench() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
        "    local words=\"\" list=\"\" head=\"\"\n"
        "    # \"--net=resnet34\" comes as three words.\n"
        "    if [[ $current == = ]]; then current=\"\"; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
        "    if ((COMP_CWORD == 1)); then command=help previous=\"\"; fi\n"
        "    case $command:$previous in\n",
        origin);
    outcome_t result = for_commands(write_bash_values, stream);
    fputs("    esac\n    if [[ -z $words && $current == -* ]]; then\n        case $command in\n", stream);
    for (const command_t *const *command = command_registry; *command != NULL && outcome_is_ok(&result); command++) {
        fprintf(stream, "        %s) words=\"", (*command)->name);
        result = for_options(*command, write_bash_name, stream);
        fputs("\" ;;\n", stream);
    }
    fputs("        esac\n    fi\n    case $command:$current in\n    help:-*) ;;\n    help:*) words=\"", stream);
    write_commands(stream);
    fprintf(stream, "\" ;;\n%s", bash_end);
    return result;
}

/* ===  zsh  === */

static const char zsh_quote[] = "'\\''", zsh_special[] = "[]:\\";

static outcome_t write_zsh_option(const command_t *command, const option_t *option, const choices_t *choices, FILE *stream)
{
    (void)command;
    fprintf(stream, " \\\n            '*--%s%s[", option->name, option->argument != NULL ? "=" : "");
    write_quoted(stream, option->help, zsh_special, zsh_quote);
    fputs("]", stream);
    if (option->argument != NULL) {
        fputs(":", stream);
        write_quoted(stream, option->argument, zsh_special, zsh_quote);
        if (choices->words.chars == NULL)
            fprintf(stream, ":%s", choices->files ? "_files" : " ");
        else if (choices->list)
            fprintf(stream, ":_sequence compadd - %s", choices->words.chars);
        else if (choices->files)
            fprintf(stream, ":{compadd - %s; _files}", choices->words.chars);
        else
            fprintf(stream, ":(%s)", choices->words.chars);
    }
    fputs("'", stream);
    return outcome_ok();
}

outcome_t completion_write_zsh(FILE *stream)
{
    outcome_t result = outcome_ok();
    fprintf(stream, "#compdef bbsbench\n# %s\n_bbsbench() {\n    local -a commands\n    commands=(\n", origin);
    for (const command_t *const *command = command_registry; *command != NULL; command++) {
        fprintf(stream, "        '%s:", (*command)->name);
        write_quoted(stream, (*command)->summary, zsh_special, zsh_quote);
        fputs("'\n", stream);
    }
    fputs("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n        return\n    fi\n"
          "    shift words\n    ((CURRENT--))\n    case $words[1] in\n    help) _describe command commands ;;\n",
          stream);
    for (const command_t *const *command = command_registry; *command != NULL && outcome_is_ok(&result); command++) {
        fprintf(stream, "    %s)\n        _arguments -S", (*command)->name);
        result = for_options(*command, write_zsh_option, stream);
        fputs(" \\\n            '*:file:_files'\n        ;;\n", stream);
    }
    fputs("    esac\n}\n_bbsbench \"$@\"\n", stream);
    return result;
}

/* ===  fish  === */

static const char fish_quote[] = "\\'", fish_special[] = "\\";

static outcome_t write_fish_option(const command_t *command, const option_t *option, const choices_t *choices, FILE *stream)
{
    fprintf(stream, "complete -c bbsbench -n '__fish_seen_subcommand_from %s' -l %s", command->name, option->name);
    if (option->argument != NULL)
        fputs(choices->words.chars == NULL || choices->files ? " -r" : " -x", stream);
    if (choices->words.chars != NULL)
        fprintf(stream, choices->list ? " -a '(__fish_append , %s)'" : " -a '%s'", choices->words.chars);
    fputs(" -d '", stream);
    write_quoted(stream, option->help, fish_special, fish_quote);
    fputs("'\n", stream);
    return outcome_ok();
}

outcome_t completion_write_fish(FILE *stream)
{
    fprintf(stream, "# fish completion of bbsbench; %s\n", origin);
    for (const command_t *const *command = command_registry; *command != NULL; command++) {
        fprintf(stream, "complete -c bbsbench -n __fish_use_subcommand -f -a %s -d '", (*command)->name);
        write_quoted(stream, (*command)->summary, fish_special, fish_quote);
        fputs("'\n", stream);
    }
    fputs("complete -c bbsbench -n '__fish_seen_subcommand_from help' -f -a '", stream);
    write_commands(stream);
    fputs("'\n", stream);
    return for_commands(write_fish_option, stream);
}
