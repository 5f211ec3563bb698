/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The method is asked once for each OR of magnitudes what it would do, by a group of one weight of that magnitude. With
 * vectors.h two groups of 32 are rounded at a time, each by its own row of the plan. */
#include "accel/flip.h"

#include "base/vectors.h"
#include "compress/bitflip.h"
#include "compress/columns.h"

#include <string.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum { VECTOR_GROUP = 32, VECTOR = 64 };

static method_config_t config_of(const flip_plan_t *plan)
{
    method_config_t config = bitflip_method.defaults;
    config.columns = plan->columns;
    config.group = (int)plan->group;
    return config;
}

void flip_plan(int columns, int64_t group, flip_plan_t *plan)
{
    *plan = (flip_plan_t){.columns = columns, .group = group};
    const method_config_t config = config_of(plan);
    for (int used = 0; used < FLIP_MAGNITUDES; used++) {
        const int8_t weight = (int8_t)used;
        int8_t stored;
        const column_code_t code = bitflip_method.coder->encode(&config, &weight, 1, &stored);
        const int low = columns - code.redundant;
        int field = low; /* up to the first column above the cleared ones that was zero already */
        while (field < 7 && code.kept >> field & 1)
            field++;
        plan->field[used] = (uint8_t)((1 << field) - 1);
        plan->step[used] = (uint8_t)(1 << low);
        plan->down[used] = (uint8_t)(low > 0 ? (1 << low) / 2 - 1 : 0);
    }
}

void flip_groups_plain(const flip_plan_t *plan, const int8_t *weights, int64_t count, int8_t *values)
{
    const method_config_t config = config_of(plan);
    int8_t stored[COLUMNS_GROUP_MOST];
    for (int64_t at = 0; at < count; at += plan->group) {
        const int64_t some = count - at < plan->group ? count - at : plan->group;
        bitflip_method.coder->encode(&config, weights + at, some, stored);
        memcpy(values + at, stored, (size_t)some);
    }
}

#ifdef VECTORS
/* In each byte the OR of all 32 of its half. */
VECTORS_INLINE __m512i or_of_half(__m512i bytes)
{
    bytes = _mm512_or_si512(bytes, _mm512_shuffle_i64x2(bytes, bytes, _MM_SHUFFLE(2, 3, 0, 1)));
    bytes = _mm512_or_si512(bytes, _mm512_shuffle_epi32(bytes, _MM_PERM_BADC));
    bytes = _mm512_or_si512(bytes, _mm512_shuffle_epi32(bytes, _MM_PERM_CDAB));
    bytes = _mm512_or_si512(bytes, _mm512_rol_epi32(bytes, 16));
    return _mm512_or_si512(bytes, _mm512_rol_epi32(bytes, 8));
}

VECTORS_INLINE __m512i look_up(const uint8_t *table, __m512i places)
{
    return _mm512_permutex2var_epi8(_mm512_loadu_si512(table), places, _mm512_loadu_si512(table + VECTOR));
}

VECTORS static void flip_by_vectors(const flip_plan_t *plan, const int8_t *weights, int64_t count, int8_t *values)
{
    const __m512i none = _mm512_setzero_si512(), most_of_all = _mm512_set1_epi8(INT8_MAX), one = _mm512_set1_epi8(1);
    for (int64_t at = 0; at < count; at += VECTOR) {
        const __m512i weight = _mm512_loadu_si512(weights + at);
        const __m512i magnitude = _mm512_min_epu8(_mm512_abs_epi8(weight), most_of_all), used = or_of_half(magnitude);
        const __m512i field = look_up(plan->field, used), step = look_up(plan->step, used);
        const __m512i low = _mm512_and_si512(magnitude, field), keep = _mm512_sub_epi8(none, step);
        const __m512i most = _mm512_sub_epi8(_mm512_add_epi8(field, one), step);
        __m512i rounded = _mm512_and_si512(_mm512_add_epi8(low, look_up(plan->down, used)), keep);
        rounded = _mm512_min_epu8(rounded, most);
        const __m512i left = _mm512_add_epi8(_mm512_sub_epi8(magnitude, low), rounded);
        _mm512_storeu_si512(values + at, _mm512_mask_sub_epi8(left, _mm512_movepi8_mask(weight), none, left));
    }
}
#else
#define flip_by_vectors flip_groups_plain
#endif

void flip_groups(const flip_plan_t *plan, const int8_t *weights, int64_t count, int8_t *values)
{
    if (plan->group == VECTOR_GROUP && vectors_there())
        flip_by_vectors(plan, weights, count, values);
    else
        flip_groups_plain(plan, weights, count, values);
}

void flip_channel(const flip_plan_t *plan, const int8_t *weights, int64_t c, int64_t positions, int8_t *values)
{
    int8_t group[COLUMNS_GROUP_MOST];
    for (int64_t position = 0; position < positions; position++)
        for (int64_t at = 0; at < c; at += plan->group) {
            const int64_t some = c - at < plan->group ? c - at : plan->group;
            for (int64_t i = 0; i < some; i++)
                group[i] = weights[(at + i) * positions + position];
            flip_groups_plain(plan, group, some, group);
            for (int64_t i = 0; i < some; i++)
                values[(at + i) * positions + position] = group[i];
        }
}
