/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench compare`: two runs row by row, with tests, verdicts in words, and an exit code for CI. */
#include "cli/compare.h"

#include "base/text.h"
#include "experiments/experiment_rows.h"
#include "measure/predictions.h"
#include "run/publish.h"
#include "track/comparison_print.h"

#include <stdio.h>
#include <string.h>

static outcome_t find_word(const options_t *options, const char *name, const char *const *words, int *index)
{
    const char *given = options_text(options, name);
    text_t known = text_of("%s", "");
    for (*index = 0; words[*index] != NULL; ++*index) {
        if (text_equal(words[*index], given))
            return outcome_ok();
        known = text_of("%s%s%s", known.chars, *index > 0 ? ", " : "", words[*index]);
    }
    return outcome_usage("compare", text_of("--%s", name).chars, given, known.chars, "see bbsbench compare --help");
}

/* ===  The sides  === */

static bool is_path(const char *word)
{
    return file_exists(word) || file_is_folder(word);
}

/* The history. Two paths are compared without one, too: it only adds the spread of times. */
static outcome_t open_history(const options_t *options, ledger_t **ledger)
{
    text_t path;
    outcome_t result = outcome_ok();
    const char *given = options_text(options, "history");
    *ledger = NULL;
    if (given != NULL)
        path = text_of("%s", given);
    else if (outcome_bad(&result, ledger_path(&path)))
        return result;
    if (path.chars[0] != '\0' && file_exists(path.chars))
        result = ledger_open(path.chars, false, ledger);
    return is_path(options_operand(options, 0)) && is_path(options_operand(options, 1)) ? outcome_ok() : result;
}

/* Baselines take the mode of the other side. */
static void share_mode(side_t *side, const side_t *other)
{
    if (side->manifest.json == NULL && other->manifest.json != NULL)
        side->mode = other->mode;
}

/* The experiment of a file: that of --experiment, or the one that the file is named after. */
static text_t experiment_of(const options_t *options, const side_t *before, const side_t *after)
{
    const char *given = options_text(options, "experiment");
    const side_t *file = after->is_file ? after : before;
    text_t name = text_of("%s", given != NULL ? given : file->is_file ? file_name(file->path.chars) : "");
    if (given == NULL)
        name.chars[strcspn(name.chars, ".")] = '\0';
    return name;
}

static outcome_t open_experiments(const options_t *options, const side_t *after, experiments_t *experiments)
{
    const char *own = options_text(options, "experiments");
    if (own == NULL && after->manifest.json != NULL && after->path.chars[0] != '\0')
        return publish_experiments(after->path.chars, experiments);
    return experiments_open(own, experiments);
}

/* ===  Comparing  === */

static outcome_t print(const comparison_request_t *request, comparison_format_t format, fail_on_t rule)
{
    comparison_t comparison;
    outcome_t result = comparison_make(request, &comparison);
    if (outcome_is_ok(&result) && !outcome_bad(&result, comparison_print(request, &comparison, format, rule, stdout)) &&
        comparison_failures(&comparison, rule) > 0)
        result = outcome_failed(request->after->title.chars, "compare",
                                text_of("%zu rows", comparison_failures(&comparison, rule)).chars,
                                text_of("none by --fail-on %s", fail_on_names[rule]).chars, NULL);
    comparison_free(&comparison);
    return result;
}

static outcome_t compare(const options_t *options, const side_t *before, const side_t *after, const ledger_t *ledger,
                         comparison_format_t format, fail_on_t rule)
{
    experiments_t experiments;
    const experiment_t *known;
    const experiment_source_t nothing = {.mode = run_mode_registry[0]};
    rows_database_t *database = NULL;
    const text_t only = experiment_of(options, before, after);
    outcome_t result = open_experiments(options, after, &experiments);
    if (!outcome_is_ok(&result))
        return result;
    if ((only.chars[0] == '\0' || !outcome_bad(&result, experiments_find(&experiments, only.chars, &known))) &&
        !outcome_bad(&result, experiment_rows_open(&experiments, &nothing, &database))) {
        const comparison_request_t request = {.before = before,
                                              .after = after,
                                              .experiments = &experiments,
                                              .database = database,
                                              .only = only.chars[0] != '\0' ? only.chars : NULL,
                                              .answers = &predictions_schema,
                                              .ledger = ledger};
        result = print(&request, format, rule);
    }
    rows_database_close(database);
    experiments_close(&experiments);
    return result;
}

static outcome_t run(const options_t *options)
{
    int format, rule;
    ledger_t *ledger = NULL;
    static const side_t none;
    side_t before = none, after = none;
    const char *mode = options_text(options, "mode");
    outcome_t result;
    if (outcome_bad(&result, find_word(options, "format", comparison_format_names, &format)) ||
        outcome_bad(&result, find_word(options, "fail-on", fail_on_names, &rule)) ||
        outcome_bad(&result, open_history(options, &ledger)))
        return result;
    if (!outcome_bad(&result, side_open(options_operand(options, 0), ledger, mode, &before)) &&
        !outcome_bad(&result, side_open(options_operand(options, 1), ledger, mode, &after))) {
        share_mode(&before, &after);
        share_mode(&after, &before);
        result = compare(options, &before, &after, ledger, (comparison_format_t)format, (fail_on_t)rule);
    }
    side_close(&before);
    side_close(&after);
    ledger_close(ledger);
    return result;
}

static const option_t option_table[] = {
    {"format", "md|csv|json|junit", "md", "md: for reading; csv, json: values in full; junit: XML for CI"},
    {"fail-on", "RULE", "never",
     "end with 1 when a row: moved; is significant (p < 0.05 after correction, or an exact value changed); is worse"},
    {"experiment", "ID", NULL, "only the rows of this experiment (of two files: by the name of the second)"},
    {"experiments", "FOLDER", NULL, "experiments of your own (docs/experiments.md)"},
    {"mode", "smoke|compact|full|real", "compact", "which rows of two folders of baselines: smoke, compact or full"},
    {"history", "FILE", NULL, "the history of runs (default: BBS_HISTORY or results/history.db)"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_compare = {
    .name = "compare",
    .summary = "compare two runs: tests on paired answers, verdicts in words, an exit code for CI",
    .operands = "BEFORE AFTER",
    .operands_least = 2,
    .operands_most = 2,
    .options = option_table,
    .details =
        "Each side is a run folder, results/reference, a file of rows, or a run of the history by its number or commit.\n"
        "Right answers are tested by McNemar's exact test on the answers to the same samples, statistics of the outputs by\n"
        "Wilcoxon's signed-rank test; all p are corrected together by Holm's rule. Every other column is compared exactly.\n"
        "Gains never make up for losses. The baselines hold no answers, so a comparison with them has no tests.",
    .examples = "# two run folders; the exit code is 1 when a row is worse\n"
                "bbsbench compare results/before results/after --fail-on worse\n"
                "# two runs of the history, for CI\n"
                "bbsbench compare 11 12 --format junit",
    .run = run};
