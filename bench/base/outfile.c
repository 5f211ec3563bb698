/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PATH.part is opened without truncation, locked, and only then emptied. Its name may have been renamed or removed between
 * opening and locking, by the writer that held the lock; then the lock is on another file, and both are done again. A file
 * is renamed or removed before it is closed, while it is still locked. */
#include "base/outfile.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_LINKS = 40 /* as path_resolution(7) */, MOST_WAITS = 20 };

/* ===  Errors  === */

static outcome_t not_writable(const char *path, int error)
{
    static const struct {
        int error;
        const char *expected, *todo;
    } advice[] = {{ENOSPC, "room for it", "free some disk space or choose another folder"},
                  {EDQUOT, "room for it", "free some of your disk quota or choose another folder"},
                  {EFBIG, "room for it", "raise the limit on file sizes (ulimit -f)"},
                  {ENOENT, "a folder to write into", "make the folder first, or choose another"},
                  {ENOTDIR, "a folder to write into", "choose another folder"},
                  {ENAMETOOLONG, "a name of a file", "give a shorter name; 5 bytes are needed for \".part\""},
                  {EPIPE, "a reader", "the program that reads it has ended"}};
    const char *expected = "a file that may be written", *todo = "choose another folder or change its permissions";
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
        if (advice[i].error == error) {
            expected = advice[i].expected;
            todo = advice[i].todo;
        }
    return outcome_failed(path, "writing", strerror(error), expected, todo);
}

/* ===  Where the data go  === */

/* The open descriptor that a path names, or -1. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    int64_t number;
    if (text_equal(path, "-") || text_equal(path, "/dev/stdout"))
        return STDOUT_FILENO;
    if (text_equal(path, "/dev/stderr"))
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (text_starts(path, folders[i]) && text_to_integer(path + strlen(folders[i]), 0, INT32_MAX, &number))
            return (int)number;
    return -1;
}

/* Follow the symbolic links at the end of a path, also to a file that does not exist, up to a descriptor's name. */
static outcome_t follow_links(const char *path, text_t *real)
{
    *real = text_of("%s", path);
    for (int links = 0; links < MOST_LINKS; links++) {
        text_t target, link = *real;
        ssize_t length = descriptor_of(link.chars) < 0 ? readlink(link.chars, target.chars, sizeof target.chars - 1) : -1;
        if (length < 0)
            return outcome_ok();
        target.chars[length] = '\0';
        const char *slash = target.chars[0] != '/' ? strrchr(link.chars, '/') : NULL;
        int kept = slash != NULL ? (int)(slash + 1 - link.chars) : 0;
        *real = text_of("%.*s%s", kept, link.chars, target.chars);
        if (!text_fits(real))
            return not_writable(path, ENAMETOOLONG);
    }
    return not_writable(path, ELOOP);
}

/* ===  Opening  === */

/* What is written to standard output from now on goes to standard error. */
static int take_standard_output(void)
{
    int taken = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (taken >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        close(taken);
        return -1;
    }
    return taken;
}

static int open_directly(const char *path)
{
    int known = descriptor_of(path);
    if (known == STDOUT_FILENO)
        return take_standard_output();
    if (known >= 0)
        return fcntl(known, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

/* Is the open file the one that has this name? */
static bool has_name(int descriptor, const char *name)
{
    struct stat mine, named;
    return fstat(descriptor, &mine) == 0 && lstat(name, &named) == 0 && mine.st_dev == named.st_dev &&
           mine.st_ino == named.st_ino;
}

/* Open, lock and empty PATH.part; -1 with errno. EWOULDBLOCK: another writer has had it for a second. Most files are
 * written in less. */
static int open_part(const char *part)
{
    static const struct timespec pause = {.tv_nsec = 50000000};
    for (int waits = 0;;) {
        struct stat status;
        int descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0666), error = 0;
        if (descriptor < 0)
            return -1;
        if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1)
            error = EEXIST; /* a second name may be a file of someone else's */
        else if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) /* other errors: no locks here */
            error = EWOULDBLOCK;
        else if (has_name(descriptor, part)) {
            if (ftruncate(descriptor, 0) == 0)
                return descriptor;
            error = errno;
            unlink(part); /* ours: it is locked */
        }
        close(descriptor);
        if (error == EWOULDBLOCK && waits++ < MOST_WAITS) {
            nanosleep(&pause, NULL);
            continue;
        }
        errno = error;
        if (error != 0)
            return -1;
    }
}

static outcome_t open_descriptor(const outfile_t *file, const struct stat *old, int *descriptor)
{
    bool renamed = file->part[0] != '\0';
    if (old != NULL && S_ISDIR(old->st_mode))
        return outcome_failed(file->path, "writing", "a folder", "the name of a file", "add a name to it");
    if (renamed && old != NULL && access(file->path, W_OK) != 0)
        return not_writable(file->path, errno);
    *descriptor = renamed ? open_part(file->part) : open_directly(file->path);
    if (*descriptor >= 0) {
        if (renamed && old != NULL && fchmod(*descriptor, old->st_mode & 0777) != 0)
            return not_writable(file->path, errno);
        return outcome_ok();
    }
    if (renamed && errno == EWOULDBLOCK)
        return outcome_failed(file->path, "writing", "another program that writes this file", "one writer at a time",
                              "wait for it or give another name");
    return not_writable(file->path, errno);
}

outcome_t outfile_open(outfile_t *file, const char *path)
{
    struct stat status;
    text_t real;
    int descriptor = -1;
    *file = (outfile_t){0};
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, follow_links(path, &real)))
        return result;
    bool there = stat(real.chars, &status) == 0;
    bool direct = descriptor_of(real.chars) >= 0 || (there && !S_ISREG(status.st_mode));
    size_t size = strlen(real.chars) + sizeof ".part";
    file->path = text_copy(real.chars);
    file->part = calloc(size, 1);
    file->sink = calloc(1, sizeof *file->sink);
    if (file->path == NULL || file->part == NULL || file->sink == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    if (!direct)
        snprintf(file->part, size, "%s.part", real.chars);
    if (outcome_bad(&result, open_descriptor(file, there ? &status : NULL, &descriptor)))
        goto out;
    file->sink->descriptor = descriptor;
    file->stream = sink_open(file->sink);
    if (file->stream == NULL)
        result = outcome_out_of_memory(path);

out:
    if (!outcome_is_ok(&result)) {
        if (descriptor >= 0)
            close(descriptor);
        else if (file->part != NULL)
            file->part[0] = '\0'; /* not ours */
        outfile_abandon(file);
    }
    return result;
}

outcome_t outfile_check(const char *path)
{
    struct stat status;
    text_t real;
    outfile_t file;
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, follow_links(path, &real)) || descriptor_of(real.chars) >= 0)
        return result;
    if (stat(real.chars, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return result;
    if (!outcome_bad(&result, outfile_open(&file, path)))
        outfile_abandon(&file);
    return result;
}

/* ===  Writing at a place  === */

bool outfile_is_file(const outfile_t *file)
{
    return file->part[0] != '\0';
}

outcome_t outfile_put(const outfile_t *file, int64_t place, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        const ssize_t written = pwrite(file->sink->descriptor, from, size, (off_t)place);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return not_writable(file->path, written < 0 ? errno : EIO);
        from += written;
        place += written;
        size -= (size_t)written;
    }
    return outcome_ok();
}

/* ===  Closing  === */

/* Put everything on disk. Returns an errno, 0 when all is well. A pipe or device has nothing to wait for. */
static int complete(outfile_t *file)
{
    bool flushed = fflush(file->stream) == 0 && !ferror(file->stream);
    if (!flushed)
        return file->sink->error != 0 ? file->sink->error : EIO;
    if (file->part[0] != '\0' && fsync(file->sink->descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
        return errno;
    return 0;
}

/* A rename is on disk when its folder is. What the file system cannot do, or the user may not, does not matter. */
static void sync_folder(const char *path)
{
    const text_t here = file_beside(path, "."); /* the folder of the file */
    int folder = open(here.chars, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

outcome_t outfile_commit(outfile_t *file)
{
    outcome_t result = outcome_ok();
    int error = complete(file);
    if (error == 0 && file->part[0] != '\0' && rename(file->part, file->path) != 0)
        error = errno;
    if (error == 0) {
        if (file->part[0] != '\0')
            sync_folder(file->path);
        file->part[0] = '\0';
        error = fclose(file->stream) != 0 ? errno : 0;
        file->stream = NULL;
    }
    if (error != 0)
        result = not_writable(file->path, error);
    outfile_abandon(file);
    return result;
}

void outfile_abandon(outfile_t *file)
{
    if (file->part != NULL && file->part[0] != '\0')
        unlink(file->part);
    if (file->stream != NULL)
        fclose(file->stream);
    free(file->path);
    free(file->part);
    free(file->sink);
    *file = (outfile_t){0};
}
