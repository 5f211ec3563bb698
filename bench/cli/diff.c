/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench diff`: compare two tables of one experiment row by row. */
#include "rows/diff.h"

#include "base/text.h"
#include "cli/diff.h"
#include "experiments/experiment_rows.h"

#include <stdio.h>
#include <string.h>

/* The experiment of --experiment, or the one that the second file is named after: results/X/accuracy.csv is of `accuracy`.
 */
static outcome_t find_experiment(const options_t *options, const experiments_t *experiments,
                                 const experiment_t **experiment)
{
    const char *id = options_text(options, "experiment"), *path = options_operand(options, 1), *slash = strrchr(path, '/');
    text_t name = text_of("%s", slash != NULL ? slash + 1 : path);
    name.chars[strcspn(name.chars, ".")] = '\0';
    return experiments_find(experiments, id != NULL ? id : name.chars, experiment);
}

static void print(const diff_t *diff)
{
    char summary[256];
    for (size_t i = 0; i < diff->entry_count; i++) {
        const diff_entry_t *entry = &diff->entries[i];
        printf("%-9s %s\n", diff_status_name(entry->status), diff_entry_text(entry).chars);
    }
    diff_summary(diff, summary, sizeof summary);
    printf("%s\n", summary);
}

static outcome_t compare(const options_t *options, const rows_schema_t *schema)
{
    csv_table_t baseline = {0}, measured = {0};
    diff_t diff = {0};
    outcome_t result;
    if (outcome_bad(&result, csv_read(options_operand(options, 0), &baseline)) ||
        outcome_bad(&result, csv_read(options_operand(options, 1), &measured)) ||
        outcome_bad(&result, diff_tables(&baseline, &measured, schema, &diff)))
        goto out;
    print(&diff);
    if (!diff_is_clean(&diff))
        result = outcome_failed(options_operand(options, 1), NULL, "rows that differ", options_operand(options, 0), NULL);

out:
    diff_free(&diff);
    csv_free(&baseline);
    csv_free(&measured);
    return result;
}

static outcome_t run(const options_t *options)
{
    experiments_t experiments;
    const experiment_t *experiment;
    rows_database_t *database = NULL;
    experiment_source_t source = {.mode = run_mode_registry[0]};
    outcome_t result = experiments_open(options_text(options, "experiments"), &experiments);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, find_experiment(options, &experiments, &experiment)) &&
        !outcome_bad(&result, experiment_rows_open(&experiments, &source, &database)))
        result = compare(options, experiment_rows_schema(experiment, database));
    rows_database_close(database);
    experiments_close(&experiments);
    return result;
}

static const option_t option_table[] = {
    {"experiment", "ID", NULL, "experiment that the rows are of (default: by the name of the second file)"},
    {"experiments", "FOLDER", NULL, "experiments of your own (docs/experiments.md)"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_diff = {
    .name = "diff",
    .summary = "compare rows with a baseline: name what regressed, improved, is new or missing",
    .operands = "BASELINE.csv ROWS.csv",
    .operands_least = 2,
    .operands_most = 2,
    .options = option_table,
    .details =
        "Rows are matched by their key columns. Everything is compared exactly, except counts of samples from float\n"
        "kernels, which may differ by 1 in 1,000. Exit code 0 when every row is the same, else 1.",
    .examples = "# rows of a run against the baselines\n"
                "bbsbench diff results/reference/fig12.csv results/mine/fig12.csv\n"
                "# two files with other names\n"
                "bbsbench diff --experiment fig12 before.csv after.csv",
    .run = run};
