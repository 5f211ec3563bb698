/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_ROUND_H
#define BBS_COMPRESS_ZPS_ROUND_H

#include "compress/clones.h"

#include <stdbool.h>
#include <stdint.h>

/* The rounding of zero-point shifting, in 16 bits so that compilers use vectors: the multiple of `step` (a power of two)
 * that is nearest to `value`, at most `most`. A tie goes to the even multiple, or toward zero.
 *
 * Clearing the low bits of value + step / 2 - 1 rounds to the nearest, ties down. One more is added where a tie goes up:
 * where the multiple below is odd, or for ties toward zero where the value is negative. */
COMPRESS_INLINE int16_t zps_rounded(int16_t value, int16_t step, int16_t most, bool ties_to_zero)
{
    int16_t raise = (int16_t)(step / 2 - (step > 1)), keep = (int16_t)-step, tie = step > 1;
    int16_t up = (int16_t)(ties_to_zero ? value < 0 : (value & step) != 0);
    int16_t rounded = (int16_t)((int16_t)(value + raise + (up ? tie : 0)) & keep);
    return rounded > most ? most : rounded;
}

#endif
