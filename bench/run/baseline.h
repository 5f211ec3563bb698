/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_BASELINE_H
#define BBS_RUN_BASELINE_H

#include "base/text.h"
#include "rows/diff.h"

/* The committed rows that a run is compared with: REFERENCE/MODE/NAME.csv, REFERENCE/NAME.MODE.csv, or REFERENCE/NAME.csv
 * for rows that are the same in every mode; the first that is there. */

/* The file, or "" when there is none. */
text_t baseline_path(const char *reference, const char *name, const char *mode);

/* Compare the rows of this schema in a run folder with the baseline. The outcome is a skip when there is no baseline. */
outcome_t baseline_compare(const char *reference, const rows_schema_t *schema, const char *mode, const char *folder,
                           diff_t *diff);

#endif
