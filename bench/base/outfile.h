/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_OUTFILE_H
#define BBS_BASE_OUTFILE_H

#include "base/outcome.h"
#include "base/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Files that are either complete or not there.
 *
 * A file is written into PATH.part, renamed to PATH when everything is on disk, and removed when the work fails, so a
 * killed run or a full disk leaves no half-written result. PATH.part is locked: a second writer of the same file is
 * refused. A symbolic link is followed, also to a file that does not exist yet: the link stays, and its target is written.
 * An existing file keeps its permissions; one that may not be written is refused.
 *
 * What is no file is written directly: "-" and /dev/stdout, a descriptor as /dev/fd/N, a pipe, a device. When it is the
 * standard output, later messages of the program go to standard error, so that they do not mix with the data. */
typedef struct {
    FILE *stream; /* for writing; errors are found by outfile_commit() */
    char *path;   /* where the data go, with links followed */
    char *part;   /* "" when there is nothing to rename or remove */
    sink_t *sink;
} outfile_t;

outcome_t outfile_open(outfile_t *file, const char *path);
/* Could it be opened now? For a command that would else find out after minutes of work. What is no file is not tried. */
outcome_t outfile_check(const char *path);
/* Can bytes be written at any place? Not to a pipe or a device. */
bool outfile_is_file(const outfile_t *file);
/* Write at a place of a file, whatever was written before: what the stream holds is not touched. */
outcome_t outfile_put(const outfile_t *file, int64_t place, const void *bytes, size_t size);
/* Flush, check and rename. The file is closed in any case; when this fails nothing is left at PATH.part. */
outcome_t outfile_commit(outfile_t *file);
/* Give up: close, remove PATH.part. Harmless after commit and on a zeroed struct. */
void outfile_abandon(outfile_t *file);

#endif
