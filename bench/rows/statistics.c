/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/statistics.h"

#include "rows/signed_rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_statistics.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_cdf.h> /* gsl_cdf_ugaussian_Pinv, gsl_cdf_binomial_P */

void statistics_wilson(int64_t correct, int64_t samples, double *low, double *high)
{
    const double z = gsl_cdf_ugaussian_Pinv(0.975), n = (double)samples, p = (double)correct / n;
    const double centre = p + z * z / (2 * n), spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = correct == 0 ? 0 : (centre - spread) / (1 + z * z / n);
    *high = correct == samples ? 1 : (centre + spread) / (1 + z * z / n);
}

flips_t statistics_flips(const int32_t *labels, const int *before, const int *after, int64_t samples)
{
    flips_t flips = {0, 0};
    for (int64_t i = 0; i < samples; i++) {
        flips.right_to_wrong += before[i] == labels[i] && after[i] != labels[i];
        flips.wrong_to_right += before[i] != labels[i] && after[i] == labels[i];
    }
    return flips;
}

double statistics_mcnemar(flips_t flips)
{
    int64_t all = flips.right_to_wrong + flips.wrong_to_right;
    int64_t fewer = flips.right_to_wrong < flips.wrong_to_right ? flips.right_to_wrong : flips.wrong_to_right;
    if (all == 0)
        return 1;
    return fmin(1, 2 * gsl_cdf_binomial_P((unsigned)fewer, 0.5, (unsigned)all));
}

double statistics_f1(const int32_t *labels, const int *predicted, int64_t samples)
{
    int64_t both = 0, either = 0; /* TP, and 2 TP + FP + FN */
    for (int64_t i = 0; i < samples; i++) {
        both += labels[i] == 1 && predicted[i] == 1;
        either += (labels[i] == 1) + (predicted[i] == 1);
    }
    return either > 0 ? 2 * (double)both / (double)either : 0;
}

double statistics_f1_batches(const int32_t *labels, const int *predicted, int64_t samples, int64_t batch)
{
    double sum = 0;
    int64_t batches = 0;
    for (int64_t start = 0; start < samples; start += batch, batches++)
        sum += statistics_f1(labels + start, predicted + start, samples - start < batch ? samples - start : batch);
    return batches > 0 ? sum / (double)batches : 0;
}

statistics_summary_t statistics_summary(double *values, size_t count)
{
    gsl_sort(values, 1, count);
    return (statistics_summary_t){.mean = gsl_stats_mean(values, 1, count),
                                  .error = count > 1 ? gsl_stats_sd(values, 1, count) / sqrt((double)count) : (double)NAN,
                                  .median = gsl_stats_median_from_sorted_data(values, 1, count),
                                  .p99 = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.99)};
}

size_t statistics_bootstrap_draws(size_t count)
{
    enum { MANY = 1000, DRAWS = 10000, DRAWS_OF_MANY = 2000 };
    return count > MANY ? DRAWS_OF_MANY : DRAWS;
}

void statistics_interval(double *means, size_t count, double *low, double *high)
{
    gsl_sort(means, 1, count);
    *low = gsl_stats_quantile_from_sorted_data(means, 1, count, 0.025);
    *high = gsl_stats_quantile_from_sorted_data(means, 1, count, 0.975);
}

/* Without `counts` each part counts once. */
static void bootstrap(const double *sums, const int64_t *counts, size_t count, uint32_t seed, double *low, double *high)
{
    const size_t draws = statistics_bootstrap_draws(count);
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    double *means = malloc(draws * sizeof *means);
    *low = *high = NAN;
    if (random != NULL && means != NULL) {
        gsl_rng_set(random, seed);
        for (size_t draw = 0; draw < draws; draw++) {
            double sum = 0, parts = 0;
            for (size_t i = 0; i < count; i++) {
                const size_t drawn = gsl_rng_uniform_int(random, count);
                sum += sums[drawn];
                parts += counts != NULL ? (double)counts[drawn] : 1;
            }
            means[draw] = sum / parts;
        }
        statistics_interval(means, draws, low, high);
    }
    if (random != NULL)
        gsl_rng_free(random);
    free(means);
}

void statistics_bootstrap_mean(const double *values, size_t count, uint32_t seed, double *low, double *high)
{
    bootstrap(values, NULL, count, seed, low, high);
}

void statistics_bootstrap_ratio(const double *sums, const int64_t *counts, size_t count, uint32_t seed, double *low,
                                double *high)
{
    bootstrap(sums, counts, count, seed, low, high);
}

double statistics_wilcoxon(const double *differences, size_t count)
{
    signed_rank_t test;
    const outcome_t result = signed_rank_test(differences, count, &test);
    return outcome_is_ok(&result) ? test.p : (double)NAN;
}
