/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_HOLM_H
#define BBS_ROWS_HOLM_H

#include "base/outcome.h"

#include <stddef.h>

/* Holm's correction of several tests (Holm, Scandinavian Journal of Statistics 6, 1979). With `tests` true hypotheses, the
 * chance that any corrected p is at most a is at most a.
 *
 * `p` holds `count` values, NaN where there was no test; `corrected` receives as many: the i-th smallest of m is multiplied
 * by m - i + 1, is at least the one before it, and at most 1. NaN stays NaN and does not count. */
outcome_t holm_correct(const double *p, size_t count, double *corrected);

#endif
