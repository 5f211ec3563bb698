/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/scaling.h"

#include "accel/configuration.h"
#include "base/csv.h"
#include "measure/model.h"
#include "nets/bert.h"
#include "nets/resnet.h"

#include <stdlib.h>

const int64_t scaling_points[SCALING_POINTS] = {2, 4, 8, 16, 32};

static const network_t *const networks[] = {&net_resnet50, &net_bert_mrpc}; /* of the paper's Figs 14 and 15 */

enum { NETWORKS = sizeof networks / sizeof *networks };

static const char size[] = "full";
static const char header[] = "net,size,accelerator,pe_columns,compute_cycles,cycles,reference,speedup,useful_percent,"
                             "intra_pe_stall_percent,inter_pe_stall_percent,weights_source";

outcome_t scaling_takes(const accelerator_t *accelerator, bool *takes)
{
    accel_config_t config;
    outcome_t result = configuration_default(accelerator, &config);
    *takes = outcome_is_ok(&result) && config.lane_bits == 1 && config.unequal[0] == '\0';
    return result;
}

/* ===  Rows  === */

/* `reference` is the first design on the same network at the same point. */
static void write_row(csv_writer_t *writer, const model_total_t *total, const model_total_t *reference)
{
    const model_lanes_t lanes = model_lanes(&total->counts);
    csv_text(writer, total->network->name);
    csv_text(writer, size);
    csv_text(writer, total->accelerator->name);
    csv_integer(writer, total->setting);
    csv_integer(writer, total->counts.compute_cycles);
    csv_integer(writer, total->counts.cycles);
    csv_text(writer, reference->accelerator->name);
    csv_real(writer, (double)reference->counts.cycles / (double)total->counts.cycles);
    csv_real(writer, lanes.useful);
    csv_real(writer, lanes.intra_pe_stall);
    csv_real(writer, lanes.inter_pe_stall);
    csv_text(writer, total->weights.chars);
    csv_end_row(writer);
}

/* Totals are by network, design and point. */
static outcome_t write_rows(const model_plan_t *plan, const model_total_t *totals, const char *path)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, path, header);
    if (!outcome_is_ok(&result))
        return result;
    size_t each = plan->accelerator_count * SCALING_POINTS;
    for (size_t i = 0; i < model_points(plan); i++)
        write_row(&writer, &totals[i], &totals[i / each * each + i % SCALING_POINTS]);
    return csv_commit(&writer);
}

/* ===  Running  === */

/* accelerators[] has room for the registry. */
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

outcome_t scaling_run(int threads, bool utilisation, const char *path)
{
    model_plan_t plan = {.networks = networks,
                         .network_count = NETWORKS,
                         .size = size,
                         .energy_table = "bitsim",
                         .any_budget = true,
                         .utilisation = utilisation,
                         .sweep_key = "rows",
                         .sweep_values = scaling_points,
                         .sweep_count = SCALING_POINTS,
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
