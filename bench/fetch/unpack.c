/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/unpack.h"

#include "base/file.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char suffix[] = ".tar";

bool unpack_place(const char *archive, text_t *folder)
{
    *folder = text_of("%s", archive);
    if (!text_ends(archive, suffix) || !text_fits(folder))
        return false;
    folder->chars[strlen(folder->chars) - strlen(suffix)] = '\0';
    return true;
}

/* Run tar: `*code` is its exit code. An error when tar could not be started. */
static outcome_t run_tar(const char *archive, const char *folder, int *code)
{
    const char *arguments[] = {
        "tar", "--extract", "--no-same-owner", "--no-same-permissions", "--directory", folder, "--file", archive, NULL};
    pid_t child;
    int status = 0, error = posix_spawnp(&child, "tar", NULL, NULL, (char *const *)(uintptr_t)arguments, environ);
    if (error == ENOENT)
        return outcome_missing("tar", NULL, "not installed", "tar on the PATH", "apt-get install tar");
    if (error != 0)
        return outcome_failed("tar", NULL, strerror(error), "a process", NULL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return outcome_failed("tar", NULL, strerror(errno), "its exit code", NULL);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return outcome_ok();
}

outcome_t unpack(const char *archive, const char *folder)
{
    text_t part = text_of("%s.part", folder);
    int code = 0;
    outcome_t result;
    if (!text_fits(&part))
        return outcome_failed(folder, NULL, "a path that is too long", "a shorter one", "set BBS_HOME to a shorter one");
    if (outcome_bad(&result, file_make_folder(part.chars)) || outcome_bad(&result, run_tar(archive, part.chars, &code)))
        return result;
    if (code != 0)
        return outcome_failed(archive, NULL, text_of("tar ends with exit code %d", code).chars, "a tar archive",
                              "the lines above say why; free some disk space, or bring the archive again");
    if (rename(part.chars, folder) != 0)
        return outcome_failed(folder, "renaming", strerror(errno), "a writable folder", NULL);
    return result;
}
