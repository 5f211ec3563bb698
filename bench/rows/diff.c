/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of two tables are matched by their joined keys through a sorted index of each table. Entries are in the order of the
 * rows. */
#include "rows/diff.h"

#include "base/number.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *diff_status_name(diff_status_t status)
{
    static const char *const names[DIFF_STATUS_COUNT] = {
        [DIFF_SAME] = "same", [DIFF_REGRESSED] = "regressed", [DIFF_CHANGED] = "changed", [DIFF_IMPROVED] = "improved",
        [DIFF_NEW] = "new",   [DIFF_MISSING] = "missing"};
    return names[status];
}

/* ===  Rows by key  === */

enum { SEPARATOR = '\x1f' }; /* ASCII's unit separator */

typedef struct {
    char *key; /* key cells, empty ones too, each behind a separator: two rows with different cells never have one key */
    size_t row;
} keyed_t;

typedef struct {
    const csv_table_t *table;
    keyed_t *sorted;
    char **keys; /* by row; the strings belong to `sorted` */
} index_t;

static int by_key(const void *a, const void *b)
{
    return strcmp(((const keyed_t *)a)->key, ((const keyed_t *)b)->key);
}

static outcome_t join_key(const csv_table_t *table, const rows_schema_t *schema, size_t row, char **key)
{
    text_builder_t joined = {0};
    outcome_t result = outcome_ok();
    text_append(&joined, "%s", "");
    for (const rows_column_t *of = schema->columns; of->name != NULL && outcome_is_ok(&result); of++) {
        size_t column;
        if (of->key && !outcome_bad(&result, csv_column(table, of->name, &column)))
            text_append(&joined, "%c%s", SEPARATOR, csv_cell(table, row, column));
    }
    if (outcome_is_ok(&result) && joined.failed)
        result = outcome_out_of_memory(table->path);
    *key = outcome_is_ok(&result) ? joined.chars : NULL;
    if (*key == NULL)
        free(joined.chars);
    return result;
}

/* The name of a row for reading: its key cells that are not empty, with '/' between them. To free(). */
static char *name_of(const char *key)
{
    char *name = malloc(strlen(key) + 1), *to = name;
    for (const char *at = key; name != NULL && *at != '\0'; at++)
        if (*at != SEPARATOR)
            *to++ = *at;
        else if (to > name && at[1] != SEPARATOR && at[1] != '\0')
            *to++ = '/';
    if (name != NULL)
        *to = '\0';
    return name;
}

static void index_free(index_t *index)
{
    for (size_t row = 0; index->sorted != NULL && row < index->table->rows; row++)
        free(index->sorted[row].key);
    free(index->sorted);
    free(index->keys);
    *index = (index_t){0};
}

static outcome_t second_row(const csv_table_t *table, const keyed_t *keyed)
{
    char *name = name_of(keyed->key);
    if (name == NULL)
        return outcome_out_of_memory(table->path);
    outcome_t result = outcome_failed(table->path, text_of("line %zu", keyed->row + 2).chars,
                                      text_of("a second row %s", name).chars, "one row per key", NULL);
    free(name);
    return result;
}

static outcome_t index_build(const csv_table_t *table, const rows_schema_t *schema, index_t *index)
{
    *index = (index_t){.table = table,
                       .sorted = calloc(table->rows + 1, sizeof *index->sorted),
                       .keys = calloc(table->rows + 1, sizeof *index->keys)};
    if (index->sorted == NULL || index->keys == NULL)
        return outcome_out_of_memory(table->path);
    for (size_t row = 0; row < table->rows; row++) {
        outcome_t result = join_key(table, schema, row, &index->sorted[row].key);
        if (!outcome_is_ok(&result))
            return result;
        index->sorted[row].row = row;
        index->keys[row] = index->sorted[row].key;
    }
    qsort(index->sorted, table->rows, sizeof *index->sorted, by_key);
    for (size_t i = 1; i < table->rows; i++)
        if (text_equal(index->sorted[i - 1].key, index->sorted[i].key))
            return second_row(table, &index->sorted[i]);
    return outcome_ok();
}

static bool index_find(const index_t *index, char *key, size_t *row)
{
    keyed_t wanted = {.key = key};
    keyed_t *found = bsearch(&wanted, index->sorted, index->table->rows, sizeof wanted, by_key);
    if (found != NULL)
        *row = found->row;
    return found != NULL;
}

/* ===  Cells  === */

static outcome_t add_entry(diff_t *diff, diff_status_t status, const char *key, const char *column, const char *baseline,
                           const char *measured)
{
    diff_entry_t *grown = realloc(diff->entries, (diff->entry_count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("comparison");
    diff->entries = grown;
    diff_entry_t *entry = &grown[diff->entry_count++];
    *entry = (diff_entry_t){.status = status,
                            .row = name_of(key),
                            .column = text_copy(column),
                            .baseline = text_copy(baseline),
                            .measured = text_copy(measured),
                            .baseline_samples = text_copy(""),
                            .measured_samples = text_copy("")};
    bool whole = entry->row != NULL && entry->column != NULL && entry->baseline != NULL && entry->measured != NULL &&
                 entry->baseline_samples != NULL && entry->measured_samples != NULL;
    return whole ? outcome_ok() : outcome_out_of_memory("comparison");
}

/* The samples of a row; "" when the table does not say. */
static const char *samples_of(const csv_table_t *table, size_t row, const rows_schema_t *schema)
{
    size_t column;
    outcome_t result;
    if (schema->samples == NULL || outcome_bad(&result, csv_column(table, schema->samples, &column)))
        return "";
    return csv_cell(table, row, column);
}

/* Tell the last entry of how many samples its cells are counts. */
static outcome_t add_samples(diff_t *diff, const char *baseline, const char *measured)
{
    diff_entry_t *entry = &diff->entries[diff->entry_count - 1];
    char *before = text_copy(baseline), *after = text_copy(measured);
    free(entry->baseline_samples);
    free(entry->measured_samples);
    entry->baseline_samples = before;
    entry->measured_samples = after;
    return before != NULL && after != NULL ? outcome_ok() : outcome_out_of_memory("comparison");
}

/* By how many samples the counts of this row may differ. */
static int64_t allowed_flips(const rows_schema_t *schema, const csv_table_t *baseline, size_t row)
{
    int64_t samples = 0;
    return text_to_integer(samples_of(baseline, row, schema), 0, INT64_MAX / 1000, &samples)
               ? (samples * schema->flips_per_thousand + 999) / 1000
               : 0;
}

/* Of the larger of the two values. Measured between oneDNN's kernels for SSE4.1 and AVX-512, on three networks and five
 * methods: divergences and logit errors differ by at most 0.05 %. */
static const double near_share = 0.01;

static diff_status_t compare_cells(const rows_column_t *column, const char *baseline, const char *measured, int64_t flips)
{
    double before, after;
    if (column->sense == ROWS_FOLLOWS || text_equal(baseline, measured))
        return DIFF_SAME;
    if (!text_to_real(baseline, &before) || !text_to_real(measured, &after))
        return DIFF_CHANGED;
    double change = after - before;
    if (column->counts_samples && change >= (double)-flips && change <= (double)flips)
        return DIFF_SAME;
    if (column->near && fabs(change) <= near_share * fmax(fabs(before), fabs(after)))
        return DIFF_SAME;
    if (column->sense == ROWS_EXACT || change == 0)
        return DIFF_CHANGED;
    return (change > 0) == (column->sense == ROWS_HIGHER) ? DIFF_IMPROVED : DIFF_REGRESSED;
}

static diff_status_t worse(diff_status_t a, diff_status_t b)
{
    static const int rank[DIFF_STATUS_COUNT] = {[DIFF_IMPROVED] = 1, [DIFF_CHANGED] = 2, [DIFF_REGRESSED] = 3};
    return rank[a] >= rank[b] ? a : b;
}

static outcome_t compare_rows(const csv_table_t *baseline, size_t before, const csv_table_t *measured, size_t after,
                              const rows_schema_t *schema, const char *key, diff_t *diff)
{
    diff_status_t whole = DIFF_SAME;
    int64_t flips = allowed_flips(schema, baseline, before);
    for (size_t i = 0; i < baseline->columns; i++) {
        const rows_column_t *column = rows_find_column(schema, baseline->cells[i]);
        size_t other = 0;
        outcome_t result;
        if (column == NULL)
            return outcome_failed(baseline->path, "header", baseline->cells[i],
                                  text_of("the columns of %s", schema->name).chars,
                                  "the baseline is of another version of bbsbench: make it again");
        if (column->sense == ROWS_FOLLOWS)
            continue;
        if (outcome_bad(&result, csv_column(measured, column->name, &other)))
            return result;
        const char *was = csv_cell(baseline, before, i), *is = csv_cell(measured, after, other);
        diff_status_t status = compare_cells(column, was, is, flips);
        whole = worse(whole, status);
        if (status == DIFF_SAME)
            continue;
        if (outcome_bad(&result, add_entry(diff, status, key, column->name, was, is)))
            return result;
        if (column->counts_samples && outcome_bad(&result, add_samples(diff, samples_of(baseline, before, schema),
                                                                       samples_of(measured, after, schema))))
            return result;
    }
    diff->rows[whole]++;
    return outcome_ok();
}

/* ===  Tables  === */

static outcome_t compare_all(const index_t *baseline, const index_t *measured, const rows_schema_t *schema, diff_t *diff)
{
    outcome_t result = outcome_ok();
    size_t other;
    for (size_t row = 0; row < baseline->table->rows && outcome_is_ok(&result); row++) {
        diff->compared++;
        if (index_find(measured, baseline->keys[row], &other)) {
            result = compare_rows(baseline->table, row, measured->table, other, schema, baseline->keys[row], diff);
            continue;
        }
        diff->rows[DIFF_MISSING]++;
        result = add_entry(diff, DIFF_MISSING, baseline->keys[row], "", "a row", "none");
    }
    for (size_t row = 0; row < measured->table->rows && outcome_is_ok(&result); row++) {
        if (index_find(baseline, measured->keys[row], &other))
            continue;
        diff->compared++;
        diff->rows[DIFF_NEW]++;
        result = add_entry(diff, DIFF_NEW, measured->keys[row], "", "none", "a row");
    }
    return result;
}

outcome_t diff_tables(const csv_table_t *baseline, const csv_table_t *measured, const rows_schema_t *schema, diff_t *diff)
{
    *diff = (diff_t){0};
    index_t before = {0}, after = {0};
    outcome_t result = index_build(baseline, schema, &before);
    if (outcome_is_ok(&result))
        result = index_build(measured, schema, &after);
    if (outcome_is_ok(&result))
        result = compare_all(&before, &after, schema, diff);
    index_free(&before);
    index_free(&after);
    if (!outcome_is_ok(&result))
        diff_free(diff);
    return result;
}

static outcome_t give_pairs(const index_t *baseline, const index_t *measured,
                            outcome_t (*pair)(void *context, const char *name, size_t before, size_t after), void *context)
{
    outcome_t result = outcome_ok();
    size_t other;
    for (size_t row = 0; row < baseline->table->rows && outcome_is_ok(&result); row++) {
        if (!index_find(measured, baseline->keys[row], &other))
            continue;
        char *name = name_of(baseline->keys[row]);
        result = name != NULL ? pair(context, name, row, other) : outcome_out_of_memory("comparison");
        free(name);
    }
    return result;
}

outcome_t diff_pairs(const csv_table_t *baseline, const csv_table_t *measured, const rows_schema_t *schema,
                     outcome_t (*pair)(void *context, const char *name, size_t before, size_t after), void *context)
{
    index_t before = {0}, after = {0};
    outcome_t result = index_build(baseline, schema, &before);
    if (outcome_is_ok(&result))
        result = index_build(measured, schema, &after);
    if (outcome_is_ok(&result))
        result = give_pairs(&before, &after, pair, context);
    index_free(&before);
    index_free(&after);
    return result;
}

bool diff_is_clean(const diff_t *diff)
{
    return diff->rows[DIFF_SAME] == diff->compared;
}

void diff_free(diff_t *diff)
{
    for (size_t i = 0; i < diff->entry_count; i++) {
        free(diff->entries[i].row);
        free(diff->entries[i].column);
        free(diff->entries[i].baseline);
        free(diff->entries[i].measured);
        free(diff->entries[i].baseline_samples);
        free(diff->entries[i].measured_samples);
    }
    free(diff->entries);
    *diff = (diff_t){0};
}

text_t diff_value(const char *value, const char *samples)
{
    int64_t count, all;
    if (text_to_integer(value, 0, INT64_MAX, &count) && text_to_integer(samples, 0, INT64_MAX, &all))
        return text_of("%s of %s", number_integer(count).chars, number_integer(all).chars);
    return text_of("%s", value);
}

text_t diff_entry_text(const diff_entry_t *entry)
{
    return text_of("%s%s%s: %s → %s", entry->row, entry->column[0] != '\0' ? " " : "", entry->column,
                   diff_value(entry->baseline, entry->baseline_samples).chars,
                   diff_value(entry->measured, entry->measured_samples).chars);
}

void diff_summary(const diff_t *diff, char *text, size_t size)
{
    static const diff_status_t order[] = {DIFF_REGRESSED, DIFF_CHANGED, DIFF_MISSING, DIFF_NEW, DIFF_IMPROVED, DIFF_SAME};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof order / sizeof *order && used < size; i++)
        if (diff->rows[order[i]] > 0)
            used += (size_t)snprintf(text + used, size - used, "%s%zu %s", used ? ", " : "", diff->rows[order[i]],
                                     diff_status_name(order[i]));
    if (used < size)
        snprintf(text + used, size - used, "%sof %zu rows", used ? " " : "none ", diff->compared);
}
