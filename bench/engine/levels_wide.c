/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compilers make of the portable form about twice as many instructions: a comparison and a selection for each limit, and
 * a store for each 16 levels. Here limits are those of the packing instructions, which saturate, and what belongs to a
 * column stays in registers for all rows. */
#include "engine/levels_wide.h"

#include "engine/wide.h"

#if defined(__x86_64__)

#include <string.h>

/* ===  Planes  === */

typedef enum { NO_RESIDUAL, LEVELS, FLOATS } residual_t;

/* The pointers of a call, at the first row of one block of columns. */
typedef struct {
    const int32_t *sums[3];
    const float *bias, *floats;
    const uint8_t *levels;
    uint8_t *target;
    int64_t stride, sums_stride;
} block_t;

static block_t block_of(const levels_finish_t *finish, int64_t width, int64_t first)
{
    block_t block = {.bias = finish->bias + first,
                     .floats = finish->floats != NULL ? finish->floats + first : NULL,
                     .levels = finish->levels != NULL ? finish->levels + first : NULL,
                     .target = finish->to_levels + first,
                     .stride = finish->stride > 0 ? finish->stride : width,
                     .sums_stride = finish->sums_stride > 0 ? finish->sums_stride : width};
    for (int group = 0; group < finish->groups; group++)
        block.sums[group] = finish->sums[group] + first;
    return block;
}

/* One block of columns; `groups` and `residual` are compile-time constants. */
WIDE_INLINE void finish_block(const levels_finish_t *finish, const block_t *block, int64_t first, int64_t rows, int groups,
                              residual_t residual)
{
    const __m512 per_step = _mm512_set1_ps(finish->per_step), level_step = _mm512_set1_ps(finish->level_step);
    const int32_t *kind = finish->bias_row;
    __m512 multiplier[3][WIDE_VECTORS];
#pragma GCC unroll 3
    for (int group = 0; group < groups; group++)
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++)
            multiplier[group][v] = _mm512_loadu_ps(finish->multiplier[group] + first + v * WIDE_LANES);
    for (int64_t row = 0; row < rows; row++) {
        const float *bias = block->bias + (kind != NULL ? kind[row] * block->stride : 0);
        const int64_t sum = row * block->sums_stride, at = row * block->stride;
        __m512i rounded[WIDE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++) {
            const int64_t i = v * WIDE_LANES;
            __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(block->sums[0] + sum + i)), multiplier[0][v]);
#pragma GCC unroll 2
            for (int group = 1; group < groups; group++)
                x = _mm512_add_ps(x, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(block->sums[group] + sum + i)),
                                                   multiplier[group][v]));
            x = _mm512_add_ps(x, _mm512_loadu_ps(bias + i));
            if (residual == LEVELS) {
                const __m128i levels = _mm_loadu_si128((const __m128i *)(const void *)(block->levels + at + i));
                x = _mm512_add_ps(x, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(levels)), level_step));
            } else if (residual == FLOATS) {
                x = _mm512_add_ps(x, _mm512_loadu_ps(block->floats + at + i));
            }
            x = _mm512_castsi512_ps(_mm512_max_epi32(_mm512_castps_si512(x), _mm512_setzero_si512()));
            rounded[v] = wide_round(_mm512_mul_ps(x, per_step));
        }
        _mm512_storeu_si512(block->target + at, wide_unsigned_bytes(rounded));
    }
}

WIDE_TARGET bool levels_wide_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    const residual_t residual = finish->levels != NULL ? LEVELS : finish->floats != NULL ? FLOATS : NO_RESIDUAL;
    const bool three = finish->groups == 3 && residual == NO_RESIDUAL;
    if (!wide_available() || width % WIDE_BLOCK != 0 || finish->to_levels == NULL || (finish->relu && finish->clip > 0) ||
        (finish->groups != 1 && !three))
        return false;
    for (int64_t first = 0; first < width; first += WIDE_BLOCK) {
        const block_t block = block_of(finish, width, first);
        if (three)
            finish_block(finish, &block, first, rows, 3, NO_RESIDUAL);
        else if (residual == NO_RESIDUAL)
            finish_block(finish, &block, first, rows, 1, NO_RESIDUAL);
        else if (residual == LEVELS)
            finish_block(finish, &block, first, rows, 1, LEVELS);
        else
            finish_block(finish, &block, first, rows, 1, FLOATS);
    }
    return true;
}

/* ===  Rows of vectors  === */

/* The largest magnitude of a row; the bits of magnitudes have the order of integers. */
WIDE_INLINE float largest(const float *values, int64_t width)
{
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX);
    __m512i most[WIDE_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < WIDE_VECTORS; v++)
        most[v] = _mm512_setzero_si512();
    for (int64_t i = 0; i < width; i += WIDE_BLOCK)
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++)
            most[v] =
                _mm512_max_epi32(most[v], _mm512_and_epi32(_mm512_loadu_si512(values + i + v * WIDE_LANES), magnitude));
    const int32_t bits =
        _mm512_reduce_max_epi32(_mm512_max_epi32(_mm512_max_epi32(most[0], most[1]), _mm512_max_epi32(most[2], most[3])));
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Rows of levels, with 128 added to each where `flip` is all sign bits, and without where it is 0. */
WIDE_INLINE void scale_rows(const float *values, int64_t rows, int64_t stride, int64_t width, __m512i flip, void *levels,
                            float *step, int32_t *sum)
{
    const float half_range = 127.5F;
    uint8_t *to = levels;
    for (int64_t row = 0; row < rows; row++, values += stride, to += width) {
        const float most = largest(values, width), each = most > 0 ? half_range / most : 0;
        const __m512 per_step = _mm512_set1_ps(each);
        __m512i total = _mm512_setzero_si512();
        step[row] = most / half_range;
        for (int64_t i = 0; i < width; i += WIDE_BLOCK) {
            __m512i rounded[WIDE_VECTORS];
#pragma GCC unroll 4
            for (int v = 0; v < WIDE_VECTORS; v++)
                rounded[v] = wide_round(_mm512_mul_ps(_mm512_loadu_ps(values + i + v * WIDE_LANES), per_step));
            const __m512i bytes = wide_signed_bytes(rounded);
            if (sum != NULL) /* of the bytes plus 128, which are not negative */
                total = _mm512_add_epi64(
                    total, _mm512_sad_epu8(_mm512_xor_si512(bytes, _mm512_set1_epi8(INT8_MIN)), _mm512_setzero_si512()));
            _mm512_storeu_si512(to + i, _mm512_xor_si512(bytes, flip));
        }
        if (sum != NULL)
            sum[row] = (int32_t)(_mm512_reduce_add_epi64(total) - 128 * width);
    }
}

WIDE_TARGET bool levels_wide_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels,
                                     float *step)
{
    if (!wide_available() || width % WIDE_BLOCK != 0)
        return false;
    scale_rows(values, rows, stride, width, _mm512_set1_epi8(INT8_MIN), levels, step, NULL);
    return true;
}

WIDE_TARGET bool levels_wide_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width,
                                            int8_t *levels, float *step, int32_t *sum)
{
    if (!wide_available() || width % WIDE_BLOCK != 0)
        return false;
    scale_rows(values, rows, stride, width, _mm512_setzero_si512(), levels, step, sum);
    return true;
}

/* One block of columns; `zero`, `bias` and `accumulate` are compile-time constants. */
WIDE_INLINE void finish_columns(const levels_rows_t *finish, int64_t rows, int64_t sums_stride, int64_t first, bool zero,
                                bool bias, bool accumulate)
{
    __m512i centre[WIDE_VECTORS];
    __m512 step[WIDE_VECTORS], shift[WIDE_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < WIDE_VECTORS; v++) {
        const int64_t i = first + v * WIDE_LANES;
        step[v] = _mm512_loadu_ps(finish->step + i);
        if (zero)
            centre[v] = _mm512_loadu_si512(finish->zero + i);
        if (bias)
            shift[v] = _mm512_loadu_ps(finish->bias + i);
    }
    for (int64_t row = 0; row < rows; row++) {
        const __m512 row_step = _mm512_set1_ps(finish->row_step[row]);
        const int32_t *sums = finish->sums + row * sums_stride + first;
        float *target = finish->target + row * finish->stride + first;
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++) {
            __m512i sum = _mm512_loadu_si512(sums + v * WIDE_LANES);
            if (zero)
                sum = _mm512_sub_epi32(sum, centre[v]);
            __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_mul_ps(step[v], row_step));
            if (bias)
                x = _mm512_add_ps(x, shift[v]);
            if (accumulate)
                x = _mm512_add_ps(x, _mm512_loadu_ps(target + v * WIDE_LANES));
            _mm512_storeu_ps(target + v * WIDE_LANES, x);
        }
    }
}

WIDE_TARGET bool levels_wide_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    const bool zero = finish->zero != NULL, bias = finish->bias != NULL, accumulate = finish->accumulate;
    const int64_t sums_stride = finish->sums_stride > 0 ? finish->sums_stride : width;
    if (!wide_available() || width % WIDE_BLOCK != 0)
        return false;
    for (int64_t first = 0; first < width; first += WIDE_BLOCK)
        if (zero && bias && accumulate)
            finish_columns(finish, rows, sums_stride, first, true, true, true);
        else if (zero && bias)
            finish_columns(finish, rows, sums_stride, first, true, true, false);
        else
            finish_columns(finish, rows, sums_stride, first, zero, bias, accumulate);
    return true;
}

#else

bool levels_wide_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    (void)finish;
    (void)rows;
    (void)width;
    return false;
}

bool levels_wide_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step)
{
    (void)values;
    (void)rows;
    (void)stride;
    (void)width;
    (void)levels;
    (void)step;
    return false;
}

bool levels_wide_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels,
                                float *step, int32_t *sum)
{
    (void)values;
    (void)rows;
    (void)stride;
    (void)width;
    (void)levels;
    (void)step;
    (void)sum;
    return false;
}

bool levels_wide_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    (void)finish;
    (void)rows;
    (void)width;
    return false;
}

#endif
