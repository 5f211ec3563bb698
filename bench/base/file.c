/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

outcome_t file_check_path(const char *path)
{
    size_t length = strlen(path);
    if (length > 0 && length <= TEXT_MOST)
        return outcome_ok();
    return outcome_failed(path, length > 0 ? text_of("%zu bytes", length).chars : NULL,
                          length > 0 ? "a path that is too long" : "a path without a name",
                          text_of("1 to %d bytes", TEXT_MOST).chars, NULL);
}

outcome_t file_absolute(const char *path, text_t *absolute)
{
    *absolute = text_of("%s", path);
    if (path[0] == '/')
        return file_check_path(path);
    char *here = getcwd(NULL, 0);
    if (here == NULL)
        return outcome_failed(path, "current folder", strerror(errno), "a folder that exists", NULL);
    while (text_starts(path, "./"))
        path += strlen("./");
    *absolute = text_of("%s/%s", here, path);
    free(here);
    return file_check_path(absolute->chars);
}

static bool has_status(const char *path, struct stat *status)
{
    return strlen(path) <= TEXT_MOST && stat(path, status) == 0;
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

text_t file_beside(const char *path, const char *name)
{
    return text_of("%.*s%s", (int)(file_name(path) - path), path, name);
}

bool file_exists(const char *path)
{
    struct stat status;
    return has_status(path, &status) && S_ISREG(status.st_mode);
}

bool file_is_folder(const char *path)
{
    struct stat status;
    return has_status(path, &status) && S_ISDIR(status.st_mode);
}

static outcome_t not_readable(const char *path, int error, const char *todo)
{
    if (error == ENOENT)
        return outcome_missing(path, NULL, "no such file", NULL, todo);
    return outcome_failed(path, "reading", strerror(error), "a readable file", todo);
}

bool file_may_enter(const char *path)
{
    return file_is_folder(path) && access(path, R_OK | X_OK) == 0;
}

outcome_t file_absent(const char *path, const char *where, const char *place, const char *expected, const char *todo)
{
    struct stat status;
    int error = 0;
    if (stat(path, &status) != 0)
        error = errno;
    else if (access(path, S_ISDIR(status.st_mode) ? R_OK | X_OK : R_OK) != 0)
        error = errno;
    if (error == 0 || error == ENOENT || error == ENOTDIR)
        return outcome_missing(where, place, "no such file or folder", expected, todo);
    return outcome_failed(where, place, strerror(error), expected, "change its permissions, or name another place");
}

outcome_t file_size(const char *path, int64_t *bytes)
{
    struct stat status;
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result))
        return result;
    if (stat(path, &status) != 0)
        return not_readable(path, errno, NULL);
    if (!S_ISREG(status.st_mode))
        return outcome_failed(path, NULL, "no regular file", "a file", NULL);
    *bytes = status.st_size;
    return outcome_ok();
}

outcome_t file_open(const char *path, const char *todo, FILE **stream, int64_t *bytes)
{
    *stream = NULL;
    outcome_t result = file_size(path, bytes);
    if (!outcome_is_ok(&result))
        return outcome_fault(&result) == FAULT_MISSING ? not_readable(path, ENOENT, todo) : result;
    *stream = fopen(path, "rb");
    return *stream != NULL ? outcome_ok() : not_readable(path, errno, todo);
}

outcome_t file_read(const char *path, const char *todo, bytes_t *bytes)
{
    *bytes = (bytes_t){0};
    FILE *stream;
    int64_t size = 0;
    outcome_t result = file_open(path, todo, &stream, &size);
    if (!outcome_is_ok(&result))
        return result;
    bytes->data = malloc((size_t)size + 1);
    if (bytes->data == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    bytes->size = fread(bytes->data, 1, (size_t)size, stream);
    if (bytes->size != (size_t)size) {
        int error = ferror(stream) ? errno : 0;
        text_t got = text_of("%zu bytes", bytes->size);
        result = error != 0 ? not_readable(path, error, NULL)
                            : outcome_failed(path, "reading", got.chars, text_of("%lld bytes", (long long)size).chars,
                                             "get the file again");
        goto out;
    }
    bytes->data[bytes->size] = 0;

out:
    fclose(stream);
    if (!outcome_is_ok(&result))
        file_free_bytes(bytes);
    return result;
}

outcome_t file_read_gzip(const char *path, const char *todo, size_t most, bytes_t *bytes)
{
    enum { STEP = 1 << 20 };
    *bytes = (bytes_t){0};
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result))
        return result;
    if (file_is_folder(path))
        return outcome_failed(path, NULL, "a folder", "a file", todo);
    errno = 0;
    gzFile stream = gzopen(path, "rb");
    if (stream == NULL)
        return not_readable(path, errno ? errno : ENOMEM, todo);
    for (;;) {
        uint8_t *grown = realloc(bytes->data, bytes->size + STEP + 1);
        if (grown == NULL) {
            result = outcome_out_of_memory(path);
            break;
        }
        bytes->data = grown;
        int got = gzread(stream, bytes->data + bytes->size, STEP);
        int code = Z_OK;
        const char *message = gzerror(stream, &code);
        if (got < 0 || code == Z_BUF_ERROR) {
            result = outcome_failed(path, text_of("after %zu bytes", bytes->size).chars,
                                    code == Z_BUF_ERROR ? "the end of a truncated gzip stream" : message,
                                    "a whole gzip file", "get the file again");
            break;
        }
        bytes->size += (size_t)got;
        bytes->data[bytes->size] = 0;
        if (bytes->size > most) {
            result = outcome_failed(path, "unpacking", text_of("more than %zu bytes", most).chars, "a real data set", todo);
            break;
        }
        if (got < STEP)
            break;
    }
    gzclose(stream);
    if (!outcome_is_ok(&result))
        file_free_bytes(bytes);
    return result;
}

void file_free_bytes(bytes_t *bytes)
{
    free(bytes->data);
    *bytes = (bytes_t){0};
}

outcome_t file_refuse_link(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode))
        return file_check_path(path);
    return outcome_failed(path, "writing", "a symbolic link", "a file or nothing",
                          "remove it: it may lead out of the folder");
}

text_t file_plain(const char *path)
{
    return text_of("%s%s", path[0] == '/' ? "" : "./", path);
}

outcome_t file_make_folder(const char *path)
{
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result))
        return result;
    char *copy = text_copy(path);
    if (copy == NULL)
        return outcome_out_of_memory(path);
    for (char *at = copy + 1; at[-1] != '\0'; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        int error = mkdir(copy, 0777) != 0 ? errno : 0; /* a folder that is there may be reported as EACCES or EROFS, too */
        if (error != 0 && !file_is_folder(copy)) {
            result = outcome_failed(copy, "creating the folder", strerror(error), "a writable place",
                                    "choose another folder or change its permissions");
            break;
        }
        *at = kept;
    }
    free(copy);
    return result;
}
