/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_COMPARISON_H
#define BBS_TRACK_COMPARISON_H

#include "experiments/experiment.h"
#include "rows/table.h"
#include "track/side.h"

#include <stdbool.h>

/* Two runs, row by row.
 *
 *   answers      counts of right answers by McNemar's exact test on the answers to the same samples
 *   statistics   of the outputs, sample by sample, by Wilcoxon's signed-rank test
 *   exact        every other column, as text: model rows are integers or follow from them
 *
 * The p of all tests are corrected together by Holm's rule; a difference is called better or worse when its corrected p is
 * below 0.05. Gains never make up for losses: each row has its own verdict. */

typedef enum {
    CHANGE_NONE,   /* the same */
    CHANGE_NOISE,  /* not more than another processor's order of sums may move (rows_schema_t.flips_per_thousand) */
    CHANGE_MOVED,  /* more than that, but no test says in which direction */
    CHANGE_BETTER, /* shown by a test, or an exact column whose direction is known */
    CHANGE_WORSE,
    CHANGE_OTHER,   /* an exact column without a direction */
    CHANGE_NEW,     /* only the second run has the row */
    CHANGE_MISSING, /* only the first */
    CHANGE_COUNT
} change_t;

const char *change_name(change_t change);

typedef struct {
    char *experiment, *row, *column, *before, *after, *verdict, *unit; /* owned; `unit` is that of the effect */
    const char *test; /* "McNemar", "Wilcoxon", "exact", or "counts": right answers without the answers themselves */
    change_t change;
    int64_t noise;                          /* so many answers may differ (rows_schema_t.flips_per_thousand) */
    int64_t samples, changed, lost, gained; /* ROWS_UNKNOWN where they do not apply */
    double p, corrected;                    /* NaN: no test */
    double effect, low, high;               /* the second run minus the first, with its 95 % interval; NaN: none */
    double detectable; /* smallest loss that these samples would have shown, in percentage points; NaN: none */
    int direction;     /* of the effect: 1 better, -1 worse, 0 neither or none */
} comparison_row_t;

typedef struct {
    comparison_row_t *rows;
    size_t count;
    size_t same;  /* rows of exact tables in which nothing differs; they have no entry */
    size_t tests; /* how many p were corrected together */
} comparison_t;

/* Compare the experiments that either side has; of a single file the experiment of that id (`only`, else NULL). The schemas
 * are those of `database`. An experiment that one side lacks is one row. FAULT_MISSING when they have none in common. */
typedef struct {
    const side_t *before, *after;
    const experiments_t *experiments;
    const rows_database_t *database;
    const char *only;
    const rows_schema_t *answers; /* the columns of the files of answers: predictions_schema */
    const ledger_t *ledger;       /* for the spread of times; NULL: none */
} comparison_request_t;

outcome_t comparison_make(const comparison_request_t *request, comparison_t *comparison);
void comparison_free(comparison_t *comparison);

/* When a comparison fails. */
typedef enum {
    FAIL_NEVER,
    FAIL_MOVED,       /* any row that is neither the same nor within noise */
    FAIL_SIGNIFICANT, /* a corrected p below 0.05, or an exact column or a row that changed */
    FAIL_WORSE,       /* a row that is worse or missing */
} fail_on_t;
extern const char *const fail_on_names[]; /* in the order of the enum, NULL-terminated */

/* How many rows fail by this rule. */
size_t comparison_failures(const comparison_t *comparison, fail_on_t rule);
bool comparison_row_fails(const comparison_row_t *row, fail_on_t rule);

#endif
