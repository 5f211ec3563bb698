/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_MANIFEST_FILES_H
#define BBS_RUN_MANIFEST_FILES_H

#include "run/manifest.h"

#include <stdbool.h>
#include <time.h>

/* The files that a run has written, in run.json: {path, bytes, sha256, row_count} of the rows of each finished experiment
 * (ID.csv), of each list of samples (samples.NET.csv), and of each file of predictions (predictions/...csv,
 * predictions_integers/...csv) and of windows (windows/...csv). A file that was changed after it was written is FOREIGN:
 * whoever reads the rows of a run checks them first.
 *
 * run.json itself carries no signature: this finds accidents and careless edits, not a forger who edits it too. */

/* Record the rows of an experiment that has just finished, and the lists and predictions in the folder that are not
 * recorded yet or were written at `since` or later. Then run.json is to be written. */
outcome_t manifest_record(manifest_t *manifest, const char *folder, const experiment_t *experiment, time_t since);

/* Are the files of the folder those that the run has written? FAULT_FAILED names the first that is another one, says
 * FOREIGN, and gives rows and SHA-256 of both. Rows of a finished experiment that are missing, or not recorded, are
 * FOREIGN too; with `to_resume` missing rows are not, because they are computed again. Missing predictions are no error:
 * whoever needs them finds out. */
outcome_t manifest_check(const manifest_t *manifest, const char *folder, bool to_resume);

/* Read run.json and check the files, for a reader of the rows. Free with manifest_free(). */
outcome_t manifest_open(const char *folder, manifest_t *manifest);

/* How many files are recorded. */
int manifest_file_count(const manifest_t *manifest);

#endif
