/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench work`: compute units of a plan. */
#include "cli/work.h"

#include "cli/method_options.h"
#include "cli/unit_config.h"
#include "cli/unit_model.h"
#include "measure/model_rows.h"
#include "shards/model_unit.h"
#include "shards/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_model(const unit_t *unit)
{
    return text_equal(unit->rows, model_schema.name);
}

static void print_done(const plan_t *plan, const unit_t *unit, bool was)
{
    printf("unit %" PRId64 " of %zu: %s %s, %s: %s\n", unit->unit, plan->count, unit->net, unit->methods,
           text_of("%" PRId64 " %s", unit->count, is_model(unit) ? "of the grid" : "samples").chars,
           was ? "was done" : "done");
    fflush(stdout);
}

static outcome_t work_on_samples(const options_t *options, const plan_t *plan, const unit_t *unit, int jobs, bool *done)
{
    unit_config_t open;
    text_t stamp;
    outcome_t result = unit_config_open(plan, unit, jobs, &open);
    if (outcome_is_ok(&result) && !outcome_bad(&result, unit_config_stamp(open.config.integers, &stamp))) {
        const work_t work = {.plan = plan,
                             .unit = unit,
                             .config = &open.config,
                             .stamp = stamp.chars,
                             .again = options_flag(options, "again")};
        open.config.cache = options_text(options, "cache");
        result = work_run(&work, done);
    }
    unit_config_close(&open);
    return result;
}

static outcome_t work_on_model(const options_t *options, const plan_t *plan, const unit_t *unit, int jobs, bool *done)
{
    unit_model_t *open = calloc(1, sizeof *open);
    text_t stamp, key;
    if (open == NULL)
        return outcome_out_of_memory("unit");
    outcome_t result = unit_config_refuse(plan, unit, unit_model_open(plan->path.chars, unit->command, jobs, open));
    if (outcome_is_ok(&result) && !outcome_bad(&result, unit_config_stamp(false, &stamp)) &&
        !outcome_bad(&result, model_unit_key(&open->simulate.plan, unit->command, stamp.chars, &key)))
        result = model_unit_run(plan, unit, &open->simulate.plan, key.chars, options_flag(options, "again"), done);
    unit_model_close(open);
    free(open);
    return result;
}

static outcome_t work_on(const options_t *options, const plan_t *plan, const unit_t *unit, int jobs)
{
    bool done = false;
    outcome_t result = is_model(unit) ? work_on_model(options, plan, unit, jobs, &done)
                                      : work_on_samples(options, plan, unit, jobs, &done);
    if (outcome_is_ok(&result))
        print_done(plan, unit, done);
    return result;
}

static outcome_t run(const options_t *options)
{
    plan_t plan;
    int jobs;
    outcome_t result = method_options_jobs(options, &jobs);
    if (!outcome_is_ok(&result))
        return result;
    result = plan_read(options_operand(options, 0), &plan);
    for (size_t i = 1; i < options_operand_count(options) && outcome_is_ok(&result); i++) {
        const unit_t *unit;
        if (!outcome_bad(&result, plan_find(&plan, options_operand(options, i), &unit)))
            result = work_on(options, &plan, unit, jobs);
    }
    plan_free(&plan);
    return result;
}

static const option_t option_table[] = {
    {"again", NULL, NULL, "also a unit that is done"},
    {"cache", "FOLDER", NULL,
     "folder of this machine, for this user alone: compressed weights are kept there for other units of the network and method"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

enum { MOST_UNITS = 1000000 }; /* of a command line */

const command_t command_work = {
    .name = "work",
    .summary = "compute units of a plan of bbsbench plan",
    .operands = "PLAN.csv UNIT...",
    .operands_least = 2,
    .operands_most = 1 + MOST_UNITS,
    .options = option_table,
    .details =
        "What a unit leaves lies in PLAN.units, complete or not at all. A unit that is killed is run again; one that two\n"
        "workers run at the same time leaves the same files. A unit that is done ends at once, unless another program or\n"
        "instruction set computed it. All units of a plan of 12, two at a time:\n"
        "    seq 12 | xargs -P 2 -n 1 bbsbench work --jobs 1 plan.csv",
    .examples = "# needs a plan: one unit\n"
                "bbsbench work plan.csv 1\n"
                "# some units, one after the other, by two threads\n"
                "bbsbench work --jobs 2 plan.csv 1 2 3 4",
    .stopped = "the unit left nothing; the same command begins it again",
    .run = run};
