/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/likelihoods.h"

#include "rows/schema.h"

#include <math.h>
#include <stdlib.h>

outcome_t likelihoods_create(int64_t count, const bool *measured, likelihoods_t *likelihoods)
{
    const size_t room = (size_t)count + 1;
    bool whole = true;
    *likelihoods = (likelihoods_t){.nats = calloc(room, sizeof(double)), .first = calloc(room, sizeof(int32_t))};
    for (int i = 0; i < OUTPUTS_REFERENCES; i++) {
        likelihoods->kl[i] = measured[i] ? calloc(room, sizeof(double)) : NULL;
        whole = whole && (likelihoods->kl[i] != NULL || !measured[i]);
    }
    return whole && likelihoods->nats != NULL && likelihoods->first != NULL ? outcome_ok()
                                                                            : outcome_out_of_memory("log-likelihoods");
}

void likelihoods_free(likelihoods_t *likelihoods)
{
    free(likelihoods->nats);
    free(likelihoods->first);
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        free(likelihoods->kl[i]);
    *likelihoods = (likelihoods_t){0};
}

/* The largest logit's number, and log sum exp. */
static int64_t sum_up(const float *logits, int64_t words, double *log_sum)
{
    int64_t best = 0;
    double sum = 1; /* of the largest itself */
    for (int64_t i = 1; i < words; i++)
        best = logits[i] > logits[best] ? i : best;
    for (int64_t i = 0; i < words; i++)
        sum += i == best ? 0 : exp((double)logits[i] - (double)logits[best]);
    *log_sum = log(sum) + (double)logits[best];
    return best;
}

/* With q = softmax(r): the mean of r - l under q, less the difference of the two log sums. Beside outputs_of(), which keeps
 * the digits of a divergence of 1e-12, this takes one exp a word: a text has many more tokens than a data set samples. */
static double divergence(const float *logits, double log_sum, const float *reference, int64_t words)
{
    float largest = reference[0];
    double weight = 0, mean = 0;
    for (int64_t i = 1; i < words; i++)
        largest = reference[i] > largest ? reference[i] : largest;
    for (int64_t i = 0; i < words; i++) {
        const double share = exp((double)reference[i] - (double)largest);
        weight += share;
        mean += share * ((double)reference[i] - (double)logits[i]);
    }
    /* cppcheck-suppress invalidFunctionArg */ /* the share of the largest is 1 */
    const double kl = mean / weight - (log(weight) + (double)largest) + log_sum;
    return kl < 0 ? 0 : kl; /* rounding; NaN stays NaN */
}

void likelihoods_put(likelihoods_t *likelihoods, int64_t at, int64_t token, int64_t words, const float *logits,
                     const float *const *references)
{
    double log_sum;
    likelihoods->first[at] = (int32_t)sum_up(logits, words, &log_sum);
    likelihoods->nats[at] = log_sum - (double)logits[token];
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        if (likelihoods->kl[i] != NULL)
            likelihoods->kl[i][at] = divergence(logits, log_sum, references[i], words);
}

outcome_t likelihoods_compare(const likelihoods_t *method, const likelihoods_t *reference, int index,
                              const windows_t *windows, resampling_t *resampling, likelihoods_against_t *against)
{
    enum { SEED = 1 };
    double sum = 0, divergence = 0;
    *against = (likelihoods_against_t){NAN, NAN, NAN, NAN, NAN, ROWS_UNKNOWN};
    if (reference == NULL || reference == method)
        return outcome_ok();
    double *sums = calloc((size_t)windows->count + 1, sizeof *sums);
    int64_t *counts = calloc((size_t)windows->count + 1, sizeof *counts);
    outcome_t result = sums != NULL && counts != NULL ? outcome_ok() : outcome_out_of_memory("differences");
    against->agree = 0;
    for (int64_t w = 0; w < windows->count && outcome_is_ok(&result); w++) {
        const window_t *window = &windows->items[w];
        counts[w] = window->counts;
        for (int64_t i = window->at; i < window->at + window->counts; i++) {
            sums[w] += method->nats[i] - reference->nats[i];
            divergence += method->kl[index] != NULL ? method->kl[index][i] : (double)NAN;
            against->agree += method->first[i] == reference->first[i];
        }
        sum += sums[w];
    }
    if (outcome_is_ok(&result)) {
        against->difference = sum / (double)windows->counted;
        against->ratio = exp(against->difference);
        against->divergence = divergence / (double)windows->counted;
        resampling_ratio(resampling, sums, counts, (size_t)windows->count, SEED, &against->low, &against->high);
    }
    free(sums);
    free(counts);
    return result;
}
