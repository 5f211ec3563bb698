/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_SIDE_H
#define BBS_TRACK_SIDE_H

#include "base/csv.h"
#include "run/manifest.h"
#include "track/ledger.h"

#include <stdbool.h>

/* One side of a comparison: a run folder, a folder of baselines, a single file of rows, or a run of the history. All give
 * rows and answers as tables. */

typedef struct {
    text_t title;        /* for reading: "results/…-smoke, commit 609984c" */
    text_t mode;         /* of the run; of baselines the mode that was asked for */
    manifest_t manifest; /* json NULL: there is no run.json */
    text_t path;         /* of the folder or file; "" for a run of the history */
    bool is_file;
    const ledger_t *ledger; /* NULL: not of the history */
    int64_t run;
} side_t;

/* `word` is a path, or the number or commit of a run in the history (ledger_find()); a path comes first. `ledger` may be
 * NULL: there is no history. `mode` chooses among baselines. Close with side_close(), whatever the outcome. */
outcome_t side_open(const char *word, const ledger_t *ledger, const char *mode, side_t *side);
void side_close(side_t *side);

/* The rows of an experiment; `*found` is false when this side has none. Free the table when it is true. */
outcome_t side_rows(const side_t *side, const char *experiment, csv_table_t *table, bool *found);

/* The answers of NET.SIZE.METHOD in that folder of the run (rows_schema_t.answers). Beside a single file its folder is
 * looked at. `*found` as above. */
outcome_t side_answers(const side_t *side, const char *folder, const char *net, const char *size, const char *data,
                       const char *method, csv_table_t *table, bool *found);

/* Wall time of an experiment in this run in seconds, or NaN. */
double side_seconds(const side_t *side, const char *experiment);

#endif
