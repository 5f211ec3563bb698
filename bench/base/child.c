/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/child.h"

#include "base/progress.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static bool is_kept(const char *variable, const char *const *keeps)
{
    for (; *keeps != NULL; keeps++)
        if (text_starts(variable, *keeps) && variable[strlen(*keeps)] == '=')
            return true;
    return false;
}

/* The environment of the child: pointers into ours. free() it; NULL when memory is out. */
static char **environment_of(const child_t *child)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **variables = calloc(count + 1, sizeof *variables);
    for (size_t i = 0; variables != NULL && i < count; i++)
        if (child->keeps == NULL || is_kept(environ[i], child->keeps))
            variables[kept++] = environ[i];
    return variables;
}

/* In the child: only calls that are safe after fork() in a program with threads. Returns an errno. */
static int become(const child_t *child, char *const *variables, pid_t parent)
{
    int nothing = open("/dev/null", O_RDONLY);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL); /* those that stop.c blocks */
    signal(SIGPIPE, SIG_DFL); /* this program ignores it (cli/main.c), and SIGXFSZ, which stays: the child is told EFBIG */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return errno;
    if (getppid() != parent) /* it ended before the line above */
        return ESRCH;
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        return errno;
    if (child->errors != STDERR_FILENO && dup2(child->errors, STDERR_FILENO) < 0)
        return errno;
    if (child->output > 0 && dup2(child->output, STDOUT_FILENO) < 0)
        return errno;
    if (nothing > STDERR_FILENO)
        close(nothing);
    execvpe(child->arguments[0], (char *const *)(uintptr_t)child->arguments, variables);
    return errno;
}

/* Fork, and wait until the child is another program or has failed to become one. Returns an errno. */
static int start(const child_t *child, char *const *variables, pid_t *id)
{
    int ends[2], error = 0;
    const pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    *id = fork();
    if (*id == 0) {
        error = become(child, variables, parent);
        ssize_t written = write(ends[1], &error, sizeof error);
        _exit(written == (ssize_t)sizeof error ? 127 : 126);
    }
    if (*id < 0)
        error = errno;
    close(ends[1]);
    ssize_t got = *id > 0 ? read(ends[0], &error, sizeof error) : 0;
    close(ends[0]);
    if (got > 0)
        while (waitpid(*id, NULL, 0) < 0 && errno == EINTR)
            ;
    return error;
}

outcome_t child_start(const child_t *child, pid_t *id)
{
    const char *name = child->arguments[0];
    char **variables = environment_of(child);
    if (variables == NULL)
        return outcome_out_of_memory(name);
    int error = start(child, variables, id);
    free(variables);
    if (error == ENOENT)
        return outcome_missing(name, NULL, "not installed", text_of("%s on the PATH", name).chars, child->todo);
    return error == 0 ? outcome_ok() : outcome_failed(name, "starting", strerror(error), "a process", NULL);
}

int child_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Wait for the end of a child, at most so long. False: it was killed. */
static bool wait_for(pid_t id, int most_seconds, int *status)
{
    static const struct timespec pause = {.tv_nsec = 5000000};
    const double end = progress_clock() + most_seconds;
    while (waitpid(id, status, most_seconds > 0 ? WNOHANG : 0) != id) {
        if (most_seconds > 0 && progress_clock() > end) {
            kill(id, SIGKILL);
            while (waitpid(id, status, 0) < 0 && errno == EINTR)
                ;
            return false;
        }
        if (most_seconds > 0)
            nanosleep(&pause, NULL);
    }
    return true;
}

outcome_t child_run(const child_t *child, int *code)
{
    pid_t id;
    int status = 0;
    outcome_t result = child_start(child, &id);
    if (!outcome_is_ok(&result))
        return result;
    if (!wait_for(id, child->most_seconds, &status))
        return outcome_failed(child->arguments[0], NULL, text_of("still running after %d s", child->most_seconds).chars,
                              "its end", "it was killed: try again when the machine is less busy");
    *code = child_code(status);
    return result;
}
