/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LOGITS_H
#define BBS_MEASURE_LOGITS_H

#include "base/outcome.h"
#include "base/spill.h"

#include <stdbool.h>
#include <stdint.h>

/* The logits of a reference on every sample, against which methods are measured (outputs.h).
 *
 * Many logits (50,000 samples of 1,000 classes: 200 MB) are a mapped file without a name, which the system writes out when
 * memory is short (spill.h). A run that keeps its answers also keeps the logits, in STEM.logits, until all methods of the
 * network have answered, so that a run that was killed goes on without running the references again. */

typedef struct {
    spill_t memory;
    int64_t samples, classes; /* samples 0: not there */
} logits_t;

/* Of no sample anything is known yet. Free with logits_free(), also when it was never created. */
outcome_t logits_create(int64_t samples, int64_t classes, logits_t *logits);
void logits_free(logits_t *logits);

/* Store the logits of sample `index`. Threads may store different samples at the same time. */
void logits_put(logits_t *logits, int64_t index, const float *values);
/* values[classes]; NULL: not known, because the sample was left out or nothing was created. */
const float *logits_at(const logits_t *logits, int64_t index);

/* Write STEM.logits, and read it: the key is that of predictions.h. `*found` is false, without an error, when the file is
 * not there, is damaged or changed (it holds the SHA-256 of its logits), or has another key. `logits` was created for the
 * samples and classes that are expected. */
outcome_t logits_save(const char *stem, const char *key, const logits_t *logits);
outcome_t logits_load(const char *stem, const char *key, logits_t *logits, bool *found);
/* Remove the file if it is there. */
void logits_remove(const char *stem);

#endif
