/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_FILE_H
#define BBS_BASE_FILE_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Files that are either complete or not there.
 *
 * Reading: a whole file in memory. Writing: into PATH.part, renamed to PATH when everything is on disk, removed when
 * the work fails, so a killed run or a full disk leaves no half-written result. */

typedef struct {
    uint8_t *data; /* size bytes and a NUL after them; free with file_free_bytes() */
    size_t size;
} bytes_t;

/* Refuses an empty path, and one of more than TEXT_MOST bytes: text_of() may have cut it, and the rest would name another
 * file. Every function here refuses such a path (file_exists() and file_is_folder() return false). */
outcome_t file_check_path(const char *path);

bool file_exists(const char *path);
bool file_is_folder(const char *path);
outcome_t file_size(const char *path, int64_t *bytes);

/* Open for reading, with the size; close with fclose(). A missing file is FAULT_MISSING, as for file_read(). */
outcome_t file_open(const char *path, const char *todo, FILE **stream, int64_t *bytes);

/* The whole file. A missing file is FAULT_MISSING; `todo` (may be NULL) tells the user what to do. */
outcome_t file_read(const char *path, const char *todo, bytes_t *bytes);
/* The same through zlib, whether the file is gzipped or plain. */
outcome_t file_read_gzip(const char *path, const char *todo, bytes_t *bytes);
void file_free_bytes(bytes_t *bytes);

/* Create a folder and its parents. */
outcome_t file_make_folder(const char *path);

typedef struct {
    FILE *stream; /* for writing; errors are found by outfile_commit() */
    char *path;
    char *part;
} outfile_t;

outcome_t outfile_open(outfile_t *file, const char *path);
/* Flush, check and rename. The file is closed in any case; when this fails nothing is left at PATH.part. */
outcome_t outfile_commit(outfile_t *file);
/* Give up: close, remove PATH.part. Harmless after commit and on a zeroed struct. */
void outfile_abandon(outfile_t *file);

#endif
