/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_SERIES_H
#define BBS_TRACK_SERIES_H

#include "experiments/experiment.h"
#include "rows/table.h"
#include "track/ledger.h"

/* One number over all runs of the history: a column of a row, with the commits at which it changed. */

typedef struct {
    const char *experiment; /* whose rows: "accuracy" */
    const char *net;        /* NULL: rows that have no such column, or whatever it holds */
    const char *method;
    const char *metric; /* the column */
    const char *mode;   /* only runs of this mode; NULL: all */
} series_request_t;

/* The columns of the table (docs/rows.md). `change`: "first", "same", or by how much it changed since the run before of
 * the same mode. */
extern const rows_schema_t series_schema;

/* A row for each run that has the number, oldest first. A request that names more than one row of a run is FAULT_USAGE; a
 * number that no run has is FAULT_MISSING. The schema of the experiment knows its columns. Free with rows_table_free(). */
outcome_t series_read(const ledger_t *ledger, const series_request_t *request, const rows_schema_t *schema,
                      rows_table_t *table);

#endif
