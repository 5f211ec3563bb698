/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With t = |x|, GELU(x) = max(x, 0) - t Phi(-t). Phi(-t) is a polynomial around the nearest of 32 points, whose
 * coefficients are selected by one instruction each. That is a third of the instructions of rows_gelu(), whose bits are
 * what counts: a level is taken from the approximation only if no value within the error has another one. The step of a
 * row is that of the GELU of its largest value: from 0.5 on rows_gelu() does not decrease, as a test finds for each float,
 * and is larger than -GELU of any negative value. */
#include "engine/gelu_levels.h"

#include "engine/levels.h"
#include "engine/rows.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

static const float piece = 0.1875F;        /* between two points; a multiple of a power of two */
static const float last = 31.4F * 0.1875F; /* beyond it Phi(-t) counts as that of the last point, 3e-9 */
/* An approximate GELU of x is within fixed_error + growing_error max(x, 0) of rows_gelu()'s: a quarter more than is found
 * over all finite floats (tests/unit/test_wide.c). */
static const float fixed_error = 2.2e-6F, growing_error = 4e-7F;
static const float roundings = 3.1e-5F;                   /* of products up to 128: four of half a unit in the last place */
static const float least_most = 0.5F;                     /* a row whose largest value is smaller is computed plainly */
static const double root_of_tau = 2.50662827463100050242; /* sqrt(2 pi) */

float gelu_error(float most)
{
    return fixed_error + growing_error * (most > 0 ? most : 0);
}

void gelu_make_table(gelu_table_t *table)
{
    for (int i = 0; i < GELU_PIECES; i++) {
        const double t = i * (double)piece, density = exp(-t * t / 2) / root_of_tau;
        table->power[0][i] = (float)(erfc(t * sqrt(0.5)) / 2);
        table->power[1][i] = (float)-density;
        table->power[2][i] = (float)(t * density / 2);
        table->power[3][i] = (float)((1 - t * t) * density / 6);
    }
}

void gelu_portable_to_levels(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step,
                             float *room)
{
    for (int64_t row = 0; row < rows; row++) {
        memcpy(room, values + row * stride, (size_t)width * sizeof *room);
        rows_gelu(room, width);
        levels_of_rows(room, 1, width, width, levels + row * width, step + row);
    }
}

#if defined(__x86_64__)

/* The table in registers. */
typedef struct {
    __m512 low[4], high[4];
} pieces_t;

WIDE_INLINE void load_pieces(const gelu_table_t *table, pieces_t *pieces)
{
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        pieces->low[i] = _mm512_loadu_ps(table->power[i]);
        pieces->high[i] = _mm512_loadu_ps(table->power[i] + WIDE_LANES);
    }
}

WIDE_INLINE __m512 approximate(const pieces_t *pieces, __m512 x)
{
    const __m512 t = _mm512_min_ps(_mm512_abs_ps(x), _mm512_set1_ps(last)), rounder = _mm512_set1_ps(12582912.0F);
    const __m512 bits = _mm512_fmadd_ps(t, _mm512_set1_ps(1 / piece), rounder); /* the piece is in the low bits */
    const __m512 u = _mm512_fnmadd_ps(_mm512_sub_ps(bits, rounder), _mm512_set1_ps(piece), t);
    const __m512i index = _mm512_castps_si512(bits);
    __m512 tail = _mm512_permutex2var_ps(pieces->low[3], index, pieces->high[3]);
#pragma GCC unroll 3
    for (int i = 2; i >= 0; i--)
        tail = _mm512_fmadd_ps(tail, u, _mm512_permutex2var_ps(pieces->low[i], index, pieces->high[i]));
    return _mm512_fnmadd_ps(t, tail, _mm512_max_ps(x, _mm512_setzero_ps()));
}

/* The largest value of a row; false: it is too small, or some value is not finite. The bits of positive floats have the
 * order of integers, those of negative ones of unsigned integers. */
WIDE_INLINE bool find_largest(const float *values, int64_t width, float *most)
{
    __m512i above[WIDE_VECTORS], below[WIDE_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < WIDE_VECTORS; v++)
        above[v] = below[v] = _mm512_loadu_si512(values + v * WIDE_LANES);
    for (int64_t i = WIDE_BLOCK; i < width; i += WIDE_BLOCK)
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++) {
            const __m512i bits = _mm512_loadu_si512(values + i + v * WIDE_LANES);
            above[v] = _mm512_max_epi32(above[v], bits);
            below[v] = _mm512_max_epu32(below[v], bits);
        }
    const int32_t largest = _mm512_reduce_max_epi32(
        _mm512_max_epi32(_mm512_max_epi32(above[0], above[1]), _mm512_max_epi32(above[2], above[3])));
    const uint32_t infinity = 0x7f800000, lowest = _mm512_reduce_max_epu32(_mm512_max_epu32(
                                              _mm512_max_epu32(below[0], below[1]), _mm512_max_epu32(below[2], below[3])));
    memcpy(most, &largest, sizeof *most);
    return *most > least_most && (uint32_t)largest < infinity && (lowest & INT32_MAX) < infinity;
}

/* Levels of a block that the approximation does not decide. */
WIDE_TARGET static void finish_block(const float *values, float per_step, uint8_t *levels)
{
    __m512i rounded[WIDE_VECTORS];
    float results[WIDE_BLOCK];
    memcpy(results, values, sizeof results);
    rows_gelu(results, WIDE_BLOCK);
    for (int v = 0; v < WIDE_VECTORS; v++)
        rounded[v] = wide_round(_mm512_mul_ps(_mm512_loadu_ps(results + v * WIDE_LANES), _mm512_set1_ps(per_step)));
    _mm512_storeu_si512(levels, _mm512_xor_si512(wide_signed_bytes(rounded), _mm512_set1_epi8(INT8_MIN)));
}

WIDE_INLINE bool wide_row(const pieces_t *pieces, const float *values, int64_t width, uint8_t *levels, float *step)
{
    const float half_range = 127.5F;
    float most, largest;
    if (!find_largest(values, width, &most))
        return false;
    largest = most;
    rows_gelu(&largest, 1);
    const float each = half_range / largest;
    const __m512 per_step = _mm512_set1_ps(each), rounder = _mm512_set1_ps(12582912.0F);
    const __m512 decided = _mm512_set1_ps(0.5F - each * gelu_error(most) - roundings);
    *step = largest / half_range;
    for (int64_t i = 0; i < width; i += WIDE_BLOCK) {
        __m512 farthest = _mm512_setzero_ps(); /* from the nearest integer */
        __m512i rounded[WIDE_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < WIDE_VECTORS; v++) {
            const __m512 x = _mm512_mul_ps(approximate(pieces, _mm512_loadu_ps(values + i + v * WIDE_LANES)), per_step);
            const __m512 whole = _mm512_sub_ps(_mm512_add_ps(x, rounder), rounder);
            rounded[v] = wide_round(x);
            farthest = _mm512_max_ps(farthest, _mm512_abs_ps(_mm512_sub_ps(x, whole)));
        }
        _mm512_storeu_si512(levels + i, _mm512_xor_si512(wide_signed_bytes(rounded), _mm512_set1_epi8(INT8_MIN)));
        if (_mm512_cmp_ps_mask(farthest, decided, _CMP_GT_OQ) != 0)
            finish_block(values + i, each, levels + i);
    }
    return true;
}

WIDE_TARGET bool gelu_wide_to_levels(const gelu_table_t *table, const float *values, int64_t rows, int64_t stride,
                                     int64_t width, uint8_t *levels, float *step, float *room)
{
    pieces_t pieces;
    if (!wide_available() || width % WIDE_BLOCK != 0)
        return false;
    load_pieces(table, &pieces);
    for (int64_t row = 0; row < rows; row++, values += stride, levels += width)
        if (!wide_row(&pieces, values, width, levels, &step[row]))
            gelu_portable_to_levels(values, 1, stride, width, levels, &step[row], room);
    return true;
}

WIDE_TARGET bool gelu_approximate(const gelu_table_t *table, const float *values, int64_t count, float *results)
{
    pieces_t pieces;
    if (!wide_available() || count % WIDE_LANES != 0)
        return false;
    load_pieces(table, &pieces);
    for (int64_t i = 0; i < count; i += WIDE_LANES)
        _mm512_storeu_ps(results + i, approximate(&pieces, _mm512_loadu_ps(values + i)));
    return true;
}

#else

bool gelu_wide_to_levels(const gelu_table_t *table, const float *values, int64_t rows, int64_t stride, int64_t width,
                         uint8_t *levels, float *step, float *room)
{
    (void)table;
    (void)values;
    (void)rows;
    (void)stride;
    (void)width;
    (void)levels;
    (void)step;
    (void)room;
    return false;
}

bool gelu_approximate(const gelu_table_t *table, const float *values, int64_t count, float *results)
{
    (void)table;
    (void)values;
    (void)count;
    (void)results;
    return false;
}

#endif

void gelu_to_levels(const gelu_table_t *table, const float *values, int64_t rows, int64_t stride, int64_t width,
                    uint8_t *levels, float *step, float *room)
{
    if (!gelu_wide_to_levels(table, values, rows, stride, width, levels, step, room))
        gelu_portable_to_levels(values, rows, stride, width, levels, step, room);
}
