/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen lanes at a time in the compilers' portable vector types, as in rows.c; the loader picks the widest form the
 * processor has. Each lane is computed on its own, so the width of the hardware does not show in the result; the one
 * reduction (the largest of a row) does not depend on the order.
 *
 * Rounding: adding 1.5 * 2^23 to a float of less than 2^22 leaves the nearest integer (a tie to the even one) in the low
 * bits of the sum. */
#include "engine/levels.h"

#include <string.h>

enum { LANES = 16 };
typedef float lanes_t __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t whole_t __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef uint8_t bytes_t __attribute__((vector_size(LANES)));

/* Clang 14 makes a clone's symbol global even when it is static: the names carry the prefix. */
#if defined(__x86_64__)
#define LEVELS_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LEVELS_CLONES
#endif
#define LEVELS_INLINE static inline __attribute__((always_inline))

static const float most_level = 255, half_range = 127.5F, middle = 128, round_bias = 12582912.0F; /* 1.5 * 2^23 */

/* ===  Lanes  === */

/* As many bytes of `from` as are left, at most those of 16 lanes; zeros behind them. */
LEVELS_INLINE void load(const void *from, size_t size, int64_t left, void *lanes)
{
    if (left < LANES)
        memset(lanes, 0, LANES * size);
    memcpy(lanes, from, (left < LANES ? (size_t)left : LANES) * size);
}

LEVELS_INLINE void store(const void *lanes, size_t size, int64_t left, void *to)
{
    memcpy(to, lanes, (left < LANES ? (size_t)left : LANES) * size);
}

LEVELS_INLINE void load_whole(const int32_t *from, int64_t left, lanes_t *lanes)
{
    whole_t whole;
    load(from, sizeof *from, left, &whole);
    *lanes = __builtin_convertvector(whole, lanes_t);
}

LEVELS_INLINE void load_levels(const uint8_t *from, int64_t left, lanes_t *lanes)
{
    bytes_t bytes;
    load(from, sizeof *from, left, &bytes);
    *lanes = __builtin_convertvector(__builtin_convertvector(bytes, whole_t), lanes_t);
}

LEVELS_INLINE void bound(lanes_t *x, float least, float most)
{
    const lanes_t low = (lanes_t){0} + least, high = (lanes_t){0} + most;
    const whole_t above = *x > low;
    whole_t bits = (above & (whole_t)*x) | (~above & (whole_t)low);
    const whole_t below = (lanes_t)bits < high;
    bits = (below & bits) | (~below & (whole_t)high);
    *x = (lanes_t)bits;
}

/* x is 0 to 255. */
LEVELS_INLINE void store_levels(const lanes_t *x, int64_t left, uint8_t *to)
{
    const whole_t whole = (whole_t)(*x + round_bias) & 0xff;
    const bytes_t bytes = __builtin_convertvector(whole, bytes_t);
    store(&bytes, 1, left, to);
}

/* ===  Planes  === */

LEVELS_INLINE void finish_row(const levels_finish_t *finish, int64_t row, int64_t width)
{
    const int64_t first = row * width;
    const float *bias = finish->bias + (finish->bias_row != NULL ? finish->bias_row[row] * width : 0);
    for (int64_t i = 0; i < width; i += LANES) {
        const int64_t left = width - i, at = first + i;
        lanes_t v, x, m;
        load_whole(finish->sums[0] + at, left, &v);
        load(finish->multiplier[0] + i, sizeof(float), left, &m);
        v = v * m;
        for (int group = 1; group < finish->groups; group++) {
            load_whole(finish->sums[group] + at, left, &x);
            load(finish->multiplier[group] + i, sizeof(float), left, &m);
            v = v + x * m;
        }
        load(bias + i, sizeof(float), left, &x);
        v = v + x;
        if (finish->levels != NULL) {
            load_levels(finish->levels + at, left, &x);
            v = v + x * finish->level_step;
        }
        if (finish->floats != NULL) {
            load(finish->floats + at, sizeof(float), left, &x);
            v = v + x;
        }
        if (finish->relu) {
            const whole_t positive = (whole_t)v & (v > 0);
            v = (lanes_t)positive;
        }
        if (finish->to_levels != NULL) {
            v = v * finish->per_step;
            bound(&v, 0, most_level);
            store_levels(&v, left, finish->to_levels + at);
        } else {
            store(&v, sizeof(float), left, finish->to_floats + at);
        }
    }
}

LEVELS_CLONES static void engine_levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    for (int64_t row = 0; row < rows; row++)
        finish_row(finish, row, width);
}

LEVELS_CLONES static void engine_levels_round(const float *values, int64_t count, float per_step, uint8_t *levels)
{
    for (int64_t i = 0; i < count; i += LANES) {
        lanes_t x;
        load(values + i, sizeof(float), count - i, &x);
        x = x * per_step;
        bound(&x, 0, most_level);
        store_levels(&x, count - i, levels + i);
    }
}

LEVELS_CLONES static void engine_levels_most(const uint8_t *row, int64_t width, uint8_t *target)
{
    for (int64_t i = 0; i < width; i++)
        target[i] = row[i] > target[i] ? row[i] : target[i];
}

void levels_finish(const levels_finish_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish(finish, rows, width);
}

void levels_round(const float *values, int64_t count, float per_step, uint8_t *levels)
{
    engine_levels_round(values, count, per_step, levels);
}

void levels_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target)
{
    for (int64_t y = 0; y < window->out_h; y++)
        for (int64_t x = 0; x < window->out_w; x++, target += width) {
            memset(target, 0, (size_t)width);
            for (int64_t ky = 0; ky < window->kernel; ky++)
                for (int64_t kx = 0; kx < window->kernel; kx++) {
                    const int64_t row = y * window->stride - window->pad_top + ky,
                                  column = x * window->stride - window->pad_left + kx;
                    if (row >= 0 && row < window->in_h && column >= 0 && column < window->in_w)
                        engine_levels_most(source + (row * window->in_w + column) * width, width, target);
                }
        }
}

void levels_average(const uint8_t *levels, float step, const float *floats, int64_t rows, int64_t width, float *means)
{
    for (int64_t i = 0; i < width; i++) {
        int64_t whole = 0;
        float sum = 0;
        for (int64_t row = 0; row < rows; row++)
            if (levels != NULL)
                whole += levels[row * width + i];
            else
                sum += floats[row * width + i];
        means[i] = (levels != NULL ? (float)whole * step : sum) / (float)rows;
    }
}

/* ===  Rows of vectors  === */

LEVELS_INLINE float largest(const float *values, int64_t width)
{
    whole_t most = {0};
    float part[LANES], all = 0;
    for (int64_t i = 0; i < width; i += LANES) {
        whole_t bits; /* magnitudes order as integers do */
        load(values + i, sizeof(float), width - i, &bits);
        bits &= 0x7fffffff;
        const whole_t above = bits > most;
        most = (above & bits) | (~above & most);
    }
    memcpy(part, &most, sizeof part);
    for (int i = 0; i < LANES; i++)
        all = part[i] > all ? part[i] : all;
    return all;
}

LEVELS_INLINE void store_signed(const float *values, int64_t left, float per_step, uint8_t *levels)
{
    lanes_t x;
    load(values, sizeof(float), left, &x);
    x = x * per_step;
    bound(&x, -middle, middle - 1);
    const whole_t whole = ((whole_t)(x + round_bias) & 0xff) ^ 0x80; /* two's complement, plus 128 */
    const bytes_t bytes = __builtin_convertvector(whole, bytes_t);
    store(&bytes, 1, left, levels);
}

LEVELS_CLONES static void engine_levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width,
                                                uint8_t *levels, float *step)
{
    for (int64_t row = 0; row < rows; row++, values += stride, levels += width) {
        const float most = largest(values, width), per_step = most > 0 ? half_range / most : 0;
        step[row] = most / half_range;
        for (int64_t i = 0; i < width; i += LANES)
            store_signed(values + i, width - i, per_step, levels + i);
    }
}

void levels_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step)
{
    engine_levels_of_rows(values, rows, stride, width, levels, step);
}

LEVELS_CLONES static void engine_levels_centre(int8_t *levels, int64_t width, int32_t *sum)
{
    int32_t all = 0;
    for (int64_t i = 0; i < width; i++) {
        levels[i] = (int8_t)(levels[i] ^ INT8_MIN); /* minus 128, in two's complement */
        all += levels[i];
    }
    *sum = all;
}

void levels_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step,
                           int32_t *sum)
{
    engine_levels_of_rows(values, rows, stride, width, (uint8_t *)levels, step);
    for (int64_t row = 0; row < rows; row++)
        engine_levels_centre(levels + row * width, width, &sum[row]);
}

LEVELS_CLONES static void engine_levels_of_columns(const float *values, int64_t rows, int64_t stride, int64_t width,
                                                   int8_t *levels, float *step)
{
    for (int64_t i = 0; i < width; i += LANES) {
        const int64_t left = width - i;
        whole_t most = {0};
        float per_step[LANES];
        lanes_t m, x;
        for (int64_t row = 0; row < rows; row++) {
            whole_t bits;
            load(values + row * stride + i, sizeof(float), left, &bits);
            bits &= 0x7fffffff;
            const whole_t above = bits > most;
            most = (above & bits) | (~above & most);
        }
        m = (lanes_t)most / half_range;
        store(&m, sizeof(float), left, step + i);
        memcpy(per_step, &most, sizeof per_step);
        for (int lane = 0; lane < LANES; lane++)
            per_step[lane] = per_step[lane] > 0 ? half_range / per_step[lane] : 0;
        memcpy(&m, per_step, sizeof m);
        for (int64_t row = 0; row < rows; row++) {
            load(values + row * stride + i, sizeof(float), left, &x);
            x = x * m;
            bound(&x, -middle, middle - 1);
            const whole_t whole = (whole_t)(x + round_bias) & 0xff;
            const bytes_t bytes = __builtin_convertvector(whole, bytes_t);
            store(&bytes, 1, left, levels + row * width + i);
        }
    }
}

void levels_of_columns(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels, float *step)
{
    engine_levels_of_columns(values, rows, stride, width, levels, step);
}

LEVELS_CLONES static void engine_levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < width; i += LANES) {
            const int64_t left = width - i;
            float *target = finish->target + row * finish->stride + i;
            whole_t whole, centre;
            lanes_t x, v;
            load(finish->sums + row * width + i, sizeof(int32_t), left, &whole);
            if (finish->zero != NULL) {
                load(finish->zero + i, sizeof(int32_t), left, &centre);
                whole = whole - centre;
            }
            load(finish->step + i, sizeof(float), left, &x);
            v = __builtin_convertvector(whole, lanes_t) * (x * finish->row_step[row]);
            if (finish->bias != NULL) {
                load(finish->bias + i, sizeof(float), left, &x);
                v = v + x;
            }
            if (finish->accumulate) {
                load(target, sizeof(float), left, &x);
                v = v + x;
            }
            store(&v, sizeof(float), left, target);
        }
}

void levels_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width)
{
    engine_levels_finish_rows(finish, rows, width);
}
