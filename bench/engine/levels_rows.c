/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of vectors, each with its own step. levels_lanes.h says how a value is rounded. */
#include "engine/levels.h"

#include "engine/levels_lanes.h"
#include "engine/levels_wide.h"

/* The bits of float magnitudes have the order of integers. */
LEVELS_INLINE void take_larger(const float *values, bool whole, int64_t left, whole_t *most)
{
    whole_t bits;
    lanes_load(values, sizeof(float), whole, left, &bits);
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

/* |x| is at most 127.5, so it rounds to -128..128, unless the row has values that are not finite; `flip` inverts the sign
 * bit, which adds 128. */
LEVELS_INLINE void store_signed(const lanes_t *x, int32_t flip, bool whole, int64_t left, void *to)
{
    whole_t rounded = (whole_t)(*x + round_bias) - ROUND_BITS;
    const whole_t above = rounded > MOST_SIGNED, below = rounded < LEAST_SIGNED;
    rounded = (rounded & ~(above | below)) | (MOST_SIGNED & above) | (LEAST_SIGNED & below);
    const bytes_t bytes = __builtin_convertvector((rounded ^ flip) & MOST_LEVEL, bytes_t);
    lanes_store(&bytes, 1, whole, left, to);
}

LEVELS_INLINE void scale_lanes(const float *values, float per_step, bool whole, int64_t left, uint8_t *levels)
{
    lanes_t x;
    lanes_load(values, sizeof(float), whole, left, &x);
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

void levels_portable_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step)
{
    engine_levels_of_rows(values, rows, stride, width, levels, step);
}

void levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step)
{
    if (!levels_wide_of_rows(values, rows, stride, width, levels, step))
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

void levels_portable_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels,
                                    float *step, int32_t *sum)
{
    engine_levels_of_rows(values, rows, stride, width, (uint8_t *)levels, step);
    for (int64_t row = 0; row < rows; row++)
        engine_levels_centre(levels + row * width, width, sum != NULL ? &sum[row] : NULL);
}

void levels_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step,
                           int32_t *sum)
{
    if (!levels_wide_of_signed_rows(values, rows, stride, width, levels, step, sum))
        levels_portable_of_signed_rows(values, rows, stride, width, levels, step, sum);
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
    lanes_store(&m, sizeof(float), whole, left, step);
    memcpy(per_step, &most, sizeof per_step);
    for (int lane = 0; lane < LANES; lane++)
        per_step[lane] = per_step[lane] > 0 ? half_range / per_step[lane] : 0;
    memcpy(&m, per_step, sizeof m);
    for (int64_t row = 0; row < rows; row++) {
        lanes_load(values + row * stride, sizeof(float), whole, left, &x);
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
    lanes_load(sums, sizeof(int32_t), whole, left, &all);
    if (zero) {
        lanes_load(finish->zero + i, sizeof(int32_t), whole, left, &centre);
        all = all - centre;
    }
    lanes_load(finish->step + i, sizeof(float), whole, left, &x);
    v = __builtin_convertvector(all, lanes_t) * (x * row_step);
    if (bias) {
        lanes_load(finish->bias + i, sizeof(float), whole, left, &x);
        v = v + x;
    }
    if (accumulate) {
        lanes_load(target, sizeof(float), whole, left, &x);
        v = v + x;
    }
    lanes_store(&v, sizeof(float), whole, left, target);
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

void levels_portable_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish_rows(finish, rows, width);
}

void levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    if (!levels_wide_finish_rows(finish, rows, width))
        engine_levels_finish_rows(finish, rows, width);
}
