/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench plan`: cut an evaluation into units that several processes or machines share. */
#include "cli/plan.h"

#include "base/number.h"
#include "cli/accuracy_options.h"
#include "cli/method_options.h"
#include "cli/plan_evaluations.h"
#include "cli/simulate.h"
#include "cli/unit_model.h"
#include "shards/model_unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_UNITS = 1000000 };

/* What the units cost, and how to run them. */
static void print_plan(const char *path, const unit_t *units, size_t count)
{
    double least = INFINITY, most = 0, all = 0, fixed = 0;
    size_t first_wave = 0;
    for (size_t i = 0; i < count; i++) {
        const double seconds = units[i].answer_seconds + units[i].fixed_seconds;
        least = seconds > 0 ? fmin(least, seconds) : least;
        most = fmax(most, seconds);
        all += seconds;
        fixed += units[i].fixed_seconds;
        first_wave += units[i].wave == 1;
    }
    printf("%s: %zu units", path, count);
    if (all > 0)
        printf(", %zu of references, each %s to %s of processor time, %.1f %% of it for loading and compressing",
               first_wave, number_duration(least).chars, number_duration(most).chars, 100 * fixed / all);
    printf("\n");
    printf("run them:  seq %zu | xargs -P 2 -n 1 bbsbench work --jobs 1 %s\nthen:      bbsbench merge %s --out FOLDER\n",
           count, path, path);
}

static outcome_t read_cut(const options_t *options, cut_t *cut)
{
    outcome_t result = outcome_ok();
    *cut = (cut_t){.units = 0};
    if (options_given(options, "shards") && options_given(options, "unit-seconds"))
        return outcome_usage("plan", "--shards", "also --unit-seconds", "one of the two", NULL);
    if (options_given(options, "shards"))
        return options_integer(options, "shards", 1, MOST_UNITS, &cut->units);
    return options_given(options, "unit-seconds") ? options_real(options, "unit-seconds", 0.001, 1e9, &cut->seconds)
                                                  : result;
}

/* All that a plan is made of; not to be moved. */
typedef struct {
    plan_evaluations_t evaluations;
    unit_t *units;
    text_t *references; /* owners of texts of units */
    text_t *names;
    size_t count;
    unit_model_t model;
    text_builder_t command; /* of the models */
} making_t;

/* Units of `simulate` after those of accuracy. */
static outcome_t add_models(const options_t *options, const cut_t *cut, making_t *making)
{
    const char *words = options_text(options, "simulate");
    const model_plan_t *plan = &making->model.simulate.plan;
    int jobs;
    outcome_t result = method_options_jobs(options, &jobs);
    if (!outcome_is_ok(&result) || words == NULL)
        return result;
    text_append(&making->command, "%s %s", command_simulate.name, words);
    if (making->command.failed)
        return outcome_out_of_memory("plan");
    if (outcome_bad(&result, unit_model_open("plan --simulate", making->command.chars, jobs, &making->model)))
        return result;
    const size_t parts = model_unit_parts(plan), evaluation = making->evaluations.count + 1;
    unit_t *units = realloc(making->units, (making->count + parts + 1) * sizeof *units);
    making->names = calloc(parts + 1, sizeof *making->names);
    making->units = units != NULL ? units : making->units;
    if (units == NULL || making->names == NULL)
        return outcome_out_of_memory("plan");
    const size_t made =
        model_unit_cut(plan, (size_t)cut->units, making->command.chars, &units[making->count], making->names);
    for (size_t i = 0; i < made; i++) {
        units[making->count].evaluation = (int64_t)evaluation;
        units[making->count].unit = (int64_t)making->count + 1;
        making->count++;
    }
    printf(
        "simulate: %zu parts of networks, designs and values of the first sweep, in %zu units; their time is not measured\n",
        parts, made);
    return result;
}

static outcome_t make(const options_t *options, making_t *making)
{
    plan_evaluations_t *evaluations = &making->evaluations;
    cut_t cut;
    outcome_t result = read_cut(options, &cut);
    if (!outcome_is_ok(&result) || outcome_bad(&result, plan_check_place(options_text(options, "out"))) ||
        outcome_bad(&result, plan_evaluations_read(options, evaluations)) ||
        outcome_bad(&result, cut_units(evaluations->items, evaluations->count, &cut, &making->units, &making->count,
                                       &making->references)) ||
        outcome_bad(&result, add_models(options, &cut, making)))
        return result;
    return plan_write(options_text(options, "out"), making->units, making->count);
}

static outcome_t run(const options_t *options)
{
    making_t *making = calloc(1, sizeof *making);
    outcome_t result = making != NULL ? make(options, making) : outcome_out_of_memory("plan");
    if (outcome_is_ok(&result))
        print_plan(options_text(options, "out"), making->units, making->count);
    if (making == NULL)
        return result;
    plan_evaluations_free(&making->evaluations);
    unit_model_close(&making->model);
    free(making->units);
    free(making->references);
    free(making->names);
    free(making->command.chars);
    free(making);
    return result;
}

static const option_t option_table[] = {
    {"out", "FILE.csv", option_required,
     "the plan; what its units leave lies beside it, in FILE.units, which is not there yet"},
    {"shards", "N", NULL, "about so many units (default: as many as spend at most 3 % on loading and compressing)"},
    {"unit-seconds", "S", NULL, "units of about so much processor time for a method"},
    {"smoke", NULL, NULL, "what `run --smoke` measures of accuracy"},
    {"full", NULL, NULL, "what `run --full` measures of accuracy; its files are fetched into the cache (BBS_HOME)"},
    {"simulate", "OPTIONS", NULL,
     "options of `simulate` in one word: its networks, designs and sweeps as units, besides those of accuracy or alone"},
    {"net", "NAME[,NAME]|all|auto", NULL, "networks, as `accuracy` takes them; with --full and --smoke as `run` does"},
    {"data", "PATH|KIND=PATH...", NULL, "data set, as `accuracy` takes it; with --full as `run` does"},
    {"calibration", "PATH|KIND=PATH...", NULL,
     "samples for methods with the key activations, as `accuracy` or `run` takes them"},
    ACCURACY_OPTIONS,
    {"from", "FOLDER", NULL, "full: take files from this folder, as fetch does"},
    {"manifest", "FILE...", NULL, "full: catalogue to use in place of the project's; may be repeated"},
    {"yes", NULL, NULL, "full: fetch without asking"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

const command_t command_plan = {
    .name = "plan",
    .summary = "cut an evaluation into units for several processes or machines",
    .operands = "",
    .options = option_table,
    .details =
        "The plan is a CSV with a row a unit: a network, a method, a range of the samples. `work` computes units, in any order\n"
        "and on any machine that sees the same files; `status` tells how far they are; `merge` makes the rows. Units have\n"
        "about equal cost, measured here on 20 samples of each network. Units of the references int8 and fp32 come first:\n"
        "the others measure against their logits, and compute them again when they are not there. docs/cluster.md has the\n"
        "lines for Slurm, GNU parallel and xargs.",
    .examples = "# 12 units of one network\n"
                "bbsbench plan --net resnet34 --samples 600 --shards 12 --out plan.csv\n"
                "# a sweep of accelerator models, a unit for each network, design and number of rows\n"
                "bbsbench plan --simulate '--net resnet34,bert_mrpc --sweep all.rows=8,16,32' --out sweep.csv\n"
                "# needs the files of --full: the paper's networks in about 1000 units\n"
                "bbsbench plan --full --yes --shards 1000 --out full.csv",
    .stopped = "no plan was written; the same command begins again",
    .run = run};
