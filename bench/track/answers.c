/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/answers.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void answers_free(answers_t *answers)
{
    free(answers->sample);
    free(answers->label);
    free(answers->predicted);
    for (size_t i = 0; i < answers->statistics; i++)
        free(answers->value[i]);
    *answers = (answers_t){0};
}

static outcome_t read_integers(const csv_table_t *table, const char *name, int64_t **values)
{
    size_t column;
    outcome_t result;
    *values = calloc(table->rows + 1, sizeof **values);
    if (*values == NULL)
        return outcome_out_of_memory(table->path);
    if (outcome_bad(&result, csv_column(table, name, &column)))
        return result;
    for (size_t row = 0; row < table->rows && outcome_is_ok(&result); row++)
        result = csv_cell_integer(table, row, column, &(*values)[row]);
    return result;
}

static outcome_t read_reals(const csv_table_t *table, size_t column, double **values)
{
    outcome_t result = outcome_ok();
    *values = calloc(table->rows + 1, sizeof **values);
    if (*values == NULL)
        return outcome_out_of_memory(table->path);
    for (size_t row = 0; row < table->rows && outcome_is_ok(&result); row++) {
        (*values)[row] = NAN;
        if (csv_cell(table, row, column)[0] != '\0')
            result = csv_cell_real(table, row, column, &(*values)[row]);
    }
    return result;
}

static outcome_t read_statistics(const csv_table_t *table, const rows_schema_t *schema, answers_t *answers)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < table->columns && outcome_is_ok(&result); i++) {
        const rows_column_t *column = rows_find_column(schema, table->cells[i]);
        if (column == NULL || column->kind != ROWS_REAL || answers->statistics == ANSWERS_STATISTICS)
            continue;
        answers->column[answers->statistics] = column;
        result = read_reals(table, i, &answers->value[answers->statistics++]);
    }
    return result;
}

outcome_t answers_read(const csv_table_t *table, const rows_schema_t *schema, answers_t *answers)
{
    outcome_t result;
    *answers = (answers_t){.samples = (int64_t)table->rows};
    if (!outcome_bad(&result, read_integers(table, "sample", &answers->sample)) &&
        !outcome_bad(&result, read_integers(table, "label", &answers->label)) &&
        !outcome_bad(&result, read_integers(table, "predicted", &answers->predicted)))
        result = read_statistics(table, schema, answers);
    return result;
}

bool answers_file_is(const char *file, const char *net, const char *size, const char *data, const char *method)
{
    const text_t stem = text_of("%s.%s.", net, size), whole = text_of("%s%s.", stem.chars, data);
    if (!text_starts(file, stem.chars))
        return false;
    file += strlen(text_starts(file, whole.chars) ? whole.chars : stem.chars);
    for (; *method != '\0'; method++, file++) {
        bool sign = !isalnum((unsigned char)*method);
        if (*file == '\0' || (sign ? isalnum((unsigned char)*file) != 0 : *file != *method))
            return false;
    }
    return text_equal(file, ".csv");
}
