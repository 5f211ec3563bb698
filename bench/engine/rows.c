/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen lanes at a time in the compilers' portable vector types; the loader picks the widest form that the processor
 * supports. The last, incomplete vector of a row is padded with neutral values (zero, or a score whose exp is 0).
 *
 * exp(x): x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite 1980), Taylor's polynomial of degree 7 in
 * r (next term below 1.1e-8), and n put into the exponent.
 *
 * Phi(-|x|) = P(t) exp(-x^2 / 2) / 2 with t = 1 / (1 + p |x| / sqrt(2)) and P of degree 5: Abramowitz and Stegun 7.1.26,
 * absolute error 0.75e-7. Phi(x) = 1 - Phi(-x) gives the other half without cancellation on this one. */
#include "engine/rows.h"

#include "base/clones.h"
#include "engine/lanes.h"

#include <math.h>
#include <string.h>

enum { LANES = 16 };
typedef float lanes_t __attribute__((vector_size(LANES * sizeof(float))));
typedef float eight_t __attribute__((vector_size(8 * sizeof(float))));
typedef float four_t __attribute__((vector_size(4 * sizeof(float))));
typedef int32_t mask_t __attribute__((vector_size(LANES * sizeof(int32_t))));

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define ROWS_CLONES CLONES("avx512f", "avx2", "default")
#define ROWS_INLINE static inline __attribute__((always_inline))

ROWS_INLINE void load(const float *from, int64_t left, float filling, lanes_t *lanes)
{
    if (left >= LANES) {
        memcpy(lanes, from, sizeof *lanes);
        return;
    }
    *lanes = (lanes_t){0} + filling;
    lanes_copy(lanes, from, left, sizeof *from);
}

ROWS_INLINE void store(const lanes_t *lanes, int64_t left, float *to)
{
    if (left >= LANES)
        memcpy(to, lanes, sizeof *lanes);
    else
        lanes_copy(to, lanes, left, sizeof *to);
}

/* a where the mask is set, else b. */
ROWS_INLINE void choose(const mask_t *mask, const lanes_t *a, const lanes_t *b, lanes_t *chosen)
{
    const mask_t bits = (*mask & (mask_t)*a) | (~*mask & (mask_t)*b);
    *chosen = (lanes_t)bits;
}

/* Halves are added to halves: lane i to lane i + 8, then + 4, + 2, + 1. */
ROWS_INLINE float sum_of(const lanes_t *lanes)
{
    eight_t low, high;
    four_t a, b;
    float part[4];
    memcpy(&low, lanes, sizeof low);
    memcpy(&high, (const char *)lanes + sizeof low, sizeof high);
    low = low + high;
    memcpy(&a, &low, sizeof a);
    memcpy(&b, (const char *)&low + sizeof a, sizeof b);
    a = a + b;
    memcpy(part, &a, sizeof part);
    return (part[0] + part[2]) + (part[1] + part[3]);
}

/* exp of lanes that are zero or less. */
ROWS_INLINE void exp_of(const lanes_t *x, lanes_t *result)
{
    const lanes_t lowest = (lanes_t){0} - 87.0F; /* exp(-87) = 1.6e-38, still a normal float */
    const mask_t above = *x > lowest;
    lanes_t bounded;
    choose(&above, x, &lowest, &bounded);
    const lanes_t rounded = bounded * 1.44269504F + 12582912.0F; /* 1.5 * 2^23: the integer is in the low bits */
    const lanes_t n = rounded - 12582912.0F;
    const lanes_t r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
    lanes_t p = r * (1.0F / 5040) + 1.0F / 720;
    p = p * r + 1.0F / 120;
    p = p * r + 1.0F / 24;
    p = p * r + 1.0F / 6;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    const mask_t exponent = (__builtin_convertvector(n, mask_t) + 127) << 23;
    *result = p * (lanes_t)exponent;
    const mask_t kept = above & (mask_t)*result;
    *result = (lanes_t)kept;
}

ROWS_CLONES static void engine_rows_gelu(float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i += LANES) {
        lanes_t x, tail;
        load(values + i, count - i, 0, &x);
        const mask_t negative = x < 0;
        const mask_t magnitude = (mask_t)x & 0x7fffffff;
        const lanes_t z = (lanes_t)magnitude * 0.707106781F;
        const lanes_t t = 1.0F / (z * 0.3275911F + 1.0F), square = -z * z;
        exp_of(&square, &tail);
        lanes_t p = t * 1.061405429F - 1.453152027F;
        p = p * t + 1.421413741F;
        p = p * t - 0.284496736F;
        p = p * t + 0.254829592F;
        tail = tail * p * t * 0.5F;
        const lanes_t other = 1.0F - tail;
        choose(&negative, &tail, &other, &tail);
        x = x * tail;
        store(&x, count - i, values + i);
    }
}

ROWS_CLONES static void engine_rows_softmax(float *values, int64_t rows, int64_t width, float s)
{
    for (int64_t row = 0; row < rows; row++, values += width) {
        lanes_t largest = (lanes_t){0} - INFINITY, sum = (lanes_t){0}, x;
        for (int64_t i = 0; i < width; i += LANES) {
            load(values + i, width - i, -INFINITY, &x);
            const mask_t above = x > largest;
            choose(&above, &x, &largest, &largest);
        }
        float part[LANES], most = -INFINITY;
        memcpy(part, &largest, sizeof part);
        for (int i = 0; i < LANES; i++)
            most = part[i] > most ? part[i] : most;
        for (int64_t i = 0; i < width; i += LANES) {
            load(values + i, width - i, -INFINITY, &x);
            x = (x - most) * s;
            exp_of(&x, &x);
            sum += x;
            store(&x, width - i, values + i);
        }
        const float scale = 1.0F / sum_of(&sum);
        for (int64_t i = 0; i < width; i += LANES) {
            load(values + i, width - i, 0, &x);
            x = x * scale;
            store(&x, width - i, values + i);
        }
    }
}

ROWS_CLONES static void engine_rows_norm(const float *source, int64_t rows, int64_t width, const float *gamma,
                                         const float *beta, double epsilon, float *target)
{
    for (int64_t row = 0; row < rows; row++, source += width, target += width) {
        lanes_t sum = (lanes_t){0}, squares = (lanes_t){0}, x, g, b;
        for (int64_t i = 0; i < width; i += LANES) {
            load(source + i, width - i, 0, &x);
            sum += x;
        }
        const float mean = sum_of(&sum) / (float)width;
        for (int64_t i = 0; i < width; i += LANES) {
            load(source + i, width - i, mean, &x);
            x = x - mean;
            squares += x * x;
        }
        const double variance = (double)sum_of(&squares) / (double)width;
        const float scale = (float)(1.0 / sqrt(variance + epsilon));
        for (int64_t i = 0; i < width; i += LANES) {
            load(source + i, width - i, 0, &x);
            load(gamma + i, width - i, 0, &g);
            load(beta + i, width - i, 0, &b);
            x = (x - mean) * scale * g + b;
            store(&x, width - i, target + i);
        }
    }
}

ROWS_CLONES static void engine_rows_rms_norm(const float *source, int64_t rows, int64_t width, const float *gamma,
                                             double epsilon, float *target)
{
    for (int64_t row = 0; row < rows; row++, source += width, target += width) {
        lanes_t squares = (lanes_t){0}, x, g;
        for (int64_t i = 0; i < width; i += LANES) {
            load(source + i, width - i, 0, &x);
            squares += x * x;
        }
        const float scale = (float)(1.0 / sqrt((double)sum_of(&squares) / (double)width + epsilon));
        for (int64_t i = 0; i < width; i += LANES) {
            load(source + i, width - i, 0, &x);
            load(gamma + i, width - i, 0, &g);
            x = x * scale * g;
            store(&x, width - i, target + i);
        }
    }
}

ROWS_CLONES static void engine_rows_swiglu(const float *source, int64_t rows, int64_t width, float *target)
{
    for (int64_t row = 0; row < rows; row++, source += 2 * width, target += width)
        for (int64_t i = 0; i < width; i += LANES) {
            lanes_t gate, up, e;
            load(source + i, width - i, 0, &gate);
            load(source + width + i, width - i, 0, &up);
            const mask_t negative = gate < 0, magnitude = (mask_t)gate & INT32_MAX;
            const lanes_t below = -(lanes_t)magnitude;
            exp_of(&below, &e);
            const lanes_t one = (lanes_t){0} + 1.0F;
            lanes_t share; /* exp(-g) would overflow below 0: there it is e / (1 + e) */
            choose(&negative, &e, &one, &share);
            const lanes_t result = gate * (share / (1.0F + e)) * up;
            store(&result, width - i, target + i);
        }
}

/* Up to DOT_ROWS rows share what is loaded of the weights; the order of each sum does not depend on it. */
enum { DOT_ROWS = 4 };

ROWS_INLINE void dot_rows(const float *source, int64_t rows, int64_t inputs, const float *weights, float *sums)
{
    lanes_t sum[DOT_ROWS] = {{0}}, x, w;
    for (int64_t i = 0; i < inputs; i += LANES) {
        load(weights + i, inputs - i, 0, &w);
        for (int64_t row = 0; row < rows; row++) {
            load(source + row * inputs + i, inputs - i, 0, &x);
            sum[row] = sum[row] + x * w;
        }
    }
    for (int64_t row = 0; row < rows; row++)
        sums[row] = sum_of(&sum[row]);
}

ROWS_CLONES static void engine_rows_linear(const float *source, int64_t rows, int64_t inputs, const float *weights,
                                           const float *bias, int64_t outputs, float *target)
{
    for (int64_t k = 0; k < outputs; k++, weights += inputs)
        for (int64_t row = 0; row < rows; row += DOT_ROWS) {
            const int64_t count = rows - row < DOT_ROWS ? rows - row : DOT_ROWS;
            float sums[DOT_ROWS];
            if (count == DOT_ROWS)
                dot_rows(source + row * inputs, DOT_ROWS, inputs, weights, sums);
            else
                dot_rows(source + row * inputs, count, inputs, weights, sums);
            for (int64_t i = 0; i < count; i++)
                target[(row + i) * outputs + k] = sums[i] + bias[k];
        }
}

ROWS_CLONES static void engine_rows_tanh(float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i += LANES) {
        lanes_t x, e;
        load(values + i, count - i, 0, &x);
        const mask_t sign = (mask_t)x & INT32_MIN;
        const mask_t magnitude = (mask_t)x & INT32_MAX;
        const lanes_t twice = (lanes_t)magnitude * -2.0F;
        exp_of(&twice, &e);
        x = (1.0F - e) / (1.0F + e);
        const mask_t signed_x = (mask_t)x | sign;
        x = (lanes_t)signed_x;
        store(&x, count - i, values + i);
    }
}

void rows_linear(const float *source, int64_t rows, int64_t inputs, const float *weights, const float *bias,
                 int64_t outputs, float *target)
{
    engine_rows_linear(source, rows, inputs, weights, bias, outputs, target);
}

void rows_tanh(float *values, int64_t count)
{
    engine_rows_tanh(values, count);
}

void rows_gelu(float *values, int64_t count)
{
    engine_rows_gelu(values, count);
}

void rows_softmax(float *values, int64_t rows, int64_t width, float s)
{
    engine_rows_softmax(values, rows, width, s);
}

void rows_softmax_causal(float *values, int64_t rows, int64_t width, int64_t first, float s)
{
    for (int64_t row = 0; row < rows; row++, values += width) {
        const int64_t seen = first + row + 1;
        engine_rows_softmax(values, 1, seen, s);
        memset(values + seen, 0, (size_t)(width - seen) * sizeof *values);
    }
}

void rows_rms_norm(const float *source, int64_t rows, int64_t width, const float *gamma, double epsilon, float *target)
{
    engine_rows_rms_norm(source, rows, width, gamma, epsilon, target);
}

void rows_swiglu(const float *source, int64_t rows, int64_t width, float *target)
{
    engine_rows_swiglu(source, rows, width, target);
}

void rows_layer_norm(const float *source, int64_t rows, int64_t width, const float *gamma, const float *beta,
                     double epsilon, float *target)
{
    engine_rows_norm(source, rows, width, gamma, beta, epsilon, target);
}
