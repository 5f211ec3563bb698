/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/curl.h"

#include "base/child.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPTS = 5 };
static const struct timespec POLL = {.tv_nsec = 100000000}, PAUSE = {.tv_sec = 1};

/* The meaning of curl's exit code (curl(1), "EXIT CODES"). */
typedef enum { ENDED, BROKEN, NO_RANGE, NO_NETWORK, NO_ROOM, TOO_LONG, REFUSED } meaning_t;

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

/* Start curl with its messages going to a pipe. `--disable` must come first: curl then reads no ~/.curlrc. A redirection
 * never leads from https to http. */
static outcome_t start(const char *url, const char *path, int errors, pid_t *id)
{
    const char *redirected = text_starts(url, "https:") ? "=https" : "=http,https";
    const char *const arguments[] = {"curl",
                                     "--disable",
                                     "--fail",
                                     "--location",
                                     "--globoff",
                                     "--silent",
                                     "--show-error",
                                     "--proto",
                                     "=http,https",
                                     "--proto-redir",
                                     redirected,
                                     "--continue-at",
                                     "-",
                                     "--connect-timeout",
                                     "30",
                                     "--speed-limit",
                                     "1",
                                     "--speed-time",
                                     "60",
                                     "--write-out",
                                     "%{stderr}HTTP %{http_code}\n",
                                     "--output",
                                     path,
                                     "--",
                                     url,
                                     NULL};
    const child_t child = {.arguments = arguments, .errors = errors, .todo = "apt-get install curl"};
    return child_start(&child, id);
}

/* Wait for curl, showing the growth of the file. A file that grows past its length is ended. Returns the exit code. */
static int wait_for(pid_t id, const char *path, int64_t bytes, progress_t *progress)
{
    int status = 0;
    while (waitpid(id, &status, WNOHANG) == 0) {
        int64_t there = size_of(path);
        progress_update(progress, there);
        if (bytes > 0 && there > bytes)
            kill(id, SIGTERM);
        nanosleep(&POLL, NULL);
    }
    return child_code(status);
}

/* Separate curl's messages: `*words` keeps its last one; returns the code of the server's answer, 0 for none. */
static int64_t read_messages(text_t *words)
{
    static const char answer[] = "HTTP ";
    text_t all = *words;
    int64_t code = 0;
    *words = text_of("%s", "");
    for (char *line = strtok(all.chars, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
        if (text_starts(line, answer))
            text_to_integer(line + strlen(answer), 0, 999, &code);
        else
            *words = text_of("%s", line);
    return code;
}

/* What one run of curl came to. */
typedef struct {
    int code;       /* its exit code */
    int64_t answer; /* of the server, as 404 */
    text_t words;   /* its last message; all fit into the pipe */
} ended_t;

static outcome_t attempt(const char *url, const char *path, int64_t bytes, progress_t *progress, ended_t *ended)
{
    int ends[2];
    pid_t id;
    *ended = (ended_t){.words = {{0}}};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return outcome_failed("curl", NULL, strerror(errno), "a pipe", NULL);
    outcome_t result = start(url, path, ends[1], &id);
    close(ends[1]);
    if (outcome_is_ok(&result)) {
        ended->code = wait_for(id, path, bytes, progress);
        ssize_t got = read(ends[0], ended->words.chars, sizeof ended->words.chars - 1);
        ended->words.chars[got > 0 ? got : 0] = '\0';
        ended->answer = read_messages(&ended->words);
    }
    close(ends[0]);
    return result;
}

/* curl says that it could not write, but not why: find out by asking for some room. Returns an errno, 0 when there is room.
 */
static int why_not_written(const char *path)
{
    enum { ROOM = 1 << 20 };
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        return errno;
    off_t size = (off_t)size_of(path);
    int error = posix_fallocate(file, size, ROOM);
    if (ftruncate(file, size) != 0 && error == 0)
        error = errno;
    close(file);
    return error;
}

static outcome_t bad_end(const char *url, const char *path, meaning_t meaning, const text_t *words)
{
    const char *found = words->chars[0] != '\0' ? words->chars : "an error without a message";
    int error = meaning == NO_ROOM ? why_not_written(path) : 0;
    switch (meaning) {
    case NO_NETWORK:
        return outcome_missing(url, NULL, found, "a reachable server",
                               "check the network, or bring the file and give its folder with --from");
    case NO_ROOM:
        if (error == ENOSPC || error == EDQUOT)
            return outcome_failed(path, "writing", strerror(error), "room for the file",
                                  "free some disk space or set BBS_HOME");
        return outcome_failed(path, "writing", error != 0 ? strerror(error) : found, "a folder to write into",
                              "set BBS_HOME to another folder, or change the permissions of this one");
    case TOO_LONG:
        return outcome_failed(url, NULL, "more bytes than the catalogue has", "the file of the catalogue",
                              "check the address; bring the file and give its folder with --from");
    case BROKEN:
        return outcome_failed(url, NULL, found, "the whole file",
                              "run the same command again: it continues where it stopped");
    default:
        return outcome_failed(url, NULL, found, "the file",
                              "check the address; bring the file and give its folder with --from");
    }
}

/* What to do next. With "416" the server says that the part is not shorter than the file: it is of something else. */
static meaning_t judge(const ended_t *ended, const char *path, int64_t bytes)
{
    enum { RANGE_NOT_SATISFIABLE = 416 };
    if (bytes > 0 && size_of(path) > bytes)
        return TOO_LONG;
    return ended->answer == RANGE_NOT_SATISFIABLE ? NO_RANGE : meaning_of(ended->code);
}

outcome_t curl_download(const char *url, const char *path, int64_t bytes, int64_t about)
{
    progress_t progress;
    meaning_t meaning = BROKEN;
    ended_t ended = {.code = 0};
    outcome_t result = outcome_ok();
    progress_start(&progress, url, "bytes", bytes > 0 ? bytes : about);
    for (int left = ATTEMPTS; left > 0 && (meaning == BROKEN || meaning == NO_RANGE);) {
        int64_t before = size_of(path);
        if (outcome_bad(&result, attempt(url, path, bytes, &progress, &ended)))
            break;
        meaning = judge(&ended, path, bytes);
        left = meaning == BROKEN && size_of(path) > before ? ATTEMPTS : left - 1;
        if (meaning == NO_RANGE || meaning == TOO_LONG)
            unlink(path);
        if (meaning == BROKEN)
            nanosleep(&PAUSE, NULL);
    }
    progress_finish(&progress);
    if (!outcome_is_ok(&result) || meaning == ENDED)
        return result;
    return bad_end(url, path, meaning, &ended.words);
}
