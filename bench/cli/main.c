/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bbsbench: finds the command, parses its options, runs it, and turns its outcome into a line and an exit code. */
#include "base/cpu.h"
#include "base/registry.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/version.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include <gsl/gsl_errno.h> /* gsl_set_error_handler_off: GSL's default handler aborts */

static void print_usage(FILE *stream)
{
    fprintf(stream,
            "usage: bbsbench COMMAND [options]\n\n"
            "Bi-directional bit-level sparsity: compression, accuracy on Darknet, accelerator models.\n\ncommands:\n");
    for (const command_t *const *command = command_registry; *command != NULL; command++)
        fprintf(stream, "  %-11s %s\n", (*command)->name, (*command)->summary);
    fprintf(stream,
            "\n  bbsbench COMMAND --help   options of a command\n"
            "  bbsbench --version        commit, libraries, processor\n\n"
            "exit codes: 0 done, 1 failed, 2 usage, 3 something needed is missing (the message says how to get it)\n");
}

/* Print the outcome's line to stderr and return its exit code. A skip is not a success: the command was not carried out. */
static int report_outcome(const outcome_t *outcome)
{
    if (outcome_is_ok(outcome))
        return 0;
    fprintf(stderr, "%s: %s\n", outcome_is_skip(outcome) ? "skipped" : "error", outcome_text(outcome));
    return outcome_is_skip(outcome) ? (int)FAULT_MISSING : (int)outcome_fault(outcome);
}

static int run_command(const command_t *command, int argc, char **argv)
{
    bool help = false;
    options_t *options = NULL;
    outcome_t outcome = options_parse(command, argc, argv, &help, &options);
    if (help) {
        options_help(command);
        return 0;
    }
    if (outcome_is_ok(&outcome))
        outcome = command->run(options);
    options_free(options);
    if (fflush(stdout) != 0 && outcome_is_ok(&outcome))
        outcome = outcome_failed("standard output", "writing", "an error", "room for the output", NULL);
    return report_outcome(&outcome);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit becomes an error of write(), with a message */
    gsl_set_error_handler_off();
    cpu_float_environment();
    if (argc < 2) {
        print_usage(stderr);
        return FAULT_USAGE;
    }
    if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h")) {
        print_usage(stdout);
        return 0;
    }
    if (text_equal(argv[1], "--version")) {
        version_print();
        return 0;
    }
    static const registry_t commands = {
        .where = "bbsbench", .what = "command", .tables = {command_registry}, .todo = "see bbsbench --help"};
    const command_t *command;
    outcome_t found = registry_find(&commands, argv[1], &command);
    return outcome_is_ok(&found) ? run_command(command, argc - 1, argv + 1) : report_outcome(&found);
}
