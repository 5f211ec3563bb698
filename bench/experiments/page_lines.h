/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_LINES_H
#define BBS_EXPERIMENTS_PAGE_LINES_H

#include "base/outcome.h"
#include "experiments/prose.h"

#include <stdbool.h>
#include <stddef.h>

/* A page line by line, and the four shapes that several lines take: running text, a key with its text, a fenced block, a
 * blank stretch. Lines end with LF or CRLF; blanks at their end do not count. */
typedef struct {
    const char *where;
    char *bytes; /* the lines live here, each with a NUL */
    char **lines;
    size_t count;
    size_t at; /* the line to read next, from 0 */
} page_lines_t;

/* Refuses bytes that are no text: a NUL. */
outcome_t page_lines_open(const char *text, size_t size, const char *where, page_lines_t *lines);
void page_lines_free(page_lines_t *lines);

/* The line to read next, or NULL at the end. */
const char *page_lines_peek(const page_lines_t *lines);
void page_lines_skip_blank(page_lines_t *lines);

/* An error at line `line`, counted from 1. */
outcome_t page_lines_wrong(const page_lines_t *lines, size_t line, const char *found, const char *expected,
                           const char *todo);

/* Running text: this line behind its `marker`, and those that follow up to a blank line or the begin of another block.
 * Lines that begin with the marker again go on only when `repeated`. */
outcome_t page_lines_text(page_lines_t *lines, const char *marker, bool repeated, page_text_t *text);

/* "key: text", and the indented lines that follow. `*key` is to free(). */
outcome_t page_lines_pair(page_lines_t *lines, char **key, page_text_t *text);

/* The part of `whole` between two of its places, without blanks at its ends, with the line on which it begins. */
outcome_t page_lines_part(const page_lines_t *lines, const page_text_t *whole, const char *from, const char *to,
                          page_text_t *part);

/* A fenced block: "```INFO", its lines as they stand, "```". `*info` is to free(). */
outcome_t page_lines_fence(page_lines_t *lines, char **info, page_text_t *text);

#endif
