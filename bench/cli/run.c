/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench run`: the experiments of one mode into a run folder. */
#include "experiments/run.h"

#include "base/cpu.h"
#include "base/home.h"
#include "base/text.h"
#include "cli/run.h"

/* The command as it would be typed again, for run.json. */
static text_t command_line(const options_t *options)
{
    text_t line = text_of("build/bbsbench run");
    for (const option_t *option = command_run.options; option->name != NULL; option++)
        if (options_given(options, option->name))
            line = text_of("%s --%s%s%s", line.chars, option->name, option->argument ? " " : "",
                           option->argument ? options_text(options, option->name) : "");
    return line;
}

static outcome_t choose_mode(const options_t *options, const run_mode_t **mode)
{
    bool smoke = options_flag(options, "smoke"), full = options_flag(options, "full");
    if (smoke && full)
        return outcome_usage("run", "--smoke --full", "two modes", "one", NULL);
    return run_mode_find(smoke ? "smoke" : full ? "full" : "compact", mode);
}

static outcome_t run(const options_t *options)
{
    run_request_t request = {.folder = options_text(options, "out"),
                             .only = options_text(options, "only"),
                             .resume = options_flag(options, "resume"),
                             .log = stdout};
    text_t command = command_line(options), results, reference, folder;
    int64_t jobs = cpu_count();
    outcome_t result;
    if (outcome_bad(&result, choose_mode(options, &request.mode)) || outcome_bad(&result, home_path("results", &results)) ||
        outcome_bad(&result, home_path("results/reference", &reference)))
        return result;
    if (options_given(options, "jobs") && outcome_bad(&result, options_integer(options, "jobs", 1, 1024, &jobs)))
        return result;
    request.jobs = (int)jobs;
    request.results = results.chars;
    request.reference = reference.chars;
    request.command = command.chars;
    result = run_execute(&request, &folder);
    if (folder.chars[0] != '\0')
        printf("run folder: %s\n", folder.chars);
    return result;
}

static const option_t option_table[] = {
    {"smoke", NULL, NULL, "512 test samples a network: a check that everything works, under a minute"},
    {"full", NULL, NULL, "the paper's checkpoints: says what it will need; not in this version"},
    {"jobs", "N", NULL, "threads (default: the processors there are); the rows do not depend on it"},
    {"out", "FOLDER", NULL, "where to (default: results/UTC-MODE)"},
    {"resume", NULL, NULL, "continue the run in --out, or the newest of the mode; what is finished stays"},
    {"only", "ID[,ID]", NULL, "these experiments and no others"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_run = {
    .name = "run",
    .summary = "run the experiments of one mode into a folder of rows",
    .operands = "",
    .options = option_table,
    .details =
        "Without --smoke or --full: all test samples on the networks that this project ships. The folder's run.json says\n"
        "what the rows are the result of. `bbsbench report FOLDER` draws the figures and writes the report.",
    .run = run};
