/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/run_folder.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool holds_run(const char *folder)
{
    return file_exists(text_of("%s/run.json", folder).chars);
}

/* results/UTC-MODE. A run that begins in the same second as one before it takes the next second that is free. */
static text_t default_folder(const run_request_t *request)
{
    text_t folder;
    time_t at = time(NULL);
    do {
        struct tm utc;
        char stamp[32] = "run";
        if (gmtime_r(&at, &utc) != NULL)
            strftime(stamp, sizeof stamp, "%Y-%m-%dT%H%M%SZ", &utc);
        folder = text_of("%s/%s-%s", request->results, stamp, request->mode->name);
        at++;
    } while (file_is_folder(folder.chars));
    return folder;
}

static outcome_t make_new(const run_request_t *request, text_t *folder)
{
    *folder = request->folder != NULL ? text_of("%s", request->folder) : default_folder(request);
    if (!text_fits(folder))
        return outcome_usage("run", "--out", "a path that is too long", text_of("at most %d bytes", TEXT_MOST).chars, NULL);
    if (holds_run(folder->chars))
        return outcome_failed(folder->chars, NULL, "a run", "a new folder", "continue it with --resume, or choose another");
    return file_make_folder(folder->chars);
}

/* Names begin with the time, so the last one in the alphabet is the newest. */
static outcome_t find_newest(const run_request_t *request, text_t *folder)
{
    text_t ending = text_of("-%s", request->mode->name), newest = text_of("%s", "");
    DIR *stream = opendir(request->results);
    for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        if (!text_ends(entry->d_name, ending.chars) || strcmp(entry->d_name, newest.chars) < 0)
            continue;
        if (holds_run(text_of("%s/%s", request->results, entry->d_name).chars))
            newest = text_of("%s", entry->d_name);
    }
    if (stream != NULL)
        closedir(stream);
    if (newest.chars[0] == '\0')
        return outcome_missing(request->results, "--resume", text_of("no %s run", request->mode->name).chars,
                               "one to continue", "start it without --resume");
    *folder = text_of("%s/%s", request->results, newest.chars);
    return outcome_ok();
}

outcome_t run_folder_choose(const run_request_t *request, text_t *folder)
{
    if (!request->resume)
        return make_new(request, folder);
    if (request->folder == NULL)
        return find_newest(request, folder);
    *folder = text_of("%s", request->folder);
    if (holds_run(folder->chars))
        return outcome_ok();
    return outcome_missing(folder->chars, "--resume", "no run.json", "a run to continue", "start it without --resume");
}

outcome_t run_folder_lock(const char *folder, int *lock)
{
    text_t path = text_of("%s/run.lock", folder);
    outcome_t result = file_check_path(path.chars);
    *lock = -1;
    if (!outcome_is_ok(&result))
        return result;
    *lock = open(path.chars, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (*lock < 0)
        return outcome_failed(path.chars, "writing", strerror(errno), "a writable folder",
                              "choose another folder or change its permissions");
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return outcome_ok();
    close(*lock);
    *lock = -1;
    return outcome_failed(folder, NULL, "another bbsbench that runs in this folder", "one at a time",
                          "wait for it or choose another folder");
}

void run_folder_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

int64_t run_folder_bytes(const char *folder)
{
    int64_t bytes = 0;
    DIR *stream = opendir(folder);
    for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        struct stat status;
        text_t path = text_of("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path.chars, &status) != 0)
            continue;
        bytes += S_ISDIR(status.st_mode) ? run_folder_bytes(path.chars) : status.st_size;
    }
    if (stream != NULL)
        closedir(stream);
    return bytes;
}
