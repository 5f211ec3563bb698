/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight weights at a time in one 64-bit word, a byte each: no byte ever carries into the next. On x86-64 Bitlet takes 16,
 * with SSE2, which every such processor has and which collects a bit of each. */
#include "accel/cost.h"

#include "base/clones.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static const uint64_t each_1 = 0x0101010101010101u, each_80 = 0x8080808080808080u;

static uint64_t load(const int8_t *weights)
{
    uint64_t word;
    memcpy(&word, weights, sizeof word);
    return word;
}

/* |w|, 0 to 128. */
static uint64_t magnitudes(uint64_t word)
{
    uint64_t negative = (word >> 7) & each_1;
    return (word ^ (negative * 0xff)) + negative;
}

static uint64_t ones_of_bytes(uint64_t word)
{
    word -= (word >> 1) & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + ((word >> 2) & 0x3333333333333333u);
    return (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

/* The larger of each pair of bytes below 128. */
static uint64_t larger_bytes(uint64_t a, uint64_t b)
{
    uint64_t a_is = ((((a | each_80) - b) & each_80) >> 7) * 0xff;
    return (a & a_is) | (b & ~a_is);
}

static int64_t sum_of_bytes(uint64_t word)
{
    const uint64_t even = 0x00ff00ff00ff00ffu;
    return (int64_t)((((word & even) + ((word >> 8) & even)) * 0x0001000100010001u) >> 48);
}

static int64_t largest_byte(uint64_t word)
{
    for (int shift = 32; shift >= 8; shift /= 2)
        word = larger_bytes(word, word >> shift);
    return (int64_t)(word & 0xff);
}

static int64_t at_least_one(int64_t cycles)
{
    return cycles > 0 ? cycles : 1;
}

cost_t cost_pragmatic(const int8_t *weights, int64_t count)
{
    uint64_t most = 0;
    int64_t useful = 0;
    for (int64_t i = 0; i < count; i += 8) {
        uint64_t ones = ones_of_bytes(magnitudes(load(weights + i)));
        most = larger_bytes(most, ones);
        useful += sum_of_bytes(ones);
    }
    return (cost_t){at_least_one(largest_byte(most)), useful};
}

#if defined(__SSE2__)
enum { AT_A_TIME = 32 };

/* ones[b] += the weights of 32 that have bit b. */
static inline __attribute__((always_inline)) void count_bits(const int8_t *weights, int64_t *ones)
{
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)weights),
            b = _mm_loadu_si128((const __m128i *)(const void *)(weights + AT_A_TIME / 2));
    for (int bit = 7; bit >= 0; bit--) {
        const uint32_t mask = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
        ones[bit] += __builtin_popcount(mask);
        a = _mm_add_epi8(a, a);
        b = _mm_add_epi8(b, b);
    }
}
#else
enum { AT_A_TIME = 2048 /* more than a slice has: eight at a time */ };
static inline __attribute__((always_inline)) void count_bits(const int8_t *weights, int64_t *ones)
{
    (void)weights, (void)ones;
}
#endif

CLONES("popcnt", "default")
static cost_t accel_cost_bitlet(const int8_t *weights, int64_t count)
{
    int64_t sums[8] = {0}, most = 0, useful = 0, at = 0;
    uint64_t ones[8] = {0};
    for (; at + AT_A_TIME <= count; at += AT_A_TIME)
        count_bits(weights + at, sums);
    for (int64_t i = at; i < count; i += 8) {
        uint64_t word = load(weights + i);
        for (int bit = 0; bit < 8; bit++)
            ones[bit] += (word >> bit) & each_1;
    }
    for (int bit = 0; bit < 8; bit++) {
        const int64_t sum = sums[bit] + (at < count ? sum_of_bytes(ones[bit]) : 0);
        most = sum > most ? sum : most;
        useful += sum;
    }
    return (cost_t){most, useful};
}

cost_t cost_bitlet_zeros(const int8_t *weights, int64_t count)
{
    return accel_cost_bitlet(weights, count);
}

cost_t cost_bitlet(const int8_t *weights, int64_t count)
{
    cost_t cost = cost_bitlet_zeros(weights, count);
    return (cost_t){at_least_one(cost.cycles), cost.useful};
}

static uint64_t saturated(uint64_t word)
{
    word = magnitudes(word);
    return word - ((word >> 7) & each_1);
}

static uint8_t any_byte(uint64_t word)
{
    word |= word >> 32;
    word |= word >> 16;
    return (uint8_t)(word | word >> 8);
}

cost_t cost_pragmatic_signed(const int8_t *weights, int64_t count)
{
    uint64_t most = 0;
    int64_t useful = 0;
    for (int64_t i = 0; i < count; i += 8) {
        uint64_t word = load(weights + i), ones = ones_of_bytes(saturated(word)) + ((word >> 7) & each_1);
        most = larger_bytes(most, ones);
        useful += sum_of_bytes(ones);
    }
    return (cost_t){largest_byte(most), useful};
}

uint8_t cost_columns(const int8_t *weights, int64_t count, int64_t *ones)
{
    uint64_t any = 0;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i += 8) {
        uint64_t word = saturated(load(weights + i));
        any |= word;
        sum += sum_of_bytes(ones_of_bytes(word));
    }
    *ones += sum;
    return any_byte(any);
}

int64_t cost_ones(uint8_t byte)
{
    return (int64_t)ones_of_bytes(byte);
}

bool cost_any_negative(const int8_t *weights, int64_t count)
{
    uint64_t any = 0;
    for (int64_t i = 0; i < count; i += 8)
        any |= load(weights + i);
    return (any & each_80) != 0;
}

int64_t cost_nonzero(const int8_t *weights, int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i += 8) {
        uint64_t word = load(weights + i), low = (word & ~each_80) + ~each_80;
        sum += sum_of_bytes(((word | low) >> 7) & each_1);
    }
    return sum;
}
