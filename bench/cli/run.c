/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench run`: run the experiments of one mode into a run folder. */
#include "cli/run.h"

#include "base/command_line.h"
#include "base/home.h"
#include "base/text.h"
#include "cli/catalogues.h"
#include "cli/method_options.h"
#include "cli/mode_options.h"
#include "cli/run_list.h"
#include "cli/run_times.h"
#include "run/real.h"
#include "run/run.h"
#include "track/ledger.h"

#include <stdlib.h>
#include <string.h>

static bool is_list(const option_t *option)
{
    return option->argument != NULL && text_ends(option->argument, "...");
}

static size_t repeats(const options_t *options, const option_t *option)
{
    return is_list(option) ? options_count(options, option->name) : options_given(options, option->name);
}

static const char *value(const options_t *options, const option_t *option, size_t index)
{
    return is_list(option) ? options_nth(options, option->name, index) : options_text(options, option->name);
}

static bool is_path(const option_t *option)
{
    return option->argument != NULL && (text_starts(option->argument, "FOLDER") || text_starts(option->argument, "FILE"));
}

/* A value as the command repeats it from the project's folder: paths, also those in KIND=PATH, as home_record() says. */
static text_t recorded_value(const option_t *option, const char *given)
{
    const char *equals = strchr(given, '=');
    if (is_path(option))
        return home_record(given);
    if (option->argument != NULL && text_starts(option->argument, "KIND=PATH") && equals != NULL)
        return text_of("%.*s%s", (int)(equals + 1 - given), given, home_record(equals + 1).chars);
    return text_of("%s", given);
}

/* The command line that would repeat this run from the project's folder, for run.json; free() it. NULL when memory is out.
 */
static char *command_line(const options_t *options)
{
    text_builder_t line = {0};
    text_append(&line, "build/bbsbench run");
    for (const option_t *option = command_run.options; option->name != NULL; option++)
        for (size_t i = 0; i < repeats(options, option); i++) {
            text_append(&line, " --%s", option->name);
            if (option->argument != NULL)
                command_line_add(&line, recorded_value(option, value(options, option, i)).chars);
        }
    if (line.failed)
        free(line.chars);
    return line.failed ? NULL : line.chars;
}

/* ===  The full and the real mode  === */

/* Refuse options of the full and the real mode in another mode. */
static outcome_t check_mode_options(const options_t *options, const run_mode_t *mode)
{
    static const struct {
        const char *name;
        bool full, real;
    } known[] = {{"from", true, true},     {"manifest", true, true},     {"yes", true, true},
                 {"skip-bad", true, true}, {"data", true, false},        {"calibration", true, false},
                 {"offline", false, true}, {"evaluations", false, true}, {"kernels", true, true}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const bool takes = mode->brings && (mode->evaluations != NULL ? known[i].real : known[i].full);
        if (!takes && options_given(options, known[i].name))
            return outcome_usage("run", text_of("--%s", known[i].name).chars, "another mode",
                                 known[i].full && known[i].real ? "--full or --real"
                                 : known[i].full                ? "--full"
                                                                : "--real",
                                 NULL);
    }
    return outcome_ok();
}

/* Files that are missing are part of the list. */
static outcome_t list_brought(full_t *full, const run_request_t *request, outcome_t planned)
{
    outcome_t result;
    if (!outcome_is_ok(&planned) && outcome_fault(&planned) != FAULT_MISSING)
        return planned;
    if (outcome_bad(&result, run_list_print(request)))
        return result;
    if (outcome_is_ok(&planned))
        return full_list(full);
    printf("files: %s\n", outcome_text(&planned));
    return result;
}

/* Plan, announce, ask and fetch; then run on the fetched material. */
static outcome_t run_full(const options_t *options, const full_request_t *wanted, const run_request_t *request,
                          text_t *folder)
{
    full_t full;
    run_mode_t mode = *request->mode; /* with the choice */
    run_request_t brought = *request;
    outcome_t result = wanted->evaluations != NULL ? real_plan(wanted, &full) : full_plan(wanted, &full);
    mode.material = &full.material;
    brought.mode = &mode;
    if (options_flag(options, "list")) {
        result = list_brought(&full, &brought, result);
        goto out;
    }
    if (!outcome_is_ok(&result) || outcome_bad(&result, full_announce(&full)) ||
        (!options_flag(options, "yes") && outcome_bad(&result, catalogues_ask("begin?", "nothing was done"))) ||
        outcome_bad(&result, full_bring(&full)))
        goto out;
    result = run_execute(&brought, folder);

out:
    full_free(&full);
    return result;
}

static outcome_t run_brought(const options_t *options, const choice_request_t *chosen, const run_request_t *request,
                             text_t *folder)
{
    const bool real = request->mode->evaluations != NULL, given = options_given(options, "evaluations");
    mode_options_t read;
    text_t list;
    outcome_t result = mode_options_read(options, chosen, request->mode, &read);
    read.request.evaluations = given ? options_text(options, "evaluations") : real ? list.chars : NULL;
    read.request.jobs = request->jobs;
    read.request.resume = request->resume;
    read.request.log = request->log;
    if (outcome_is_ok(&result) && (given || !real || !outcome_bad(&result, home_path(request->mode->evaluations, &list))))
        result = run_full(options, &read.request, request, folder);
    mode_options_free(&read);
    return result;
}

/* Run the mode with the networks, methods and samples that the user chose. */
static outcome_t run_chosen(const options_t *options, const run_request_t *request, text_t *folder)
{
    const char *methods[MATERIAL_METHODS];
    choice_request_t chosen = {.nets = options_text(options, "net"), .methods = methods, .images = CHOICE_NO_IMAGES};
    run_request_t with = *request;
    choice_t choice = {.methods = NULL};
    outcome_t result;
    if (outcome_bad(&result, options_list(options, "method", methods, MATERIAL_METHODS, &chosen.method_count)) ||
        (options_given(options, "samples") &&
         outcome_bad(&result, options_integer(options, "samples", 0, INT64_MAX, &chosen.images))) ||
        outcome_bad(&result, choice_open(request->mode, &chosen, &choice)))
        goto out;
    with.mode = &choice.mode;
    if (choice.mode.brings)
        result = run_brought(options, &chosen, &with, folder);
    else
        result = options_flag(options, "list") ? run_list_print(&with) : run_execute(&with, folder);

out:
    choice_free(&choice);
    return result;
}

/* ===  The history  === */

/* Opened before the run, so that a file that cannot be used is refused at once and not after hours. */
static outcome_t open_history(const options_t *options, ledger_t **ledger)
{
    text_t path;
    outcome_t result = outcome_ok();
    *ledger = NULL;
    if (options_flag(options, "no-history") || options_flag(options, "list") || outcome_bad(&result, ledger_path(&path)) ||
        path.chars[0] == '\0')
        return result;
    result = ledger_open(path.chars, true, ledger);
    if (outcome_is_ok(&result) || ledger_is_named())
        return result;
    /* Nobody asked for the default file: a run in a checkout that this user may only read goes on without it. */
    fprintf(stderr, "warning: the run is not kept in the history: %s\n", outcome_text(&result));
    *ledger = NULL;
    return outcome_ok();
}

/* Also a run with rows that moved, or with an experiment that failed. Its outcome comes before that of the history. */
static outcome_t add_to_history(ledger_t *ledger, const char *folder, outcome_t outcome)
{
    int64_t id = 0;
    bool added = false;
    if (ledger == NULL || !file_exists(text_of("%s/run.json", folder).chars))
        return outcome;
    outcome_t result = ledger_append(ledger, folder, &id, &added);
    if (outcome_is_ok(&result))
        printf("history: run %lld\n", (long long)id);
    else if (!outcome_is_ok(&outcome))
        printf("not added to the history: %s\n", outcome_text(&result));
    return outcome_is_ok(&outcome) ? result : outcome;
}

/* ===  The command  === */

static outcome_t run(const options_t *options)
{
    run_request_t request = {.folder = options_text(options, "out"),
                             .only = options_text(options, "only"),
                             .resume = options_flag(options, "resume"),
                             .compare = !options_flag(options, "no-compare"),
                             .log = stdout};
    experiments_t experiments = {.items = NULL};
    text_t results, reference, folder = text_of("%s", "");
    ledger_t *ledger = NULL;
    run_times_t times = {.experiments = NULL};
    outcome_t result;
    if (outcome_bad(&result, mode_options_choose(options, "run", &request.mode)) ||
        outcome_bad(&result, home_output("results", &results)) ||
        outcome_bad(&result, home_path("results/reference", &reference)) ||
        outcome_bad(&result, check_mode_options(options, request.mode)))
        return result;
    if (outcome_bad(&result, method_options_jobs(options, &request.jobs)))
        return result;
    if (outcome_bad(&result, experiments_open(options_text(options, "experiments"), &experiments)))
        return result;
    request.experiments = &experiments;
    char *command = command_line(options);
    if (command == NULL || outcome_bad(&result, open_history(options, &ledger))) {
        experiments_close(&experiments);
        free(command);
        return command == NULL ? outcome_out_of_memory("command line") : result;
    }
    request.results = results.chars;
    request.reference = reference.chars;
    request.command = command;
    outcome_t known = run_times_read(ledger, request.mode->name, &experiments, &times);
    if (outcome_is_ok(&known)) { /* without the times of earlier runs, no time left is told */
        request.expected = run_times_of;
        request.expected_context = &times;
    }
    result = run_chosen(options, &request, &folder);
    run_times_free(&times);
    experiments_close(&experiments);
    if (folder.chars[0] != '\0')
        printf("run folder: %s\n", folder.chars);
    result = add_to_history(ledger, folder.chars, result);
    ledger_close(ledger);
    free(command);
    return result;
}

static const option_t option_table[] = {
    {"smoke", NULL, NULL, "512 test samples per network: a check that everything works, under a minute"},
    {"full", NULL, NULL, "the paper's checkpoints on ImageNet and GLUE; states downloads, disk and time, then asks"},
    {"real", NULL, NULL,
     "real networks on small real samples (models/real.csv); states downloads, disk and time, then asks"},
    {"list", NULL, NULL, "only list the experiments: what they read and need, and the time that they took here"},
    {"jobs", "N", NULL,
     "threads, at most one a processor (default: all that this process may use); the rows do not depend on it"},
    {"out", "FOLDER", NULL, "run folder (default: results/UTC-MODE)"},
    {"resume", NULL, NULL, "continue the run in --out, or the newest run of the mode; finished experiments stay"},
    {"no-compare", NULL, NULL, "do not compare the rows with results/reference; else a row that moved ends the run with 1"},
    {"no-history", NULL, NULL, "do not add the run to the history (BBS_HISTORY, default results/history.db)"},
    {"only", "ID[,ID]", NULL, "these experiments, and the experiments whose rows they read"},
    {"experiments", "FOLDER", NULL, "experiments of your own, besides those of the paper (docs/experiments.md)"},
    {"net", "NAME[,NAME]", NULL,
     "accuracies of these networks, or evaluations of --real (default: all that ship, are here or can be fetched)"},
    {"samples", "N", NULL, "at most N samples per network, from a fixed balanced list; 0: all (default: the mode's)"},
    {"method", "SPEC...", NULL,
     "accuracies of these methods in place of the mode's; may be repeated; --smoke and the default add int8"},
    {"data", "KIND=PATH...", NULL, "full: path of the data set imagenet, glue-mrpc or glue-sst2; may be repeated"},
    {"calibration", "KIND=PATH...", NULL,
     "full: samples for methods that calibrate activations, such as a few training images; not those that are evaluated"},
    {"from", "FOLDER", NULL, "full, real: take files from this folder, as fetch does"},
    {"evaluations", "FILE", NULL, "real: list of evaluations to use in place of models/real.csv"},
    {"offline", NULL, NULL, "real: fetch nothing; only evaluations whose files are in --from or were fetched before"},
    {"manifest", "FILE...", NULL, "full, real: catalogue to use in place of the project's; may be repeated"},
    {"kernels", "fast|winograd", "fast",
     "full, real: of CNNs with float activations; winograd: 1.2 to 2.3 times as fast, for long runs that are "
     "compared with themselves, because its sums round otherwise: logits within 8e-7 of the largest (docs/performance.md)"},
    {"skip-bad", NULL, NULL, "full, real: leave out samples that cannot be read; the rows say how many"},
    {"yes", NULL, NULL, "full, real: start without asking"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_run = {
    .name = "run",
    .summary = "run the experiments of one mode into a folder of rows",
    .operands = "",
    .options = option_table,
    .details =
        "Without --smoke, --full or --real: 2,000 test samples on each network that this project ships, 8,000 on\n"
        "CNNs. run.json in the folder records program, machine, inputs and settings. `bbsbench report FOLDER` draws the figures and writes the report.\n"
        "--net, --method and --samples choose what experiment `accuracy` measures; the experiments that read its rows, such as\n"
        "fig11, show what was chosen: run --net NAME,NAME --method SPEC --only accuracy,fig11. Experiment `perplexity` takes the\n"
        "methods of --method, too; its language model is none of the networks of --net and runs all the same, unless --only leaves it out.\n"
        "At its end the rows are compared with results/reference. Each row that moved, for better or worse, is named, and\n"
        "the exit code is then 1; the run is whole all the same.",
    .examples = "# a check that everything works, under a minute\n"
                "bbsbench run --smoke\n"
                "# two tables of the paper, in a folder of your choice\n"
                "bbsbench run --only table1,fig12 --out results/mine",
    .run = run};
