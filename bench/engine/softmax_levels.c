/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wide form computes what rows.c computes, operation by operation, with three savings that change no bit: a product of
 * n by 0.693359375, which has 9 bits, is exact, so it may be fused with the subtraction; n is already in the low bits of
 * the rounded float; and a multiplication by 2^n whose result is a normal number adds n to the exponent. */
#include "engine/softmax_levels.h"

#include "engine/rows.h"
#include "engine/wide.h"

#include <math.h>

static const float most_level = 255;

static int64_t sums_stride(const levels_rows_t *scores, int64_t width)
{
    return scores->sums_stride > 0 ? scores->sums_stride : width;
}

void softmax_portable_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels)
{
    for (int64_t row = 0; row < rows; row++, levels += width) {
        levels_finish_rows(&(levels_rows_t){.sums = scores->sums + row * sums_stride(scores, width),
                                            .zero = scores->zero,
                                            .row_step = scores->row_step + row,
                                            .step = scores->step,
                                            .target = scores->target},
                           1, width);
        rows_softmax(scores->target, 1, width, scale);
        levels_round(scores->target, width, most_level, levels);
    }
}

#if defined(__x86_64__)

/* exp of lanes that are zero or less; rows.c says how. */
WIDE_INLINE __m512 exp_of(__m512 x)
{
    const __m512 lowest = _mm512_set1_ps(-87.0F), rounder = _mm512_set1_ps(12582912.0F), one = _mm512_set1_ps(1.0F);
    const __mmask16 above = _mm512_cmp_ps_mask(x, lowest, _CMP_GT_OQ);
    const __m512 bounded = _mm512_max_ps(x, lowest);
    const __m512 rounded = _mm512_add_ps(_mm512_mul_ps(bounded, _mm512_set1_ps(1.44269504F)), rounder);
    const __m512 n = _mm512_sub_ps(rounded, rounder);
    const __m512 r = _mm512_add_ps(_mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375F), bounded),
                                   _mm512_mul_ps(n, _mm512_set1_ps(2.12194440e-4F)));
    __m512 p = _mm512_add_ps(_mm512_mul_ps(r, _mm512_set1_ps(1.0F / 5040)), _mm512_set1_ps(1.0F / 720));
    p = _mm512_add_ps(_mm512_mul_ps(p, r), _mm512_set1_ps(1.0F / 120));
    p = _mm512_add_ps(_mm512_mul_ps(p, r), _mm512_set1_ps(1.0F / 24));
    p = _mm512_add_ps(_mm512_mul_ps(p, r), _mm512_set1_ps(1.0F / 6));
    p = _mm512_add_ps(_mm512_mul_ps(p, r), _mm512_set1_ps(0.5F));
    p = _mm512_add_ps(_mm512_mul_ps(p, r), one);
    p = _mm512_add_ps(_mm512_mul_ps(p, r), one);
    const __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(rounded), 23);
    return _mm512_castsi512_ps(_mm512_maskz_add_epi32(above, _mm512_castps_si512(p), exponent));
}

/* Halves are added to halves, as in rows.c. */
WIDE_INLINE float sum_of(__m512 lanes)
{
    const __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm512_extractf32x8_ps(lanes, 1));
    const __m128 quarters = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
    const __m128 pairs = _mm_add_ps(quarters, _mm_movehl_ps(quarters, quarters));
    return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_shuffle_ps(pairs, pairs, 1)));
}

/* 16 scores, of which `inside` are scores and the others -infinity. */
WIDE_INLINE __m512 scores_at(const levels_rows_t *scores, const int32_t *sums, __m512 row_step, int64_t i, __mmask16 inside)
{
    __m512i sum = _mm512_maskz_loadu_epi32(inside, sums + i);
    if (scores->zero != NULL)
        sum = _mm512_sub_epi32(sum, _mm512_maskz_loadu_epi32(inside, scores->zero + i));
    const __m512 step = _mm512_mul_ps(_mm512_maskz_loadu_ps(inside, scores->step + i), row_step);
    return _mm512_mask_mul_ps(_mm512_set1_ps(-INFINITY), inside, _mm512_cvtepi32_ps(sum), step);
}

/* The scores of one row, -infinity behind the last; returns the largest. */
WIDE_INLINE float find_scores(const levels_rows_t *scores, int64_t row, int64_t width, float *values)
{
    const int32_t *sums = scores->sums + row * sums_stride(scores, width);
    const __m512 row_step = _mm512_set1_ps(scores->row_step[row]);
    __m512 largest = _mm512_set1_ps(-INFINITY);
    int64_t i = 0;
    for (; i + WIDE_LANES <= width; i += WIDE_LANES) {
        const __m512 score = scores_at(scores, sums, row_step, i, 0xffff);
        largest = _mm512_max_ps(score, largest);
        _mm512_storeu_ps(values + i, score);
    }
    if (i < width) {
        const __m512 score = scores_at(scores, sums, row_step, i, (__mmask16)((1 << (width - i)) - 1));
        largest = _mm512_max_ps(score, largest);
        _mm512_storeu_ps(values + i, score);
    }
    return _mm512_reduce_max_ps(largest);
}

/* Their exponentials, zeros behind the last up to a whole block; returns the sum. */
WIDE_INLINE float find_powers(float *values, int64_t width, float largest, float scale)
{
    const __m512 most = _mm512_set1_ps(largest), factor = _mm512_set1_ps(scale);
    __m512 sum = _mm512_setzero_ps();
    int64_t i = 0;
    for (; i < width; i += WIDE_LANES) {
        const __m512 power = exp_of(_mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(values + i), most), factor));
        sum = _mm512_add_ps(sum, power);
        _mm512_storeu_ps(values + i, power);
    }
    for (; i % WIDE_BLOCK != 0; i += WIDE_LANES)
        _mm512_storeu_ps(values + i, _mm512_setzero_ps());
    return sum_of(sum);
}

WIDE_INLINE void round_powers(const float *values, int64_t width, float share, uint8_t *levels)
{
    const __m512 factor = _mm512_set1_ps(share), per_step = _mm512_set1_ps(most_level);
    for (int64_t i = 0; i < width; i += WIDE_BLOCK) {
        __m512i rounded[WIDE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++)
            rounded[v] =
                wide_round(_mm512_mul_ps(_mm512_mul_ps(_mm512_loadu_ps(values + i + v * WIDE_LANES), factor), per_step));
        const __mmask64 inside = width - i < WIDE_BLOCK ? (1ULL << (width - i)) - 1 : ~0ULL;
        _mm512_mask_storeu_epi8(levels + i, inside, wide_unsigned_bytes(rounded));
    }
}

/* A few rows go through each step together, so that none waits for the sum of another. */
WIDE_TARGET bool softmax_wide_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale,
                                        uint8_t *levels)
{
    const int64_t room = (width + WIDE_BLOCK - 1) / WIDE_BLOCK * WIDE_BLOCK;
    float *values = scores->target, part[SOFTMAX_ROWS];
    if (!wide_available())
        return false;
    for (int64_t first = 0; first < rows; first += SOFTMAX_ROWS) {
        const int64_t some = rows - first < SOFTMAX_ROWS ? rows - first : SOFTMAX_ROWS;
        for (int64_t row = 0; row < some; row++)
            part[row] = find_scores(scores, first + row, width, values + row * room);
        for (int64_t row = 0; row < some; row++)
            part[row] = find_powers(values + row * room, width, part[row], scale);
        for (int64_t row = 0; row < some; row++)
            round_powers(values + row * room, width, 1.0F / part[row], levels + (first + row) * width);
    }
    return true;
}

#else

bool softmax_wide_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels)
{
    (void)scores;
    (void)rows;
    (void)width;
    (void)scale;
    (void)levels;
    return false;
}

#endif

void softmax_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels)
{
    if (!softmax_wide_to_levels(scores, rows, width, scale, levels))
        softmax_portable_to_levels(scores, rows, width, scale, levels);
}
