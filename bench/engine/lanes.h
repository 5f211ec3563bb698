/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LANES_H
#define BBS_ENGINE_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copy `count` < 16 items of `size` bytes, which is a compile-time constant, in pieces of 8, 4, 2 and 1: each is a move of
 * a fixed size. (For a copy of a size that is only known at run time GCC 12 writes `rep movsq`, which takes longer to start
 * than sixteen lanes take to compute.) */
__attribute__((always_inline)) static inline void lanes_copy(void *to, const void *from, int64_t count, size_t size)
{
    char *target = to;
    const char *source = from;
    if ((count & 8) != 0) {
        memcpy(target, source, 8 * size);
        target += 8 * size;
        source += 8 * size;
    }
    if ((count & 4) != 0) {
        memcpy(target, source, 4 * size);
        target += 4 * size;
        source += 4 * size;
    }
    if ((count & 2) != 0) {
        memcpy(target, source, 2 * size);
        target += 2 * size;
        source += 2 * size;
    }
    if ((count & 1) != 0)
        memcpy(target, source, size);
}

#endif
