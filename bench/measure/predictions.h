/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PREDICTIONS_H
#define BBS_MEASURE_PREDICTIONS_H

#include "base/outcome.h"
#include "base/text.h"
#include "measure/outputs.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* The answers of one network under one method, and what its logits say (outputs.h). Accuracy, flips and divergences are
 * computed from them, and a resumed run reuses them.
 * On disk they are FOLDER/NET.SIZE.DATA.METHOD.csv, rows of predictions_schema. In the first row is the key: the SHA-256 of
 * weights and data, and every setting that the answers depend on. Key and answers are one file, so that a killed program or
 * a second one cannot leave the answers of one network under the key of another. After the key follows " answers=" with
 * the SHA-256 of all rows (sample, label and answer as 64-bit integers and the six statistics as doubles, little-endian),
 * so that answers which somebody changed while a run was killed are not taken for its own. run.json has no hash of them
 * before their experiment is finished. */

typedef struct predictions {
    int64_t samples;
    int64_t *sample; /* number in the data set */
    int32_t *label;
    int *predicted;
    outputs_t *outputs; /* unknown until they are computed or loaded */
} predictions_t;

/* The columns of the file. A column of reals is a statistic of the outputs, with the direction that is better. */
extern const rows_schema_t predictions_schema;

outcome_t predictions_create(int64_t samples, predictions_t *predictions);
void predictions_free(predictions_t *predictions);

/* FOLDER/NET.SIZE.DATA.METHOD without ".csv", where DATA, the list of samples, and METHOD are spelled with characters that
 * a file name may have on every system:
 * ':' is '+', and what is no letter, digit or one of ".=,-_" is %XX; in DATA "." is %2E too. Two never share a name. */
text_t predictions_stem(const char *folder, const char *net, const char *size, const char *data, const char *spec);
/* The inverse, of "NET.SIZE.DATA.METHOD.csv" without a folder; false when the name is of another kind. */
typedef struct {
    text_t net, size, data, spec;
} predictions_name_t;
bool predictions_name(const char *file, predictions_name_t *name);

/* `stem` is that of predictions_stem(). */
outcome_t predictions_save(const char *stem, const char *key, const predictions_t *predictions);
/* `predictions` has the samples and labels that are expected, and receives the answers and outputs. `*found` is false,
 * without an error, when there is nothing usable: no file, a damaged or changed one, another key, other samples or labels,
 * or an answer that is not from `least` to `most`. Then answers may be anything,
 * and outputs are unknown. */
outcome_t predictions_load(const char *stem, const char *key, int least, int most, predictions_t *predictions, bool *found);

/* The same under any key, which is appended to `key`. */
outcome_t predictions_read(const char *stem, int least, int most, predictions_t *predictions, text_builder_t *key,
                           bool *found);

/* Is the file whole: are its rows those that it was written with, whatever samples they are of? Its key is appended to
 * `key`.
 */
outcome_t predictions_check(const char *stem, text_builder_t *key, bool *whole);

int64_t predictions_correct(const predictions_t *predictions);

#endif
