/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/comparison_print.h"

#include "base/number.h"
#include "track/times.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const comparison_format_names[] = {"md", "csv", "json", "junit", NULL};

typedef struct {
    const char *experiment, *row, *column, *before, *after, *test;
    int64_t samples, changed, lost, gained;
    double p, corrected_p, effect, effect_low, effect_high;
    const char *unit;
    double detectable_points;
    const char *change, *verdict;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(experiment), .key = true, .heading = "Rows", .meaning = "the experiment"},
    {TEXT(row), .key = true, .heading = "Row", .meaning = "its key columns, with '/' between them"},
    {TEXT(column), .key = true, .heading = "Column", .meaning = "what was compared; empty for a row that one side lacks"},
    {TEXT(before), .heading = "Before", .meaning = "in the first run; of a statistic of the samples its mean"},
    {TEXT(after), .heading = "After", .meaning = "in the second run"},
    {TEXT(test), .heading = "Test",
     .meaning =
         "McNemar's exact test of paired answers; Wilcoxon's signed-rank test of paired values; exact; counts: right "
         "answers without the answers themselves"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "pairs"},
    {INTEGER(changed), .heading = "Moved", .unit = "samples", .meaning = "pairs that are not the same"},
    {INTEGER(lost), .heading = "Lost", .unit = "answers", .meaning = "right before, wrong after"},
    {INTEGER(gained), .heading = "Gained", .unit = "answers", .meaning = "wrong before, right after"},
    {REAL(p), .heading = "p", .decimals = 3, .meaning = "of the test alone, two-sided"},
    {REAL(corrected_p), .heading = "p, corrected", .decimals = 3,
     .meaning = "by Holm's rule over all tests of the comparison"},
    {REAL(effect), .heading = "Effect", .decimals = 4,
     .meaning = "after minus before: of answers in percentage points of accuracy, of a statistic its mean"},
    {REAL(effect_low), .heading = "Low", .decimals = 4,
     .meaning = "lower end of the effect's 95 % interval (answers: Bonett and Price 2012; statistics: Student's t)"},
    {REAL(effect_high), .heading = "High", .decimals = 4, .meaning = "upper end of the same interval"},
    {TEXT(unit), .heading = "Unit", .meaning = "of the effect"},
    {REAL(detectable_points), .heading = "Would show", .unit = "points", .decimals = 2,
     .meaning = "smallest loss of accuracy that these samples show with a power of 0.8 (Connor 1987)"},
    {TEXT(change), .heading = "State", .meaning = "same, within noise, moved, better, worse, changed, new or missing"},
    {TEXT(verdict), .heading = "Verdict", .meaning = "the state in words, with its numbers"},
    {.name = NULL},
};

const rows_schema_t comparison_schema = {
    .name = "comparison", .about = "Two runs row by row, as `bbsbench compare` prints them.", .columns = columns};

/* ===  csv, json  === */

static cells_t cells_of(const comparison_row_t *row)
{
    return (cells_t){.experiment = row->experiment,
                     .row = row->row,
                     .column = row->column,
                     .before = row->before,
                     .after = row->after,
                     .test = row->test,
                     .samples = row->samples,
                     .changed = row->changed,
                     .lost = row->lost,
                     .gained = row->gained,
                     .p = row->p,
                     .corrected_p = row->corrected,
                     .effect = row->effect,
                     .effect_low = row->low,
                     .effect_high = row->high,
                     .unit = row->unit,
                     .detectable_points = row->detectable,
                     .change = change_name(row->change),
                     .verdict = row->verdict};
}

/* The rows as a table, by a database of one table, which knows how to read a C struct. */
static outcome_t print_rows(const comparison_t *comparison, rows_format_t format, FILE *stream)
{
    rows_database_t *database;
    rows_table_t table;
    outcome_t result = rows_database_create(&database);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_database_add_table(database, &comparison_schema);
    for (size_t i = 0; i < comparison->count && outcome_is_ok(&result); i++) {
        const cells_t cells = cells_of(&comparison->rows[i]);
        result = rows_database_insert(database, &comparison_schema, &cells);
    }
    if (outcome_is_ok(&result) &&
        !outcome_bad(&result,
                     rows_database_query(database, "SELECT * FROM comparison ORDER BY rowid", "compare", &table))) {
        result = rows_print(&table, format, stream);
        rows_table_free(&table);
    }
    rows_database_close(database);
    return result;
}

/* ===  md  === */

/* A text in a cell of a table. */
static void put_text(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("|*<[`\\_", *text) != NULL)
            fputc('\\', stream);
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, stream);
    }
}

static void put_cell(FILE *stream, const char *text)
{
    fputs(" ", stream);
    put_text(stream, text);
    fputs(" |", stream);
}

static text_t words_of_effect(const comparison_row_t *row)
{
    const int decimals = row->lost != ROWS_UNKNOWN ? 2 : 6;
    if (isnan(row->effect))
        return text_of("–");
    return text_of("%s (%s to %s)%s%s", number_signed(row->effect, decimals).chars, number_signed(row->low, decimals).chars,
                   number_signed(row->high, decimals).chars, row->unit[0] != '\0' ? " " : "", row->unit);
}

/* Entries in a state, of tests or of exact columns. */
static size_t count_of(const comparison_t *comparison, bool tested, change_t change)
{
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        count += !isnan(comparison->rows[i].p) == tested && comparison->rows[i].change == change;
    return count;
}

static void print_changes(const comparison_t *comparison, bool tested, FILE *stream)
{
    for (int change = CHANGE_NOISE; change < CHANGE_COUNT; change++) {
        const size_t count = count_of(comparison, tested, (change_t)change);
        if (count > 0)
            fprintf(stream, ", %zu %s", count, change_name((change_t)change));
    }
}

static void print_sum(const comparison_request_t *request, const comparison_t *comparison, FILE *stream)
{
    fputs("## Comparison\n\nBefore: ", stream);
    put_text(stream, request->before->title.chars);
    fputs("  \nAfter: ", stream);
    put_text(stream, request->after->title.chars);
    fprintf(stream, "\n\nExact columns: %zu rows the same", comparison->same);
    print_changes(comparison, false, stream);
    if (comparison->tests > 0) {
        fprintf(stream, ".  \n%zu tests, their p corrected together (Holm 1979): %zu the same", comparison->tests,
                count_of(comparison, true, CHANGE_NONE));
        print_changes(comparison, true, stream);
    }
    fputs(". Intervals are of 95 %.\n", stream);
}

static void print_differences(const comparison_t *comparison, FILE *stream)
{
    bool any = false;
    for (size_t i = 0; i < comparison->count; i++) {
        const comparison_row_t *row = &comparison->rows[i];
        if (row->change == CHANGE_NONE)
            continue;
        if (!any)
            fputs("\n| Rows | Row | Column | Before | After | Verdict | Effect |\n|---|---|---|---|---|---|---|\n", stream);
        any = true;
        fputs("|", stream);
        const char *cells[] = {row->experiment, row->row, row->column, row->before, row->after, row->verdict};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
            put_cell(stream, cells[c]);
        put_cell(stream, words_of_effect(row).chars);
        fputs("\n", stream);
    }
}

/* That nothing was found says little without this. */
static void print_power(const comparison_t *comparison, FILE *stream)
{
    double small = NAN, large = NAN;
    int64_t few = 0, many = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        const comparison_row_t *row = &comparison->rows[i];
        if (isnan(row->detectable))
            continue;
        few = isnan(small) || row->samples < few ? row->samples : few;
        many = row->samples > many ? row->samples : many;
        small = fmin(small, row->detectable); /* of a NaN and a number the number */
        large = fmax(large, row->detectable);
    }
    if (isnan(small))
        return;
    fprintf(
        stream,
        "\nNo difference is not equality: on these %s to %s samples a loss of less than %s to %s points of accuracy, by "
        "row, would not be called worse in four cases of five (power 0.8 at p < 0.05 over %zu tests; Connor 1987).\n",
        number_integer(few).chars, number_integer(many).chars, number_fixed(small, 2).chars, number_fixed(large, 2).chars,
        comparison->tests);
}

/* "12.3 (11.9 to 13.0, N = 4)", or the time of this run alone. */
static text_t words_of_time(double seconds, const times_t *times)
{
    const text_t own = number_fixed(seconds, 1);
    if (times->runs < 2)
        return own;
    return text_of("%s (%s to %s, N = %s)", own.chars, number_fixed(times->least, 1).chars,
                   number_fixed(times->most, 1).chars, number_integer(times->runs).chars);
}

static outcome_t print_times(const comparison_request_t *request, FILE *stream)
{
    const size_t count = request->experiments->count;
    times_t *before = calloc(2 * count + 1, sizeof *before), *after = before != NULL ? before + count : NULL;
    bool any = false;
    if (before == NULL)
        return outcome_out_of_memory("comparison");
    outcome_t result = times_read(request->ledger, request->before, request->experiments, before);
    if (outcome_is_ok(&result))
        result = times_read(request->ledger, request->after, request->experiments, after);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const char *id = request->experiments->items[i].id;
        const double was = side_seconds(request->before, id), is = side_seconds(request->after, id);
        if (isnan(was) || isnan(is) || (was < 1 && is < 1))
            continue;
        if (!any)
            fputs(
                "\nTimes, as information: wall time of the run, and from the shortest to the longest of the N runs of the same "
                "program, mode and processor in the history.\n\n| Rows | Before, s | After, s |\n|---|---:|---:|\n",
                stream);
        any = true;
        fprintf(stream, "| %s | %s | %s |\n", id, words_of_time(was, &before[i]).chars, words_of_time(is, &after[i]).chars);
    }
    free(before);
    return result;
}

/* ===  junit  === */

/* Text of an attribute or element; what XML 1.0 cannot hold becomes '?'. */
static void put_xml(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (*text == '&')
            fputs("&amp;", stream);
        else if (*text == '<')
            fputs("&lt;", stream);
        else if (*text == '>')
            fputs("&gt;", stream);
        else if (*text == '"')
            fputs("&quot;", stream);
        else if (byte < 0x20 && *text != '\t' && *text != '\n')
            fputc('?', stream);
        else
            fputc(*text, stream);
    }
}

static void put_attribute(FILE *stream, const char *name, const char *text)
{
    fprintf(stream, " %s=\"", name);
    put_xml(stream, text);
    fputc('"', stream);
}

static void print_case(const comparison_row_t *row, fail_on_t rule, FILE *stream)
{
    fputs("  <testcase", stream);
    put_attribute(stream, "classname", row->experiment);
    put_attribute(stream, "name", text_of("%s %s", row->row, row->column).chars);
    if (!comparison_row_fails(row, rule)) {
        fputs("/>\n", stream);
        return;
    }
    fputs("><failure", stream);
    put_attribute(stream, "message", row->verdict);
    fputs(">", stream);
    put_xml(stream, text_of("%s → %s", row->before, row->after).chars);
    fputs("</failure></testcase>\n", stream);
}

static void print_junit(const comparison_request_t *request, const comparison_t *comparison, fail_on_t rule, FILE *stream)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", stream);
    put_attribute(stream, "name", text_of("%s → %s", request->before->title.chars, request->after->title.chars).chars);
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", comparison->count + 1,
            comparison_failures(comparison, rule));
    fprintf(stream, "  <testcase classname=\"rows\" name=\"the same in every column: %zu\"/>\n", comparison->same);
    for (size_t i = 0; i < comparison->count; i++)
        print_case(&comparison->rows[i], rule, stream);
    fputs("</testsuite>\n", stream);
}

outcome_t comparison_print(const comparison_request_t *request, const comparison_t *comparison, comparison_format_t format,
                           fail_on_t rule, FILE *stream)
{
    switch (format) {
    case COMPARISON_CSV:
        return print_rows(comparison, ROWS_FORMAT_CSV, stream);
    case COMPARISON_JSON:
        return print_rows(comparison, ROWS_FORMAT_JSON, stream);
    case COMPARISON_JUNIT:
        print_junit(request, comparison, rule, stream);
        return outcome_ok();
    case COMPARISON_MD:
        break;
    }
    print_sum(request, comparison, stream);
    print_differences(comparison, stream);
    print_power(comparison, stream);
    return print_times(request, stream);
}
