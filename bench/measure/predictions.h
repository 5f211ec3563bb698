/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PREDICTIONS_H
#define BBS_MEASURE_PREDICTIONS_H

#include "base/outcome.h"
#include "base/text.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* The answers of one network under one method. Accuracy and flips are computed from them, and a resumed run reuses them.
 * On disk they are FOLDER/NET.SIZE.METHOD.csv: sample,label,predicted, and in the first row the key: the SHA-256 of weights
 * and data, and every setting that the answers depend on. Key and answers are one file, so that a killed program or a
 * second one cannot leave the answers of one network under the key of another. */

typedef struct {
    int64_t samples;
    int64_t *sample; /* number in the data set */
    int32_t *label;
    int *predicted;
} predictions_t;

/* The columns of the file. A column of reals is a statistic of the outputs, with the direction that is better. */
extern const rows_schema_t predictions_schema;

outcome_t predictions_create(int64_t samples, predictions_t *predictions);
void predictions_free(predictions_t *predictions);

/* `stem` is FOLDER/NET.SIZE.METHOD. */
outcome_t predictions_save(const char *stem, const char *key, const predictions_t *predictions);
/* `*found` is false, without an error, when there is nothing usable: no file, a damaged one, another key, other samples or
 * labels, or an answer that is not from `least` to `most`. Then `predicted` may hold anything. */
outcome_t predictions_load(const char *stem, const char *key, const predictions_t *expected, int least, int most,
                           int *predicted, bool *found);

int64_t predictions_correct(const predictions_t *predictions);

#endif
