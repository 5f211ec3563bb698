/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/shared.h"

#include "base/text.h"
#include "rows/diff.h"

#include <stdlib.h>
#include <string.h>

/* Columns that say of how much a row is a sum or a mean. */
static const char *const extents[] = {"samples", "networks"};

typedef struct {
    const csv_table_t *before, *after;
    bool *keep_before, *keep_after; /* by row */
} shared_t;

/* Is this column the same in both rows, or not a column of both tables? */
static bool same_extent(const shared_t *shared, const char *name, size_t before, size_t after)
{
    size_t first, second;
    outcome_t known;
    if (outcome_bad(&known, csv_column(shared->before, name, &first)) ||
        outcome_bad(&known, csv_column(shared->after, name, &second)))
        return true;
    return text_equal(csv_cell(shared->before, before, first), csv_cell(shared->after, after, second));
}

static outcome_t keep(void *context, const char *name, size_t before, size_t after)
{
    shared_t *shared = context;
    bool same = true;
    (void)name;
    for (size_t i = 0; i < sizeof extents / sizeof *extents; i++)
        same = same && same_extent(shared, extents[i], before, after);
    shared->keep_before[before] = shared->keep_after[after] = same;
    return outcome_ok();
}

/* The header is the first row of cells. */
static void take_out(csv_table_t *table, const bool *kept)
{
    size_t rows = 0;
    for (size_t row = 0; row < table->rows; row++)
        if (kept[row]) {
            rows++;
            memmove(table->cells + rows * table->columns, table->cells + (row + 1) * table->columns,
                    table->columns * sizeof *table->cells);
        }
    table->rows = rows;
}

outcome_t rows_keep_shared(csv_table_t *baseline, csv_table_t *measured, const rows_schema_t *schema, size_t *left_out)
{
    shared_t shared = {.before = baseline,
                       .after = measured,
                       .keep_before = calloc(baseline->rows + 1, sizeof *shared.keep_before),
                       .keep_after = calloc(measured->rows + 1, sizeof *shared.keep_after)};
    const size_t rows = measured->rows;
    outcome_t result = shared.keep_before != NULL && shared.keep_after != NULL
                           ? diff_pairs(baseline, measured, schema, keep, &shared)
                           : outcome_out_of_memory("comparison");
    if (outcome_is_ok(&result)) {
        take_out(baseline, shared.keep_before);
        take_out(measured, shared.keep_after);
        *left_out = rows - measured->rows;
    }
    free(shared.keep_before);
    free(shared.keep_after);
    return result;
}
