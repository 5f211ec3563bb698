/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench status`: how far a plan is. */
#include "cli/status.h"

#include "base/number.h"
#include "cli/output.h"
#include "rows/writer.h"
#include "shards/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One row an evaluation. */
typedef struct {
    int64_t evaluation;
    const char *rows, *net;
    int64_t units, done, running, failed, waiting;
    double left_seconds;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)
static const rows_column_t columns[] = {
    {INTEGER(evaluation), .key = true, .heading = "Evaluation", .meaning = "number of the evaluation in the plan"},
    {TEXT(rows), .heading = "Rows", .meaning = "accuracy, integers or model"},
    {TEXT(net), .heading = "Network", .meaning = "the network"},
    {INTEGER(units), .heading = "Units", .meaning = "units of the evaluation"},
    {INTEGER(done), .heading = "Done", .meaning = "units whose files are there"},
    {INTEGER(running), .heading = "Running", .meaning = "units that a worker computes now"},
    {INTEGER(failed), .heading = "Failed", .meaning = "units whose last attempt failed"},
    {INTEGER(waiting), .heading = "Waiting", .meaning = "units that nobody computes"},
    {REAL(left_seconds), .heading = "Left", .unit = "s", .decimals = 0,
     .meaning = "processor time that the units which are not done will take"},
    {.name = NULL},
};
static const rows_schema_t status_schema = {.name = "status", .about = "How far a plan is.", .columns = columns};

/* What done units took, against what was expected of them. */
typedef struct {
    double taken, expected;
} pace_t;

static double expected_of(const unit_t *unit)
{
    return unit->answer_seconds + unit->fixed_seconds;
}

static void add_unit(const plan_t *plan, const unit_t *unit, cells_t *cells, pace_t *pace)
{
    const parts_state_t state = parts_state(plan, unit);
    cells->units++;
    cells->done += state.state == PARTS_DONE;
    cells->running += state.state == PARTS_RUNNING;
    cells->failed += state.state == PARTS_FAILED;
    cells->waiting += state.state == PARTS_WAITING;
    if (state.state != PARTS_DONE)
        cells->left_seconds += expected_of(unit);
    if (state.state == PARTS_DONE && isfinite(state.cost_seconds)) {
        pace->taken += state.cost_seconds;
        pace->expected += expected_of(unit);
    }
    if (state.state == PARTS_FAILED)
        printf("unit %" PRId64 " failed: %s\n", unit->unit, state.reason.chars);
}

static void print_total(const cells_t *cells, size_t evaluations, double factor)
{
    cells_t all = {0};
    for (size_t i = 0; i < evaluations; i++) {
        all.units += cells[i].units;
        all.done += cells[i].done;
        all.running += cells[i].running;
        all.failed += cells[i].failed;
        all.waiting += cells[i].waiting;
        all.left_seconds += cells[i].left_seconds * factor;
    }
    printf("%" PRId64 " units: %" PRId64 " done, %" PRId64 " running, %" PRId64 " failed, %" PRId64 " waiting", all.units,
           all.done, all.running, all.failed, all.waiting);
    if (all.left_seconds > 0)
        printf("; %s of processor time left", number_duration(all.left_seconds).chars);
    if (all.running > 0)
        printf(", about %s with %" PRId64 " at a time, a processor each",
               number_duration(all.left_seconds / (double)all.running).chars, all.running);
    printf("\n");
}

static outcome_t write_all(const plan_t *plan, const char *path)
{
    rows_writer_t writer;
    pace_t pace = {0, 0};
    cells_t *cells = calloc(plan->evaluations + 1, sizeof *cells);
    if (cells == NULL)
        return outcome_out_of_memory(plan->path.chars);
    for (size_t i = 0; i < plan->count; i++) {
        const unit_t *unit = &plan->units[i];
        cells_t *of = &cells[unit->evaluation - 1];
        of->evaluation = unit->evaluation;
        of->rows = unit->rows;
        of->net = unit->net;
        add_unit(plan, unit, of, &pace);
    }
    const double factor = pace.expected > 0 ? pace.taken / pace.expected : 1;
    outcome_t result = rows_create(&writer, &status_schema, path);
    if (outcome_is_ok(&result)) {
        for (size_t i = 0; i < plan->evaluations; i++) {
            cells_t row = cells[i];
            row.left_seconds *= factor;
            rows_write(&writer, &row);
        }
        result = rows_commit(&writer);
    }
    if (outcome_is_ok(&result))
        print_total(cells, plan->evaluations, factor);
    free(cells);
    return result;
}

static outcome_t run(const options_t *options)
{
    output_t output;
    plan_t plan;
    outcome_t result = plan_read(options_operand(options, 0), &plan);
    if (outcome_is_ok(&result) && !outcome_bad(&result, output_open(options, &output))) {
        output.own = false;
        result = output_close(&output, status_schema.name, &status_schema, write_all(&plan, output.rows));
    }
    plan_free(&plan);
    return result;
}

static const option_t option_table[] = {OUTPUT_OPTIONS, {NULL, NULL, NULL, NULL}};

const command_t command_status = {
    .name = "status",
    .summary = "how far a plan of bbsbench plan is: done, running, failed, time left",
    .operands = "PLAN.csv",
    .operands_least = 1,
    .operands_most = 1,
    .options = option_table,
    .details =
        "The time left is that of the plan, corrected by what the units that are done have taken. A worker of another\n"
        "machine counts as running until it has taken four times what is expected and ten minutes.",
    .examples = "# needs a plan: a row for each network\n"
                "bbsbench status plan.csv\n"
                "# the same for a script\n"
                "bbsbench status plan.csv --format json",
    .run = run};
