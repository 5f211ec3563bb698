/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_COMPARISON_PRINT_H
#define BBS_TRACK_COMPARISON_PRINT_H

#include "track/comparison.h"

#include <stdio.h>

/* The columns of a comparison's rows in csv and json (docs/rows.md). */
extern const rows_schema_t comparison_schema;

typedef enum { COMPARISON_MD, COMPARISON_CSV, COMPARISON_JSON, COMPARISON_JUNIT } comparison_format_t;
extern const char *const comparison_format_names[]; /* in the order of the enum, NULL-terminated */

/* Print a comparison. md: the two sides, a sum, the rows that are not the same, what could have been seen, and the times.
 * csv and json: every row that was tested or is not the same, values in full. junit: a test case for each of these rows,
 * failed by `rule`, and one for all rows that are the same. */
outcome_t comparison_print(const comparison_request_t *request, const comparison_t *comparison, comparison_format_t format,
                           fail_on_t rule, FILE *stream);

#endif
