/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/rows.h"

#include "base/text.h"

#include <math.h>

rows_t rows_of(const csv_table_t *table)
{
    return (rows_t){.table = table, .outcome = outcome_ok()};
}

static bool find_column(rows_t *rows, const char *name, size_t *column)
{
    return outcome_is_ok(&rows->outcome) && !outcome_bad(&rows->outcome, csv_column(rows->table, name, column));
}

const char *rows_text(rows_t *rows, size_t row, const char *column)
{
    size_t index;
    return find_column(rows, column, &index) ? csv_cell(rows->table, row, index) : "";
}

double rows_real(rows_t *rows, size_t row, const char *column)
{
    size_t index;
    double value = NAN;
    if (find_column(rows, column, &index) && csv_cell(rows->table, row, index)[0] != '\0')
        rows->outcome = csv_cell_real(rows->table, row, index, &value);
    return outcome_is_ok(&rows->outcome) ? value : NAN;
}

int64_t rows_integer(rows_t *rows, size_t row, const char *column)
{
    size_t index;
    int64_t value = 0;
    if (find_column(rows, column, &index))
        rows->outcome = csv_cell_integer(rows->table, row, index, &value);
    return outcome_is_ok(&rows->outcome) ? value : 0;
}

size_t rows_find(rows_t *rows, size_t from, const char *column, const char *value)
{
    size_t index, row = from;
    if (!find_column(rows, column, &index))
        return rows->table->rows;
    while (row < rows->table->rows && !text_equal(csv_cell(rows->table, row, index), value))
        row++;
    return row;
}
