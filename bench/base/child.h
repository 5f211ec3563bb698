/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_CHILD_H
#define BBS_BASE_CHILD_H

#include "base/outcome.h"

#include <sys/types.h>

/* Other programs (curl, gnuplot, tar), started without a shell.
 *
 * A child reads nothing, ends by SIGPIPE and by the signals that this program waits for (stop.h) as usual, and is killed
 * when this program ends in any way, so that it cannot go on writing into files that the next run writes. What its user
 * configured must not change our results: a caller gives the option that skips the program's own start-up files, and names
 * the environment variables that are passed on. */
typedef struct {
    const char *const *arguments; /* NULL-terminated; the first is the program, found on the PATH */
    const char *const *keeps;     /* names of the environment variables that it gets, NULL-terminated; NULL: all */
    int errors;                   /* descriptor that receives its standard error; STDERR_FILENO: that of this program */
    int output;                   /* descriptor that receives its standard output; 0: that of this program */
    const char *todo;             /* how to install it */
    int most_seconds;             /* child_run() kills it when it runs longer; 0: it may take as long as it likes */
} child_t;

/* FAULT_MISSING when the program is not on the PATH. The child ends with the thread that starts it: the main thread, or one
 * that waits for it. */
outcome_t child_start(const child_t *child, pid_t *id);

/* The exit code that a status of waitpid() holds; 128 and the signal's number when a signal ended the child. */
int child_code(int status);

/* Start and wait. One that is killed because of most_seconds is an error. */
outcome_t child_run(const child_t *child, int *code);

#endif
