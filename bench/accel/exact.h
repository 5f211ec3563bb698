/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_EXACT_H
#define BBS_ACCEL_EXACT_H

#include <stdint.h>

/* Non-negative 64-bit arithmetic that saturates: a result that would overflow is EXACT_OVERFLOW, and so is everything
 * computed from it. The caller checks once, at the end. */
#define EXACT_OVERFLOW INT64_MAX

int64_t exact_plus(int64_t a, int64_t b);
int64_t exact_times(int64_t a, int64_t b);
int64_t exact_ceil(int64_t a, int64_t divisor);  /* a / divisor, rounded up; divisor > 0 */
int64_t exact_floor(int64_t a, int64_t divisor); /* the same, rounded down */
/* share * a, rounded up; share from 0 to 1. */
int64_t exact_share(int64_t a, double share);

#endif
