/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_WIDE_H
#define BBS_ENGINE_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the files for processors with AVX-512 share: four vectors of 16 lanes at a time, whose 64 levels are one store. */

/* Can this processor run functions of WIDE_TARGET? */
static inline bool wide_available(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

enum { WIDE_VECTORS = 4, WIDE_LANES = 16, WIDE_BLOCK = WIDE_VECTORS * WIDE_LANES };

#if defined(__x86_64__)

#include <immintrin.h>

#define WIDE_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define WIDE_INLINE static inline __attribute__((always_inline)) WIDE_TARGET

/* The nearest integers, a tie to the even one, of lanes below 2^22; levels_lanes.h says how. */
WIDE_INLINE __m512i wide_round(__m512 x)
{
    const __m512i bits = _mm512_castps_si512(_mm512_add_ps(x, _mm512_set1_ps(12582912.0F) /* 1.5 * 2^23 */));
    return _mm512_sub_epi32(bits, _mm512_set1_epi32(0x4B400000) /* its bits */);
}

/* The bytes of packed lanes in the order of the lanes. Packing works within each quarter of a register. */
WIDE_INLINE __m512i wide_order(__m512i packed)
{
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed);
}

/* 64 integers, clipped to 0..255. */
WIDE_INLINE __m512i wide_unsigned_bytes(const __m512i *lanes)
{
    return wide_order(_mm512_packus_epi16(_mm512_packs_epi32(lanes[0], lanes[1]), _mm512_packs_epi32(lanes[2], lanes[3])));
}

/* 64 integers, clipped to -128..127. */
WIDE_INLINE __m512i wide_signed_bytes(const __m512i *lanes)
{
    return wide_order(_mm512_packs_epi16(_mm512_packs_epi32(lanes[0], lanes[1]), _mm512_packs_epi32(lanes[2], lanes[3])));
}

/* One vector of levels_finish() of one group from its sums, before packing: as levels.c, operation by operation.
 * `residual` points to 16 levels, or is NULL. */
WIDE_INLINE __m512i wide_level(__m512i sums, __m512 multiplier, __m512 bias, const uint8_t *residual, __m512 level_step,
                               __m512 per_step)
{
    __m512 x = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sums), multiplier), bias);
    if (residual != NULL) {
        const __m128i levels = _mm_loadu_si128((const __m128i *)(const void *)residual);
        x = _mm512_add_ps(x, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(levels)), level_step));
    }
    x = _mm512_castsi512_ps(_mm512_max_epi32(_mm512_castps_si512(x), _mm512_setzero_si512()));
    return wide_round(_mm512_mul_ps(x, per_step));
}

#endif

#endif
