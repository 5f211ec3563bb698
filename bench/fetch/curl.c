/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/curl.h"

#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { ATTEMPTS = 5 };
static const struct timespec POLL = {.tv_nsec = 100000000}, PAUSE = {.tv_sec = 1};

/* The meaning of curl's exit code (curl(1), "EXIT CODES"). */
typedef enum { ENDED, BROKEN, NO_RANGE, NO_NETWORK, NO_ROOM, REFUSED } meaning_t;

static meaning_t meaning_of(int code)
{
    static const struct {
        int code;
        meaning_t meaning;
    } meanings[] = {
        {0, ENDED},   {6, NO_NETWORK}, {7, NO_NETWORK}, {5, NO_NETWORK}, {18, BROKEN},   {28, BROKEN},   {52, BROKEN},
        {55, BROKEN}, {56, BROKEN},    {16, BROKEN},    {92, BROKEN},    {33, NO_RANGE}, {36, NO_RANGE}, {23, NO_ROOM},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return meanings[i].meaning;
    return REFUSED;
}

static int64_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* Start curl with its messages going to the pipe; `*child` is 0 when curl could not be started. */
static int start(const char *url, const char *path, int errors, pid_t *child)
{
    const char *arguments[] = {"curl",
                               "--fail",
                               "--location",
                               "--silent",
                               "--show-error",
                               "--proto",
                               "=http,https",
                               "--continue-at",
                               "-",
                               "--connect-timeout",
                               "30",
                               "--speed-limit",
                               "1",
                               "--speed-time",
                               "60",
                               "--output",
                               path,
                               "--",
                               url,
                               NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    *child = 0;
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    if (error == 0)
        error = posix_spawnp(child, "curl", &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        *child = 0;
    return error;
}

/* Wait for curl, showing the growth of the file. Returns the exit code. */
static int wait_for(pid_t child, const char *path, progress_t *progress)
{
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        progress_update(progress, size_of(path));
        nanosleep(&POLL, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 56;
}

/* Run curl once: `*code` is its exit code, 127 when there is no curl; `*words` its last message, which fits into the pipe.
 */
static outcome_t attempt(const char *url, const char *path, progress_t *progress, int *code, text_t *words)
{
    int ends[2];
    pid_t child;
    *words = text_of("%s", "");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return outcome_failed("curl", NULL, strerror(errno), "a pipe", NULL);
    int error = start(url, path, ends[1], &child);
    close(ends[1]);
    if (child > 0) {
        *code = wait_for(child, path, progress);
        ssize_t got = read(ends[0], words->chars, sizeof words->chars - 1);
        words->chars[got > 0 ? got : 0] = '\0';
        words->chars[strcspn(words->chars, "\r\n")] = '\0';
    }
    close(ends[0]);
    if (child == 0 && error == ENOENT)
        return outcome_missing("curl", NULL, "not installed", "curl on the PATH", "apt-get install curl");
    return child == 0 ? outcome_failed("curl", NULL, strerror(error), "a process", NULL) : outcome_ok();
}

static outcome_t bad_end(const char *url, meaning_t meaning, const text_t *words)
{
    const char *found = words->chars[0] != '\0' ? words->chars : "an error without a message";
    switch (meaning) {
    case NO_NETWORK:
        return outcome_missing(url, NULL, found, "a reachable server",
                               "check the network, or bring the file and give its folder with --from");
    case NO_ROOM:
        return outcome_failed(url, NULL, found, "room for the file", "free some disk space or set BBS_HOME");
    case BROKEN:
        return outcome_failed(url, NULL, found, "the whole file",
                              "run the same command again: it continues where it stopped");
    default:
        return outcome_failed(url, NULL, found, "the file",
                              "check the address; bring the file and give its folder with --from");
    }
}

outcome_t curl_download(const char *url, const char *path, int64_t bytes)
{
    progress_t progress;
    meaning_t meaning = BROKEN;
    text_t words = {{0}};
    outcome_t result = outcome_ok();
    progress_start(&progress, url, "bytes", bytes);
    for (int left = ATTEMPTS; left > 0 && (meaning == BROKEN || meaning == NO_RANGE);) {
        int64_t before = size_of(path);
        int code = 0;
        if (outcome_bad(&result, attempt(url, path, &progress, &code, &words)))
            break;
        meaning = meaning_of(code);
        if (meaning == NO_RANGE)
            unlink(path);
        left = meaning == BROKEN && size_of(path) > before ? ATTEMPTS : left - 1;
        if (meaning == BROKEN)
            nanosleep(&PAUSE, NULL);
    }
    progress_finish(&progress);
    if (!outcome_is_ok(&result) || meaning == ENDED)
        return result;
    return bad_end(url, meaning, &words);
}
