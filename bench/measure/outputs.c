/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Softmax is never divided out: log p = l - logsumexp(l), with the largest logit taken out of the sum.
 *
 * A network of 2,965 classes has as much work here as in its convolutions. So sums run in eight lanes, in the compilers'
 * portable vector types, with an exponential of our own: the same operations in the same order on every processor, and
 * independent of the version of the C library.
 *
 * exp(x): x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite 1980), Taylor's polynomial of degree 13
 * in r (next term below 5e-18), and n put into the exponent. */
#include "measure/outputs.h"

#include "base/clones.h"
#include "base/csv.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

const char *const outputs_references[OUTPUTS_REFERENCES] = {[OUTPUTS_INT8] = "int8", [OUTPUTS_FP32] = "fp32"};

/* ===  Eight lanes  === */

enum { LANES = 8 };
typedef double lanes_t __attribute__((vector_size(LANES * sizeof(double))));
typedef float narrow_t __attribute__((vector_size(LANES * sizeof(float))));
typedef int64_t mask_t __attribute__((vector_size(LANES * sizeof(int64_t))));

/* Clang 14 makes a clone's symbol global even when it is static, so the names have the module prefix. */
#define OUTPUTS_CLONES CLONES("avx512f", "avx2", "default")
#define OUTPUTS_INLINE static inline __attribute__((always_inline))

/* `left` values; the lanes beyond them are `filling`. */
OUTPUTS_INLINE void load(const float *from, int64_t left, double filling, lanes_t *lanes)
{
    narrow_t whole;
    if (left >= LANES) {
        memcpy(&whole, from, sizeof whole);
        *lanes = __builtin_convertvector(whole, lanes_t);
        return;
    }
    for (int i = 0; i < LANES; i++)
        (*lanes)[i] = i < left ? (double)from[i] : filling;
}

OUTPUTS_INLINE double sum_of(const lanes_t *lanes)
{
    double part[LANES];
    memcpy(part, lanes, sizeof part);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            part[i] += part[i + width];
    return part[0];
}

/* a where the mask is set, else b. */
OUTPUTS_INLINE void choose(const mask_t *mask, const lanes_t *a, const lanes_t *b, lanes_t *chosen)
{
    const mask_t bits = (*mask & (mask_t)*a) | (~*mask & (mask_t)*b);
    *chosen = (lanes_t)bits;
}

/* exp of lanes that are at most 700. NaN stays NaN; far below zero it is 3e-308 instead of less. */
OUTPUTS_INLINE void exp_of(const lanes_t *x, lanes_t *result)
{
    const lanes_t lowest = (lanes_t){0} - 707.0;
    const mask_t below = *x < lowest;
    lanes_t bounded;
    choose(&below, &lowest, x, &bounded);
    const lanes_t rounded = bounded * 1.4426950408889634 + 6755399441055744.0; /* 1.5 * 2^52: n is in the low bits */
    const lanes_t n = rounded - 6755399441055744.0;
    const lanes_t r = (bounded - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
    lanes_t p = r * (1.0 / 6227020800) + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    const mask_t power = ((mask_t)rounded << 52) + (mask_t)((lanes_t){0} + 1.0);
    *result = p * (lanes_t)power;
}

/* exp(-u) - 1 + u, of lanes up to 30 in size. Near 0, where that would cancel, Taylor's polynomial of degree 14: for |u|
 * below 1/4 the next term is below 2e-18 of the sum. */
OUTPUTS_INLINE void excess_of(const lanes_t *u, lanes_t *result)
{
    const lanes_t x = -*u;
    lanes_t far, near = x * (1.0 / 87178291200) + 1.0 / 6227020800;
    near = near * x + 1.0 / 479001600;
    near = near * x + 1.0 / 39916800;
    near = near * x + 1.0 / 3628800;
    near = near * x + 1.0 / 362880;
    near = near * x + 1.0 / 40320;
    near = near * x + 1.0 / 5040;
    near = near * x + 1.0 / 720;
    near = near * x + 1.0 / 120;
    near = near * x + 1.0 / 24;
    near = near * x + 1.0 / 6;
    near = near * x + 0.5;
    near = near * x * x;
    exp_of(&x, &far);
    far = far - 1.0 + *u;
    const mask_t is_near = (x < 0.25) & (x > -0.25);
    choose(&is_near, &near, &far, result);
}

/* ===  Unknown values  === */

outputs_t outputs_unknown(void)
{
    return (outputs_t){.cross_entropy = NAN, .margin = NAN, .kl = {NAN, NAN}, .logit_error = {NAN, NAN}};
}

/* ===  Measures  === */

/* -INFINITY of none; NaN is never the largest. */
OUTPUTS_CLONES static double outputs_largest(const float *logits, int64_t classes)
{
    lanes_t most = (lanes_t){0} - (double)INFINITY, x;
    double largest = -(double)INFINITY;
    for (int64_t i = 0; i < classes; i += LANES) {
        load(logits + i, classes - i, -(double)INFINITY, &x);
        const mask_t more = x > most;
        choose(&more, &x, &most, &most);
    }
    for (int i = 0; i < LANES; i++)
        largest = most[i] > largest ? most[i] : largest;
    return largest;
}

OUTPUTS_CLONES static double outputs_log_sum_exp(const float *logits, int64_t classes)
{
    const double largest = outputs_largest(logits, classes);
    lanes_t sum = {0}, x, power;
    for (int64_t i = 0; i < classes; i += LANES) {
        load(logits + i, classes - i, -(double)INFINITY, &x);
        x = x - largest;
        exp_of(&x, &power);
        sum += power;
    }
    return largest + log(sum_of(&sum));
}

/* Rounding can bring nothing below zero. NaN stays NaN, which fmax() would make 0. */
static double not_below_zero(double value)
{
    return value < 0 ? 0 : value;
}

enum { FAR = 30 }; /* nats: exp(FAR) is far from an overflow */

/* KL(reference || method) = log E[exp(-u)], where u = (r - l) less its mean, and means are under q = softmax(r). As E[u] =
 * 0 this is log1p(E[exp(-u) - 1 + u]): no term is below zero, and a divergence of 1e-12 still has its digits. Where a u is
 * so large that exp() could overflow the divergence is the plain sum. */
OUTPUTS_CLONES static double outputs_divergence(const float *logits, double log_sum, const float *reference,
                                                int64_t classes)
{
    const double largest = outputs_largest(reference, classes), nowhere = largest - 1000; /* exp() is 0 there */
    lanes_t weights = {0}, means = {0}, furthest = {0}, sum = {0}, r, l, power, excess;
    for (int64_t i = 0; i < classes; i += LANES) {
        load(reference + i, classes - i, nowhere, &r);
        load(logits + i, classes - i, nowhere, &l);
        const lanes_t below = r - largest;
        exp_of(&below, &power);
        weights += power;
        means += power * (r - l);
    }
    const double weight = sum_of(&weights), reference_log_sum = largest + log(weight), mean = sum_of(&means) / weight;
    for (int64_t i = 0; i < classes; i += LANES) {
        load(reference + i, classes - i, nowhere, &r);
        load(logits + i, classes - i, nowhere - mean, &l);
        const lanes_t u = r - l - mean;
        const lanes_t size = (lanes_t)((mask_t)u & INT64_MAX);
        const mask_t more = size > furthest;
        choose(&more, &size, &furthest, &furthest);
        const lanes_t share = r - reference_log_sum;
        exp_of(&share, &power);
        excess_of(&u, &excess);
        sum += power * excess;
    }
    for (int i = 0; i < LANES; i++)
        if (furthest[i] > FAR)
            return not_below_zero(mean - reference_log_sum + log_sum);
    return not_below_zero(log1p(sum_of(&sum)));
}

OUTPUTS_INLINE double mean_of(const float *values, int64_t count)
{
    lanes_t sum = {0}, x;
    for (int64_t i = 0; i < count; i += LANES) {
        load(values + i, count - i, 0, &x);
        sum += x;
    }
    return sum_of(&sum) / (double)count;
}

OUTPUTS_CLONES static double outputs_relative_error(const float *logits, const float *reference, int64_t classes)
{
    const double mean = mean_of(logits, classes), reference_mean = mean_of(reference, classes);
    lanes_t errors = {0}, norms = {0}, is, was;
    for (int64_t i = 0; i < classes; i += LANES) {
        load(logits + i, classes - i, mean, &is);
        load(reference + i, classes - i, reference_mean, &was);
        is = is - mean;
        was = was - reference_mean;
        errors += (is - was) * (is - was);
        norms += was * was;
    }
    const double error = sum_of(&errors), norm = sum_of(&norms);
    return norm > 0 ? sqrt(error / norm) : (double)NAN;
}

/* The value as a file of rows keeps it. */
static double as_kept(double value)
{
    double kept;
    return isfinite(value) && text_to_real(text_of(CSV_REAL, value).chars, &kept) ? kept : (double)NAN;
}

outputs_t outputs_of(const float *logits, int64_t classes, int64_t label, const float *const *references)
{
    outputs_t outputs = outputs_unknown();
    const double log_sum = outputs_log_sum_exp(logits, classes);
    if (label >= 0 && label < classes) {
        outputs.cross_entropy = as_kept(log_sum - (double)logits[label]);
        const double before = outputs_largest(logits, label),
                     after = outputs_largest(logits + label + 1, classes - label - 1);
        outputs.margin = as_kept((double)logits[label] - (after > before ? after : before));
    }
    for (int i = 0; i < OUTPUTS_REFERENCES; i++) {
        if (references[i] == NULL)
            continue;
        outputs.kl[i] = as_kept(outputs_divergence(logits, log_sum, references[i], classes));
        outputs.logit_error[i] = as_kept(outputs_relative_error(logits, references[i], classes));
    }
    return outputs;
}
