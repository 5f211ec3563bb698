/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_ROUND_H
#define BBS_COMPRESS_ZPS_ROUND_H

#include "compress/clones.h"
#include "compress/columns.h"

#include <stdbool.h>
#include <stdint.h>

/* How one shift encodes a group whose weights lie in [low, high]. */
typedef struct {
    int redundant;
    int pruned; /* low columns cleared: multiples of 2^pruned remain */
    int most;   /* largest stored value: 2^(7 - redundant) - 2^pruned */
} zps_plan_t;

COMPRESS_INLINE int zps_clip(int value)
{
    return value < -128 ? -128 : value > 127 ? 127 : value;
}

COMPRESS_INLINE int zps_redundant_most(int columns)
{
    return columns < COLUMNS_REDUNDANT_MOST ? columns : COLUMNS_REDUNDANT_MOST;
}

COMPRESS_INLINE zps_plan_t zps_plan(int low, int high, int shift, int columns)
{
    int limit = zps_redundant_most(columns);
    int least = zps_clip(low + shift), most = zps_clip(high + shift);
    int reach = (least < 0 ? ~least : least) | (most < 0 ? ~most : most); /* the magnitude bits in use */
    int redundant = reach == 0 ? limit : __builtin_clz((unsigned)reach) - 25;
    redundant = redundant > limit ? limit : redundant;
    int pruned = columns - redundant;
    return (zps_plan_t){.redundant = redundant, .pruned = pruned, .most = (128 >> redundant) - (1 << pruned)};
}

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

/* stored[count] of a group with a shift; returns the shift's plan. */
COMPRESS_INLINE zps_plan_t zps_encode_any(const int8_t *restrict weights, int64_t count, int columns, int shift,
                                          bool ties_to_zero, int8_t *restrict stored)
{
    int low = weights[0], high = weights[0];
    for (int64_t i = 0; i < count; i++) {
        low = weights[i] < low ? weights[i] : low;
        high = weights[i] > high ? weights[i] : high;
    }
    zps_plan_t plan = zps_plan(low, high, shift, columns);
    int16_t step = (int16_t)(1 << plan.pruned), most = (int16_t)plan.most;
    for (int64_t i = 0; i < count; i++) {
        int16_t clipped = (int16_t)(weights[i] + shift);
        clipped = clipped < -128 ? -128 : clipped;
        clipped = clipped > 127 ? 127 : clipped;
        stored[i] = (int8_t)zps_rounded(clipped, step, most, ties_to_zero);
    }
    return plan;
}

#endif
