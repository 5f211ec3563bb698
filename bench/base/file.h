/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_FILE_H
#define BBS_BASE_FILE_H

#include "base/outcome.h"
#include "base/outfile.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Reading files: a whole file in memory, or a stream. Writing is outfile.h. */

typedef struct {
    uint8_t *data; /* size bytes and a NUL after them; free with file_free_bytes() */
    size_t size;
} bytes_t;

/* Refuses an empty path, and one of more than TEXT_MOST bytes: text_of() may have cut it, and the rest would name another
 * file. Every function here refuses such a path (file_exists() and file_is_folder() return false). */
outcome_t file_check_path(const char *path);

/* The path without "./" at its start, below the current folder when it is relative. Nothing need be there. */
outcome_t file_absolute(const char *path, text_t *absolute);

/* The last part of a path, in place. */
const char *file_name(const char *path);
/* NAME in the folder of PATH, which is no folder itself. Nothing need be there. */
text_t file_beside(const char *path, const char *name);

bool file_exists(const char *path);
bool file_is_folder(const char *path);
outcome_t file_size(const char *path, int64_t *bytes);

/* The error of a path that cannot be used: FAULT_MISSING when nothing is there, and FAULT_FAILED with the reason of the
 * system when something is, or may be, that this user may not read. `where` and `place` begin it, as of outcome_missing().
 */
outcome_t file_absent(const char *path, const char *where, const char *place, const char *expected, const char *todo);
/* A folder that this user may list and enter. */
bool file_may_enter(const char *path);

/* Open for reading, with the size; close with fclose(). A missing file is FAULT_MISSING, as for file_read(). */
outcome_t file_open(const char *path, const char *todo, FILE **stream, int64_t *bytes);

/* The whole file. A missing file is FAULT_MISSING; `todo` (may be NULL) tells the user what to do. */
outcome_t file_read(const char *path, const char *todo, bytes_t *bytes);
/* The same through zlib, whether the file is gzipped or plain. A small gzip file may unpack to any length: more than `most`
 * bytes are an error, found before much more is allocated. */
outcome_t file_read_gzip(const char *path, const char *todo, size_t most, bytes_t *bytes);
void file_free_bytes(bytes_t *bytes);

/* Refuses a symbolic link: for files that are written into a folder of someone else's, where a link may lead anywhere. A
 * path where nothing is, is fine. */
outcome_t file_refuse_link(const char *path);

/* A path as other programs take it: "./" before one that is not absolute, so that no name is an option, a pipe ("<ls",
 * "|ls") or a home folder ("~"). */
text_t file_plain(const char *path);

/* Create a folder and its parents. */
outcome_t file_make_folder(const char *path);

#endif
