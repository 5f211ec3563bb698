/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_LINES_H
#define BBS_DATA_LINES_H

#include "base/file.h"
#include "base/outcome.h"
#include "base/text.h"

/* A text file cut into lines, strictly: UTF-8 (RFC 3629: no surrogates, nothing overlong), no NUL, at least one line.
 * A byte order mark at the start is dropped; lines end with LF or CRLF, the last one may do without. */

/* Damaged lines that were left out in place of refusing the file. */
typedef struct {
    int64_t count;
    text_t first; /* the refusal of the first */
} lines_bad_t;

typedef struct {
    const char *path; /* the caller's */
    bytes_t bytes;    /* the lines live here, each ended by a NUL */
    char **items;     /* NULL: a line that was left out */
    size_t count;
    lines_bad_t *bad; /* the caller's; NULL: damaged lines are refused */
} lines_t;

/* Refusals name file and line (from 1) and column (the byte in it, from 1); a missing file is FAULT_MISSING with `todo`.
 * `path` must outlive the lines. */
outcome_t lines_read(const char *path, const char *todo, lines_t *lines);
/* The same, but a line that is no text is left out and counted in `bad`, which must outlive the lines. NULL: as above. */
outcome_t lines_read_some(const char *path, const char *todo, lines_bad_t *bad, lines_t *lines);
/* Take the refusal of a line: ok and counted where damaged lines are left out, the refusal itself elsewhere. */
outcome_t lines_judge(lines_bad_t *bad, outcome_t refusal);
/* The same from memory: `text` with `size` bytes and one more to write to; it is taken over, and freed in any case. */
outcome_t lines_parse(const char *path, bytes_t text, lines_t *lines);
void lines_free(lines_t *lines);

#endif
