/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/unpack.h"

#include "base/child.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <unistd.h>

/* tar finds out by itself how an archive is compressed. */
static const char *const suffixes[] = {".tar", ".tar.gz", ".tgz", NULL};

bool unpack_place(const char *archive, text_t *folder)
{
    *folder = text_of("%s", archive);
    for (const char *const *suffix = suffixes; *suffix != NULL && text_fits(folder); suffix++)
        if (text_ends(archive, *suffix)) {
            folder->chars[strlen(folder->chars) - strlen(*suffix)] = '\0';
            return true;
        }
    return false;
}

/* Run tar: `*code` is its exit code. It does not get TAR_OPTIONS. */
static outcome_t run_tar(const char *archive, const char *folder, int *code)
{
    static const char *const keeps[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", NULL};
    const char *const arguments[] = {
        "tar", "--extract", "--no-same-owner", "--no-same-permissions", "--directory", folder, "--file", archive, NULL};
    const child_t child = {.arguments = arguments, .keeps = keeps, .errors = STDERR_FILENO, .todo = "apt-get install tar"};
    return child_run(&child, code);
}

static outcome_t unpack_into(const char *archive, const char *part, const char *folder)
{
    int code = 0;
    outcome_t result;
    if (outcome_bad(&result, run_tar(archive, part, &code)))
        return result;
    if (code != 0)
        return outcome_failed(archive, NULL, text_of("tar ends with exit code %d", code).chars, "a tar archive",
                              "the lines above say why; free some disk space, or bring the archive again");
    if (rename(part, folder) != 0)
        return outcome_failed(folder, "renaming", strerror(errno), "a writable folder", NULL);
    return result;
}

/* The folder FOLDER.part is locked, so that two programs do not unpack into it at once. */
outcome_t unpack(const char *archive, const char *folder)
{
    text_t part = text_of("%s.part", folder);
    outcome_t result;
    if (outcome_bad(&result, file_check_path(part.chars)) || outcome_bad(&result, file_make_folder(part.chars)))
        return result;
    int lock = open(part.chars, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (lock >= 0 && flock(lock, LOCK_EX) != 0 && errno == EINTR)
        ;
    if (file_is_folder(folder)) /* by another program, while this one waited */
        rmdir(part.chars);
    else
        result = unpack_into(archive, part.chars, folder);
    if (lock >= 0)
        close(lock);
    return result;
}
