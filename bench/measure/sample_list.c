/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/sample_list.h"

#include "base/csv.h"
#include "base/text.h"

outcome_t sample_list_write(const char *folder, const char *net, const dataset_t *dataset, const predictions_t *answers)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, text_of("%s/samples.%s.csv", folder, net).chars, "sample,label,name");
    if (!outcome_is_ok(&result))
        return result;
    for (int64_t i = 0; i < answers->samples; i++) {
        csv_integer(&writer, answers->sample[i]);
        csv_integer(&writer, answers->label[i]);
        csv_text(&writer, dataset_name_of(dataset, answers->sample[i]).chars);
        csv_end_row(&writer);
    }
    return csv_commit(&writer);
}

static bool is_skipped(const predictions_t *answers, size_t count, int64_t index)
{
    for (size_t method = 0; method < count; method++)
        if (answers[method].predicted[index] == SAMPLE_SKIPPED)
            return true;
    return false;
}

outcome_t sample_list_drop(const char *where, predictions_t *answers, size_t count, int64_t *skipped, int64_t *first)
{
    int64_t all = answers[0].samples, kept = 0;
    *skipped = 0;
    *first = -1;
    for (int64_t i = 0; i < all; i++) {
        if (is_skipped(answers, count, i)) {
            *first = *skipped == 0 ? answers[0].sample[i] : *first;
            ++*skipped;
            continue;
        }
        for (size_t method = 0; method < count; method++) {
            answers[method].sample[kept] = answers[method].sample[i];
            answers[method].label[kept] = answers[method].label[i];
            answers[method].predicted[kept] = answers[method].predicted[i];
            answers[method].outputs[kept] = answers[method].outputs[i];
        }
        kept++;
    }
    for (size_t method = 0; method < count; method++)
        answers[method].samples = kept;
    if (kept > 0)
        return outcome_ok();
    return outcome_failed(where, "samples", "no sample that can be read", "at least one", "get the data set again");
}
