/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `model`: every accelerator of the registry that needs no weights on every network at full size. The
 * work of these designs depends on shapes and on how many channels are sensitive, which is the stated uniform assumption.
 */
#include "experiments/experiments.h"

#include "base/home.h"
#include "experiments/model.h"
#include "experiments/model_section.h"
#include "experiments/speedup.h"

#include <stdlib.h>

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    static const char *const tables[] = {"bench/accel/technology.csv", "bench/accel/sram.csv", NULL};
    (void)mode;
    outcome_t result = outcome_ok();
    for (const char *const *table = tables; *table != NULL && outcome_is_ok(&result); table++)
        result = inputs_add(inputs, *table, "constants, built in");
    return result;
}

static outcome_t write_speedups(const char *folder)
{
    csv_table_t model;
    outcome_t result = csv_read(text_of("%s/model.csv", folder).chars, &model);
    if (!outcome_is_ok(&result))
        return result;
    result = speedup_write(&model, text_of("%s/speedup.csv", folder).chars);
    csv_free(&model);
    return result;
}

static outcome_t run(const experiment_context_t *context)
{
    model_plan_t plan = {.networks = net_registry,
                         .size = "full",
                         .accelerators = accelerator_registry,
                         .energy_table = "bitsim",
                         .threads = context->jobs};
    while (plan.networks[plan.network_count] != NULL)
        plan.network_count++;
    while (plan.accelerators[plan.accelerator_count] != NULL)
        plan.accelerator_count++;
    model_total_t *totals = calloc(plan.network_count * plan.accelerator_count, sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("model");
    outcome_t result = model_run(&plan, text_of("%s/model.csv", context->folder).chars, totals);
    free(totals);
    return outcome_is_ok(&result) ? write_speedups(context->folder) : result;
}

static const char *const limits[] = {"Accelerator rows are analytical: counts of cycles, accesses and bytes of one sample "
                                     "at full size, times the constants of "
                                     "`bench/accel/technology.csv`. Nothing is synthesised, and no activity is traced.",
                                     "Sensitive channels of the full-size networks are the uniform assumption (β of each "
                                     "layer's channels, rounded up to 32), because the "
                                     "checkpoints are not here. Algorithm 2 ranks channels over the whole network by their "
                                     "scale factors, so real layers differ: some "
                                     "stay whole, others have no sensitive channel at all.",
                                     "Designs whose cycles depend on the bits of the weights (Pragmatic, Bitlet, BitWave, "
                                     "SparTen) have no rows here: the full-size "
                                     "weights are not part of the project.",
                                     "Not modelled: attention's score and context products, normalisation, pooling, "
                                     "residual additions, softmax; batches above 1; DRAM "
                                     "refresh and row misses; the energy of PEs that wait for DRAM; leakage.",
                                     NULL};

const experiment_t experiment_model = {
    .id = "model",
    .title = "Speed and energy of the accelerators",
    .needs = "nothing beyond the program",
    .cost = "under 1 s, under 1 MB",
    .settings =
        "networks of the registry, size full, all accelerators that need no weights, energy table bitsim, first layer kept",
    .seeds = "none: nothing is drawn at random",
    .rows = "model.csv",
    .figure = "speedup",
    .figure_alt = "Bars of speedup over Stripes and of energy against Stripes, on chip and DRAM, for each network and "
                  "accelerator; the "
                  "numbers stand in the table below.",
    .figure_caption =
        "Speedup over Stripes (higher is better) and energy against Stripes (lower is better; on chip and DRAM), one "
        "sample through the full-size networks, sensitive channels by the uniform assumption. Source: `speedup.csv`.",
    .rule = &model_rule,
    .limits = limits,
    .list_inputs = list_inputs,
    .run = run,
    .headline = model_headline,
    .present = model_present,
    .rerun = model_rerun,
    .measure = model_measure,
};
