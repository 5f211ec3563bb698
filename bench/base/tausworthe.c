/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tausworthe.h"

#include "base/clones.h"

#include <string.h>

/* A component must not begin below these (L'Ecuyer 1999). */
enum { LEAST_A = 2, LEAST_B = 8, LEAST_C = 16, WARM_UP = 6 };
static const uint32_t multiplier = 69069; /* of the congruential generator that spreads the seed */

static uint32_t spread(uint32_t from, uint32_t least)
{
    const uint32_t next = multiplier * from;
    return next < least ? next + least : next;
}

void tausworthe_seed(uint32_t seed, tausworthe_t *state)
{
    state->a = spread(seed == 0 ? 1 : seed, LEAST_A);
    state->b = spread(state->a, LEAST_B);
    state->c = spread(state->b, LEAST_C);
    for (int i = 0; i < WARM_UP; i++)
        tausworthe_next(state);
}

void tausworthe_seed_lanes(const uint32_t *seeds, tausworthe_lanes_t *state)
{
    for (int lane = 0; lane < TAUSWORTHE_LANES; lane++) {
        tausworthe_t one;
        tausworthe_seed(seeds[lane], &one);
        state->a[lane] = one.a;
        state->b[lane] = one.b;
        state->c[lane] = one.c;
    }
}

typedef uint32_t lanes_t __attribute__((vector_size(TAUSWORTHE_LANES * sizeof(uint32_t))));

/* Clang 14 makes a clone's symbol global even when it is static, so the name has the module prefix. */
CLONES("avx512f", "avx2", "default")
static void tausworthe_fill_lanes(tausworthe_lanes_t *state, int64_t count, uint32_t *numbers)
{
    lanes_t a, b, c;
    memcpy(&a, state->a, sizeof a);
    memcpy(&b, state->b, sizeof b);
    memcpy(&c, state->c, sizeof c);
    for (int64_t i = 0; i < count; i++) {
        a = (a & 4294967294u) << 12 ^ (a << 13 ^ a) >> 19;
        b = (b & 4294967288u) << 4 ^ (b << 2 ^ b) >> 25;
        c = (c & 4294967280u) << 17 ^ (c << 3 ^ c) >> 11;
        const lanes_t number = a ^ b ^ c;
        memcpy(numbers + i * TAUSWORTHE_LANES, &number, sizeof number);
    }
    memcpy(state->a, &a, sizeof a);
    memcpy(state->b, &b, sizeof b);
    memcpy(state->c, &c, sizeof c);
}

void tausworthe_fill(tausworthe_lanes_t *state, int64_t count, uint32_t *numbers)
{
    tausworthe_fill_lanes(state, count, numbers);
}
