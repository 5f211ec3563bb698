/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_BEST_H
#define BBS_COMPRESS_BEST_H

#include "compress/method.h"

/* Each group by rounded averaging or zero-point shifting (BBS paper, Figs. 4 and 5), whichever has the least squared error;
 * on equal ones the least absolute sum of errors; then rounded averaging, which needs no search. The paper uses one method
 * for a whole network.
 *
 * Both drop r columns after the sign and N - r low ones and add one constant, so a decoder need not know which was used,
 * and the choice costs no bit: the metadata byte is that of zero-point shifting, with a signed constant of constant_bits
 * bits. A group whose mean does not fit (only from N = constant_bits on) is left to zero-point shifting.
 *
 * Bit flip is not a candidate: it would need a flag bit a group, 1/32 bit a weight, and docs/rounding.md has how seldom it
 * is better. */
extern const method_t best_method;

extern const struct column_coder best_coder; /* of this method, for budget.c */

#endif
