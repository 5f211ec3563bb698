/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks are kept doubled: the mean of several ranks is then an integer. The exact distribution counts, for each sum, the
 * choices of ranks that have it, one rank after the other; with 50 ranks there are at most 2^50 choices. */
#include "rows/signed_rank.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h> /* gsl_cdf_ugaussian_Q */

#include "base/text.h"

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* The differences that are not 0, sorted by size. */
static outcome_t sort_differences(const double *differences, size_t count, double *sorted, size_t *used)
{
    *used = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(differences[i]))
            return outcome_failed("signed-rank test", text_of("difference %zu", i).chars, "NaN", "a number", NULL);
        if (differences[i] != 0)
            sorted[(*used)++] = differences[i];
    }
    qsort(sorted, *used, sizeof *sorted, by_size);
    return outcome_ok();
}

/* Doubled ranks of the sorted differences, their sums by sign, and the sum of t^3 - t over groups of t equal sizes. */
static double rank(const double *sorted, size_t used, int64_t *ranks, signed_rank_t *test)
{
    double ties = 0;
    for (size_t first = 0, end; first < used; first = end) {
        for (end = first + 1; end < used && fabs(sorted[end]) == fabs(sorted[first]);)
            end++;
        double equal = (double)(end - first);
        ties += equal * equal * equal - equal;
        for (size_t i = first; i < end; i++) {
            ranks[i] = (int64_t)(first + 1 + end);
            test->positive += sorted[i] > 0;
            test->negative += sorted[i] < 0;
            *(sorted[i] > 0 ? &test->positive_ranks : &test->negative_ranks) += (double)ranks[i] / 2;
        }
    }
    return ties;
}

/* Twice the share of the choices whose sum of doubled ranks is at most `lower`. */
static outcome_t exact_p(const int64_t *ranks, size_t used, int64_t lower, double *p)
{
    uint64_t *choices = calloc((size_t)lower + 1, sizeof *choices), within = 0;
    if (choices == NULL)
        return outcome_out_of_memory("signed-rank test");
    choices[0] = 1;
    for (size_t i = 0; i < used; i++)
        for (int64_t sum = lower; sum >= ranks[i]; sum--)
            choices[sum] += choices[sum - ranks[i]];
    for (int64_t sum = 0; sum <= lower; sum++)
        within += choices[sum];
    *p = fmin(1, 2 * ldexp((double)within, -(int)used));
    free(choices);
    return outcome_ok();
}

static double normal_p(double lower, double n, double ties)
{
    double mean = n * (n + 1) / 4, variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
    return fmin(1, 2 * gsl_cdf_ugaussian_Q((mean - lower - 0.5) / sqrt(variance)));
}

outcome_t signed_rank_test(const double *differences, size_t count, signed_rank_t *test)
{
    *test = (signed_rank_t){.p = 1, .exact = true};
    double *sorted = calloc(count + 1, sizeof *sorted), ties;
    int64_t *ranks = calloc(count + 1, sizeof *ranks);
    size_t used;
    outcome_t result = outcome_ok();
    if (sorted == NULL || ranks == NULL) {
        result = outcome_out_of_memory("signed-rank test");
        goto out;
    }
    if (outcome_bad(&result, sort_differences(differences, count, sorted, &used)))
        goto out;
    test->zeros = (int64_t)(count - used);
    if (used == 0)
        goto out;
    ties = rank(sorted, used, ranks, test);
    double lower = fmin(test->positive_ranks, test->negative_ranks), all = test->positive_ranks + test->negative_ranks;
    test->effect = (test->positive_ranks - test->negative_ranks) / all;
    test->exact = used <= SIGNED_RANK_EXACT;
    if (test->exact)
        result = exact_p(ranks, used, (int64_t)(2 * lower), &test->p);
    else
        test->p = normal_p(lower, (double)used, ties);

out:
    free(sorted);
    free(ranks);
    return result;
}
