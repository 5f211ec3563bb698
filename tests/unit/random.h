/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_RANDOM_H
#define BBS_TESTS_RANDOM_H

#include <stdint.h>

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* least to most, both included. */
static inline int random_between(uint64_t *state, int least, int most)
{
    return least + (int)(random_next(state) % (uint64_t)(most - least + 1));
}

/* A weight as quantised layers have them: bell-shaped, of width 2^(0 to 7), with ends and zeros now and then. */
static inline int8_t random_weight(uint64_t *state, int width)
{
    int kind = random_between(state, 0, 63);
    if (kind < 3)
        return kind == 0 ? 0 : kind == 1 ? INT8_MIN : INT8_MAX;
    int sum = 0;
    for (int i = 0; i < 4; i++)
        sum += random_between(state, -(1 << width), (1 << width) - 1);
    return (int8_t)(sum / 4);
}

#endif
