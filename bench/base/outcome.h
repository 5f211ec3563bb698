/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_OUTCOME_H
#define BBS_BASE_OUTCOME_H

#include <stdbool.h>

/* The outcome of a step of the suite: ok, skip (it could not be tried; the text says why) or error.
 *
 * Every function that can fail returns an outcome_t; its results go through pointers that are valid only when the
 * outcome is ok. An error is one line of text with five parts: where (a file, or a name), the place in it, what was
 * found, what was expected, and what to do. Parts that do not apply are NULL. When the parts are too long for one line,
 * long parts are cut and end in "…". The fault is the exit code of the program. Members are internal: use the functions. */

typedef enum { OUTCOME_OK = 0, OUTCOME_SKIP = 1, OUTCOME_ERROR = 2 } outcome_kind_t;

/* Exit codes of the program (README "Exit codes"). */
typedef enum {
    FAULT_NONE = 0,
    FAULT_FAILED = 1,  /* an input is wrong, or the work failed */
    FAULT_USAGE = 2,   /* the command line is wrong */
    FAULT_MISSING = 3, /* something that is needed is missing; the text says how to get it */
} fault_t;

typedef struct {
    outcome_kind_t internal_kind;
    fault_t internal_fault;
    char internal_text[768];
} outcome_t;

outcome_t outcome_ok(void);
outcome_t outcome_skip(const char *reason);
outcome_t outcome_failed(const char *where, const char *place, const char *found, const char *expected, const char *todo);
outcome_t outcome_usage(const char *where, const char *place, const char *found, const char *expected, const char *todo);
outcome_t outcome_missing(const char *where, const char *place, const char *found, const char *expected, const char *todo);
outcome_t outcome_out_of_memory(const char *what);

bool outcome_is_ok(const outcome_t *outcome);
bool outcome_is_skip(const outcome_t *outcome);
bool outcome_is_error(const outcome_t *outcome);

/* The reason of a skip or the line of an error, without a newline; "" when ok. Lives as long as the outcome. */
const char *outcome_text(const outcome_t *outcome);
fault_t outcome_fault(const outcome_t *outcome);

/* Store `value` in `*result`; true when it is not ok. For functions with one cleanup:
 *     if (outcome_bad(&result, file_read(path, &bytes))) goto out; */
bool outcome_bad(outcome_t *result, outcome_t value);

#endif
