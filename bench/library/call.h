/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_LIBRARY_CALL_H
#define BBS_LIBRARY_CALL_H

#include "base/outcome.h"
#include "library/bbs.h"

#include <fenv.h>
#include <locale.h>

/* The frame of each public function: between call_begin() and call_end() this thread computes as the program does,
 * whatever the caller has set. */
typedef struct {
    fenv_t floats;
    locale_t locale, c;
} call_t;

outcome_t call_begin(call_t *call);

/* Restore the caller's settings; write the outcome to `error`, which may be NULL. Call it after a failed call_begin(), too.
 */
bbs_code_t call_end(const call_t *call, const outcome_t *outcome, bbs_error_t *error);

/* The number of threads of a call; below 0 is FAULT_USAGE. */
outcome_t call_threads(int wanted, int *threads);

#endif
