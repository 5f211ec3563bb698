/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_BASELINE_H
#define BBS_RUN_BASELINE_H

#include "base/text.h"
#include "experiments/experiment.h"

/* The committed rows that a run is compared with: REFERENCE/ID.MODE.csv, or REFERENCE/ID.csv where the mode makes no
 * difference. */

/* The file, or "" when there is none. */
text_t baseline_path(const char *reference, const experiment_t *experiment, const char *mode);

/* Compare the rows of a run folder with the baseline. A skip says that there is no baseline. */
outcome_t baseline_compare(const char *reference, const experiment_t *experiment, const char *mode, const char *folder,
                           diff_t *diff);

#endif
