/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that are started: what they get, what they return, and that they end with this program. */
#include "base/child.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

/* Run a line of the shell with its standard error in the file "err". */
static outcome_t run_shell(const char *line, const char *const *keeps, int *code)
{
    const char *const arguments[] = {"sh", "-c", line, NULL};
    const child_t child = {.arguments = arguments,
                           .keeps = keeps,
                           .errors = open(inside("err").chars, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    outcome_t result = child_run(&child, code);
    close(child.errors);
    return result;
}

static void assert_said(const char *text)
{
    bytes_t bytes;
    assert_ok(file_read(inside("err").chars, NULL, &bytes));
    assert_string_equal((char *)bytes.data, text);
    file_free_bytes(&bytes);
}

static void the_exit_code_is_the_childs(void **state)
{
    (void)state;
    int code = -1;
    assert_ok(run_shell("exit 0", NULL, &code));
    assert_int_equal(code, 0);
    assert_ok(run_shell("echo why >&2; exit 7", NULL, &code));
    assert_int_equal(code, 7);
    assert_said("why\n");
    assert_ok(run_shell("kill -TERM $$", NULL, &code));
    assert_int_equal(code, 128 + SIGTERM);
}

static void a_missing_program_is_told_with_what_to_do(void **state)
{
    (void)state;
    const char *const arguments[] = {"no-such-program-bbs", NULL};
    const child_t child = {.arguments = arguments, .errors = STDERR_FILENO, .todo = "install it"};
    int code;
    assert_error(child_run(&child, &code), FAULT_MISSING, "no-such-program-bbs on the PATH; install it");
}

static void only_the_named_variables_are_passed_on(void **state)
{
    (void)state;
    static const char *const keeps[] = {"PATH", "BBS_TEST", NULL};
    int code;
    assert_int_equal(setenv("BBS_TEST", "kept", 1), 0);
    assert_int_equal(setenv("BBS_TEST_MORE", "not kept", 1), 0); /* begins like a kept one */
    assert_int_equal(setenv("TAR_OPTIONS", "--verbose", 1), 0);
    assert_ok(run_shell("echo \"$BBS_TEST,$BBS_TEST_MORE,$TAR_OPTIONS,$HOME\" >&2", keeps, &code));
    assert_said("kept,,,\n");
    assert_ok(run_shell("echo \"$BBS_TEST,$BBS_TEST_MORE,$TAR_OPTIONS\" >&2", NULL, &code));
    assert_said("kept,not kept,--verbose\n");
}

static void a_child_reads_nothing_and_has_the_usual_signals(void **state)
{
    (void)state;
    int code;
    assert_ok(run_shell("cat >&2", NULL, &code));
    assert_said("");
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    assert_ok(run_shell("kill -PIPE $$; echo alive >&2", NULL, &code));
    assert_int_equal(code, 128 + SIGPIPE);
}

/* Read "pid" until it holds a number. */
static pid_t wait_for_pid(const char *path)
{
    for (int i = 0; i < 500; i++) {
        bytes_t bytes;
        int64_t number = 0;
        outcome_t result = file_read(path, NULL, &bytes);
        if (outcome_is_ok(&result)) {
            bool whole = text_to_integer(text_trim((char *)bytes.data), 1, INT32_MAX, &number);
            file_free_bytes(&bytes);
            if (whole)
                return (pid_t)number;
        }
        usleep(10000);
    }
    return -1;
}

static void a_child_ends_when_its_parent_is_killed(void **state)
{
    (void)state;
    const text_t line = text_of("echo $$ >'%s'; exec sleep 60", inside("pid").chars);
    pid_t parent = fork();
    if (parent == 0) {
        int code;
        (void)run_shell(line.chars, NULL, &code);
        _exit(0);
    }
    pid_t child = wait_for_pid(inside("pid").chars);
    assert_true(child > 0);
    assert_int_equal(kill(child, 0), 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    bool gone = false;
    for (int i = 0; i < 500 && !gone; i++) {
        /* It may stay as a zombie until the init process reaps it: then its command line is empty. */
        FILE *stream = fopen(text_of("/proc/%d/cmdline", (int)child).chars, "r");
        gone = stream == NULL || fgetc(stream) == EOF;
        if (stream != NULL)
            fclose(stream);
        usleep(10000);
    }
    assert_true(gone);
}

/* A child that does not end is killed, with its limit in the error; one that ends in time is not touched. */
static void a_child_that_hangs_is_killed(void **state)
{
    (void)state;
    const char *const hangs[] = {"sleep", "60", NULL}, *const ends[] = {"true", NULL};
    const child_t slow = {.arguments = hangs, .errors = STDERR_FILENO, .most_seconds = 1};
    const child_t quick = {.arguments = ends, .errors = STDERR_FILENO, .most_seconds = 60};
    int code = -1;
    const time_t before = time(NULL);
    assert_error(child_run(&slow, &code), FAULT_FAILED, "sleep: found still running after 1 s");
    assert_true(time(NULL) - before < 30);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0); /* it is gone, not only forgotten */
    assert_ok(child_run(&quick, &code));
    assert_int_equal(code, 0);
}

/* The signals that this program waits for in a thread (stop.h) end a child as usual. */
static void a_child_has_no_blocked_signals(void **state)
{
    (void)state;
    sigset_t all, before;
    int code = -1;
    sigfillset(&all);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &all, &before), 0);
    outcome_t ended = run_shell("kill -TERM $$; exit 0", NULL, &code);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_ok(ended);
    assert_int_equal(code, 128 + SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_code_is_the_childs),
        cmocka_unit_test(a_missing_program_is_told_with_what_to_do),
        cmocka_unit_test(only_the_named_variables_are_passed_on),
        cmocka_unit_test(a_child_reads_nothing_and_has_the_usual_signals),
        cmocka_unit_test(a_child_ends_when_its_parent_is_killed),
        cmocka_unit_test(a_child_that_hangs_is_killed),
        cmocka_unit_test(a_child_has_no_blocked_signals),
    };
    return cmocka_run_group_tests_name("child", tests, make_folder, remove_folder);
}
