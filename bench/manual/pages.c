/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manual/pages.h"

#include "base/text.h"
#include "cli/commands.h"
#include "library/bbs.h"
#include "manual/roff.h"

#include <stdlib.h>
#include <string.h>

/* ===  What all pages have  === */

/* base/outcome.h. */
static const struct {
    int code;
    const char *meaning;
} statuses[] = {{FAULT_NONE, "Done."},
                {FAULT_FAILED, "An input is wrong, the work failed, or rows moved; the message says what and where."},
                {FAULT_USAGE, "The command line is wrong."},
                {FAULT_MISSING, "Something that is needed is missing; the message says how to get it."}};

static const struct {
    const char *name, *meaning;
} variables[] = {
    {"BBS_ROOT", "The folder of the project's models and tables. Needed only for a program that was copied by hand."},
    {"BBS_HOME", "The cache of fetched files, instead of ~/.cache/bbsbench."},
    {"BBS_HISTORY", "The history of runs, instead of results/history.db; empty: none."},
    {"BBS_QUIET", "1: no progress and no notes on standard error."},
    {"TMPDIR", "Where large temporary files go."},
};

static void write_head(const char *name, const char *date, const char *summary, FILE *stream)
{
    text_t upper = text_of("%s", name);
    for (char *c = upper.chars; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    fputs(".\\\" Made from the tables of options by bench/manual: changes belong there.\n.TH ", stream);
    roff_text(stream, upper.chars);
    fprintf(stream, " 1 %s \"bbsbench %s\" \"bbsbench\"\n.SH NAME\n", date, BBS_VERSION);
    roff_text(stream, name);
    fputs(" \\- ", stream);
    roff_text(stream, summary);
    fputs("\n", stream);
}

static void write_statuses(FILE *stream)
{
    fputs(".SH EXIT STATUS\n", stream);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        fprintf(stream, ".TP\n%d\n%s\n", statuses[i].code, statuses[i].meaning);
}

static void write_reference(const char *name, const char *after, FILE *stream)
{
    fputs(".BR ", stream);
    roff_text(stream, name);
    fprintf(stream, " (1)%s\n", after);
}

/* ===  A command  === */

/* ".B \-\-net" and its argument, as a tag. */
static void write_option(const option_t *option, FILE *stream)
{
    fputs(".TP\n\\fB\\-\\-", stream);
    roff_text(stream, option->name);
    fputs("\\fR", stream);
    if (option->argument != NULL) {
        fputs(option_is_choice(option) ? " " : " \\fI", stream);
        roff_text(stream, option->argument);
        fputs(option_is_choice(option) ? "" : "\\fR", stream);
    }
    putc('\n', stream);
    text_t words = text_of("%s", option->help); /* as --help says it (cli/help.c) */
    if (option->fallback == option_required)
        words = text_of("(required) %s", option->help);
    else if (option->fallback != NULL && option->fallback[0] != '\0')
        words = text_of("%s (default %s)", option->help, option->fallback);
    roff_paragraphs(stream, words.chars);
}

static void write_synopsis(const command_t *command, FILE *stream)
{
    fputs(".SH SYNOPSIS\n.B bbsbench ", stream);
    roff_text(stream, command->name);
    putc('\n', stream);
    for (const option_t *option = command->options; option->name != NULL; option++)
        if (option->fallback == option_required) {
            fputs("\\fB\\-\\-", stream);
            roff_text(stream, option->name);
            fputs("\\fR \\fI", stream);
            roff_text(stream, option->argument);
            fputs("\\fR\n", stream);
        }
    fputs("[\\fIoptions\\fR]\n", stream);
    if (command->operands[0] != '\0') {
        fputs("\\fI", stream);
        roff_text(stream, command->operands);
        fputs("\\fR\n", stream);
    }
}

/* What command->list() prints, to free(); NULL where there is none. glibc's standard output is a variable. */
static outcome_t listed(const command_t *command, char **text)
{
    size_t size = 0;
    *text = NULL;
    if (command->list == NULL)
        return outcome_ok();
    FILE *given = stdout, *memory = open_memstream(text, &size);
    if (memory == NULL)
        return outcome_out_of_memory(command->name);
    stdout = memory;
    command->list();
    stdout = given;
    return fclose(memory) == 0 ? outcome_ok() : outcome_out_of_memory(command->name);
}

outcome_t pages_write_command(const command_t *command, const char *date, FILE *stream)
{
    char *choices;
    outcome_t result = listed(command, &choices);
    if (!outcome_is_ok(&result))
        goto out;
    write_head(text_of("bbsbench-%s", command->name).chars, date, command->summary, stream);
    write_synopsis(command, stream);
    if (command->details != NULL) {
        fputs(".SH DESCRIPTION\n", stream);
        roff_paragraphs(stream, command->details);
    }
    fputs(".SH OPTIONS\n", stream);
    for (const option_t *option = command->options; option->name != NULL; option++)
        write_option(option, stream);
    for (const option_t *option = options_common; option->name != NULL; option++)
        write_option(option, stream);
    if (choices != NULL) {
        fputs(".SH CHOICES\n", stream);
        roff_lines(stream, choices + strspn(choices, "\n"));
    }
    write_statuses(stream);
    if (command->examples != NULL) {
        fputs(".SH EXAMPLES\n", stream);
        roff_lines(stream, command->examples);
    }
    fputs(".SH SEE ALSO\n", stream);
    write_reference("bbsbench", "", stream);

out:
    free(choices);
    return result;
}

/* ===  The program  === */

static void write_commands(FILE *stream)
{
    fputs(".SH COMMANDS\n", stream);
    for (const command_t *const *command = command_registry; *command != NULL; command++) {
        fputs(".TP\n", stream);
        write_reference(text_of("bbsbench-%s", (*command)->name).chars, "", stream);
        roff_text(stream, (*command)->summary);
        putc('\n', stream);
    }
}

void pages_write_program(const char *date, FILE *stream)
{
    write_head("bbsbench", date, "bi-directional bit-level sparsity: compression, accuracy, accelerator models", stream);
    fputs(
        ".SH SYNOPSIS\n.B bbsbench\n\\fICOMMAND\\fR\n[\\fIoptions\\fR]\n"
        ".SH DESCRIPTION\n"
        "bbsbench compresses the weights of neural networks bit column by bit column, measures the accuracy that is left\n"
        "on Darknet, and models cycles and energy of accelerators that use the columns. It reproduces the evaluation of\n"
        "the paper \\(lqBBS: Bi\\-directional Bit\\-level Sparsity for Deep Learning Acceleration\\(rq (MICRO 2024).\n",
        stream);
    write_commands(stream);
    fputs(".SH ENVIRONMENT\n", stream);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        fprintf(stream, ".TP\n.B %s\n", variables[i].name);
        roff_text(stream, variables[i].meaning);
        putc('\n', stream);
    }
    fputs(".SH FILES\n.TP\n.I results/\nRuns and their history, in the current folder.\n", stream);
    write_statuses(stream);
    fputs(".SH EXAMPLES\n.EX\nbbsbench run \\-\\-smoke\nbbsbench help simulate\n.EE\n.SH SEE ALSO\n", stream);
    for (const command_t *const *command = command_registry; *command != NULL; command++)
        write_reference(text_of("bbsbench-%s", (*command)->name).chars, command[1] != NULL ? "," : "", stream);
}
