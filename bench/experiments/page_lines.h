/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_LINES_H
#define BBS_EXPERIMENTS_PAGE_LINES_H

#include "base/outcome.h"
#include "experiments/prose.h"

#include <stdbool.h>
#include <stddef.h>

/* Read a page line by line, and the four forms of several lines: running text, a key with its text, a fenced block, blank
 * lines. Lines end with LF or CRLF; blanks at the end of a line are dropped. */
typedef struct {
    const char *where;
    char *bytes; /* memory of the lines, each ended by a NUL */
    char **lines;
    size_t count;
    size_t at; /* the line to read next, from 0 */
} page_lines_t;

/* Refuses a page with a NUL byte. */
outcome_t page_lines_open(const char *text, size_t size, const char *where, page_lines_t *lines);
void page_lines_free(page_lines_t *lines);

/* The next line, or NULL at the end. */
const char *page_lines_peek(const page_lines_t *lines);
void page_lines_skip_blank(page_lines_t *lines);

/* An error at line `line`, counted from 1. */
outcome_t page_lines_wrong(const page_lines_t *lines, size_t line, const char *found, const char *expected,
                           const char *todo);

/* Running text: this line after its `marker`, and the following lines up to a blank line or the beginning of another block.
 * A line that begins with the marker again continues the text only when `repeated`. */
outcome_t page_lines_text(page_lines_t *lines, const char *marker, bool repeated, page_text_t *text);

/* "key: text", and the indented lines that follow. `*key` is to free(). */
outcome_t page_lines_pair(page_lines_t *lines, char **key, page_text_t *text);

/* The part of `whole` between two pointers into it, without blanks at its ends, and with the line on which it begins. */
outcome_t page_lines_part(const page_lines_t *lines, const page_text_t *whole, const char *from, const char *to,
                          page_text_t *part);

/* A fenced block: "```INFO", its lines unchanged, "```". `*info` is to free(). */
outcome_t page_lines_fence(page_lines_t *lines, char **info, page_text_t *text);

#endif
