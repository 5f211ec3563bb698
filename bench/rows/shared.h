/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_SHARED_H
#define BBS_ROWS_SHARED_H

#include "base/csv.h"
#include "rows/schema.h"

#include <stddef.h>

/* The rows that two tables have in common, for a run of chosen networks, methods or samples: those with one key and with
 * the same number of samples and of networks. A mean over three networks is another row than the mean over seven. */

/* Take all other rows out of both tables. `*left_out` is how many rows of `measured` that were. The errors of diff_pairs().
 */
outcome_t rows_keep_shared(csv_table_t *baseline, csv_table_t *measured, const rows_schema_t *schema, size_t *left_out);

#endif
