/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `model`: every accelerator of the registry on every network at full size, on synthetic INT8 weights. */
#include "base/text.h"
#include "experiments/model_inputs_list.h"
#include "measure/model.h"
#include "measure/model_rows.h"
#include "weights/substitute.h"

#include <stdlib.h>

outcome_t model_inputs_list(const run_mode_t *mode, inputs_t *inputs)
{
    static const char *const tables[] = {"bench/accel/technology.csv", "bench/accel/sram.csv", NULL};
    (void)mode;
    outcome_t result = outcome_ok();
    for (const char *const *table = tables; *table != NULL && outcome_is_ok(&result); table++)
        result = inputs_add(inputs, *table, "constants, built in");
    for (const network_t *const *network = net_registry; *network != NULL; network++)
        for (const char *const *path = substitute_files((*network)->family); *path != NULL && outcome_is_ok(&result);
             path++)
            result = inputs_add(inputs, *path, "portraits of layers");
    return result;
}

model_plan_t model_synthetic_plan(const measurement_context_t *context, const network_t *const *networks,
                                  const accelerator_t *const *accelerators)
{
    model_plan_t plan = {.networks = networks,
                         .size = "full",
                         .accelerators = accelerators,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = context->jobs};
    while (networks[plan.network_count] != NULL)
        plan.network_count++;
    while (accelerators[plan.accelerator_count] != NULL)
        plan.accelerator_count++;
    return plan;
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    const model_plan_t plan = model_synthetic_plan(context, net_registry, accelerator_registry);
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("model");
    outcome_t result = model_run(&plan, path, totals);
    free(totals);
    return result;
}

extern const measurement_t measurement_model;
const measurement_t measurement_model = {.schema = &model_schema, .list_inputs = model_inputs_list, .run = run};
