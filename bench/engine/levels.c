/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen lanes at a time in the compilers' portable vector types, as in rows.c; the loader picks the widest form that
 * the processor supports. Each lane is computed separately, so the result does not depend on the width of the hardware; the
 * only reduction (the largest of a row) does not depend on the order.
 *
 * Rounding: 1.5 * 2^23 plus a float of less than 2^22 is a float whose bits are those of 1.5 * 2^23 plus the nearest
 * integer (a tie to the even one). The bits of floats have the order of integers, so a value that is too large is still
 * found too large after rounding. */
#include "engine/levels.h"

#include "base/clones.h"
#include "engine/lanes.h"

#include <string.h>

enum { LANES = 16 };
typedef float lanes_t __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t whole_t __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef int32_t eight_t __attribute__((vector_size(8 * sizeof(int32_t))));
typedef int32_t four_t __attribute__((vector_size(4 * sizeof(int32_t))));
typedef uint16_t halves_t __attribute__((vector_size(LANES * sizeof(uint16_t))));
typedef uint8_t bytes_t __attribute__((vector_size(LANES)));
typedef int8_t signed_bytes_t __attribute__((vector_size(LANES)));

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define LEVELS_CLONES CLONES("avx512f", "avx2", "default")
#define LEVELS_INLINE static inline __attribute__((always_inline))

static const float half_range = 127.5F, round_bias = 12582912.0F; /* 1.5 * 2^23 */
enum { ROUND_BITS = 0x4B400000 /* of round_bias */, MOST_LEVEL = 255, MOST_SIGNED = 127 };

/* ===  Lanes  === */

/* Load `left` of 16 lanes, and zeros in the others. `whole` is a compile-time constant: when true all lanes are loaded,
 * without a check of the length. */
LEVELS_INLINE void load(const void *from, size_t size, bool whole, int64_t left, void *lanes)
{
    if (whole) {
        memcpy(lanes, from, LANES * size);
        return;
    }
    memset(lanes, 0, LANES * size);
    lanes_copy(lanes, from, left, size);
}

LEVELS_INLINE void store(const void *lanes, size_t size, bool whole, int64_t left, void *to)
{
    if (whole)
        memcpy(to, lanes, LANES * size);
    else
        lanes_copy(to, lanes, left, size);
}

LEVELS_INLINE void load_sums(const int32_t *from, bool whole, int64_t left, lanes_t *lanes)
{
    whole_t sums;
    load(from, sizeof *from, whole, left, &sums);
    *lanes = __builtin_convertvector(sums, lanes_t);
}

LEVELS_INLINE void load_levels(const uint8_t *from, bool whole, int64_t left, lanes_t *lanes)
{
    bytes_t bytes;
    load(from, sizeof *from, whole, left, &bytes);
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
    store(&bytes, 1, whole, left, to);
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
    load(finish->multiplier[0] + i, sizeof(float), whole, left, &m);
    v = v * m;
    for (int group = 1; group < groups; group++) {
        load_sums(finish->sums[group] + sum, whole, left, &x);
        load(finish->multiplier[group] + i, sizeof(float), whole, left, &m);
        v = v + x * m;
    }
    load(bias + i, sizeof(float), whole, left, &x);
    v = v + x;
    if (residual == LEVELS) {
        load_levels(finish->levels + at, whole, left, &x);
        v = v + x * finish->level_step;
    } else if (residual == FLOATS) {
        load(finish->floats + at, sizeof(float), whole, left, &x);
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
        store(&v, sizeof(float), whole, left, finish->to_floats + at);
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
    load(values, sizeof(float), whole, left, &x);
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

void levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish(finish, rows, width);
}

void levels_round(const float *values, int64_t count, float per_step, uint8_t *levels)
{
    engine_levels_round(values, count, per_step, levels);
}

/* ===  Rows of vectors  === */

/* The bits of float magnitudes have the order of integers. */
LEVELS_INLINE void take_larger(const float *values, bool whole, int64_t left, whole_t *most)
{
    whole_t bits;
    load(values, sizeof(float), whole, left, &bits);
    bits &= INT32_MAX;
    const whole_t above = bits > *most;
    *most = (above & bits) | (~above & *most);
}

/* Of lanes that are the bits of magnitudes; halves are compared with halves. */
LEVELS_INLINE float largest_lane(const whole_t *lanes)
{
    int32_t part[4];
    eight_t low, high;
    four_t a, b;
    memcpy(&low, lanes, sizeof low);
    memcpy(&high, (const char *)lanes + sizeof low, sizeof high);
    low = ((low > high) & low) | ((low <= high) & high);
    memcpy(&a, &low, sizeof a);
    memcpy(&b, (const char *)&low + sizeof a, sizeof b);
    a = ((a > b) & a) | ((a <= b) & b);
    memcpy(part, &a, sizeof a);
    const int32_t first = part[0] > part[1] ? part[0] : part[1], second = part[2] > part[3] ? part[2] : part[3],
                  all = first > second ? first : second;
    float value;
    memcpy(&value, &all, sizeof value);
    return value;
}

LEVELS_INLINE float largest(const float *values, int64_t width)
{
    whole_t most = {0}, other = {0}; /* two, because each waits for its last value */
    int64_t i = 0;
    for (; i + 2 * LANES <= width; i += 2 * LANES) {
        take_larger(values + i, true, LANES, &most);
        take_larger(values + i + LANES, true, LANES, &other);
    }
    for (; i + LANES <= width; i += LANES)
        take_larger(values + i, true, LANES, &most);
    if (i < width)
        take_larger(values + i, false, width - i, &other);
    take_larger((const float *)(const void *)&other, true, LANES, &most);
    return largest_lane(&most);
}

/* |x| is at most 127.5, so it rounds to -128..128; `flip` inverts the sign bit, which adds 128. */
LEVELS_INLINE void store_signed(const lanes_t *x, int32_t flip, bool whole, int64_t left, void *to)
{
    whole_t rounded = (whole_t)(*x + round_bias) - ROUND_BITS;
    rounded += rounded > MOST_SIGNED; /* adds -1 where it is larger */
    const bytes_t bytes = __builtin_convertvector((rounded ^ flip) & MOST_LEVEL, bytes_t);
    store(&bytes, 1, whole, left, to);
}

LEVELS_INLINE void scale_lanes(const float *values, float per_step, bool whole, int64_t left, uint8_t *levels)
{
    lanes_t x;
    load(values, sizeof(float), whole, left, &x);
    x = x * per_step;
    store_signed(&x, 0x80, whole, left, levels);
}

LEVELS_CLONES static void engine_levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width,
                                                uint8_t *levels, float *step)
{
    for (int64_t row = 0; row < rows; row++, values += stride, levels += width) {
        const float most = largest(values, width), per_step = most > 0 ? half_range / most : 0;
        int64_t i = 0;
        step[row] = most / half_range;
        for (; i + LANES <= width; i += LANES)
            scale_lanes(values + i, per_step, true, LANES, levels + i);
        if (i < width)
            scale_lanes(values + i, per_step, false, width - i, levels + i);
    }
}

void levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step)
{
    engine_levels_of_rows(values, rows, stride, width, levels, step);
}

LEVELS_CLONES static void engine_levels_centre(int8_t *levels, int64_t width, int32_t *sum)
{
    whole_t sums = {0};
    int32_t part[LANES], all = 0;
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        signed_bytes_t bytes;
        memcpy(&bytes, levels + i, sizeof bytes);
        bytes ^= INT8_MIN; /* minus 128, in two's complement */
        memcpy(levels + i, &bytes, sizeof bytes);
        sums += __builtin_convertvector(bytes, whole_t);
    }
    for (; i < width; i++) {
        levels[i] = (int8_t)(levels[i] ^ INT8_MIN);
        all += levels[i];
    }
    memcpy(part, &sums, sizeof part);
    for (int lane = 0; lane < LANES; lane++)
        all += part[lane];
    if (sum != NULL)
        *sum = all;
}

void levels_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step,
                           int32_t *sum)
{
    engine_levels_of_rows(values, rows, stride, width, (uint8_t *)levels, step);
    for (int64_t row = 0; row < rows; row++)
        engine_levels_centre(levels + row * width, width, sum != NULL ? &sum[row] : NULL);
}

LEVELS_INLINE void scale_columns(const float *values, int64_t rows, int64_t stride, int64_t width, bool whole, int64_t left,
                                 int8_t *levels, float *step)
{
    whole_t most = {0};
    float per_step[LANES];
    lanes_t m, x;
    for (int64_t row = 0; row < rows; row++)
        take_larger(values + row * stride, whole, left, &most);
    m = (lanes_t)most / half_range;
    store(&m, sizeof(float), whole, left, step);
    memcpy(per_step, &most, sizeof per_step);
    for (int lane = 0; lane < LANES; lane++)
        per_step[lane] = per_step[lane] > 0 ? half_range / per_step[lane] : 0;
    memcpy(&m, per_step, sizeof m);
    for (int64_t row = 0; row < rows; row++) {
        load(values + row * stride, sizeof(float), whole, left, &x);
        x = x * m;
        store_signed(&x, 0, whole, left, levels + row * width);
    }
}

LEVELS_CLONES static void engine_levels_of_columns(const float *values, int64_t rows, int64_t stride, int64_t width,
                                                   int8_t *levels, float *step)
{
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES)
        scale_columns(values + i, rows, stride, width, true, LANES, levels + i, step + i);
    if (i < width)
        scale_columns(values + i, rows, stride, width, false, width - i, levels + i, step + i);
}

void levels_of_columns(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step)
{
    engine_levels_of_columns(values, rows, stride, width, levels, step);
}

LEVELS_INLINE void finish_vector(const levels_rows_t *finish, const int32_t *sums, float row_step, int64_t i, bool whole,
                                 int64_t left, bool zero, bool bias, bool accumulate, float *target)
{
    whole_t all, centre;
    lanes_t x, v;
    load(sums, sizeof(int32_t), whole, left, &all);
    if (zero) {
        load(finish->zero + i, sizeof(int32_t), whole, left, &centre);
        all = all - centre;
    }
    load(finish->step + i, sizeof(float), whole, left, &x);
    v = __builtin_convertvector(all, lanes_t) * (x * row_step);
    if (bias) {
        load(finish->bias + i, sizeof(float), whole, left, &x);
        v = v + x;
    }
    if (accumulate) {
        load(target, sizeof(float), whole, left, &x);
        v = v + x;
    }
    store(&v, sizeof(float), whole, left, target);
}

LEVELS_INLINE void finish_vectors(const levels_rows_t *finish, int64_t rows, int64_t width, bool zero, bool bias,
                                  bool accumulate)
{
    for (int64_t row = 0; row < rows; row++) {
        float *target = finish->target + row * finish->stride;
        const int32_t *sums = finish->sums + row * (finish->sums_stride > 0 ? finish->sums_stride : width);
        const float step = finish->row_step[row];
        int64_t i = 0;
        for (; i + LANES <= width; i += LANES)
            finish_vector(finish, sums + i, step, i, true, LANES, zero, bias, accumulate, target + i);
        if (i < width)
            finish_vector(finish, sums + i, step, i, false, width - i, zero, bias, accumulate, target + i);
    }
}

/* Linear layers, and the two products of attention. */
LEVELS_CLONES static void engine_levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    if (finish->zero != NULL && finish->bias != NULL)
        finish_vectors(finish, rows, width, true, true, finish->accumulate);
    else
        finish_vectors(finish, rows, width, finish->zero != NULL, finish->bias != NULL, finish->accumulate);
}

void levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish_rows(finish, rows, width);
}
