/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench report`: draw the figures of a run folder and write its report. */
#include "cli/report.h"

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
    return own != NULL ? experiments_open(own, experiments) : publish_experiments(folder, experiments);
}

static outcome_t run(const options_t *options)
{
    text_t claims, reference;
    experiments_t experiments;
    manifest_t manifest;
    publish_request_t request = {.folder = options_operand(options, 0), .manifest = &manifest, .summary = stdout};
    outcome_t result, drawn;
    if (outcome_bad(&result, home_path("results/claims.csv", &claims)) ||
        outcome_bad(&result, home_path("results/reference", &reference)) ||
        outcome_bad(&result, open_experiments(options, request.folder, &experiments)))
        return result;
    if (outcome_bad(&result, manifest_open(request.folder, &manifest))) {
        experiments_close(&experiments);
        return result;
    }
    request.claims = claims.chars;
    request.reference = reference.chars;
    request.experiments = &experiments;
    drawn = plot_figures(&experiments, request.folder);
    if (!outcome_bad(&result, publish_report(&request)))
        printf("report: %s/report.html and report.md%s\n", request.folder,
               outcome_is_ok(&drawn) ? "" : ", not with all figures");
    manifest_free(&manifest);
    experiments_close(&experiments);
    return outcome_is_ok(&result) ? drawn : result;
}

static const option_t option_table[] = {
    {"experiments", "FOLDER", NULL, "experiments of your own (default: the folder that the run was given)"},
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
        "files and variables (~/.gnuplot, GNUTERM) are not read.",
    .examples = "# figures and report of a run\n"
                "bbsbench report results/mine\n"
                "# with experiments of your own\n"
                "bbsbench report results/mine --experiments docs/examples/loss-by-family",
    .run = run};
