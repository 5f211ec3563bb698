/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/predictions.h"

#include "base/csv.h"
#include "base/file.h"

#include <stdlib.h>

outcome_t predictions_create(int64_t samples, predictions_t *predictions)
{
    *predictions = (predictions_t){.samples = samples};
    predictions->sample = calloc((size_t)samples, sizeof *predictions->sample);
    predictions->label = calloc((size_t)samples, sizeof *predictions->label);
    predictions->predicted = calloc((size_t)samples, sizeof *predictions->predicted);
    if (predictions->sample != NULL && predictions->label != NULL && predictions->predicted != NULL)
        return outcome_ok();
    predictions_free(predictions);
    return outcome_out_of_memory("predictions");
}

void predictions_free(predictions_t *predictions)
{
    free(predictions->sample);
    free(predictions->label);
    free(predictions->predicted);
    *predictions = (predictions_t){0};
}

int64_t predictions_correct(const predictions_t *predictions)
{
    int64_t correct = 0;
    for (int64_t i = 0; i < predictions->samples; i++)
        correct += predictions->predicted[i] == predictions->label[i];
    return correct;
}

static const char *const header[] = {"sample", "label", "predicted", "key"};
enum { SAMPLE, LABEL, PREDICTED, KEY, COLUMNS };

static const rows_column_t columns[] = {
    {.name = "sample", .kind = ROWS_INTEGER, .key = true, .heading = "Sample", .meaning = "number in the data set, from 0"},
    {.name = "label", .kind = ROWS_INTEGER, .heading = "Label", .meaning = "the right class"},
    {.name = "predicted", .kind = ROWS_INTEGER, .heading = "Answer", .meaning = "the class with the largest logit"},
    {.name = "key", .kind = ROWS_TEXT, .heading = "Key", .meaning = "in the first row: all that the answers depend on"},
    {.name = NULL},
};

const rows_schema_t predictions_schema = {
    .name = "predictions", .about = "One network under one method, sample by sample.", .columns = columns};

outcome_t predictions_save(const char *stem, const char *key, const predictions_t *predictions)
{
    csv_writer_t rows;
    outcome_t result = csv_create(&rows, text_of("%s.csv", stem).chars, NULL);
    if (!outcome_is_ok(&result))
        return result;
    for (int i = 0; i < COLUMNS; i++)
        csv_text(&rows, header[i]);
    csv_end_row(&rows);
    for (int64_t i = 0; i < predictions->samples; i++) {
        csv_integer(&rows, predictions->sample[i]);
        csv_integer(&rows, predictions->label[i]);
        csv_integer(&rows, predictions->predicted[i]);
        csv_text(&rows, i == 0 ? key : "");
        csv_end_row(&rows);
    }
    return csv_commit(&rows);
}

static bool is_ours(const csv_table_t *table, const char *key, const predictions_t *expected)
{
    if (table->columns != COLUMNS || table->rows == 0 || (int64_t)table->rows != expected->samples)
        return false;
    for (size_t i = 0; i < COLUMNS; i++)
        if (!text_equal(table->cells[i], header[i]))
            return false;
    return text_equal(csv_cell(table, 0, KEY), key);
}

static bool take_row(const csv_table_t *table, size_t row, const predictions_t *expected, int least, int most,
                     int *predicted)
{
    int64_t sample, label, answer;
    if (!text_to_integer(csv_cell(table, row, SAMPLE), 0, INT64_MAX, &sample) || sample != expected->sample[row] ||
        !text_to_integer(csv_cell(table, row, LABEL), INT32_MIN, INT32_MAX, &label) || label != expected->label[row] ||
        !text_to_integer(csv_cell(table, row, PREDICTED), least, most, &answer))
        return false;
    predicted[row] = (int)answer;
    return true;
}

outcome_t predictions_load(const char *stem, const char *key, const predictions_t *expected, int least, int most,
                           int *predicted, bool *found)
{
    *found = false;
    const text_t path = text_of("%s.csv", stem);
    csv_table_t table;
    if (!file_exists(path.chars))
        return outcome_ok();
    outcome_t read = csv_read(path.chars, &table);
    if (!outcome_is_ok(&read)) /* damaged: the answers are computed again */
        return outcome_ok();
    bool good = is_ours(&table, key, expected);
    for (size_t row = 0; good && row < table.rows; row++)
        good = take_row(&table, row, expected, least, most, predicted);
    *found = good;
    csv_free(&table);
    return outcome_ok();
}
