/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PLANES_H
#define BBS_COMPRESS_PLANES_H

#include <stdbool.h>
#include <stdint.h>

/* The bit columns of a group in memory: each kept column, highest first, takes ceil(count / 8) bytes; bit i % 8 of byte i /
 * 8 is weight i; bits beyond the group are 0. `kept` is a mask of columns, bit 7 the sign, which is always kept.
 *
 * Columns that are not kept are restored: in two's complement those above the highest kept magnitude column equal the
 * sign, all others are 0. */

/* Up to eight weights as a word of columns: byte b holds bit b of each, weight i in bit i; missing weights are 0. */
uint64_t planes_of(const int8_t *weights, int64_t count);

/* The ones of each byte, in that byte. */
static inline uint64_t planes_count(uint64_t columns)
{
    columns -= (columns >> 1) & 0x5555555555555555u;
    columns = (columns & 0x3333333333333333u) + ((columns >> 2) & 0x3333333333333333u);
    return (columns + (columns >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
}

/* The bytes of `columns` columns of `count` weights. */
static inline int64_t planes_size(int64_t count, int columns)
{
    return (count + 7) / 8 * columns;
}

/* False when reading would not restore the columns that are left out; `out` is then partly written. */
bool planes_write(const int8_t *weights, int64_t count, bool sign_magnitude, uint8_t kept, uint8_t *out);

/* False when a bit beyond the group is set, or a weight is a negative zero. */
bool planes_read(const uint8_t *in, int64_t count, bool sign_magnitude, uint8_t kept, int8_t *weights);

#endif
