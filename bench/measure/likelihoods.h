/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LIKELIHOODS_H
#define BBS_MEASURE_LIKELIHOODS_H

#include "base/outcome.h"
#include "measure/outputs.h"
#include "measure/windows.h"
#include "rows/resampling.h"

#include <stdbool.h>
#include <stdint.h>

/* What one method says of each token that counts (measure/windows.h). */
typedef struct {
    double *nats;                   /* -log p, in double: a mean over 100,000 tokens shows differences of 1e-6 */
    int32_t *first;                 /* the number with the largest logit, the lowest of equals */
    double *kl[OUTPUTS_REFERENCES]; /* KL(reference || method), nats; NULL: not measured */
} likelihoods_t;

/* `measured[i]`: the divergence from reference i is kept. Free with likelihoods_free(), also after a failure. */
outcome_t likelihoods_create(int64_t count, const bool *measured, likelihoods_t *likelihoods);
void likelihoods_free(likelihoods_t *likelihoods);

/* Token `at` is number `token`; `logits` and references[i] are [words] floats, references[i] of those that are measured. */
void likelihoods_put(likelihoods_t *likelihoods, int64_t at, int64_t token, int64_t words, const float *logits,
                     const float *const *references);

/* A method against one reference, on the same tokens. */
typedef struct {
    double difference, low, high; /* mean difference of -log p, nats, and its 95 % bootstrap interval over the windows */
    double ratio;                 /* of the perplexities: exp of the difference */
    double divergence;            /* mean KL(reference || method), nats; NaN: not measured */
    int64_t agree;                /* tokens with the same largest logit; unknown without a reference */
} likelihoods_against_t;

/* All unknown when `reference` is NULL or the method itself. `index` is the reference's number; `resampling` keeps what the
 * bootstrap has drawn. */
outcome_t likelihoods_compare(const likelihoods_t *method, const likelihoods_t *reference, int index,
                              const windows_t *windows, resampling_t *resampling, likelihoods_against_t *against);

#endif
