/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/scaling.h"

#include "accel/configuration.h"
#include "measure/model.h"
#include "measure/scaling_rows.h"
#include "nets/bert.h"
#include "nets/resnet.h"

#include <stdlib.h>

const int64_t scaling_points[SCALING_POINTS] = {2, 4, 8, 16, 32};

/* The same numbers as settings: the paper's PE columns are the rows here (accel.h). */
static const char *const sweep[SCALING_POINTS] = {"all.rows=2", "all.rows=4", "all.rows=8", "all.rows=16", "all.rows=32"};

static const network_t *const networks[] = {&net_resnet50, &net_bert_mrpc}; /* of the paper's Figs 14 and 15 */

enum { NETWORKS = sizeof networks / sizeof *networks };

static const char size[] = "full";
outcome_t scaling_takes(const accelerator_t *accelerator, bool *takes)
{
    accel_config_t config;
    outcome_t result = configuration_default(accelerator, &config);
    *takes = outcome_is_ok(&result) && config.lane_bits == 1 && config.unequal[0] == '\0';
    return result;
}

/* ===  Rows  === */

static void write_row(rows_writer_t *writer, const model_total_t *total)
{
    const model_lanes_t lanes = model_lanes(&total->counts);
    const scaling_row_t row = {.net = total->network->name,
                               .size = size,
                               .accelerator = total->accelerator->name,
                               .pe_columns = scaling_points[total->point],
                               .compute_cycles = total->counts.compute_cycles,
                               .cycles = total->counts.cycles,
                               .useful_percent = lanes.useful,
                               .intra_pe_stall_percent = lanes.intra_pe_stall,
                               .inter_pe_stall_percent = lanes.inter_pe_stall,
                               .weights_source = total->weights.chars};
    rows_write(writer, &row);
}

/* totals[] is in the order network, design, point. */
static outcome_t write_rows(const model_plan_t *plan, const model_total_t *totals, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &scaling_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < model_points(plan); i++)
        write_row(&writer, &totals[i]);
    return rows_commit(&writer);
}

/* ===  Running  === */

/* The designs that take part; accelerators[] has room for the whole registry. */
static outcome_t choose(const accelerator_t **accelerators, size_t *count)
{
    outcome_t result = outcome_ok();
    *count = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        bool takes;
        result = scaling_takes(*at, &takes);
        if (takes)
            accelerators[(*count)++] = *at;
    }
    return result;
}

static size_t registry_size(void)
{
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    return count;
}

outcome_t scaling_run(int threads, const char *path)
{
    const model_sweep_t rows = {.settings = sweep, .count = SCALING_POINTS};
    model_plan_t plan = {.networks = networks,
                         .network_count = NETWORKS,
                         .size = size,
                         .energy_table = "bitsim",
                         .any_budget = true,
                         .utilisation = true,
                         .sweeps = &rows,
                         .sweep_count = 1,
                         .origin = MODEL_SYNTHETIC,
                         .threads = threads};
    const accelerator_t **accelerators = calloc(registry_size(), sizeof *accelerators);
    accel_config_t *configs = calloc(registry_size(), sizeof *configs);
    model_total_t *totals = NULL;
    outcome_t result;
    if (accelerators == NULL || configs == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    plan.accelerators = accelerators;
    plan.configs = configs;
    if (outcome_bad(&result, choose(accelerators, &plan.accelerator_count)) ||
        outcome_bad(&result, configuration_load("scaling", accelerators, plan.accelerator_count, configs)))
        goto out;
    totals = calloc(model_points(&plan), sizeof *totals);
    if (totals == NULL)
        result = outcome_out_of_memory(path);
    else if (!outcome_bad(&result, model_run(&plan, NULL, totals)))
        result = write_rows(&plan, totals, path);

out:
    free(accelerators);
    free(configs);
    free(totals);
    return result;
}
