/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight weights are eight bytes of a 64-bit word, weight 0 the lowest. Transposing that word as an 8 x 8 matrix of bits
 * makes byte b the column of bit b, for eight weights at once: three exchanges of blocks of 1, 2 and 4 bits (Warren,
 * Hacker's Delight, 7-3). The transpose is its own inverse. */
#include "compress/planes.h"

#include <string.h>

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

/* Bytes of two's complement to sign and magnitude; -128 becomes the byte 0x80, which reading does not restore. */
static inline uint64_t to_sign_magnitude(uint64_t word)
{
    uint64_t negative = (word >> 7) & EVERY_BYTE;
    return ((word ^ negative * 255) + negative) | negative << 7;
}

/* The reverse; magnitude 0 must not be negative. */
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

/* Columns that repeat the sign, as a mask of bits below it. */
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

int64_t planes_size(int64_t count, uint8_t kept)
{
    return (count + 7) / 8 * __builtin_popcount(kept);
}

/* 255 in each byte whose bit is set in `mask`. */
static inline uint64_t spread(uint8_t mask)
{
    uint64_t word = 0;
    for (int bit = 0; bit < 8; bit++)
        word |= mask >> bit & 1 ? (uint64_t)255 << (8 * bit) : 0;
    return word;
}

bool planes_write(const int8_t *weights, int64_t count, bool sign_magnitude, uint8_t kept, uint8_t *out)
{
    int64_t stride = (count + 7) / 8;
    uint64_t kept_bytes = spread(kept), repeated_bytes = spread(repeated(sign_magnitude, kept)), wrong = 0;
    for (int64_t i = 0; i < stride; i++) {
        uint64_t word = load(weights + 8 * i, count - 8 * i);
        if (sign_magnitude) {
            word = to_sign_magnitude(word);
            wrong |= has_negative_zero(word);
        }
        uint64_t columns = transpose(word);
        uint64_t restored = (columns & kept_bytes) | ((columns >> (8 * SIGN)) * EVERY_BYTE & repeated_bytes);
        wrong |= restored ^ columns;
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
    int64_t stride = (count + 7) / 8;
    uint64_t repeated_bytes = spread(repeated(sign_magnitude, kept)), wrong = 0;
    for (int64_t i = 0; i < stride; i++) {
        const uint8_t *from = in + i;
        uint64_t columns = 0;
        for (int bit = SIGN; bit >= 0; bit--)
            if (kept >> bit & 1) {
                columns |= (uint64_t)*from << (8 * bit);
                from += stride;
            }
        columns |= (columns >> (8 * SIGN)) * EVERY_BYTE & repeated_bytes;
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
