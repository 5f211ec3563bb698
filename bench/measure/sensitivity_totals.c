/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The knobs of the accelerators: all that are settings are one sweep, so that weights are drawn once for each network;
 * batch and tokens are members of a plan and draw again. */
#include "accel/designs.h"
#include "base/text.h"
#include "measure/model.h"
#include "measure/sensitivity.h"
#include "nets/bert.h"
#include "nets/resnet.h"
#include "rows/writer.h"

#include <stdlib.h>

static const accelerator_t *const designs[] = {&accelerator_stripes, &accelerator_bitvert_cons, &accelerator_bitvert_mod};
static const network_t *const few[] = {&net_resnet50, &net_bert_mrpc}, *const texts[] = {&net_bert_mrpc};
enum { DESIGNS = sizeof designs / sizeof *designs, FEW = sizeof few / sizeof *few, TEXTS = sizeof texts / sizeof *texts };

/* One row. */
typedef struct {
    const char *knob, *unit, *net, *size, *accelerator, *weights_source;
    double value, weight_bits, energy_total_pj;
    int64_t used, compute_cycles, dram_cycles, cycles;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(knob), .key = true, .heading = "Knob", .meaning = "what is changed; all else is as in paper.ini"},
    {REAL(value), .key = true, .heading = "Value", .decimals = 1, .meaning = "of the knob, in its unit"},
    {TEXT(unit), .heading = "Unit", .meaning = "of the value"},
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"},
    {INTEGER(used), .heading = "In use", .meaning = "1 at the value of the paper's setting as it is modelled here"},
    {REAL(weight_bits), .heading = "Weights", .unit = "bits", .decimals = 3,
     .meaning = "stored bits of a weight, without metadata"},
    {INTEGER(compute_cycles), .heading = "Compute cycles", .sense = ROWS_LOWER, .meaning = "cycles of the array"},
    {INTEGER(dram_cycles), .heading = "DRAM cycles", .sense = ROWS_LOWER, .meaning = "cycles that the DRAM traffic takes"},
    {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,
     .meaning = "the greater of compute and DRAM cycles, layer by layer, of all samples of the batch"},
    {REAL(energy_total_pj), .heading = "Energy", .unit = "pJ", .sense = ROWS_LOWER, .decimals = 0,
     .meaning = "on chip and DRAM, without leakage, of all samples of the batch"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

const rows_schema_t sensitivity_totals_schema = {
    .name = "sensitivity_totals",
    .about = "Stripes and BitVert while one knob at a time is turned; full-size networks, synthetic weights.",
    .columns = columns};

/* Stripes has the mark of BitVert (cons), so that each knob has one on it. */
static bool is_used(const sensitivity_knob_t *knob, double value, const accelerator_t *accelerator)
{
    return value == knob->used[accelerator == &accelerator_bitvert_mod ? SENSITIVITY_MOD : SENSITIVITY_CONS];
}

static void write_total(const sensitivity_knob_t *knob, double value, const char *size, const model_total_t *total,
                        rows_writer_t *writer)
{
    const cells_t cells = {.knob = knob->knob,
                           .unit = knob->unit,
                           .value = value,
                           .net = total->network->name,
                           .size = size,
                           .accelerator = total->accelerator->name,
                           .used = is_used(knob, value, total->accelerator),
                           .weight_bits = (double)total->counts.value_bits / (double)total->counts.weights,
                           .compute_cycles = total->counts.compute_cycles,
                           .dram_cycles = total->counts.dram_cycles,
                           .cycles = total->counts.cycles,
                           .energy_total_pj = total->energy.total_pj,
                           .weights_source = total->weights.chars};
    rows_write(writer, &cells);
}

static size_t count_settings(void)
{
    size_t count = 0;
    for (const sensitivity_knob_t *knob = sensitivity_knobs; knob->knob != NULL; knob++)
        count += knob->kind == SENSITIVITY_SETTING ? knob->count : 0;
    return count;
}

/* Rows by knob, point, network, design; totals are by network, design, point. */
static void write_sweep(const model_plan_t *plan, const model_total_t *totals, rows_writer_t *writer)
{
    size_t at = 0;
    for (const sensitivity_knob_t *knob = sensitivity_knobs; knob->knob != NULL; knob++)
        for (size_t point = 0; point < knob->count && knob->kind == SENSITIVITY_SETTING; point++, at++)
            for (size_t pair = 0; pair < plan->network_count * plan->accelerator_count; pair++)
                write_total(knob, knob->points[point].value, plan->size, &totals[pair * model_grid(plan) + at], writer);
}

static outcome_t run_settings(model_plan_t *plan, rows_writer_t *writer)
{
    const size_t count = count_settings();
    const char **sweep = calloc(count, sizeof *sweep);
    model_total_t *totals = calloc(count * plan->network_count * plan->accelerator_count, sizeof *totals);
    outcome_t result = sweep != NULL && totals != NULL ? outcome_ok() : outcome_out_of_memory("sensitivity");
    size_t at = 0;
    for (const sensitivity_knob_t *knob = sensitivity_knobs; knob->knob != NULL && sweep != NULL; knob++)
        for (size_t point = 0; point < knob->count && knob->kind == SENSITIVITY_SETTING; point++)
            sweep[at++] = knob->points[point].setting;
    const model_sweep_t settings = {.settings = sweep, .count = count};
    plan->sweeps = &settings;
    plan->sweep_count = 1;
    if (outcome_is_ok(&result) && !outcome_bad(&result, model_run(plan, NULL, totals)))
        write_sweep(plan, totals, writer);
    plan->sweeps = NULL;
    plan->sweep_count = 0;
    free(sweep);
    free(totals);
    return result;
}

/* A knob that is a member of the plan: of texts, the length of a sequence; of a few networks, the batch. */
static outcome_t run_member(const model_plan_t *of, const sensitivity_knob_t *knob, rows_writer_t *writer)
{
    const bool is_tokens = knob->kind == SENSITIVITY_TOKENS;
    model_plan_t plan = *of;
    plan.networks = is_tokens ? texts : few;
    plan.network_count = is_tokens ? TEXTS : FEW;
    outcome_t result = outcome_ok();
    for (size_t point = 0; point < knob->count && outcome_is_ok(&result); point++) {
        model_total_t totals[FEW * DESIGNS] = {0};
        const int64_t value = (int64_t)knob->points[point].value;
        plan.tokens = is_tokens ? value : 0;
        plan.batch = is_tokens ? 0 : value;
        if (outcome_bad(&result, model_run(&plan, NULL, totals)))
            break;
        for (size_t pair = 0; pair < model_points(&plan); pair++)
            write_total(knob, knob->points[point].value, plan.size, &totals[pair], writer);
    }
    return result;
}

outcome_t sensitivity_totals_run(bool brief, int threads, const char *path)
{
    model_plan_t plan = {.networks = brief ? few : net_registry,
                         .size = "full",
                         .accelerators = designs,
                         .accelerator_count = DESIGNS,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = threads};
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &sensitivity_totals_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    while (brief ? plan.network_count < FEW : net_registry[plan.network_count] != NULL)
        plan.network_count++;
    result = run_settings(&plan, &writer);
    for (const sensitivity_knob_t *knob = sensitivity_knobs; knob->knob != NULL && !brief; knob++)
        if (knob->kind != SENSITIVITY_SETTING && outcome_is_ok(&result))
            result = run_member(&plan, knob, &writer);
    return rows_finish(&writer, result);
}
