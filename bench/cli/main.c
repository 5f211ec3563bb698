/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bbsbench: finds the command, parses its options, runs it, and turns its outcome into a line and an exit code. */
#include "base/cpu.h"
#include "base/progress.h"
#include "base/sink.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/help.h"

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

/* Print the outcome's line to stderr and return its exit code. A skip is not a success: the command was not carried out. */
static int report_outcome(const outcome_t *outcome)
{
    if (outcome_is_ok(outcome))
        return 0;
    fprintf(stderr, "%s: %s\n", outcome_is_skip(outcome) ? "skipped" : "error", outcome_text(outcome));
    return outcome_is_skip(outcome) ? (int)FAULT_MISSING : (int)outcome_fault(outcome);
}

/* base/progress.c and whatever prints a note ask the environment, which programs started from here get too. */
static void be_quiet(void)
{
    setenv("BBS_QUIET", "1", 1);
}

static outcome_t run_watched(const command_t *command, const options_t *options)
{
    stop_t stop;
    if (command->stopped == NULL)
        return command->run(options);
    stop_watch(&stop, command->stopped);
    outcome_t outcome = command->run(options);
    stop_end(&stop);
    return outcome;
}

static int run_command(const command_t *command, int argc, char **argv)
{
    bool help = false;
    options_t *options = NULL;
    outcome_t outcome = options_parse(command, argc, argv, &help, &options);
    if (help) {
        help_print_command(command, stdout);
        return 0;
    }
    if (outcome_is_ok(&outcome) && options_flag(options, "quiet"))
        be_quiet();
    if (outcome_is_ok(&outcome)) {
        if (!progress_is_quiet())
            options_note_old_words(options, stderr);
        outcome = run_watched(command, options);
    }
    options_free(options);
    return report_outcome(&outcome);
}

/* What other programs call an option of the whole program is a command here. */
static const char *command_name(const char *word)
{
    if (text_equal(word, "--help") || text_equal(word, "-h"))
        return "help";
    return text_equal(word, "--version") ? "version" : word;
}

static int run_program(int argc, char **argv)
{
    if (argc > 1 && text_equal(argv[1], "--quiet")) {
        be_quiet();
        argc--;
        argv++;
    }
    if (argc < 2) {
        help_print(stderr);
        return FAULT_USAGE;
    }
    const command_t *command;
    bool old;
    outcome_t found = help_find_command(command_name(argv[1]), &command, &old);
    if (!outcome_is_ok(&found))
        return report_outcome(&found);
    if (old && !progress_is_quiet())
        fprintf(stderr, "note: bbsbench %s is now bbsbench %s; the old word works in this version\n", argv[1],
                command->name);
    return run_command(command, argc - 1, argv + 1);
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
    FILE *given = stdout;
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
    int code = finish_output(&sink, run_program(argc, argv));
    stdout = given;
    if (stream != NULL)
        fclose(stream); /* while `sink` lives */
    return code;
}
