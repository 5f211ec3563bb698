/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PASSAGES_H
#define BBS_MEASURE_PASSAGES_H

#include "data/pieces.h"
#include "measure/windows.h"

/* How a file holds its documents. Both NULL: it is one document. */
typedef struct {
    const char *separator; /* what lies between two of them */
    const char *member;    /* each line is a JSON object, and this member of it the document (C4's files) */
} passages_form_t;

/* A file of text, plain or gzipped, as windows of tokens. A document of nothing but white space is left out; each other is
 * tokenised as it stands. Documents after rule->most tokens are not read. Refused, with the line: bytes that are no UTF-8,
 * a line that is no such object, or has a NUL. Free `windows`, also after a failure. */
outcome_t passages_read(const char *path, const passages_form_t *form, const pieces_t *pieces, const windows_rule_t *rule,
                        windows_t *windows);

/* Refuse a text that is no UTF-8; `where` begins the error. */
outcome_t passages_check(const char *where, const char *text, size_t size);

#endif
