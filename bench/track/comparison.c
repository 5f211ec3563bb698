/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows are collected first, experiment by experiment: those of tests with their p, those of exact columns with their state.
 * Verdicts come last (verdict.c), because Holm's correction needs every p. */
#include "track/comparison.h"

#include "base/number.h"
#include "experiments/experiment_rows.h"
#include "rows/diff.h"
#include "track/pairing.h"
#include "track/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const comparison_request_t *request;
    const experiment_t *experiment;
    const rows_schema_t *schema;
    csv_table_t before, after;
    comparison_t *comparison;
} collection_t;

/* ===  Rows  === */

static outcome_t add_row(const collection_t *collection, const char *name, const char *column, const char *before,
                         const char *after, comparison_row_t **added)
{
    comparison_t *comparison = collection->comparison;
    comparison_row_t *grown = realloc(comparison->rows, (comparison->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("comparison");
    comparison->rows = grown;
    comparison_row_t *row = *added = &grown[comparison->count++];
    *row = (comparison_row_t){.experiment = text_copy(collection->experiment->id),
                              .row = text_copy(name),
                              .column = text_copy(column),
                              .before = text_copy(before),
                              .after = text_copy(after),
                              .unit = text_copy(""),
                              .test = "exact",
                              .samples = ROWS_UNKNOWN,
                              .changed = ROWS_UNKNOWN,
                              .lost = ROWS_UNKNOWN,
                              .gained = ROWS_UNKNOWN,
                              .p = NAN,
                              .corrected = NAN,
                              .effect = NAN,
                              .low = NAN,
                              .high = NAN,
                              .detectable = NAN};
    bool whole = row->experiment != NULL && row->row != NULL && row->column != NULL && row->before != NULL &&
                 row->after != NULL && row->unit != NULL;
    return whole ? outcome_ok() : outcome_out_of_memory("comparison");
}

static outcome_t set_unit(comparison_row_t *row, const char *unit)
{
    free(row->unit);
    row->unit = text_copy(unit);
    return row->unit != NULL ? outcome_ok() : outcome_out_of_memory("comparison");
}

void comparison_free(comparison_t *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        comparison_row_t *row = &comparison->rows[i];
        char *texts[] = {row->experiment, row->row, row->column, row->before, row->after, row->verdict, row->unit};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            free(texts[t]);
    }
    free(comparison->rows);
    *comparison = (comparison_t){0};
}

/* ===  Answers and statistics  === */

/* The column of the right answers: the count of samples that is better when higher. */
static const rows_column_t *right_answers(const rows_schema_t *schema)
{
    const rows_column_t *column = schema->columns;
    while (column->name != NULL && !(column->counts_samples && column->sense == ROWS_HIGHER))
        column++;
    return column->name != NULL ? column : NULL;
}

static int64_t right_of(const answers_t *answers)
{
    int64_t right = 0;
    for (int64_t i = 0; i < answers->samples; i++)
        right += answers->predicted[i] == answers->label[i];
    return right;
}

static text_t of_samples(int64_t count, int64_t samples)
{
    return text_of("%s of %s", number_integer(count).chars, number_integer(samples).chars);
}

static outcome_t add_answers(const collection_t *collection, const char *name, const answers_t *before,
                             const answers_t *after)
{
    pairing_t pairing;
    comparison_row_t *row;
    outcome_t result = pairing_of_answers(before, after, &pairing);
    const int64_t samples = before->samples;
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, add_row(collection, name, right_answers(collection->schema)->name,
                                     of_samples(right_of(before), samples).chars,
                                     of_samples(right_of(after), samples).chars, &row)) ||
        outcome_bad(&result, set_unit(row, "points")))
        return result;
    row->test = "McNemar";
    row->samples = samples;
    row->changed = pairing.changed;
    row->lost = pairing.flips.right_to_wrong;
    row->gained = pairing.flips.wrong_to_right;
    row->p = pairing.p;
    row->effect = 100 * pairing.effect.effect;
    row->low = 100 * pairing.effect.low;
    row->high = 100 * pairing.effect.high;
    row->direction = (row->gained > row->lost) - (row->gained < row->lost);
    row->noise = (samples * collection->schema->flips_per_thousand + 999) / 1000;
    return result;
}

static outcome_t add_statistic(const collection_t *collection, const char *name, const rows_column_t *column,
                               const statistic_pairing_t *pairing)
{
    comparison_row_t *row;
    outcome_t result = add_row(collection, name, column->name, text_of("%.6g", pairing->mean_before).chars,
                               text_of("%.6g", pairing->mean_after).chars, &row);
    if (!outcome_is_ok(&result) || outcome_bad(&result, set_unit(row, column->unit != NULL ? column->unit : "")))
        return result;
    const int up = (pairing->test.effect > 0) - (pairing->test.effect < 0);
    row->test = "Wilcoxon";
    row->samples = pairing->pairs;
    row->changed = pairing->changed;
    row->p = pairing->test.p;
    row->effect = pairing->effect;
    row->low = pairing->low;
    row->high = pairing->high;
    row->direction = column->sense == ROWS_HIGHER ? up : column->sense == ROWS_LOWER ? -up : 0;
    return result;
}

static outcome_t add_statistics(const collection_t *collection, const char *name, const answers_t *before,
                                const answers_t *after)
{
    outcome_t result = outcome_ok();
    for (size_t a = 0; a < before->statistics; a++)
        for (size_t b = 0; b < after->statistics && outcome_is_ok(&result); b++) {
            statistic_pairing_t pairing;
            if (before->column[a] != after->column[b] ||
                outcome_bad(&result, pairing_of_statistic(before, a, after, b, &pairing)) || pairing.pairs == 0)
                continue;
            result = add_statistic(collection, name, before->column[a], &pairing);
        }
    return result;
}

static outcome_t read_answers(const collection_t *collection, const side_t *side, const csv_table_t *rows, size_t row,
                              answers_t *answers, bool *found)
{
    static const char *const names[] = {"net", "size", "data", "method"};
    const char *cells[4];
    csv_table_t table;
    outcome_t result;
    *found = false;
    for (size_t i = 0; i < 4; i++) {
        size_t column;
        if (outcome_bad(&result, csv_column(rows, names[i], &column)))
            return result;
        cells[i] = csv_cell(rows, row, column);
    }
    if (outcome_bad(&result, side_answers(side, collection->schema->answers, cells[0], cells[1], cells[2], cells[3], &table,
                                          found)) ||
        !*found)
        return result;
    result = answers_read(&table, collection->request->answers, answers);
    csv_free(&table);
    return result;
}

/* Add the tests of one row, when both sides have its answers to the same samples. */
static outcome_t test_row(void *context, const char *name, size_t before, size_t after)
{
    const collection_t *collection = context;
    const comparison_request_t *request = collection->request;
    answers_t was = {0}, is = {0};
    bool has_first = false, has_second = false;
    outcome_t result;
    if (!outcome_bad(&result, read_answers(collection, request->before, &collection->before, before, &was, &has_first)) &&
        has_first &&
        !outcome_bad(&result, read_answers(collection, request->after, &collection->after, after, &is, &has_second)) &&
        has_second && was.samples > 0 && pairing_possible(&was, &is) &&
        !outcome_bad(&result, add_answers(collection, name, &was, &is)))
        result = add_statistics(collection, name, &was, &is);
    answers_free(&was);
    answers_free(&is);
    return result;
}

/* ===  Exact columns  === */

static bool was_tested(const comparison_t *comparison, size_t first, const char *name)
{
    for (size_t i = first; i < comparison->count; i++)
        if (text_equal(comparison->rows[i].row, name))
            return true;
    return false;
}

static outcome_t add_difference(const collection_t *collection, const diff_entry_t *entry, const rows_column_t *column)
{
    static const change_t changes[DIFF_STATUS_COUNT] = {[DIFF_REGRESSED] = CHANGE_WORSE,
                                                        [DIFF_CHANGED] = CHANGE_OTHER,
                                                        [DIFF_IMPROVED] = CHANGE_BETTER,
                                                        [DIFF_NEW] = CHANGE_NEW,
                                                        [DIFF_MISSING] = CHANGE_MISSING};
    comparison_row_t *row;
    outcome_t result =
        add_row(collection, entry->row, entry->column, diff_value(entry->baseline, entry->baseline_samples).chars,
                diff_value(entry->measured, entry->measured_samples).chars, &row);
    if (!outcome_is_ok(&result))
        return result;
    row->change = changes[entry->status];
    if (column != NULL && column->counts_samples && collection->schema->flips_per_thousand > 0) {
        row->test = "counts";
        row->change = CHANGE_MOVED;
    }
    return result;
}

/* The columns that are compared exactly. Counts of a row whose answers were tested follow from those. */
static outcome_t add_differences(const collection_t *collection, size_t first)
{
    diff_t diff;
    comparison_t *comparison = collection->comparison;
    const size_t tested = comparison->count;
    outcome_t result = diff_tables(&collection->before, &collection->after, collection->schema, &diff);
    if (!outcome_is_ok(&result))
        return result;
    comparison->same += diff.rows[DIFF_SAME];
    for (size_t i = 0; i < diff.entry_count && outcome_is_ok(&result); i++) {
        const diff_entry_t *entry = &diff.entries[i];
        const rows_column_t *column = rows_find_column(collection->schema, entry->column);
        bool follows =
            column != NULL && column->counts_samples && tested > first && was_tested(comparison, first, entry->row);
        if (!follows)
            result = add_difference(collection, entry, column);
    }
    diff_free(&diff);
    return result;
}

/* ===  Experiments  === */

static outcome_t compare_tables(const collection_t *collection)
{
    const size_t first = collection->comparison->count;
    outcome_t result = outcome_ok();
    if (collection->schema->answers != NULL && right_answers(collection->schema) != NULL)
        result = diff_pairs(&collection->before, &collection->after, collection->schema, test_row,
                            (void *)(uintptr_t)collection);
    return outcome_is_ok(&result) ? add_differences(collection, first) : result;
}

/* Was the experiment asked for in this run? Then rows that are not there are missing. */
static bool asked_for(const side_t *side, const char *id)
{
    return side->manifest.json != NULL && manifest_experiment(&side->manifest, id) != NULL;
}

static outcome_t without_rows(const collection_t *collection, bool first, bool second)
{
    const char *id = collection->experiment->id;
    comparison_row_t *row;
    if (!asked_for(first ? collection->request->after : collection->request->before, id))
        return outcome_ok();
    outcome_t result = add_row(collection, "", "", first ? "rows" : "none", second ? "rows" : "none", &row);
    if (outcome_is_ok(&result))
        row->change = first ? CHANGE_MISSING : CHANGE_NEW;
    return result;
}

static outcome_t compare_experiment(const comparison_request_t *request, const experiment_t *experiment,
                                    comparison_t *comparison, size_t *compared)
{
    collection_t collection = {.request = request,
                               .experiment = experiment,
                               .schema = experiment_rows_schema(experiment, request->database),
                               .comparison = comparison};
    bool first = false, second = false;
    outcome_t result = side_rows(request->before, experiment->id, &collection.before, &first);
    if (outcome_is_ok(&result) &&
        !outcome_bad(&result, side_rows(request->after, experiment->id, &collection.after, &second))) {
        *compared += first && second;
        if (first && second)
            result = compare_tables(&collection);
        else if (first || second)
            result = without_rows(&collection, first, second);
    }
    if (first)
        csv_free(&collection.before);
    if (second)
        csv_free(&collection.after);
    return result;
}

outcome_t comparison_make(const comparison_request_t *request, comparison_t *comparison)
{
    outcome_t result = outcome_ok();
    size_t compared = 0;
    *comparison = (comparison_t){0};
    for (size_t i = 0; i < request->experiments->count && outcome_is_ok(&result); i++) {
        const experiment_t *experiment = &request->experiments->items[i];
        if (request->only == NULL || text_equal(request->only, experiment->id))
            result = compare_experiment(request, experiment, comparison, &compared);
    }
    if (outcome_is_ok(&result) && compared == 0)
        result = outcome_missing(request->before->title.chars, NULL, "no rows of an experiment that the other has too",
                                 request->after->title.chars, "compare two runs with an experiment in common");
    if (outcome_is_ok(&result))
        result = verdict_all(comparison);
    return result;
}
