/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_CHILD_H
#define BBS_TESTS_CHILD_H

/* Programs that a test runs: Python, to write the files that are read here. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit code of a program, its output thrown away; 127 when it is not there. */
static inline int child_exit_code(const char *const *arguments)
{
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) != NULL && freopen("/dev/null", "w", stderr) != NULL)
            execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static inline const char *child_python(void)
{
    const char *given = getenv("PYTHON");
    return given != NULL ? given : "/usr/bin/python3";
}

#define CHILD(...) child_exit_code((const char *const[]){__VA_ARGS__, NULL})

#endif
