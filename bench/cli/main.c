/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bbsbench: finds the command, parses its options, runs it, and turns its outcome into a line and an exit code. */
#include "base/cpu.h"
#include "base/registry.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/version.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    return report_outcome(&outcome);
}

static int run_program(int argc, char **argv)
{
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

/* ===  Standard streams  === */

/* A closed descriptor 0, 1 or 2 would be the number of the next file that is opened, and messages would be printed into
 * that file. So each is opened: input and output in the direction in which using them is an error, messages to nowhere. */
static void keep_standard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++)
        if (fcntl(number, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[number]) < 0)
            return;
}

/* Did the reader of standard output go away, as `head` does when it has enough? */
static bool reader_has_left(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/* The exit code, after all output was written. A reader that has left has read what it wanted: that is no error. */
static int finish_output(const sink_t *sink, int code)
{
    fflush(stdout);
    if (sink->error == 0 || reader_has_left())
        return code;
    outcome_t outcome =
        outcome_failed("standard output", "writing", strerror(sink->error), "room for the output, or > /dev/null", NULL);
    int failed = report_outcome(&outcome);
    return code != 0 ? code : failed;
}

int main(int argc, char **argv)
{
    sink_t sink = {.descriptor = STDOUT_FILENO};
    keep_standard_descriptors();
    setlocale(LC_ALL, "C");
    unsetenv("POSIXLY_CORRECT"); /* with it, getopt_long() takes no options after the first operand */
    signal(SIGXFSZ, SIG_IGN);    /* a file-size limit, or a reader that has left, becomes an error of write() */
    signal(SIGPIPE, SIG_IGN);
    gsl_set_error_handler_off();
    cpu_float_environment();
    FILE *stream = sink_open(&sink);
    if (stream != NULL) {
        setvbuf(stream, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
        stdout = stream;
    }
    /* The engine brings libstdc++, which keeps the `stdout` that it finds and flushes it when the program ends. So the
     * stream stays open until then, and so does this frame with its sink: main() does not return. */
    exit(finish_output(&sink, run_program(argc, argv)));
}
