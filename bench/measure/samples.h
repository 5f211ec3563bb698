/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_SAMPLES_H
#define BBS_MEASURE_SAMPLES_H

#include "rows/files.h"

/* The answers in a run folder, sample by sample, as the table `samples` of a database: those of predictions.h in its
 * folders `predictions` (activations fp32) and `predictions_integers` (int8). Files of an earlier version have no rows. A
 * folder without answers, such as one of baselines, has none either. */
extern const rows_files_t samples_files;

/* The folder of answers with float activations, or in integers, below a run folder. */
text_t samples_folder(const char *run, bool integers);

#endif
