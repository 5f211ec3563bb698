/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight weights are eight bytes of a 64-bit word, weight 0 the lowest. Transposing that word as an 8 x 8 matrix of bits
 * makes byte b the column of bit b, for eight weights at once: three exchanges of blocks of 1, 2 and 4 bits (Warren,
 * Hacker's Delight, 7-3). The transpose is its own inverse. On x86-64 chunks of 32 weights go through SSE2, which has an
 * instruction that collects the top bits of 16 bytes. */
#include "compress/planes.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { SIGN = 7 };
static const uint64_t EVERY_BYTE = 0x0101010101010101u;

static inline uint64_t transpose(uint64_t x)
{
    uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAu;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCu;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0u;
    return x ^ t ^ (t << 28);
}

static inline uint64_t load(const int8_t *weights, int64_t count)
{
    uint8_t bytes[8] = {0};
    memcpy(bytes, weights, count < 8 ? (size_t)count : 8);
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static inline void store(uint64_t word, int8_t *weights, int64_t count)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> (8 * i));
    memcpy(weights, bytes, count < 8 ? (size_t)count : 8);
}

/* Convert bytes from two's complement to sign-magnitude; -128 becomes the byte 0x80, which reading does not restore. */
static inline uint64_t to_sign_magnitude(uint64_t word)
{
    uint64_t negative = (word >> 7) & EVERY_BYTE;
    return ((word ^ negative * 255) + negative) | negative << 7;
}

/* The reverse; there must be no negative zero. */
static inline uint64_t from_sign_magnitude(uint64_t word)
{
    uint64_t negative = (word >> 7) & EVERY_BYTE;
    return ((word & EVERY_BYTE * 127) ^ negative * 255) + negative;
}

static inline bool has_negative_zero(uint64_t word)
{
    uint64_t magnitude = word & EVERY_BYTE * 127;
    return ((word & ~(magnitude + EVERY_BYTE * 127)) & EVERY_BYTE * 128) != 0;
}

/* Mask of the magnitude columns that repeat the sign. */
static inline uint8_t repeated(bool sign_magnitude, uint8_t kept)
{
    unsigned below = kept & 0x7Fu;
    if (sign_magnitude || below == 0)
        return 0;
    int highest = 31 - __builtin_clz(below);
    return (uint8_t)(0x80u - (2u << highest));
}

uint64_t planes_of(const int8_t *weights, int64_t count)
{
    return transpose(load(weights, count));
}

/* 255 in each byte whose bit is set in `mask`. */
static inline uint64_t spread(uint8_t mask)
{
    uint64_t word = 0;
    for (int bit = 0; bit < 8; bit++)
        word |= mask >> bit & 1 ? (uint64_t)255 << (8 * bit) : 0;
    return word;
}

/* ===  Chunks of 32 weights: SSE2  === */

#if defined(__SSE2__)
enum { CHUNK = 32, CHUNK_BYTES = CHUNK / 8 };

static inline void chunk_to_sign_magnitude(__m128i *half, uint64_t *wrong)
{
    __m128i lowest = _mm_set1_epi8(-128), negative = _mm_cmpgt_epi8(_mm_setzero_si128(), *half);
    *wrong |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(*half, lowest));
    __m128i magnitude = _mm_sub_epi8(_mm_xor_si128(*half, negative), negative);
    *half = _mm_or_si128(magnitude, _mm_and_si128(negative, lowest));
}

static inline void chunk_from_sign_magnitude(__m128i *half, uint64_t *wrong)
{
    __m128i lowest = _mm_set1_epi8(-128), negative = _mm_cmpgt_epi8(_mm_setzero_si128(), *half);
    *wrong |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(*half, lowest));
    __m128i magnitude = _mm_andnot_si128(lowest, *half);
    *half = _mm_sub_epi8(_mm_xor_si128(magnitude, negative), negative);
}

/* The top bits of 32 bytes are one column; doubling the bytes brings up the next. */
static inline uint64_t write_chunk(const int8_t *weights, bool sign_magnitude, uint8_t kept, uint8_t repeats,
                                   int64_t stride, uint8_t *out)
{
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)weights);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(weights + 16));
    uint64_t wrong = 0;
    if (sign_magnitude) {
        chunk_to_sign_magnitude(&low, &wrong);
        chunk_to_sign_magnitude(&high, &wrong);
    }
    uint32_t sign = (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
    for (int bit = SIGN; bit >= 0; bit--) {
        uint32_t column = (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
        low = _mm_add_epi8(low, low);
        high = _mm_add_epi8(high, high);
        if (kept >> bit & 1) {
            memcpy(out, &column, CHUNK_BYTES);
            out += stride;
        } else {
            wrong |= column ^ (repeats >> bit & 1 ? sign : 0);
        }
    }
    return wrong;
}

/* Widen each of 32 bits to a byte of 0 or 255. */
static inline void widen(uint32_t column, __m128i *low, __m128i *high)
{
    const __m128i bits = _mm_set1_epi64x((long long)0x8040201008040201u);
    __m128i spread = _mm_cvtsi32_si128((int)column);
    spread = _mm_unpacklo_epi8(spread, spread);
    spread = _mm_unpacklo_epi16(spread, spread);
    *low = _mm_cmpeq_epi8(_mm_and_si128(_mm_unpacklo_epi32(spread, spread), bits), bits);
    *high = _mm_cmpeq_epi8(_mm_and_si128(_mm_unpackhi_epi32(spread, spread), bits), bits);
}

static inline uint64_t read_chunk(const uint8_t *in, bool sign_magnitude, uint8_t kept, uint8_t repeats, int64_t stride,
                                  int8_t *weights)
{
    __m128i low = _mm_setzero_si128(), high = low, low_column, high_column;
    uint64_t wrong = 0;
    for (int bit = SIGN; bit >= 0; bit--) {
        if (!(kept >> bit & 1))
            continue;
        uint32_t column;
        memcpy(&column, in, CHUNK_BYTES);
        in += stride;
        __m128i place = _mm_set1_epi8((char)(bit == SIGN ? 0x80 | repeats : 1 << bit));
        widen(column, &low_column, &high_column);
        low = _mm_or_si128(low, _mm_and_si128(low_column, place));
        high = _mm_or_si128(high, _mm_and_si128(high_column, place));
    }
    if (sign_magnitude) {
        chunk_from_sign_magnitude(&low, &wrong);
        chunk_from_sign_magnitude(&high, &wrong);
    }
    _mm_storeu_si128((__m128i *)(void *)weights, low);
    _mm_storeu_si128((__m128i *)(void *)(weights + 16), high);
    return wrong;
}

#endif

/* ===  Groups  === */

bool planes_write(const int8_t *weights, int64_t count, bool sign_magnitude, uint8_t kept, uint8_t *out)
{
    int64_t stride = (count + 7) / 8, i = 0;
    uint8_t repeats = repeated(sign_magnitude, kept);
    uint64_t wrong = 0;
#if defined(__SSE2__)
    for (; count - 8 * i >= CHUNK; i += CHUNK_BYTES)
        wrong |= write_chunk(weights + 8 * i, sign_magnitude, kept, repeats, stride, out + i);
#endif
    for (; i < stride; i++) {
        uint64_t word = load(weights + 8 * i, count - 8 * i);
        if (sign_magnitude) {
            word = to_sign_magnitude(word);
            wrong |= has_negative_zero(word);
        }
        uint64_t columns = transpose(word), signs = (columns >> (8 * SIGN)) * EVERY_BYTE;
        wrong |= columns ^ ((columns & spread(kept)) | (signs & spread(repeats)));
        uint8_t *to = out + i;
        for (int bit = SIGN; bit >= 0; bit--)
            if (kept >> bit & 1) {
                *to = (uint8_t)(columns >> (8 * bit));
                to += stride;
            }
    }
    return wrong == 0;
}

bool planes_read(const uint8_t *in, int64_t count, bool sign_magnitude, uint8_t kept, int8_t *weights)
{
    int64_t stride = (count + 7) / 8, i = 0;
    uint8_t repeats = repeated(sign_magnitude, kept);
    uint64_t wrong = 0;
#if defined(__SSE2__)
    for (; count - 8 * i >= CHUNK; i += CHUNK_BYTES)
        wrong |= read_chunk(in + i, sign_magnitude, kept, repeats, stride, weights + 8 * i);
#endif
    for (; i < stride; i++) {
        const uint8_t *from = in + i;
        uint64_t columns = 0;
        for (int bit = SIGN; bit >= 0; bit--)
            if (kept >> bit & 1) {
                columns |= (uint64_t)*from << (8 * bit);
                from += stride;
            }
        columns |= (columns >> (8 * SIGN)) * EVERY_BYTE & spread(repeats);
        uint64_t word = transpose(columns);
        if (count - 8 * i < 8)
            wrong |= word >> (8 * (count - 8 * i));
        if (sign_magnitude) {
            wrong |= has_negative_zero(word);
            word = from_sign_magnitude(word);
        }
        store(word, weights + 8 * i, count - 8 * i);
    }
    return wrong == 0;
}
