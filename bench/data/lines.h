/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_LINES_H
#define BBS_DATA_LINES_H

#include "base/file.h"
#include "base/outcome.h"

/* A text file cut into lines, strictly: UTF-8 (RFC 3629: no surrogates, nothing overlong), no NUL, at least one line.
 * A byte order mark at the start is dropped; lines end with LF or CRLF, the last one may do without. */

typedef struct {
    const char *path; /* the caller's */
    bytes_t bytes;    /* the lines live here, each ended by a NUL */
    char **items;
    size_t count;
} lines_t;

/* Refusals name file and line (from 1) and column (the byte in it, from 1); a missing file is FAULT_MISSING with `todo`.
 * `path` must outlive the lines. */
outcome_t lines_read(const char *path, const char *todo, lines_t *lines);
/* The same from memory: `text` with `size` bytes and one more to write to; it is taken over, and freed in any case. */
outcome_t lines_parse(const char *path, bytes_t text, lines_t *lines);
void lines_free(lines_t *lines);

#endif
