/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench report`: draw the figures of a run folder and write its report, or draw the figures alone. */
#include "cli/report.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "cli/plot.h"
#include "run/manifest_files.h"
#include "run/publish.h"

#include <stdio.h>

/* Open the experiments of --experiments, or those that the run was made with. */
static outcome_t open_experiments(const options_t *options, const char *folder, experiments_t *experiments)
{
    const char *own = options_text(options, "experiments");
    return own != NULL || !file_exists(text_of("%s/run.json", folder).chars) ? experiments_open(own, experiments)
                                                                             : publish_experiments(folder, experiments);
}

static outcome_t write_report(const plot_request_t *plot, const char *folder)
{
    text_t claims, reference;
    manifest_t manifest;
    publish_request_t request = {
        .folder = folder, .experiments = plot->experiments, .manifest = &manifest, .summary = stdout};
    outcome_t result, drawn;
    size_t figures;
    if (outcome_bad(&result, home_path("results/claims.csv", &claims)) ||
        outcome_bad(&result, home_path("results/reference", &reference)) ||
        outcome_bad(&result, manifest_open(folder, &manifest)))
        return result;
    request.claims = claims.chars;
    request.reference = reference.chars;
    drawn = plot_figures(plot, &figures);
    if (!outcome_bad(&result, publish_report(&request)))
        printf("report: %s/report.html and report.md%s\n", folder, outcome_is_ok(&drawn) ? "" : ", not with all figures");
    manifest_free(&manifest);
    return outcome_is_ok(&result) ? drawn : result;
}

/* Rows of a run must be its own; other folders hold what their owner put there. */
static outcome_t check_rows(const char *folder)
{
    manifest_t manifest;
    if (!file_is_folder(folder))
        return outcome_missing(folder, "RUN_FOLDER", "no such folder", "a folder with rows", "make one with bbsbench run");
    if (!file_exists(text_of("%s/run.json", folder).chars))
        return outcome_ok();
    outcome_t result = manifest_open(folder, &manifest);
    manifest_free(&manifest);
    return result;
}

static outcome_t draw_figures(const plot_request_t *plot)
{
    size_t drawn;
    outcome_t result = check_rows(plot->rows);
    if (!outcome_is_ok(&result) || outcome_bad(&result, plot_figures(plot, &drawn)))
        return result;
    if (drawn == 0)
        return outcome_missing(plot->rows, "rows", "none that a figure shows", "CSV files of a run, such as fig12.csv",
                               NULL);
    printf("figures: %zu in %s\n", drawn, plot->figures);
    return outcome_ok();
}

static outcome_t run(const options_t *options)
{
    experiments_t experiments;
    const run_mode_t *mode;
    const char *folder = options_operand(options, 0), *out = options_text(options, "out");
    const bool alone = options_flag(options, "figures");
    const text_t usual = text_of("%s/figures", folder);
    plot_request_t plot = {.experiments = &experiments, .rows = folder, .figures = out != NULL ? out : usual.chars};
    if (!alone && (out != NULL || options_given(options, "mode")))
        return outcome_usage("report", out != NULL ? "--out" : "--mode", "no --figures", "--figures with it",
                             "a report and its figures lie in the folder of the run");
    outcome_t result = plot_read_formats(options_text(options, "format"), plot.formats);
    if (!outcome_is_ok(&result) || outcome_bad(&result, run_mode_find(options_text(options, "mode"), &mode)) ||
        outcome_bad(&result, open_experiments(options, folder, &experiments)))
        return result;
    plot.mode = mode->name;
    plot.formats[PLOT_SVG] |= !alone; /* the report holds it */
    result = alone ? draw_figures(&plot) : write_report(&plot, folder);
    experiments_close(&experiments);
    return result;
}

static const option_t option_table[] = {
    {"experiments", "FOLDER", NULL, "experiments of your own (default: the folder that the run was given)"},
    {"figures", NULL, NULL, "draw the figures from the rows alone, and write no report"},
    {"format", "LIST", "svg,pdf,png", "which files of a figure are drawn; a report always draws the SVG that it holds"},
    {"out", "FOLDER", NULL, "with --figures: where they go (default RUN_FOLDER/figures)"},
    {"mode", "MODE", "compact", "with --figures: which rows of a folder of baselines, smoke, compact, full or real"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_report = {
    .name = "report",
    .summary = "draw the figures of a run folder, write report.html and report.md into it",
    .operands = "RUN_FOLDER",
    .operands_least = 1,
    .operands_most = 1,
    .options = option_table,
    .details =
        "The rows must be those that the run has written: a file with another SHA-256 than in run.json is FOREIGN and refused.\n"
        "report.html is one file that needs no network. Figures need gnuplot. The report is written without a figure\n"
        "that cannot be drawn, and says so; then the exit code is 1, or 3 when gnuplot is not installed. gnuplot's own start-up\n"
        "files and variables (~/.gnuplot, GNUTERM) are not read.\n\n"
        "--figures takes any folder of rows: of a run, results/reference, or one of CSV files such as fig12.csv.",
    .examples = "# figures and report of a run\n"
                "bbsbench report results/mine\n"
                "# the figures alone, as PDF, from any folder of rows\n"
                "bbsbench report --figures --format pdf --out figures results/reference",
    .run = run};
