/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_EXACT_H
#define BBS_ACCEL_EXACT_H

#include <stdint.h>

/* Counts that cannot wrap: non-negative 64-bit arithmetic that ends at EXACT_OVERFLOW and stays there, whatever is
 * computed from it. Who reads a result asks once, at the end, whether it is EXACT_OVERFLOW. */
#define EXACT_OVERFLOW INT64_MAX

int64_t exact_plus(int64_t a, int64_t b);
int64_t exact_times(int64_t a, int64_t b);
int64_t exact_ceil(int64_t a, int64_t divisor); /* a / divisor, rounded up; divisor > 0 */
/* share * a, rounded up; share from 0 to 1. */
int64_t exact_share(int64_t a, double share);

#endif
