/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench merge`: the rows of a plan whose units are done. */
#include "cli/merge.h"

#include "base/file.h"
#include "cli/method_options.h"
#include "cli/unit_config.h"
#include "cli/unit_model.h"
#include "measure/accuracy_rows.h"
#include "measure/model_rows.h"
#include "measure/samples.h"
#include "shards/merge.h"
#include "shards/model_unit.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    merge_t merge;
    const char *folder;
    int jobs;
    rows_writer_t rows;
    size_t row_count;
} merging_t;

static void write_row(void *context, const accuracy_row_t *row)
{
    merging_t *merging = context;
    accuracy_write(&merging->rows, row);
    merging->row_count++;
}

static outcome_t merge_one(merging_t *merging, size_t evaluation)
{
    const plan_t *plan = merging->merge.plan;
    unit_config_t open;
    outcome_t result = unit_config_open(plan, plan_evaluation(plan, evaluation), merging->jobs, &open);
    const text_t answers = samples_folder(merging->folder, open.config.integers);
    open.config.predictions = answers.chars;
    open.config.samples = merging->folder;
    if (outcome_is_ok(&result))
        result = merge_accuracy(&merging->merge, evaluation, &open.config, write_row, merging);
    unit_config_close(&open);
    return result;
}

static outcome_t merge_each(merging_t *merging, const rows_schema_t *schema)
{
    const plan_t *plan = merging->merge.plan;
    outcome_t result = outcome_ok();
    for (size_t i = 1; i <= plan->evaluations && outcome_is_ok(&result); i++)
        if (text_equal(plan_evaluation(plan, i)->rows, schema->name))
            result = merge_one(merging, i);
    return result;
}

static bool has_rows(const plan_t *plan, const rows_schema_t *schema)
{
    for (size_t i = 0; i < plan->count; i++)
        if (text_equal(plan->units[i].rows, schema->name))
            return true;
    return false;
}

/* All rows of one kind, in the order of the evaluations. */
static outcome_t merge_kind(merging_t *merging, const rows_schema_t *schema)
{
    const text_t path = text_of("%s/%s.csv", merging->folder, schema->name);
    outcome_t result = outcome_ok();
    if (!has_rows(merging->merge.plan, schema) || outcome_bad(&result, rows_create(&merging->rows, schema, path.chars)))
        return result;
    merging->row_count = 0;
    result = rows_finish(&merging->rows, merge_each(merging, schema));
    if (outcome_is_ok(&result))
        printf("%s: %zu rows\n", path.chars, merging->row_count);
    return result;
}

/* ===  Models  === */

static outcome_t append_units(const merging_t *merging, size_t evaluation, const char *key, FILE *stream, size_t *rows)
{
    const plan_t *plan = merging->merge.plan;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++)
        if (plan->units[i].evaluation == (int64_t)evaluation)
            result = model_unit_append(plan, &plan->units[i], key, stream, rows);
    return result;
}

static outcome_t merge_model(const merging_t *merging, size_t evaluation, FILE *stream, size_t *rows)
{
    const plan_t *plan = merging->merge.plan;
    const unit_t *first = plan_evaluation(plan, evaluation);
    const char *command = first->command;
    unit_model_t *open = calloc(1, sizeof *open);
    text_t stamp, key;
    if (open == NULL)
        return outcome_out_of_memory("merge");
    outcome_t result = unit_config_refuse(plan, first, unit_model_open(plan->path.chars, command, merging->jobs, open));
    if (outcome_is_ok(&result) && !outcome_bad(&result, unit_config_stamp(false, &stamp)) &&
        !outcome_bad(&result, model_unit_covers(plan, evaluation, &open->simulate.plan)) &&
        !outcome_bad(&result, model_unit_key(&open->simulate.plan, command, stamp.chars, &key)))
        result = append_units(merging, evaluation, key.chars, stream, rows);
    unit_model_close(open);
    free(open);
    return result;
}

/* The rows are those of the units, one after the other. */
static outcome_t merge_models(const merging_t *merging)
{
    const plan_t *plan = merging->merge.plan;
    const text_t path = text_of("%s/%s.csv", merging->folder, model_schema.name);
    outfile_t file;
    size_t rows = 0;
    outcome_t result = outcome_ok();
    if (!has_rows(plan, &model_schema) || outcome_bad(&result, outfile_open(&file, path.chars)))
        return result;
    for (size_t i = 1; i <= plan->evaluations && outcome_is_ok(&result); i++)
        if (text_equal(plan_evaluation(plan, i)->rows, model_schema.name))
            result = merge_model(merging, i, file.stream, &rows);
    if (outcome_is_ok(&result))
        result = outfile_commit(&file);
    outfile_abandon(&file);
    if (outcome_is_ok(&result))
        printf("%s: %zu rows\n", path.chars, rows);
    return result;
}

/* ===  All  === */

static outcome_t run(const options_t *options)
{
    plan_t plan;
    merging_t merging = {.merge = {.plan = &plan, .mixed = options_flag(options, "mixed")},
                         .folder = options_text(options, "out")};
    outcome_t result = method_options_jobs(options, &merging.jobs);
    if (!outcome_is_ok(&result))
        return result;
    result = plan_read(options_operand(options, 0), &plan);
    if (outcome_is_ok(&result) && !outcome_bad(&result, merge_check(&merging.merge)) &&
        !outcome_bad(&result, file_make_folder(merging.folder)) &&
        !outcome_bad(&result, merge_kind(&merging, &accuracy_schema)) &&
        !outcome_bad(&result, merge_kind(&merging, &integers_schema)))
        result = merge_models(&merging);
    plan_free(&plan);
    return result;
}

static const option_t option_table[] = {
    {"out", "FOLDER", option_required, "folder for the rows, the answers of each sample, and the lists of samples"},
    {"mixed", NULL, NULL,
     "take units of different programs, instruction sets, libraries or weights; the column of the kernels then says so"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

const command_t command_merge = {
    .name = "merge",
    .summary = "the rows of a plan of bbsbench plan whose units are done",
    .operands = "PLAN.csv",
    .operands_least = 1,
    .operands_most = 1,
    .options = option_table,
    .details =
        "The rows have the same bytes as those of one process that computes all: with 8-bit activations in any case, with\n"
        "float activations when one instruction set computed all units. Missing units are named. Units of another\n"
        "program, instruction set, library, or of other weights are refused by name. After a plan of --full, give --out to\n"
        "`bbsbench run --full --out FOLDER`: it takes the answers from there and goes on with the other experiments.",
    .examples = "# needs a plan whose units are done: rows in merged/accuracy.csv\n"
                "bbsbench merge plan.csv --out merged\n"
                "# units that two kinds of machines have computed\n"
                "bbsbench merge plan.csv --out merged --mixed",
    .run = run};
