/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_NUMBER_H
#define BBS_BASE_NUMBER_H

#include "base/text.h"

#include <stdint.h>

/* Numbers as texts for reading. Rounding happens only here; NaN is "–". */

text_t number_integer(int64_t value);             /* 10,000 */
text_t number_fixed(double value, int decimals);  /* 93.70, −0.40 (a true minus sign) */
text_t number_signed(double value, int decimals); /* +0.25, −0.40; 0.00 has no sign */
text_t number_probability(double value);          /* 0.034, < 0.001 */
text_t number_bytes(double value);                /* 4.2 MiB */
text_t number_duration(double seconds);           /* 0.8 s, 12 s, 3 min 5 s, 2 h 4 min */
text_t number_energy(double picojoule);           /* 512 µJ */

#endif
