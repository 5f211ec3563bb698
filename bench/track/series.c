/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/series.h"

#include "base/csv.h"
#include "rows/database.h"

#include <math.h>
#include <string.h>

typedef struct {
    int64_t run;
    const char *started, *mode, *commit, *local_changes, *row;
    double value;
    int64_t samples;
    const char *change;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)

static const rows_column_t columns[] = {
    {INTEGER(run), .key = true, .heading = "Run", .meaning = "number in the history"},
    {TEXT(started), .heading = "Started", .unit = "UTC", .meaning = "when the run began"},
    {TEXT(mode), .heading = "Mode", .meaning = "smoke, compact or full"},
    {TEXT(commit), .heading = "Commit", .meaning = "of the program"},
    {TEXT(local_changes), .heading = "Changes", .meaning = "yes: the program had changes that are in no commit"},
    {TEXT(row), .heading = "Row", .meaning = "the row's key columns, with '/' between them"},
    {.name = "value",
     ROWS_PLACE_REAL(cells_t, value),
     .heading = "Value",
     .decimals = ROWS_ANY_DECIMALS,
     .meaning = "the column that was asked for"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "samples of the row"},
    {TEXT(change), .heading = "Change", .meaning = "since the run before of the same mode: first, same, or the difference"},
    {.name = NULL},
};

const rows_schema_t series_schema = {.name = "series",
                                     .about = "One number over the runs of the history, as `bbsbench history` prints it.",
                                     .columns = columns};

/* The last value of each mode: three modes are known, one more is for others. */
enum { MODES = 4 };

typedef struct {
    const ledger_t *ledger;
    const series_request_t *request;
    const rows_schema_t *schema;
    rows_database_t *database;
    size_t found;
    text_t modes[MODES];
    double last[MODES];
} reading_t;

/* ===  The row  === */

/* Does the row hold `wanted` in that column? A request that leaves it open fits every row. */
static bool fits(const csv_table_t *table, size_t row, const char *name, const char *wanted)
{
    size_t column;
    outcome_t result;
    if (wanted == NULL)
        return true;
    return !outcome_bad(&result, csv_column(table, name, &column)) && text_equal(csv_cell(table, row, column), wanted);
}

static text_t name_of_row(const csv_table_t *table, size_t row, const rows_schema_t *schema)
{
    text_t name = text_of("%s", "");
    size_t column;
    outcome_t result;
    for (const rows_column_t *of = schema->columns; of->name != NULL; of++)
        if (of->key && !outcome_bad(&result, csv_column(table, of->name, &column)) &&
            csv_cell(table, row, column)[0] != '\0')
            name = text_of("%s%s%s", name.chars, name.chars[0] != '\0' ? "/" : "", csv_cell(table, row, column));
    return name;
}

/* The only row that fits; table->rows when there is none. */
static outcome_t find_row(const reading_t *reading, const csv_table_t *table, size_t *found)
{
    *found = table->rows;
    for (size_t row = 0; row < table->rows; row++) {
        if (!fits(table, row, "net", reading->request->net) || !fits(table, row, "method", reading->request->method))
            continue;
        if (*found < table->rows)
            return outcome_usage("history", reading->request->experiment, name_of_row(table, *found, reading->schema).chars,
                                 text_of("one row, not also %s", name_of_row(table, row, reading->schema).chars).chars,
                                 "give --net and --method");
        *found = row;
    }
    return outcome_ok();
}

/* ===  A run  === */

/* What changed since the run before of this mode. */
static text_t change_of(reading_t *reading, const char *mode, double value)
{
    size_t place = 0;
    while (place + 1 < MODES && reading->modes[place].chars[0] != '\0' && !text_equal(reading->modes[place].chars, mode))
        place++;
    const bool first = !text_equal(reading->modes[place].chars, mode);
    const double before = reading->last[place];
    reading->modes[place] = text_of("%s", mode);
    reading->last[place] = value;
    if (first)
        return text_of("first");
    return value == before ? text_of("same") : text_of("%+.9g", value - before);
}

static int64_t samples_of(const reading_t *reading, const csv_table_t *table, size_t row)
{
    size_t column;
    int64_t samples = ROWS_UNKNOWN;
    outcome_t result;
    if (reading->schema->samples != NULL && !outcome_bad(&result, csv_column(table, reading->schema->samples, &column)))
        (void)text_to_integer(csv_cell(table, row, column), 0, INT64_MAX, &samples);
    return samples;
}

static outcome_t take_row(reading_t *reading, const ledger_run_t *run, const csv_table_t *table)
{
    size_t row, column;
    double value;
    outcome_t result = find_row(reading, table, &row);
    if (!outcome_is_ok(&result) || row == table->rows ||
        outcome_bad(&result, csv_column(table, reading->request->metric, &column)) ||
        outcome_bad(&result, csv_cell_real(table, row, column, &value)))
        return result;
    const text_t name = name_of_row(table, row, reading->schema), change = change_of(reading, run->mode, value);
    const cells_t cells = {.run = run->id,
                           .started = run->started,
                           .mode = run->mode,
                           .commit = run->commit,
                           .local_changes = run->dirty > 0    ? "yes"
                                            : run->dirty == 0 ? "no"
                                                              : "unknown",
                           .row = name.chars,
                           .value = value,
                           .samples = samples_of(reading, table, row),
                           .change = change.chars};
    reading->found++;
    return rows_database_insert(reading->database, &series_schema, &cells);
}

static outcome_t take_run(void *context, const ledger_run_t *run)
{
    reading_t *reading = context;
    const text_t name = text_of("%s.csv", reading->request->experiment);
    bytes_t bytes;
    csv_table_t table;
    bool found;
    if (reading->request->mode != NULL && !text_equal(reading->request->mode, run->mode))
        return outcome_ok();
    outcome_t result = ledger_file(reading->ledger, run->id, name.chars, &bytes, &found);
    if (!outcome_is_ok(&result) || !found)
        return result;
    const text_t where = text_of("run %lld of the history: %s", (long long)run->id, name.chars);
    if (outcome_bad(&result, csv_take(bytes, where.chars, &table)))
        return result;
    result = take_row(reading, run, &table);
    csv_free(&table);
    return result;
}

outcome_t series_read(const ledger_t *ledger, const series_request_t *request, const rows_schema_t *schema,
                      rows_table_t *table)
{
    reading_t reading = {.ledger = ledger, .request = request, .schema = schema};
    const rows_column_t *column = rows_find_column(schema, request->metric);
    if (column == NULL || column->kind == ROWS_TEXT)
        return outcome_usage("history", "--metric", request->metric,
                             text_of("a column of numbers of %s", schema->name).chars, "see bbsbench query --describe");
    outcome_t result = rows_database_create(&reading.database);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, rows_database_add_table(reading.database, &series_schema)) &&
        !outcome_bad(&result, ledger_runs(ledger, take_run, &reading))) {
        if (reading.found == 0)
            result = outcome_missing("history", request->metric, "no run that has it", "a row of these names", NULL);
        else
            result = rows_database_query(reading.database, "SELECT * FROM series ORDER BY rowid", "history", table);
    }
    rows_database_close(reading.database);
    return result;
}
