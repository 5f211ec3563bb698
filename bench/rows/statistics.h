/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_STATISTICS_H
#define BBS_ROWS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* The statistics of accuracy rows, on the GNU Scientific Library. */

/* Wilson's score interval at 95 % for `correct` of `samples`, as fractions in [0, 1] (Wilson 1927). samples > 0. */
void statistics_wilson(int64_t correct, int64_t samples, double *low, double *high);

/* Answers that differ between two runs over the same samples. */
typedef struct {
    int64_t right_to_wrong, wrong_to_right;
} flips_t;

flips_t statistics_flips(const int32_t *labels, const int *before, const int *after, int64_t samples);

/* McNemar's exact test: two-sided p of these flips if each direction were equally likely (binomial with 1/2);
 * 1 when nothing flipped. */
double statistics_mcnemar(flips_t flips);

/* F1 of class 1 of two classes, 2 TP / (2 TP + FP + FN), as a fraction; 0 when no label and no answer is 1, as in
 * scikit-learn. GLUE scores MRPC by F1 and accuracy. */
double statistics_f1(const int32_t *labels, const int *predicted, int64_t samples);

/* The mean F1 of consecutive batches of `batch` samples. Every batch has the same weight, even a shorter last one. The
 * paper's authors report this for MRPC, in batches of 32. */
double statistics_f1_batches(const int32_t *labels, const int *predicted, int64_t samples, int64_t batch);

/* Of values[count], count > 0, which are sorted. Standard error: deviation / sqrt(count), NaN for one value. Quantiles are
 * linear between the two nearest values (Hyndman and Fan's type 7). */
typedef struct {
    double mean, error, median, p99;
} statistics_summary_t;
statistics_summary_t statistics_summary(double *values, size_t count);

/* 95 % interval of the mean of `count` values (at least 1) by the percentile bootstrap (Efron 1979): 10,000 draws with
 * replacement, 2,000 for more than 1,000 values. NaN when memory is out. */
void statistics_bootstrap_mean(const double *values, size_t count, uint32_t seed, double *low, double *high);

/* The same for sum of `sums` / sum of `counts`, of parts that are drawn together: the mean over unequal groups. Counts are
 * above 0; NULL: each part counts once. Intervals of many values over as many parts: resampling.h. */
void statistics_bootstrap_ratio(const double *sums, const int64_t *counts, size_t count, uint32_t seed, double *low,
                                double *high);

/* How many draws the bootstrap of so many values makes, and its interval from the means of the draws, which get sorted. */
size_t statistics_bootstrap_draws(size_t count);
void statistics_interval(double *means, size_t count, double *low, double *high);

/* Two-sided p of Wilcoxon's signed-rank test of these differences of pairs (signed_rank.h); NaN when memory is out or a
 * difference is NaN. */
double statistics_wilcoxon(const double *differences, size_t count);

#endif
