/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench query`: SQL queries of the rows of one or more runs. */
#include "cli/query.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/output.h"
#include "experiments/claims.h"
#include "experiments/experiment_rows.h"
#include "run/manifest_files.h"
#include "run/publish.h"
#include "track/comparison_print.h"
#include "track/series.h"
#include "weights/density.h"

#include <stdio.h>

/* ===  Opening  === */

static bool holds_run(const char *folder)
{
    return file_exists(text_of("%s/run.json", folder).chars);
}

/* The experiments of --experiments, or those that the first run was made with. */
static outcome_t open_experiments(const options_t *options, experiments_t *experiments)
{
    const char *own = options_text(options, "experiments");
    const char *first = options_count(options, "run") > 0 ? options_nth(options, "run", 0) : NULL;
    if (own == NULL && first != NULL && holds_run(first))
        return publish_experiments(first, experiments);
    return experiments_open(own, experiments);
}

/* Add the rows of a folder; in a folder of baselines those of `baselines`. A run's rows must be its own (manifest_files.h),
 * and its mode is that of the run. The rows of a query without a CSV are computed. */
static outcome_t add_run(const experiments_t *experiments, const char *folder, const run_mode_t *baselines,
                         rows_database_t **database)
{
    run_mode_t mode = *baselines;
    manifest_t manifest = {0};
    experiment_source_t source = {.folder = folder, .mode = &mode, .compute = true};
    outcome_t result;
    if (!file_may_enter(folder))
        return file_absent(folder, folder, "--run", "the folder of a run", "make one with bbsbench run");
    if (holds_run(folder)) {
        if (outcome_bad(&result, manifest_open(folder, &manifest)) || outcome_bad(&result, manifest_mode(&manifest, &mode)))
            goto out;
        source.holds = manifest_has_rows;
        source.context = &manifest;
    }
    result = *database != NULL ? experiment_rows_add(experiments, &source, *database)
                               : experiment_rows_open(experiments, &source, database);

out:
    manifest_free(&manifest);
    return result;
}

static outcome_t open_database(const options_t *options, const experiments_t *experiments, rows_database_t **database)
{
    const run_mode_t *mode;
    size_t runs = options_count(options, "run");
    experiment_source_t nothing = {.folder = NULL};
    outcome_t result = run_mode_find(options_text(options, "mode"), &mode);
    for (size_t i = 0; i < runs && outcome_is_ok(&result); i++)
        result = add_run(experiments, options_nth(options, "run", i), mode, database);
    nothing.mode = mode;
    if (outcome_is_ok(&result) && runs == 0)
        result = experiment_rows_open(experiments, &nothing, database);
    if (outcome_is_ok(&result))
        rows_database_lock(*database);
    return result;
}

/* ===  Describing  === */

static void describe_column(const rows_column_t *column)
{
    const bool has_unit = column->unit != NULL && column->unit[0] != '\0';
    printf("| `%s` | %s%s%s | %s%s | %s |\n", column->name, rows_kind_name(column->kind), has_unit ? ", " : "",
           has_unit ? column->unit : "", column->key ? "key" : rows_sense_name(column->sense),
           column->counts_samples ? ", may flip"
           : column->near         ? ", within 1 %"
                                  : "",
           column->meaning);
}

static void describe_table(const rows_schema_t *schema)
{
    printf("\n## %s\n\n%s\n\n| column | kind, unit | compared | meaning |\n|---|---|---|---|\n", schema->name,
           schema->about);
    for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
        describe_column(column);
}

/* Every table and its columns, as docs/rows.md has them; then the files of rows that single commands write. */
static void describe_tables(const rows_database_t *database)
{
    printf(
        "# Rows\n\nThe tables that `bbsbench query` knows. A run folder holds the table of each of its experiments as NAME.csv\n"
        "(RFC 4180; integers in full, reals with nine significant digits, an empty cell where a value is not known). The\n"
        "column `compared` says how a cell is compared with the baseline: `key` names the row; with `exact` any difference\n"
        "is a change; with `higher` or `lower` that direction is better; `follows` is not compared, because the value\n"
        "follows from other columns. This page is written by `bbsbench query --describe`.\n");
    for (size_t i = 0; i < rows_database_count(database); i++)
        describe_table(rows_database_schema(database, i));
    printf("\n# Files of single commands\n\nNo table of `bbsbench query` and not in a run folder.\n");
    describe_table(&density_schema);
    describe_table(&comparison_schema);
    describe_table(&series_schema);
}

/* ===  The command  === */

/* A program that reads CSV or JSON takes one of two columns of the same name, and cannot know which. */
static outcome_t check_names(const rows_table_t *rows)
{
    for (size_t i = 0; i < rows->column_count; i++)
        for (size_t before = 0; before < i; before++)
            if (text_equal(rows->columns[before].name, rows->columns[i].name))
                return outcome_usage("query", "columns", text_of("%s twice", rows->columns[i].name).chars, "each name once",
                                     "name one of them: SELECT ... AS other_name");
    return outcome_ok();
}

static bool is_for_reading(const options_t *options)
{
    const char *format = options_text(options, "format");
    return format == NULL ? options_text(options, "out") == NULL
                          : text_equal(format, rows_format_names[ROWS_FORMAT_TABLE]) ||
                                text_equal(format, rows_format_names[ROWS_FORMAT_MD]);
}

static outcome_t ask(const options_t *options, rows_database_t *database)
{
    rows_table_t rows;
    bytes_t sql;
    outcome_t result = input_text(options_operand(options, 0), &sql);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_database_query(database, (const char *)sql.data, "query", &rows);
    file_free_bytes(&sql);
    if (!outcome_is_ok(&result))
        return result;
    if (is_for_reading(options) || !outcome_bad(&result, check_names(&rows)))
        result = output_table(options, "rows", &rows);
    rows_table_free(&rows);
    return result;
}

static outcome_t run(const options_t *options)
{
    bool describes = options_flag(options, "describe");
    experiments_t experiments;
    rows_database_t *database = NULL;
    if (describes == (options_operand_count(options) > 0))
        return outcome_usage("query", "arguments", describes ? "both a query and --describe" : "no query",
                             "one SELECT, or --describe", "see bbsbench query --help");
    outcome_t result = open_experiments(options, &experiments);
    if (!outcome_is_ok(&result))
        return result;
    result = open_database(options, &experiments, &database);
    if (outcome_is_ok(&result) && describes)
        describe_tables(database);
    else if (outcome_is_ok(&result))
        result = ask(options, database);
    rows_database_close(database);
    experiments_close(&experiments);
    return result;
}

static const option_t option_table[] = {
    {"run", "FOLDER...", NULL,
     "folder of a run, or results/reference; may be repeated: the tables of the second are run2.accuracy ..."},
    {"mode", "smoke|compact|full|real", "compact",
     "which rows of a folder of baselines, one without run.json: smoke, compact, full or real"},
    OUTPUT_OPTIONS,
    {"describe", NULL, NULL, "print every table and its columns (docs/rows.md) in place of a query"},
    {"experiments", "FOLDER", NULL, "experiments of your own (default: the folder that the first run was given)"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_query = {
    .name = "query",
    .summary = "ask questions of the rows of runs in SQL",
    .operands = "'SELECT ...'|-",
    .operands_least = 0,
    .operands_most = 1,
    .options = option_table,
    .details =
        "- reads the query from standard input.\n"
        "Each CSV of a run is a table of the same name. The tables networks, accelerators, methods, datasets and run hold\n"
        "the registries; claims holds the paper's numbers; samples holds every answer of the run (docs/outputs.md),\n"
        "windows what a language model says of each window of a text. A derived experiment without a CSV is computed.\n"
        "Beyond SQLite's functions there are geomean, median, deviation, quantile, bootstrap_low, bootstrap_high, wilcoxon_p,\n"
        "wilson_low, wilson_high, paired_low, paired_high and mcnemar_p, and for texts fixed, signed, grouped, energy and probability. The database is\n"
        "read-only.",
    .examples = "# mean speedup of each design in the baselines\n"
                "bbsbench query --run results/reference \\\n"
                "    \"SELECT accelerator, geomean(speedup) FROM fig12 WHERE net <> 'geomean' GROUP BY accelerator\"\n"
                "# rows for another program\n"
                "bbsbench query --run results/reference --format csv \"SELECT * FROM fig12\"",
    .run = run,
};
