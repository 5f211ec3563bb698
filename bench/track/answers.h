/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_ANSWERS_H
#define BBS_TRACK_ANSWERS_H

#include "base/csv.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The answers of one network under one method as a run keeps them (measure/predictions.h), for comparing two runs: the
 * columns sample, label and predicted, and every column of reals that the schema knows: a statistic of the outputs. Older
 * files have no statistics, and a file may have columns that the schema does not know: both are read. */

enum { ANSWERS_STATISTICS = 16 };

typedef struct {
    int64_t samples;
    int64_t *sample, *label, *predicted;             /* `samples` each */
    size_t statistics;                               /* how many there are */
    const rows_column_t *column[ANSWERS_STATISTICS]; /* of the schema */
    double *value[ANSWERS_STATISTICS];               /* `samples` each; NaN where the cell is empty */
} answers_t;

/* FAULT_FAILED, with file, line and column, when a cell is no number or a column is missing. Free with answers_free(),
 * whatever the outcome. */
outcome_t answers_read(const csv_table_t *table, const rows_schema_t *schema, answers_t *answers);
void answers_free(answers_t *answers);

/* Is this the name of the file of the answers NET.SIZE.DATA.METHOD, or of an older version's
 * NET.SIZE.METHOD? Characters of a method that some systems allow in no file
 * name may be replaced in it by another sign ("zps:columns=4" by "zps+columns=4"). */
bool answers_file_is(const char *file, const char *net, const char *size, const char *data, const char *method);

#endif
