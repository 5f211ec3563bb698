/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LEVELS_LANES_H
#define BBS_ENGINE_LEVELS_LANES_H

#include "base/clones.h"
#include "engine/lanes.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What the files of levels.h share. Sixteen lanes at a time in the compilers' portable vector types, as in rows.c; the
 * loader picks the widest form that the processor supports. Each lane is computed separately, so the result does not depend
 * on the width of the hardware; the only reduction (the largest of a row) does not depend on the order.
 *
 * Rounding: 1.5 * 2^23 plus a float of less than 2^22 is a float whose bits are those of 1.5 * 2^23 plus the nearest
 * integer (a tie to the even one). The bits of floats have the order of integers, so a value that is too large is still
 * found too large after rounding. */

enum { LANES = 16 };
typedef float lanes_t __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t whole_t __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef int32_t eight_t __attribute__((vector_size(8 * sizeof(int32_t))));
typedef int32_t four_t __attribute__((vector_size(4 * sizeof(int32_t))));
typedef uint16_t halves_t __attribute__((vector_size(LANES * sizeof(uint16_t))));
typedef uint8_t bytes_t __attribute__((vector_size(LANES)));
typedef int8_t signed_bytes_t __attribute__((vector_size(LANES)));

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define LEVELS_CLONES CLONES("avx512f", "avx2", "default")
#define LEVELS_INLINE static inline __attribute__((always_inline))

static const float half_range = 127.5F, round_bias = 12582912.0F; /* 1.5 * 2^23 */
enum { ROUND_BITS = 0x4B400000 /* of round_bias */, MOST_LEVEL = 255, MOST_SIGNED = 127, LEAST_SIGNED = -128 };

/* Load `left` of 16 lanes, and zeros in the others. `whole` is a compile-time constant: when true all lanes are loaded,
 * without a check of the length. */
LEVELS_INLINE void lanes_load(const void *from, size_t size, bool whole, int64_t left, void *lanes)
{
    if (whole) {
        memcpy(lanes, from, LANES * size);
        return;
    }
    memset(lanes, 0, LANES * size);
    lanes_copy(lanes, from, left, size);
}

LEVELS_INLINE void lanes_store(const void *lanes, size_t size, bool whole, int64_t left, void *to)
{
    if (whole)
        memcpy(to, lanes, LANES * size);
    else
        lanes_copy(to, lanes, left, size);
}

#endif
