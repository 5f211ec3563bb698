/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_JSON_H
#define BBS_ROWS_JSON_H

#include "base/csv.h"

/* Rows of a CSV as a JSON array of objects, one a line. A column is numbers when all of its cells are, or empty; empty
 * cells are null. Digits are copied, so 64-bit integers stay whole. */
outcome_t json_rows_write(const csv_table_t *table, const char *path);

#endif
