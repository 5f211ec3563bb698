/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/scaling.h"

#include "base/text.h"
#include "experiments/rows.h"
#include "measure/scaling.h"

#include <math.h>

static const char *const keys[] = {"net", "size", "accelerator", "pe_columns", NULL};
static const diff_column_t columns[] = {{"compute_cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"speedup", SENSE_HIGHER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};
const diff_rule_t scaling_rule = {.keys = keys, .columns = columns};

outcome_t scaling_write(const experiment_context_t *context, const char *name, bool utilisation)
{
    return scaling_run(context->jobs, utilisation, text_of("%s/%s", context->folder, name).chars);
}

double scaling_value(const csv_table_t *table, const char *net, const char *accelerator, int64_t count, const char *column)
{
    rows_t rows = rows_of(table);
    for (size_t row = rows_find(&rows, 0, "net", net); row < table->rows; row = rows_find(&rows, row + 1, "net", net))
        if (text_equal(rows_text(&rows, row, "accelerator"), accelerator) &&
            rows_integer(&rows, row, "pe_columns") == count)
            return rows_real(&rows, row, column);
    return NAN;
}
