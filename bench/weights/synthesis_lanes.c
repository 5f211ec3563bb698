/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lane is a channel from the random number to the byte, so nothing is put in another order before the end. The cells,
 * 256 KiB, lie in the second cache: finding sixteen of them is what takes most of the time. */
#include "weights/synthesis_lanes.h"

#include "base/vectors.h"
#include "compress/clones.h"

#include <math.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum { LANES = SYNTHESIS_LANES, SHIFT = 16, LEAST = -128, MOST = 127 };

static const float MAGIC = 12582912.0f; /* 1.5 * 2^23: rounds half to even, as in quantize.c */

/* The gains of the next weight: position after position, those of a group `rows` times. */
typedef struct {
    const float *group, *at;
    int64_t position, row;
} gains_t;

static inline const float *next_gains(const synthesis_part_t *part, gains_t *gains)
{
    const float *now = gains->at;
    gains->at += LANES;
    if (++gains->position == part->positions) {
        gains->position = 0;
        if (++gains->row == part->rows) {
            gains->row = 0;
            gains->group = gains->at;
        }
        gains->at = gains->group;
    }
    return now;
}

/* Every loop runs over the lanes, so that compilers vectorise it. */
COMPRESS_CLONES
static void synthesis_take(const float *restrict values, const float *restrict spread, int64_t place,
                           int8_t *restrict weights, synthesis_peaks_t *restrict peaks)
{
    for (int lane = 0; lane < LANES; lane++) {
        float steps = values[lane] * spread[lane];
        steps = steps > (float)MOST ? (float)MOST : steps;
        steps = steps < (float)LEAST ? (float)LEAST : steps;
        weights[lane] = (int8_t)(int32_t)(steps + MAGIC - MAGIC);
    }
    for (int lane = 0; lane < LANES; lane++) {
        const bool larger = fabsf(values[lane]) > peaks->magnitude[lane];
        peaks->magnitude[lane] = larger ? fabsf(values[lane]) : peaks->magnitude[lane];
        peaks->value[lane] = larger ? values[lane] : peaks->value[lane];
        peaks->place[lane] = larger ? place : peaks->place[lane];
    }
}

void synthesis_lanes_plain(const synthesis_part_t *part, int8_t *weights, synthesis_peaks_t *peaks)
{
    gains_t gains = {.group = part->gains, .at = part->gains};
    for (int64_t i = 0; i < part->count; i++, weights += LANES) {
        const uint32_t *numbers = part->numbers + i / 2 * LANES;
        const float *gain = next_gains(part, &gains);
        const int shift = i % 2 == 0 ? 0 : SHIFT;
        float values[LANES];
        for (int lane = 0; lane < LANES; lane++)
            values[lane] = part->cells[numbers[lane] >> shift & (SYNTHESIS_CELLS - 1)] * gain[lane];
        synthesis_take(values, part->spread, part->first + i, weights, peaks);
    }
}

#ifdef VECTORS
typedef struct {
    __m512 value, magnitude;
    __m512i place; /* counted from the first weight of the part */
} peak_lanes_t;

VECTORS_INLINE void take_lanes(const float *cells, __m512i cell, const float *gains, __m512 spread, int64_t i,
                               int8_t *weights, peak_lanes_t *peak)
{
    const __m512 value = _mm512_mul_ps(_mm512_i32gather_ps(cell, cells, sizeof *cells), _mm512_loadu_ps(gains)),
                 magnitude = _mm512_abs_ps(value), magic = _mm512_set1_ps(MAGIC);
    __m512 steps = _mm512_mul_ps(value, spread);
    steps = _mm512_min_ps(steps, _mm512_set1_ps((float)MOST));
    steps = _mm512_max_ps(steps, _mm512_set1_ps((float)LEAST));
    steps = _mm512_sub_ps(_mm512_add_ps(steps, magic), magic);
    _mm_storeu_si128((__m128i *)(void *)weights, _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(steps)));
    const __mmask16 larger = _mm512_cmp_ps_mask(magnitude, peak->magnitude, _CMP_GT_OQ);
    peak->value = _mm512_mask_mov_ps(peak->value, larger, value);
    peak->magnitude = _mm512_max_ps(magnitude, peak->magnitude);
    peak->place = _mm512_mask_mov_epi32(peak->place, larger, _mm512_set1_epi32((int32_t)i));
}

VECTORS static void lanes_by_vectors(const synthesis_part_t *part, int8_t *weights, synthesis_peaks_t *peaks)
{
    const __m512 spread = _mm512_loadu_ps(part->spread), before = _mm512_loadu_ps(peaks->magnitude);
    const __m512i low = _mm512_set1_epi32(SYNTHESIS_CELLS - 1);
    gains_t gains = {.group = part->gains, .at = part->gains};
    peak_lanes_t peak = {.value = _mm512_loadu_ps(peaks->value), .magnitude = before};
    int64_t i = 0;
    for (; i + 2 <= part->count; i += 2, weights += 2 * LANES) {
        const __m512i number = _mm512_loadu_si512(part->numbers + i / 2 * LANES);
        const float *first = next_gains(part, &gains), *second = next_gains(part, &gains);
        take_lanes(part->cells, _mm512_and_si512(number, low), first, spread, i, weights, &peak);
        take_lanes(part->cells, _mm512_srli_epi32(number, SHIFT), second, spread, i + 1, weights + LANES, &peak);
    }
    if (i < part->count)
        take_lanes(part->cells, _mm512_and_si512(_mm512_loadu_si512(part->numbers + i / 2 * LANES), low), gains.at, spread,
                   i, weights, &peak);
    const __mmask16 grown = _mm512_cmp_ps_mask(peak.magnitude, before, _CMP_GT_OQ);
    int32_t places[LANES];
    _mm512_storeu_ps(peaks->value, peak.value);
    _mm512_storeu_ps(peaks->magnitude, peak.magnitude);
    _mm512_storeu_si512(places, peak.place);
    for (int lane = 0; lane < LANES; lane++)
        if (grown >> lane & 1)
            peaks->place[lane] = part->first + places[lane];
}
#else
#define lanes_by_vectors synthesis_lanes_plain
#endif

void synthesis_lanes(const synthesis_part_t *part, int8_t *weights, synthesis_peaks_t *peaks)
{
    if (vectors_there())
        lanes_by_vectors(part, weights, peaks);
    else
        synthesis_lanes_plain(part, weights, peaks);
}
