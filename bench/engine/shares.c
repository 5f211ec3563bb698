/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen lanes at a time, as in levels_lanes.h, which also says how a value is rounded. */
#include "engine/shares.h"

#include "engine/levels_lanes.h"

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define SHARES_CLONES CLONES("avx512f", "avx2", "default")
#define SHARES_INLINE static inline __attribute__((always_inline))

static const float most_level = 255.0F;

/* shares * step of up to 16 columns, zeros beyond the last. */
SHARES_INLINE void scaled(const float *shares, const float *step, int64_t left, lanes_t *x)
{
    lanes_t steps;
    lanes_load(shares, sizeof *shares, left >= LANES, left, x);
    lanes_load(step, sizeof *step, left >= LANES, left, &steps);
    *x = *x * steps;
}

/* The bits of floats that are not negative have the order of integers. */
SHARES_INLINE float largest(const float *shares, const float *step, int64_t width)
{
    whole_t most = {0};
    float part[LANES], all = 0;
    for (int64_t i = 0; i < width; i += LANES) {
        lanes_t x;
        scaled(shares + i, step + i, width - i, &x);
        const whole_t bits = (whole_t)x, above = bits > most;
        most = (above & bits) | (~above & most);
    }
    memcpy(part, &most, sizeof part);
    for (int lane = 0; lane < LANES; lane++)
        all = part[lane] > all ? part[lane] : all;
    return all;
}

SHARES_CLONES static void engine_shares_to_levels(const float *shares, int64_t rows, int64_t width, const float *step,
                                                  uint8_t *levels, float *row_step)
{
    for (int64_t row = 0; row < rows; row++, shares += width, levels += width) {
        const float most = largest(shares, step, width), per_step = most > 0 ? most_level / most : 0;
        row_step[row] = most / most_level;
        for (int64_t i = 0; i < width; i += LANES) {
            lanes_t x;
            scaled(shares + i, step + i, width - i, &x);
            const whole_t rounded = (whole_t)(x * per_step + round_bias) - ROUND_BITS;
            const bytes_t bytes = __builtin_convertvector(rounded & MOST_LEVEL, bytes_t);
            lanes_store(&bytes, 1, width - i >= LANES, width - i, levels + i);
        }
    }
}

void shares_to_levels(const float *shares, int64_t rows, int64_t width, const float *step, uint8_t *levels, float *row_step)
{
    engine_shares_to_levels(shares, rows, width, step, levels, row_step);
}
