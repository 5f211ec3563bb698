/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With vectors.h the magnitudes of eight units are turned as matrices of bits, so that a byte is a column, and a comparison
 * with zero is the masks of the eight units. */
#include "accel/bitwave_rows.h"

#include "accel/cost.h"
#include "accel/exact.h"
#include "base/vectors.h"

#include <string.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum { SIGN = 1 << 7 };

bitwave_row_t bitwave_row(const tile_layout_t *layout)
{
    const int64_t units = exact_ceil(layout->length, BITWAVE_UNIT);
    return (bitwave_row_t){.runs = layout->segments,
                           .length = layout->length,
                           .units = units,
                           .room = exact_ceil(units, BITWAVE_FILLED) * BITWAVE_FILLED};
}

int64_t bitwave_places(const bitwave_row_t *row, int64_t wide)
{
    return row->runs * exact_ceil(row->room, wide);
}

int64_t bitwave_slices(const bitwave_row_t *row, int64_t wide)
{
    return row->runs * exact_ceil(row->units, wide);
}

/* ===  Plain  === */

static uint8_t cycles_of(const bitwave_rule_t *rule, uint8_t mask)
{
    const int64_t ones = cost_ones(mask & rule->counted);
    return (uint8_t)(ones > rule->empty ? ones : rule->empty);
}

/* Bits of `count` weights whose columns are `mask`, without the sign column. */
static int64_t bits_of(const bitwave_rule_t *rule, uint8_t mask, int64_t count)
{
    return mask == 0 ? 0 : count * (1 + cost_ones(mask & rule->counted));
}

bitwave_sums_t bitwave_masks_plain(const bitwave_row_t *row, const bitwave_rule_t *rule, const int8_t *weights,
                                   uint8_t *masks)
{
    bitwave_sums_t sums = {0};
    memset(masks, 0, (size_t)(row->runs * row->room));
    for (int64_t run = 0; run < row->runs; run++, weights += row->room * BITWAVE_UNIT, masks += row->room)
        for (int64_t unit = 0; unit < row->units; unit++) {
            const int64_t left = row->length - unit * BITWAVE_UNIT;
            const int8_t *at = weights + unit * BITWAVE_UNIT;
            masks[unit] = cost_columns(at, BITWAVE_UNIT, &sums.ones);
            sums.bits += bits_of(rule, masks[unit], left < BITWAVE_UNIT ? left : BITWAVE_UNIT);
            if (rule->with_signs && cost_any_negative(at, BITWAVE_UNIT))
                masks[unit] |= SIGN;
        }
    return sums;
}

void bitwave_cycles_plain(const bitwave_row_t *row, const bitwave_rule_t *rule, const uint8_t *masks, int64_t wide,
                          uint8_t *cycles)
{
    const int64_t places = exact_ceil(row->room, wide);
    memset(cycles, 0, (size_t)(row->runs * places));
    for (int64_t run = 0; run < row->runs; run++, masks += row->room, cycles += places)
        for (int64_t first = 0; first < row->units; first += wide) {
            const int64_t end = first + wide < row->units ? first + wide : row->units;
            uint8_t any = masks[first];
            for (int64_t unit = first + 1; unit < end; unit++)
                any |= masks[unit];
            cycles[first / wide] = cycles_of(rule, any);
        }
}

/* ===  With vectors  === */

#ifdef VECTORS
enum { VECTOR = 64 };

VECTORS_INLINE __m512i sum_of(__m512i sums, __m512i bytes)
{
    return _mm512_add_epi64(sums, _mm512_sad_epu8(bytes, _mm512_setzero_si512()));
}

VECTORS_INLINE __mmask64 first_bytes(int64_t count)
{
    return count >= VECTOR ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
}

/* Stored bits as if the last unit of each run were full, over the weights of a unit. */
VECTORS_INLINE int64_t bits_of_masks(const bitwave_rule_t *rule, const uint8_t *masks, int64_t count)
{
    const __m512i magnitude = _mm512_set1_epi8(INT8_MAX), counted = _mm512_set1_epi8((char)(rule->counted & INT8_MAX));
    __m512i columns = _mm512_setzero_si512();
    int64_t stored = 0;
    for (int64_t at = 0; at < count; at += VECTOR) {
        const __m512i mask = _mm512_maskz_loadu_epi8(first_bytes(count - at), masks + at);
        stored += __builtin_popcountll(_mm512_test_epi8_mask(mask, magnitude));
        columns = sum_of(columns, _mm512_popcnt_epi8(_mm512_and_si512(mask, counted)));
    }
    return stored + _mm512_reduce_add_epi64(columns);
}

VECTORS static bitwave_sums_t masks_by_vectors(const bitwave_row_t *row, const bitwave_rule_t *rule, const int8_t *weights,
                                               uint8_t *masks)
{
    const __m512i unit = _mm512_set1_epi64((int64_t)0x8040201008040201u);
    const __m512i sign = _mm512_set1_epi8(rule->with_signs ? (char)SIGN : 0);
    const int64_t count = row->runs * row->room, missing = row->units * BITWAVE_UNIT - row->length;
    __m512i ones = _mm512_setzero_si512();
    for (int64_t at = 0; at < count; at += VECTOR / BITWAVE_UNIT) {
        const __m512i weight = _mm512_loadu_si512(weights + at * BITWAVE_UNIT);
        const __m512i magnitude = _mm512_min_epu8(_mm512_abs_epi8(weight), _mm512_set1_epi8(INT8_MAX));
        const __m512i bits = _mm512_or_si512(magnitude, _mm512_and_si512(weight, sign));
        const __m512i columns = _mm512_gf2p8affine_epi64_epi8(unit, bits, 0);
        const __mmask64 all = _mm512_test_epi8_mask(columns, columns);
        ones = sum_of(ones, _mm512_popcnt_epi8(magnitude));
        memcpy(masks + at, &all, sizeof all);
    }
    bitwave_sums_t sums = {.ones = _mm512_reduce_add_epi64(ones), .bits = BITWAVE_UNIT * bits_of_masks(rule, masks, count)};
    for (int64_t run = 0; run < row->runs && missing > 0; run++)
        sums.bits -= bits_of(rule, masks[run * row->room + row->units - 1] & INT8_MAX, missing);
    return sums;
}

/* `wide` is a power of two up to BITWAVE_FILLED, so that a slice neither crosses runs nor vectors. */
VECTORS static void cycles_by_vectors(const bitwave_row_t *row, const bitwave_rule_t *rule, const uint8_t *masks,
                                      int64_t wide, uint8_t *cycles)
{
    const int64_t count = row->runs * row->room, places = row->room / wide, slices = exact_ceil(row->units, wide);
    const __m512i counted = _mm512_set1_epi8((char)rule->counted), empty = _mm512_set1_epi8((char)rule->empty);
    uint8_t every[VECTOR];
    for (int i = 0; i < VECTOR; i++)
        every[i] = (uint8_t)(i * wide % VECTOR);
    const __m512i first_of_slice = _mm512_loadu_si512(every);
    for (int64_t at = 0; at < count; at += VECTOR) {
        __m512i any = _mm512_maskz_loadu_epi8(first_bytes(count - at), masks + at);
        any = wide > 1 ? _mm512_or_si512(any, _mm512_srli_epi16(any, 8)) : any;
        any = wide > 2 ? _mm512_or_si512(any, _mm512_srli_epi32(any, 16)) : any;
        any = wide > 4 ? _mm512_or_si512(any, _mm512_srli_epi64(any, 32)) : any;
        any = wide > 8 ? _mm512_or_si512(any, _mm512_bsrli_epi128(any, 8)) : any;
        any = _mm512_max_epu8(_mm512_popcnt_epi8(_mm512_and_si512(any, counted)), empty);
        any = _mm512_permutexvar_epi8(first_of_slice, any);
        const int64_t left = count - at < VECTOR ? count - at : VECTOR;
        _mm512_mask_storeu_epi8(cycles + at / wide, first_bytes(left / wide), any);
    }
    for (int64_t run = 0; run < row->runs && slices < places; run++)
        memset(cycles + run * places + slices, 0, (size_t)(places - slices));
}
#else
#define masks_by_vectors bitwave_masks_plain
#define cycles_by_vectors bitwave_cycles_plain
#endif

bitwave_sums_t bitwave_masks(const bitwave_row_t *row, const bitwave_rule_t *rule, const int8_t *weights, uint8_t *masks)
{
    return vectors_there() ? masks_by_vectors(row, rule, weights, masks) : bitwave_masks_plain(row, rule, weights, masks);
}

void bitwave_cycles(const bitwave_row_t *row, const bitwave_rule_t *rule, const uint8_t *masks, int64_t wide,
                    uint8_t *cycles)
{
    if (wide <= BITWAVE_FILLED && BITWAVE_FILLED % wide == 0 && vectors_there())
        cycles_by_vectors(row, rule, masks, wide, cycles);
    else
        bitwave_cycles_plain(row, rule, masks, wide, cycles);
}
