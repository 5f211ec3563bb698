/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the nearest level takes a few instructions without a table or a branch (grid.h), so compilers vectorise it. Loops
 * run over a fixed number of lanes, each with its own sum, so processors with wider vectors add in the same order. */
#include "compress/grid.h"

#include <math.h>

enum { LANES = 16, RANGE_UNIT = 32, CHUNK = 128, SAMPLE = 16 };

/* ===  Formats  === */

/* 2^exponent, exactly. */
static float power(int exponent)
{
    return ldexpf(1.0f, exponent);
}

grid_t grid_integer(int bits, bool is_signed)
{
    float half = power(bits - 1);
    return (grid_t){.low = is_signed ? -half : 0, .high = is_signed ? half - 1 : 2 * half - 1};
}

grid_t grid_fixed(int bits, int fraction)
{
    float high = (power(bits - 1) - 1) * power(-fraction);
    return (grid_t){.offset = -fraction, .finest = -fraction, .coarsest = -fraction, .low = -high, .high = high};
}

grid_t grid_float(int exponent_bits, int mantissa_bits)
{
    int bias = (1 << (exponent_bits - 1)) - 1;
    int least = 1 - bias, most = (1 << exponent_bits) - 1 - bias; /* exponents of normal numbers */
    float high = power(most + 1) - power(most - mantissa_bits);
    return (grid_t){.slope = 1,
                    .offset = -mantissa_bits,
                    .finest = least - mantissa_bits,
                    .coarsest = most - mantissa_bits,
                    .low = -high,
                    .high = high};
}

grid_t grid_flint(int bits, bool is_signed)
{
    int magnitude_bits = is_signed ? bits - 1 : bits;
    float high = power(2 * magnitude_bits - 2);
    return (grid_t){.slope = 2,
                    .offset = 3 - 2 * magnitude_bits,
                    .coarsest = 2 * magnitude_bits - 3,
                    .low = is_signed ? -high : 0,
                    .high = high};
}

grid_t grid_power_of_two(int bits, bool is_signed)
{
    int magnitude_bits = is_signed ? bits - 1 : bits;
    return (grid_t){.slope = 1, .finest = 2 - (1 << magnitude_bits), .low = is_signed ? -1.0f : 0, .high = 1};
}

/* ===  Many weights  === */

COMPRESS_CLONES
static void grid_round_all(const grid_t *at, const float *weights, int64_t count, float reciprocal, float factor,
                           float *values)
{
    const grid_t grid = *at;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            values[i + lane] = grid_nearest(&grid, weights[i + lane] * reciprocal) * factor;
    for (; i < count; i++)
        values[i] = grid_nearest(&grid, weights[i] * reciprocal) * factor;
}

void grid_levels(const grid_t *grid, const float *weights, int64_t count, float scale, float *levels)
{
    grid_round_all(grid, weights, count, grid_reciprocal(scale), 1.0f, levels);
}

void grid_values(const grid_t *grid, const float *weights, int64_t count, float scale, float *values)
{
    grid_round_all(grid, weights, count, grid_reciprocal(scale), scale, values);
}

/* Or INFINITY as soon as it is known to be above `most`: nothing that is added is negative, and rounding keeps order, so a
 * sum of the lanes so far is never above the whole one. */
CLONES("avx512f", "avx2", "default")
static double grid_error_of(const grid_t *at, const float *weights, int64_t count, float scale, float reciprocal,
                            double most)
{
    const grid_t grid = *at;
    double sums[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (int64_t end = CHUNK; i + LANES <= count; end += CHUNK) {
        for (; i + LANES <= count && i < end; i += LANES)
            for (int lane = 0; lane < LANES; lane++) {
                double error =
                    (double)weights[i + lane] - (double)(grid_nearest(&grid, weights[i + lane] * reciprocal) * scale);
                sums[lane] += error * error;
            }
        double part = 0;
        for (int lane = 0; lane < LANES; lane++)
            part += sums[lane];
        if (part > most)
            return INFINITY;
    }
    for (; i < count; i++) {
        double error = (double)weights[i] - (double)(grid_nearest(&grid, weights[i] * reciprocal) * scale);
        sum += error * error;
    }
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

double grid_error(const grid_t *grid, const float *weights, int64_t count, float scale)
{
    return grid_error_of(grid, weights, count, scale, grid_reciprocal(scale), INFINITY);
}

COMPRESS_CLONES
static float grid_largest_of(const float *weights, int64_t count)
{
    float lanes[LANES] = {0}, largest = 0;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            float magnitude = fabsf(weights[i + lane]);
            lanes[lane] = magnitude > lanes[lane] ? magnitude : lanes[lane];
        }
    for (; i < count; i++)
        largest = fabsf(weights[i]) > largest ? fabsf(weights[i]) : largest;
    for (int lane = 0; lane < LANES; lane++)
        largest = lanes[lane] > largest ? lanes[lane] : largest;
    return largest;
}

float grid_largest(const float *weights, int64_t count)
{
    return grid_largest_of(weights, count);
}

/* ===  Scales  === */

float grid_scale(float range, float span)
{
    float scale = range / span;
    return isfinite(scale) && isfinite(1.0f / scale) ? scale : 0;
}

float grid_reciprocal(float scale)
{
    return scale > 0 ? 1.0f / scale : 0;
}

/* The scale that is likely the best is tried first, on a part of the weights, so that most others are given up early. */
grid_fit_t grid_search(grid_trial_t *trial, const void *context, int64_t count, const float *scales, int number)
{
    const int64_t part = count / SAMPLE;
    int likely = -1;
    double least = INFINITY;
    for (int i = 0; i < number && part >= LANES; i++) {
        const double error = scales[i] > 0 ? trial(context, part, scales[i], least) : INFINITY;
        likely = error < least ? i : likely;
        least = error < least ? error : least;
    }
    const double bound = likely >= 0 ? trial(context, count, scales[likely], INFINITY) : INFINITY;
    grid_fit_t best = {.scale = 0, .error = trial(context, count, 0, bound)};
    for (int i = 0; i < number; i++) {
        const double most = bound < best.error ? bound : best.error;
        const double error = i == likely ? bound : scales[i] > 0 ? trial(context, count, scales[i], most) : INFINITY;
        if (error < best.error)
            best = (grid_fit_t){.scale = scales[i], .error = error};
    }
    return best;
}

typedef struct {
    const grid_t *grid;
    const float *weights;
} fitted_t;

static double try_scale(const void *context, int64_t count, float scale, double most)
{
    const fitted_t *fitted = context;
    return grid_error_of(fitted->grid, fitted->weights, count, scale, grid_reciprocal(scale), most);
}

grid_fit_t grid_fit(const grid_t *grid, const float *weights, int64_t count, float base, float span, grid_ranges_t ranges)
{
    float scales[GRID_RANGES_MOST];
    int number = 0;
    for (int i = ranges.last; i >= ranges.first; i--)
        scales[number++] = grid_scale(base * ((float)i / RANGE_UNIT), span);
    return grid_search(try_scale, &(fitted_t){grid, weights}, count, scales, number);
}
