/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_GOLDEN_H
#define BBS_TESTS_GOLDEN_H

/* The weights of the network `golden` (tests/data/golden.csv): by a formula, so that they are the same in every program.
 *
 * Weight i of layer l, both from 0, in unsigned 32-bit arithmetic: a hash of the two gives four numbers from 0 to 15; the
 * weight is twice their sum less 60, so a bell from -60 to 60; one in 64 is twice as large, within -126 to 126. Weight 0 of
 * a channel is 127 or -128. In conv5 the channels 0 to 31 are zero but for that weight: whole tiles of zeros. */
#include <stdint.h>
#include <string.h>

enum { GOLDEN_EMPTY_CHANNELS = 32, GOLDEN_MOST = 126 };

static inline int8_t golden_weight(uint32_t layer, uint32_t index)
{
    uint32_t x = index * 2654435761u + 40503u * (layer + 1);
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    int value = 2 * ((int)(x >> 8 & 15) + (int)(x >> 12 & 15) + (int)(x >> 16 & 15) + (int)(x >> 20 & 15) - 30);
    if ((x & 63) == 0)
        value *= 2;
    return (int8_t)(value < -GOLDEN_MOST ? -GOLDEN_MOST : value > GOLDEN_MOST ? GOLDEN_MOST : value);
}

/* q[channels][per_channel] of one layer. */
static inline void golden_fill(const char *name, uint32_t layer, int64_t channels, int64_t per_channel, int8_t *q)
{
    for (int64_t k = 0; k < channels; k++)
        for (int64_t i = 0; i < per_channel; i++) {
            int64_t at = k * per_channel + i;
            if (i == 0)
                q[at] = (int8_t)(k % 2 == 0 ? 127 : -128);
            else if (strcmp(name, "conv5") == 0 && k < GOLDEN_EMPTY_CHANNELS)
                q[at] = 0;
            else
                q[at] = golden_weight(layer, (uint32_t)at);
        }
}

#endif
