/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench history`: the runs of the history, one number over all of them, and its upkeep. */
#include "cli/history.h"

#include "base/number.h"
#include "base/registry.h"
#include "cli/history_plot.h"
#include "cli/output.h"
#include "experiments/experiment_rows.h"
#include "track/series.h"

#include <stdio.h>
#include <string.h>

/* ===  The runs  === */

static const rows_column_t run_columns[] = {
    {.name = "run", .heading = "Run", .kind = ROWS_INTEGER},
    {.name = "started", .heading = "Started", .unit = "UTC", .kind = ROWS_TEXT},
    {.name = "mode", .heading = "Mode", .kind = ROWS_TEXT},
    {.name = "commit", .heading = "Commit", .kind = ROWS_TEXT},
    {.name = "local_changes", .heading = "Changes", .kind = ROWS_FLAG},
    {.name = "finished", .heading = "Finished", .unit = "UTC", .kind = ROWS_TEXT},
    {.name = "folder", .heading = "Folder", .kind = ROWS_TEXT},
};
enum { RUN_COLUMNS = sizeof run_columns / sizeof *run_columns };

static rows_cell_t text_cell(rows_table_t *table, const char *text)
{
    return (rows_cell_t){.kind = ROWS_CELL_TEXT, .text = rows_table_keep(table, text)};
}

static outcome_t add_run(void *context, const ledger_run_t *run)
{
    rows_table_t *table = context;
    rows_cell_t *cells = rows_table_append(table);
    if (cells == NULL)
        return outcome_out_of_memory("history");
    const char *const texts[] = {NULL, run->started, run->mode, run->commit, NULL, run->finished, run->folder};
    for (size_t i = 0; i < RUN_COLUMNS; i++)
        if (texts[i] != NULL)
            cells[i] = text_cell(table, texts[i]);
    cells[0] = (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = run->id, .real = (double)run->id};
    if (run->dirty >= 0)
        cells[4] = (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = run->dirty, .real = run->dirty};
    for (size_t i = 0; i < RUN_COLUMNS; i++)
        if (cells[i].text == NULL && texts[i] != NULL)
            return outcome_out_of_memory("history");
    return outcome_ok();
}

/* Texts of the file may be anybody's: rows_print_text() leaves no control character of them. */
static outcome_t list_runs(ledger_t *ledger, const options_t *options)
{
    rows_table_t table;
    outcome_t result = rows_table_create(run_columns, RUN_COLUMNS, &table);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, ledger_runs(ledger, add_run, &table)))
        result = output_table(options, "runs", &table);
    rows_table_free(&table);
    return result;
}

/* ===  One number  === */

static outcome_t show(const options_t *options, const rows_table_t *table)
{
    outcome_t result = output_table(options, "series", table);
    if (outcome_is_ok(&result) && options_given(options, "plot"))
        result = history_plot(table, options_text(options, "plot"));
    return result;
}

static outcome_t print_series(ledger_t *ledger, const options_t *options)
{
    const series_request_t request = {.experiment = options_text(options, "experiment"),
                                      .net = options_text(options, "net"),
                                      .method = options_text(options, "method"),
                                      .metric = options_text(options, "metric"),
                                      .mode = options_text(options, "mode")};
    const experiment_source_t nothing = {.mode = run_mode_registry[0]};
    const experiment_t *experiment;
    experiments_t experiments;
    rows_database_t *database = NULL;
    rows_table_t table;
    outcome_t result = experiments_open(options_text(options, "experiments"), &experiments);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, experiments_find(&experiments, request.experiment, &experiment)) &&
        !outcome_bad(&result, experiment_rows_open(&experiments, &nothing, &database)) &&
        !outcome_bad(&result, series_read(ledger, &request, experiment_rows_schema(experiment, database), &table))) {
        result = show(options, &table);
        rows_table_free(&table);
    }
    rows_database_close(database);
    experiments_close(&experiments);
    return result;
}

static outcome_t list_or_series(ledger_t *ledger, const options_t *options)
{
    bool asked = options_given(options, "net") || options_given(options, "method") || options_given(options, "metric");
    return asked ? print_series(ledger, options) : list_runs(ledger, options);
}

/* ===  Upkeep  === */

static outcome_t import_runs(ledger_t *ledger, const options_t *options)
{
    outcome_t result = outcome_ok();
    for (size_t i = 1; i < options_operand_count(options) && outcome_is_ok(&result); i++) {
        int64_t id = 0;
        bool added = false;
        const char *folder = options_operand(options, i);
        result = ledger_append(ledger, folder, &id, &added);
        if (outcome_is_ok(&result)) {
            printf("%s: run %lld%s\n", folder, (long long)id, added ? "" : ", which was there already");
            fflush(stdout); /* the line says that the run is in it, whatever happens next */
        }
    }
    return result;
}

typedef struct {
    const ledger_t *ledger;
    int64_t run;
    const char *folder;
    int64_t files;
} export_t;

/* Every file is looked at before the first is written: a damaged history leaves no part of a run. */
static outcome_t check_export(void *context, const char *name)
{
    const export_t *export = context;
    bytes_t bytes;
    bool found;
    if (strstr(name, "..") != NULL || name[0] == '/') /* a history that somebody else wrote */
        return outcome_failed("history", name, "a name outside the folder", "the name of a file of a run", NULL);
    const outcome_t result = ledger_file(export->ledger, export->run, name, &bytes, &found);
    file_free_bytes(&bytes);
    return result;
}

static outcome_t export_file(void *context, const char *name)
{
    export_t *export = context;
    const text_t path = text_of("%s/%s", export->folder, name);
    text_t folder = path;
    bytes_t bytes;
    outfile_t file = {0};
    bool found;
    *strrchr(folder.chars, '/') = '\0';
    outcome_t result = ledger_file(export->ledger, export->run, name, &bytes, &found);
    if (outcome_is_ok(&result) && !outcome_bad(&result, file_make_folder(folder.chars)) &&
        !outcome_bad(&result, outfile_open(&file, path.chars))) {
        fwrite(bytes.data, 1, bytes.size, file.stream);
        result = outfile_commit(&file);
        export->files++;
    }
    file_free_bytes(&bytes);
    return result;
}

static outcome_t export_run(ledger_t *ledger, const options_t *options)
{
    export_t export = {.ledger = ledger, .folder = options_operand(options, 2)};
    outcome_t result = ledger_find(ledger, options_operand(options, 1), &export.run);
    if (outcome_is_ok(&result) && file_exists(text_of("%s/run.json", export.folder).chars))
        return outcome_failed(export.folder, "export", "a run", "a folder without one", "choose another folder");
    if (outcome_is_ok(&result) && !outcome_bad(&result, ledger_files(ledger, export.run, check_export, &export)))
        result = ledger_files(ledger, export.run, export_file, &export);
    if (outcome_is_ok(&result))
        printf("run %lld: %lld files into %s\n", (long long)export.run, (long long)export.files, export.folder);
    return result;
}

static outcome_t clean(ledger_t *ledger, const options_t *options)
{
    int64_t keep = 0, removed = 0;
    outcome_t result = options_integer(options, "keep", 1, INT64_MAX, &keep);
    if (outcome_is_ok(&result) && !outcome_bad(&result, ledger_clean(ledger, keep, &removed)))
        printf("%s runs removed\n", number_integer(removed).chars);
    return result;
}

/* ===  The command  === */

typedef struct {
    const char *name;
    size_t operands_least, operands_most; /* after the name */
    bool creates;                         /* makes a history where there is none */
    outcome_t (*act)(ledger_t *ledger, const options_t *options);
} action_t;

enum { MOST_FOLDERS = 1000 };

static const action_t actions[] = {
    {"list", 0, 0, false, list_or_series},
    {"import", 1, MOST_FOLDERS, true, import_runs},
    {"export", 2, 2, false, export_run},
    {"gc", 0, 0, false, clean},
    {NULL, 0, 0, false, NULL},
};

static outcome_t find_action(const options_t *options, const action_t **action)
{
    static const registry_t names = {
        .where = "history", .what = "action", .tables = {actions}, .entry_size = sizeof *actions};
    const size_t count = options_operand_count(options);
    outcome_t result = outcome_ok();
    *action = &actions[0];
    if (count == 0 || outcome_bad(&result, registry_find(&names, options_operand(options, 0), action)))
        return result;
    if (count - 1 >= (*action)->operands_least && count - 1 <= (*action)->operands_most)
        return result;
    return outcome_usage("history", (*action)->name, text_of("%zu arguments", count - 1).chars,
                         "see bbsbench history --help", NULL);
}

static outcome_t run(const options_t *options)
{
    const action_t *action;
    ledger_t *ledger = NULL;
    text_t path;
    outcome_t result = find_action(options, &action);
    if (!outcome_is_ok(&result))
        return result;
    if (options_given(options, "history"))
        path = text_of("%s", options_text(options, "history"));
    else if (outcome_bad(&result, ledger_path(&path)))
        return result;
    if (path.chars[0] == '\0')
        return outcome_missing("history", "BBS_HISTORY", "nothing", "a file", "unset it, or give --history FILE");
    result = ledger_open(path.chars, action->creates, &ledger);
    if (outcome_is_ok(&result))
        result = action->act(ledger, options);
    ledger_close(ledger);
    return result;
}

static const option_t option_table[] = {
    {"net", "NAME", NULL, "one number over all runs: of this network"},
    {"method", "SPEC", NULL, "one number: of this method, as the rows spell it"},
    {"metric", "COLUMN", "correct", "one number: this column (docs/rows.md)"},
    {"experiment", "ID", "accuracy", "one number: of the rows of this experiment"},
    {"experiments", "FOLDER", NULL, "experiments of your own (docs/experiments.md)"},
    {"mode", "smoke|compact|full|real", NULL, "one number: only of runs of this mode"},
    OUTPUT_OPTIONS,
    {"plot", "FOLDER", NULL, "one number: also write FOLDER/series.csv and draw series.svg and series.png (gnuplot)"},
    {"keep", "N", "100", "gc: keep the newest N runs of each mode"},
    {"history", "FILE", NULL, "the history (default: BBS_HISTORY or results/history.db)"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_history = {
    .name = "history",
    .summary = "the runs so far, and one number over all of them with the commits at which it changed",
    .operands = "[list | import RUN... | export ID FOLDER | gc]",
    .operands_least = 0,
    .operands_most = MOST_FOLDERS + 1,
    .options = option_table,
    .details =
        "Every run is added at its end, unless `bbsbench run --no-history`: its record, all rows, and the answer to every\n"
        "sample. A table that did not change is stored once.\n\n"
        "  bbsbench history import results/2026-01-31*            runs that are not in it yet\n"
        "  bbsbench history export 12 FOLDER                      the files of run 12 again, with the same bytes\n"
        "  bbsbench history gc --keep 50                          remove older runs of each mode\n\n"
        "`bbsbench compare 11 12` compares two runs of it.",
    .examples = "# the runs so far\n"
                "bbsbench history\n"
                "# right answers of one method in each run\n"
                "bbsbench history --net resnet34 --method bbs-mod",
    .run = run};
