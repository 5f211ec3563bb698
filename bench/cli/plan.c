/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench plan`: cut an evaluation into units that several processes or machines share. */
#include "cli/plan.h"

#include "base/number.h"
#include "cli/accuracy_options.h"
#include "cli/method_options.h"
#include "cli/plan_evaluations.h"

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
        least = fmin(least, seconds);
        most = fmax(most, seconds);
        all += seconds;
        fixed += units[i].fixed_seconds;
        first_wave += units[i].wave == 1;
    }
    printf("%s: %zu units, %zu of references, each %s to %s of processor time, %.1f %% of it for loading and compressing\n",
           path, count, first_wave, number_duration(least).chars, number_duration(most).chars, 100 * fixed / all);
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

static outcome_t run(const options_t *options)
{
    const char *path = options_text(options, "out");
    plan_evaluations_t *evaluations = calloc(1, sizeof *evaluations);
    unit_t *units = NULL;
    text_t *texts = NULL;
    size_t count = 0;
    cut_t cut;
    outcome_t result = evaluations != NULL ? read_cut(options, &cut) : outcome_out_of_memory("plan");
    if (!outcome_is_ok(&result) || outcome_bad(&result, plan_evaluations_read(options, evaluations)) ||
        outcome_bad(&result, cut_units(evaluations->items, evaluations->count, &cut, &units, &count, &texts)) ||
        outcome_bad(&result, plan_write(path, units, count)))
        goto out;
    print_plan(path, units, count);

out:
    if (evaluations != NULL)
        plan_evaluations_free(evaluations);
    free(evaluations);
    free(units);
    free(texts);
    return result;
}

static const option_t option_table[] = {
    {"out", "FILE.csv", option_required, "the plan; what its units leave lies beside it, in FILE.units"},
    {"shards", "N", NULL, "about so many units (default: as many as spend at most 3 % on loading and compressing)"},
    {"unit-seconds", "S", NULL, "units of about so much processor time for a method"},
    {"smoke", NULL, NULL, "what `run --smoke` measures of accuracy"},
    {"full", NULL, NULL, "what `run --full` measures of accuracy; its files are fetched into the cache (BBS_HOME)"},
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
                "# needs the files of --full: the paper's networks in about 1000 units\n"
                "bbsbench plan --full --yes --shards 1000 --out full.csv",
    .stopped = "no plan was written; the same command begins again",
    .run = run};
