/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Planes of levels. levels_lanes.h says how a value is rounded. */
#include "engine/levels.h"

#include "engine/levels_lanes.h"
#include "engine/levels_wide.h"

LEVELS_INLINE void load_sums(const int32_t *from, bool whole, int64_t left, lanes_t *lanes)
{
    whole_t sums;
    lanes_load(from, sizeof *from, whole, left, &sums);
    *lanes = __builtin_convertvector(sums, lanes_t);
}

LEVELS_INLINE void load_levels(const uint8_t *from, bool whole, int64_t left, lanes_t *lanes)
{
    bytes_t bytes;
    lanes_load(from, sizeof *from, whole, left, &bytes);
    /* in two steps: for one from bytes to 32 bits GCC 12 moves each byte by itself */
    const halves_t halves = __builtin_convertvector(bytes, halves_t);
    *lanes = __builtin_convertvector(__builtin_convertvector(halves, whole_t), lanes_t);
}

/* max(x, 0) */
LEVELS_INLINE void clip_negative(lanes_t *x)
{
    const whole_t bits = (whole_t)*x & ((whole_t)*x >= 0);
    *x = (lanes_t)bits;
}

/* min(x, most) */
LEVELS_INLINE void clip_above(lanes_t *x, float most)
{
    const lanes_t limit = most - (lanes_t){0};
    const whole_t above = *x > limit;
    *x = (lanes_t)(((whole_t)*x & ~above) | ((whole_t)limit & above));
}

/* Store the nearest levels of x; no lane is negative. */
LEVELS_INLINE void store_levels(const lanes_t *x, bool whole, int64_t left, uint8_t *to)
{
    whole_t rounded = (whole_t)(*x + round_bias) - ROUND_BITS;
    rounded |= rounded > MOST_LEVEL; /* all bits set where it is larger */
    const bytes_t bytes = __builtin_convertvector(rounded & MOST_LEVEL, bytes_t);
    lanes_store(&bytes, 1, whole, left, to);
}

/* ===  Planes  === */

typedef enum { NO_RESIDUAL, LEVELS, FLOATS } residual_t;

/* One vector of one row. Properties of the whole call are compile-time constants. */
LEVELS_INLINE void finish_lanes(const levels_finish_t *finish, const float *bias, int64_t sum, int64_t at, int64_t i,
                                int64_t left, bool whole, int groups, residual_t residual, bool relu, bool clip,
                                bool to_levels)
{
    lanes_t v, x, m;
    load_sums(finish->sums[0] + sum, whole, left, &v);
    lanes_load(finish->multiplier[0] + i, sizeof(float), whole, left, &m);
    v = v * m;
    for (int group = 1; group < groups; group++) {
        load_sums(finish->sums[group] + sum, whole, left, &x);
        lanes_load(finish->multiplier[group] + i, sizeof(float), whole, left, &m);
        v = v + x * m;
    }
    lanes_load(bias + i, sizeof(float), whole, left, &x);
    v = v + x;
    if (residual == LEVELS) {
        load_levels(finish->levels + at, whole, left, &x);
        v = v + x * finish->level_step;
    } else if (residual == FLOATS) {
        lanes_load(finish->floats + at, sizeof(float), whole, left, &x);
        v = v + x;
    }
    if (relu || to_levels)
        clip_negative(&v);
    if (clip)
        clip_above(&v, finish->clip);
    if (to_levels) {
        v = v * finish->per_step;
        store_levels(&v, whole, left, finish->to_levels + at);
    } else {
        lanes_store(&v, sizeof(float), whole, left, finish->to_floats + at);
    }
}

LEVELS_INLINE void finish_rows(const levels_finish_t *finish, int64_t rows, int64_t width, int groups, residual_t residual,
                               bool relu, bool clip, bool to_levels)
{
    const int64_t stride = finish->stride > 0 ? finish->stride : width,
                  sums_stride = finish->sums_stride > 0 ? finish->sums_stride : width;
    for (int64_t row = 0; row < rows; row++) {
        const float *bias = finish->bias + (finish->bias_row != NULL ? finish->bias_row[row] * stride : 0);
        const int64_t sum = row * sums_stride, at = row * stride;
        int64_t i = 0;
        for (; i + LANES <= width; i += LANES)
            finish_lanes(finish, bias, sum + i, at + i, i, LANES, true, groups, residual, relu, clip, to_levels);
        if (i < width)
            finish_lanes(finish, bias, sum + i, at + i, i, width - i, false, groups, residual, relu, clip, to_levels);
    }
}

/* Five versions for the forms of nearly all layers, and a general one. */
LEVELS_CLONES static void engine_levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    const residual_t residual = finish->levels != NULL ? LEVELS : finish->floats != NULL ? FLOATS : NO_RESIDUAL;
    const bool to_levels = finish->to_levels != NULL, clip = finish->relu && finish->clip > 0;
    if (finish->groups == 1 && residual == NO_RESIDUAL && to_levels && !clip)
        finish_rows(finish, rows, width, 1, NO_RESIDUAL, true, false, true);
    else if (finish->groups == 1 && residual == LEVELS && to_levels && !clip)
        finish_rows(finish, rows, width, 1, LEVELS, true, false, true);
    else if (finish->groups == 3 && residual == NO_RESIDUAL && to_levels && !clip)
        finish_rows(finish, rows, width, 3, NO_RESIDUAL, true, false, true);
    else if (finish->groups == 1 && residual == FLOATS && to_levels && !clip)
        finish_rows(finish, rows, width, 1, FLOATS, true, false, true);
    else if (finish->groups == 1 && residual == NO_RESIDUAL && !to_levels && !finish->relu)
        finish_rows(finish, rows, width, 1, NO_RESIDUAL, false, false, false);
    else
        finish_rows(finish, rows, width, finish->groups, residual, finish->relu, clip, to_levels);
}

LEVELS_INLINE void round_lanes(const float *values, float per_step, bool whole, int64_t left, uint8_t *levels)
{
    lanes_t x;
    lanes_load(values, sizeof(float), whole, left, &x);
    x = x * per_step;
    clip_negative(&x);
    store_levels(&x, whole, left, levels);
}

LEVELS_CLONES static void engine_levels_round(const float *values, int64_t count, float per_step, uint8_t *levels)
{
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        round_lanes(values + i, per_step, true, LANES, levels + i);
    if (i < count)
        round_lanes(values + i, per_step, false, count - i, levels + i);
}

void levels_portable_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish(finish, rows, width);
}

void levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    if (!levels_wide_finish(finish, rows, width))
        engine_levels_finish(finish, rows, width);
}

void levels_round(const float *values, int64_t count, float per_step, uint8_t *levels)
{
    engine_levels_round(values, count, per_step, levels);
}
