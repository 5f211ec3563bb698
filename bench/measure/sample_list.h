/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_SAMPLE_LIST_H
#define BBS_MEASURE_SAMPLE_LIST_H

#include "data/dataset.h"
#include "measure/predictions.h"

/* The samples on which a network was measured, for the reader of a run: FOLDER/samples.NET.csv with sample,label,name,
 * where name is the file or line of the sample. The list follows from the data set and N alone (dataset_subset()). */
outcome_t sample_list_write(const char *folder, const char *net, const dataset_t *dataset, const predictions_t *answers);

enum { SAMPLE_SKIPPED = -1 }; /* as a prediction: the sample could not be read and was left out */

/* Remove from all `count` methods the samples that any of the methods could not read. `*skipped` is their number, `*first`
 * the number in the data set of the first one (-1: none). FAULT_FAILED when no sample is left. */
outcome_t sample_list_drop(const char *where, predictions_t *answers, size_t count, int64_t *skipped, int64_t *first);

#endif
