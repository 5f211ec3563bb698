/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_VECTORS_H
#define BBS_BASE_VECTORS_H

#include <stdbool.h>

/* Functions for processors with vectors of 64 bytes and their instructions for bytes and bits: Intel since Ice Lake, AMD
 * since Zen 4. Each has a plain function beside it, with the same result, for every other processor.
 *
 * VECTORS before a function compiles it for these processors; it may be called only where vectors_there() is true. A file
 * has such functions between #ifdef VECTORS and #endif. No clones (clones.h): GCC 12 takes only whole processors for
 * clones with these instructions. */
#if defined(__x86_64__)
#define VECTORS \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512bitalg,avx512vpopcntdq,avx512vnni,gfni")))
#define VECTORS_INLINE static inline __attribute__((always_inline)) VECTORS
#endif

static inline bool vectors_there(void)
{
#ifdef VECTORS
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("avx512vpopcntdq") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("gfni");
#else
    return false;
#endif
}

#endif
