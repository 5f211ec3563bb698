/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Softmax is never divided out: log p = l - logsumexp(l), with the largest logit taken out of the sum. */
#include "measure/outputs.h"

#include "base/csv.h"
#include "base/text.h"

#include <math.h>

const char *const outputs_references[OUTPUTS_REFERENCES] = {[OUTPUTS_INT8] = "int8", [OUTPUTS_FP32] = "fp32"};

outputs_t outputs_unknown(void)
{
    return (outputs_t){.cross_entropy = NAN, .margin = NAN, .kl = {NAN, NAN}, .logit_error = {NAN, NAN}};
}

static double largest_except(const float *logits, int64_t classes, int64_t except)
{
    double largest = -INFINITY;
    for (int64_t i = 0; i < classes; i++)
        if (i != except && logits[i] > largest)
            largest = logits[i];
    return largest;
}

static double log_sum_exp(const float *logits, int64_t classes)
{
    const double largest = largest_except(logits, classes, -1);
    double sum = exp((double)logits[0] - largest);
    for (int64_t i = 1; i < classes; i++)
        sum += exp((double)logits[i] - largest);
    return largest + log(sum);
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
static double divergence(const float *logits, double log_sum, const float *reference, int64_t classes)
{
    const double largest = largest_except(reference, classes, -1);
    double weight = exp((double)reference[0] - largest), sum = 0, furthest = 0;
    double mean = weight * ((double)reference[0] - (double)logits[0]);
    for (int64_t i = 1; i < classes; i++) {
        const double power = exp((double)reference[i] - largest);
        weight += power;
        mean += power * ((double)reference[i] - (double)logits[i]);
    }
    const double reference_log_sum = largest + log(weight);
    mean /= weight;
    for (int64_t i = 0; i < classes; i++)
        furthest = fmax(furthest, fabs((double)reference[i] - (double)logits[i] - mean));
    if (furthest > FAR)
        return not_below_zero(mean - reference_log_sum + log_sum);
    for (int64_t i = 0; i < classes; i++) {
        const double u = (double)reference[i] - (double)logits[i] - mean;
        sum += exp((double)reference[i] - reference_log_sum) * (expm1(-u) + u);
    }
    return not_below_zero(log1p(sum));
}

static double mean_of(const float *values, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static double relative_error(const float *logits, const float *reference, int64_t classes)
{
    const double mean = mean_of(logits, classes), reference_mean = mean_of(reference, classes);
    double error = 0, norm = 0;
    for (int64_t i = 0; i < classes; i++) {
        const double is = (double)logits[i] - mean, was = (double)reference[i] - reference_mean;
        error += (is - was) * (is - was);
        norm += was * was;
    }
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
    const double log_sum = log_sum_exp(logits, classes);
    if (label >= 0 && label < classes) {
        outputs.cross_entropy = as_kept(log_sum - (double)logits[label]);
        outputs.margin = as_kept((double)logits[label] - largest_except(logits, classes, label));
    }
    for (int i = 0; i < OUTPUTS_REFERENCES; i++) {
        if (references[i] == NULL)
            continue;
        outputs.kl[i] = as_kept(divergence(logits, log_sum, references[i], classes));
        outputs.logit_error[i] = as_kept(relative_error(logits, references[i], classes));
    }
    return outputs;
}
