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

static outcome_t save_rows(const char *path, const predictions_t *predictions)
{
    csv_writer_t rows;
    outcome_t result = csv_create(&rows, path, "sample,label,predicted");
    if (!outcome_is_ok(&result))
        return result;
    for (int64_t i = 0; i < predictions->samples; i++) {
        csv_integer(&rows, predictions->sample[i]);
        csv_integer(&rows, predictions->label[i]);
        csv_integer(&rows, predictions->predicted[i]);
        csv_end_row(&rows);
    }
    return csv_commit(&rows);
}

outcome_t predictions_save(const char *stem, const char *key, const predictions_t *predictions)
{
    outfile_t file;
    outcome_t result;
    if (outcome_bad(&result, save_rows(text_of("%s.csv", stem).chars, predictions)) ||
        outcome_bad(&result, outfile_open(&file, text_of("%s.key", stem).chars)))
        return result;
    fprintf(file.stream, "%s\n", key);
    return outfile_commit(&file);
}

static bool same_key(const char *stem, const char *key)
{
    bytes_t bytes;
    outcome_t result = file_read(text_of("%s.key", stem).chars, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return false;
    bool same = text_equal((const char *)bytes.data, text_of("%s\n", key).chars);
    file_free_bytes(&bytes);
    return same;
}

outcome_t predictions_load(const char *stem, const char *key, const predictions_t *expected, int *predicted, bool *found)
{
    *found = false;
    text_t path = text_of("%s.csv", stem);
    if (!file_exists(path.chars) || !same_key(stem, key))
        return outcome_ok();
    csv_table_t table;
    outcome_t result = csv_read(path.chars, &table);
    if (!outcome_is_ok(&result))
        return result;
    bool good = table.columns == 3 && (int64_t)table.rows == expected->samples;
    for (size_t row = 0; good && row < table.rows; row++) {
        int64_t sample, answer;
        if (outcome_bad(&result, csv_cell_integer(&table, row, 0, &sample)) ||
            outcome_bad(&result, csv_cell_integer(&table, row, 2, &answer)))
            break;
        good = sample == expected->sample[row];
        predicted[row] = (int)answer;
    }
    *found = good && outcome_is_ok(&result);
    csv_free(&table);
    return result;
}
