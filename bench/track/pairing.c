/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/pairing.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics.h>

static const double rounding_share = 1e-5; /* pairing.h says why */

bool pairing_possible(const answers_t *before, const answers_t *after)
{
    bool same = before->samples == after->samples;
    for (int64_t i = 0; i < before->samples && same; i++)
        same = before->sample[i] == after->sample[i] && before->label[i] == after->label[i];
    return same;
}

outcome_t pairing_of_answers(const answers_t *before, const answers_t *after, pairing_t *pairing)
{
    *pairing = (pairing_t){.p = 1};
    if (before->samples == 0 || !pairing_possible(before, after))
        return outcome_failed("answers", NULL, "other samples", "the same samples in both runs", NULL);
    for (int64_t i = 0; i < before->samples; i++) {
        bool was_right = before->predicted[i] == before->label[i], is_right = after->predicted[i] == after->label[i];
        pairing->changed += before->predicted[i] != after->predicted[i];
        pairing->flips.right_to_wrong += was_right && !is_right;
        pairing->flips.wrong_to_right += !was_right && is_right;
    }
    pairing->p = statistics_mcnemar(pairing->flips);
    pairing->effect = paired_effect(pairing->flips, before->samples);
    return outcome_ok();
}

/* The known pairs: differences into `differences`; their number and both means into `pairing`. Returns the mean size of
 * the values before. */
static double subtract(const double *before, const double *after, int64_t samples, double *differences,
                       statistic_pairing_t *pairing)
{
    double size = 0;
    for (int64_t i = 0; i < samples; i++) {
        if (!isfinite(before[i]) || !isfinite(after[i]))
            continue;
        differences[pairing->pairs++] = after[i] - before[i];
        pairing->mean_before += before[i];
        pairing->mean_after += after[i];
        size += fabs(before[i]);
    }
    if (pairing->pairs == 0)
        return 0;
    pairing->mean_before /= (double)pairing->pairs;
    pairing->mean_after /= (double)pairing->pairs;
    return size / (double)pairing->pairs;
}

static void find_interval(const double *differences, statistic_pairing_t *pairing)
{
    const size_t n = (size_t)pairing->pairs;
    pairing->effect = gsl_stats_mean(differences, 1, n);
    pairing->low = pairing->high = NAN;
    if (n < 2)
        return;
    double half = gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * gsl_stats_sd(differences, 1, n) / sqrt((double)n);
    pairing->low = pairing->effect - half;
    pairing->high = pairing->effect + half;
}

outcome_t pairing_of_statistic(const answers_t *before, size_t a, const answers_t *after, size_t b,
                               statistic_pairing_t *pairing)
{
    *pairing = (statistic_pairing_t){.test = {.p = 1}};
    double *differences = calloc((size_t)before->samples + 1, sizeof *differences);
    if (differences == NULL)
        return outcome_out_of_memory("comparison");
    const double size = subtract(before->value[a], after->value[b], before->samples, differences, pairing);
    for (int64_t i = 0; i < pairing->pairs; i++) {
        if (fabs(differences[i]) <= rounding_share * size)
            differences[i] = 0;
        pairing->changed += differences[i] != 0;
    }
    outcome_t result = signed_rank_test(differences, (size_t)pairing->pairs, &pairing->test);
    if (pairing->pairs > 0)
        find_interval(differences, pairing);
    free(differences);
    return result;
}
