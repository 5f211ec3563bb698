/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_LINES_H
#define BBS_DATA_LINES_H

#include "base/file.h"
#include "base/outcome.h"
#include "base/text.h"

/* A text file cut into lines, strictly: UTF-8 (RFC 3629: no surrogates, nothing overlong), no NUL, at least one line.
 * A byte order mark at the start is dropped; lines end with LF or CRLF, which the last line may lack;
 * empty lines at the end are dropped. */

/* Damaged lines that were left out, where they are not an error. */
typedef struct {
    int64_t count;
    text_t first; /* the error of the first one */
} lines_bad_t;

typedef struct {
    const char *path; /* the caller's */
    bytes_t bytes;    /* memory of the lines, each ended by a NUL */
    char **items;     /* NULL: a line that was left out */
    size_t count;
    lines_bad_t *bad; /* the caller's; NULL: damaged lines are refused */
} lines_t;

/* Errors name file, line (from 1) and column (the byte in the line, from 1); a missing file is FAULT_MISSING with `todo`.
 * `path` must outlive the lines. */
outcome_t lines_read(const char *path, const char *todo, lines_t *lines);
/* The same, but a damaged line is left out and counted in `bad`, which must outlive the lines. NULL: as above. */
outcome_t lines_read_some(const char *path, const char *todo, lines_bad_t *bad, lines_t *lines);
/* Handle the error of a line: counted, and ok, where damaged lines are left out; else the error itself. */
outcome_t lines_judge(lines_bad_t *bad, outcome_t refusal);
/* The same from memory. `text` must have one writable byte after its end; the lines take it over, and it is freed in any
 * case. */
outcome_t lines_parse(const char *path, bytes_t text, lines_t *lines);
void lines_free(lines_t *lines);

#endif
