/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_TAUSWORTHE_H
#define BBS_BASE_TAUSWORTHE_H

#include <stdint.h>

/* L'Ecuyer's combined Tausworthe generator of three components (Mathematics of Computation 65, 1996, with the seeds of 68,
 * 1999), number for number GSL's gsl_rng_taus2: for loops that draw hundreds of millions of numbers, where GSL's calls
 * through pointers take longer than what is done with a number. */

/* One generator. */
typedef struct {
    uint32_t a, b, c;
} tausworthe_t;

void tausworthe_seed(uint32_t seed, tausworthe_t *state);

static inline uint32_t tausworthe_next(tausworthe_t *state)
{
    state->a = (state->a & 4294967294u) << 12 ^ (state->a << 13 ^ state->a) >> 19;
    state->b = (state->b & 4294967288u) << 4 ^ (state->b << 2 ^ state->b) >> 25;
    state->c = (state->c & 4294967280u) << 17 ^ (state->c << 3 ^ state->c) >> 11;
    return state->a ^ state->b ^ state->c;
}

/* Sixteen generators, a lane each. */
enum { TAUSWORTHE_LANES = 16 };
typedef struct {
    uint32_t a[TAUSWORTHE_LANES], b[TAUSWORTHE_LANES], c[TAUSWORTHE_LANES];
} tausworthe_lanes_t;

void tausworthe_seed_lanes(const uint32_t *seeds, tausworthe_lanes_t *state);
/* The next `count` numbers of each: numbers[count][TAUSWORTHE_LANES]. */
void tausworthe_fill(tausworthe_lanes_t *state, int64_t count, uint32_t *numbers);

#endif
