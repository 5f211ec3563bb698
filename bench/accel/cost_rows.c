/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With vectors.h 256 weights are counted at a time: the ones of each byte are one instruction, and the numbers of several
 * slices are put side by side before the largest of each is taken. */
#include "accel/cost_rows.h"

#include "base/vectors.h"

#include <stddef.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

int64_t cost_rows_plain(const cost_rule_t *rule, const int8_t *row, int64_t slices, int64_t group, uint16_t *cycles)
{
    int64_t useful = 0;
    for (int64_t slice = 0; slice < slices; slice++) {
        const cost_t cost = rule->slice(row + slice * group, group);
        cycles[slice] = (uint16_t)cost.cycles;
        useful += cost.useful;
    }
    return useful;
}

int64_t cost_rows(const cost_rule_t *rule, const int8_t *row, int64_t slices, int64_t group, uint16_t *cycles)
{
    if (rule->row != NULL && rule->group == group && vectors_there())
        return rule->row(row, slices, cycles);
    return cost_rows_plain(rule, row, slices, group, cycles);
}

#ifdef VECTORS
enum { VECTOR = 64, AT_A_TIME = 4 * VECTOR };

/* Up to a vector of weights; those that are not there are 0. */
VECTORS_INLINE __m512i load(const int8_t *weights, int64_t left)
{
    const __mmask64 there = left >= VECTOR ? ~(__mmask64)0 : left <= 0 ? 0 : ((__mmask64)1 << left) - 1;
    return _mm512_maskz_loadu_epi8(there, weights);
}

VECTORS_INLINE __m512i sum_of(__m512i sums, __m512i bytes)
{
    return _mm512_add_epi64(sums, _mm512_sad_epu8(bytes, _mm512_setzero_si512()));
}

VECTORS_INLINE __m512i larger_half(__m512i a, __m512i b)
{
    return _mm512_max_epu8(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

/* ===  Pragmatic, slices of 16  === */

/* The ones of each weight that a lane works on. */
VECTORS_INLINE __m512i ones_of(__m512i weights, bool with_sign)
{
    __m512i magnitudes = _mm512_abs_epi8(weights);
    if (!with_sign)
        return _mm512_popcnt_epi8(magnitudes);
    magnitudes = _mm512_min_epu8(magnitudes, _mm512_set1_epi8(INT8_MAX));
    const __m512i ones = _mm512_popcnt_epi8(magnitudes);
    return _mm512_mask_add_epi8(ones, _mm512_movepi8_mask(weights), ones, _mm512_set1_epi8(1));
}

/* The largest byte of each 16 of four vectors, in the order of the slices: slice 4 * i + lane is lane `lane` of vector i.
 */
VECTORS_INLINE __m512i largest_of_16(const __m512i *ones)
{
    const __m512 a = _mm512_castsi512_ps(larger_half(ones[0], ones[1])),
                 b = _mm512_castsi512_ps(larger_half(ones[2], ones[3]));
    __m512i most = _mm512_max_epu8(_mm512_castps_si512(_mm512_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0))),
                                   _mm512_castps_si512(_mm512_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1))));
    most = _mm512_max_epu8(most, _mm512_srli_epi32(most, 16));
    most = _mm512_max_epu8(most, _mm512_srli_epi32(most, 8));
    most = _mm512_and_si512(most, _mm512_set1_epi32(UINT8_MAX));
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, most);
}

VECTORS_INLINE int64_t pragmatic(const int8_t *row, int64_t slices, uint16_t *cycles, bool with_sign, int least)
{
    enum { GROUP = 16, SLICES = AT_A_TIME / GROUP };
    __m512i sums = _mm512_setzero_si512();
    for (int64_t slice = 0; slice < slices; slice += SLICES) {
        const int64_t left = (slices - slice) * GROUP;
        const int8_t *weights = row + slice * GROUP;
        __m512i ones[4];
        for (int i = 0; i < 4; i++) {
            ones[i] = ones_of(load(weights + i * VECTOR, left - i * VECTOR), with_sign);
            sums = sum_of(sums, ones[i]);
        }
        const __m512i most = _mm512_max_epu32(largest_of_16(ones), _mm512_set1_epi32(least));
        const __mmask16 there = (__mmask16)(left >= AT_A_TIME ? UINT16_MAX : (1u << (slices - slice)) - 1);
        _mm512_mask_cvtepi32_storeu_epi16(cycles + slice, there, most);
    }
    return _mm512_reduce_add_epi64(sums);
}

VECTORS static int64_t row_pragmatic(const int8_t *row, int64_t slices, uint16_t *cycles)
{
    return pragmatic(row, slices, cycles, false, 1);
}

VECTORS static int64_t row_pragmatic_signed(const int8_t *row, int64_t slices, uint16_t *cycles)
{
    return pragmatic(row, slices, cycles, true, 0);
}

/* ===  Bitlet, slices of 32  === */

/* Byte b of each eight: how many of the eight weights have bit b. The matrix product over bits with the unit matrix turns
 * a matrix of 8 x 8 bits, up to the order of the weights. */
VECTORS_INLINE __m512i significances_of(__m512i weights)
{
    const __m512i unit = _mm512_set1_epi64((int64_t)0x8040201008040201u);
    return _mm512_popcnt_epi8(_mm512_gf2p8affine_epi64_epi8(unit, weights, 0));
}

VECTORS_INLINE __m512i sum_of_halves(__m512i a, __m512i b)
{
    return _mm512_add_epi8(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

/* The counts of the significances of eight slices, in their order, from those of each eight weights of four vectors. */
VECTORS_INLINE __m512i counts_of_32(const __m512i *eights)
{
    const __m512i a = sum_of_halves(eights[0], eights[1]), b = sum_of_halves(eights[2], eights[3]);
    const __m512i counts = _mm512_add_epi8(_mm512_shuffle_i64x2(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                                           _mm512_shuffle_i64x2(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
    return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 1, 3, 4, 6, 5, 7), counts);
}

VECTORS_INLINE int64_t bitlet(const int8_t *row, int64_t slices, uint16_t *cycles, int least)
{
    enum { GROUP = 32, SLICES = AT_A_TIME / GROUP };
    __m512i sums = _mm512_setzero_si512();
    for (int64_t slice = 0; slice < slices; slice += SLICES) {
        const int64_t left = (slices - slice) * GROUP;
        const int8_t *weights = row + slice * GROUP;
        __m512i eights[4];
        for (int i = 0; i < 4; i++)
            eights[i] = significances_of(load(weights + i * VECTOR, left - i * VECTOR));
        __m512i most = counts_of_32(eights);
        sums = sum_of(sums, most);
        most = _mm512_max_epu8(most, _mm512_srli_epi64(most, 32));
        most = _mm512_max_epu8(most, _mm512_srli_epi64(most, 16));
        most = _mm512_max_epu8(most, _mm512_srli_epi64(most, 8));
        most = _mm512_and_si512(most, _mm512_set1_epi64(UINT8_MAX));
        most = _mm512_max_epu64(most, _mm512_set1_epi64(least));
        const __mmask8 there = (__mmask8)(left >= AT_A_TIME ? UINT8_MAX : (1u << (slices - slice)) - 1);
        _mm512_mask_cvtepi64_storeu_epi16(cycles + slice, there, most);
    }
    return _mm512_reduce_add_epi64(sums);
}

VECTORS static int64_t row_bitlet(const int8_t *row, int64_t slices, uint16_t *cycles)
{
    return bitlet(row, slices, cycles, 1);
}

VECTORS static int64_t row_bitlet_zeros(const int8_t *row, int64_t slices, uint16_t *cycles)
{
    return bitlet(row, slices, cycles, 0);
}
#else
#define row_pragmatic NULL
#define row_pragmatic_signed NULL
#define row_bitlet NULL
#define row_bitlet_zeros NULL
#endif

const cost_rule_t cost_rule_pragmatic = {.slice = cost_pragmatic, .group = 16, .row = row_pragmatic};
const cost_rule_t cost_rule_pragmatic_signed = {.slice = cost_pragmatic_signed, .group = 16, .row = row_pragmatic_signed};
const cost_rule_t cost_rule_bitlet = {.slice = cost_bitlet, .group = 32, .row = row_bitlet};
const cost_rule_t cost_rule_bitlet_zeros = {.slice = cost_bitlet_zeros, .group = 32, .row = row_bitlet_zeros};
