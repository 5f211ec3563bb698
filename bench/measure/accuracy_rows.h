/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACCURACY_ROWS_H
#define BBS_MEASURE_ACCURACY_ROWS_H

#include "measure/accuracy.h"
#include "rows/writer.h"

/* accuracy.csv and integers.csv: one row per network and method. Float kernels sum in a different order on each processor,
 * so a few samples near a decision boundary may change sides (none of 40,000 answers did between oneDNN's SSE4.1 and
 * AVX-512 kernels): counts in accuracy.csv may move by 1 in 1,000 samples. Counts in integers.csv may not move at all. */
extern const rows_schema_t accuracy_schema, integers_schema;

/* Write a row with a writer of either schema. */
void accuracy_write(rows_writer_t *writer, const accuracy_row_t *row);

#endif
