/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/model_full.h"

#include "base/file.h"
#include "base/text.h"
#include "measure/model.h"
#include "experiments/speedup.h"
#include "weights/tensors.h"

#include <stdlib.h>

const claim_basis_t model_full_basis = BASIS_WHOLE;

outcome_t model_full_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    static const char *const tables[] = {"bench/accel/technology.csv", "bench/accel/sram.csv", NULL};
    (void)mode;
    outcome_t result = outcome_ok();
    for (const char *const *table = tables; *table != NULL && outcome_is_ok(&result); table++)
        result = inputs_add(inputs, *table, "constants, built in");
    for (const network_t *const *network = net_registry; *network != NULL; network++)
        for (const char *const *path = tensors_profiles((*network)->family); *path != NULL && outcome_is_ok(&result);
             path++)
            result = inputs_add(inputs, *path, "portraits of layers");
    return result;
}

static outcome_t write_model(const experiment_context_t *context, const char *path)
{
    model_plan_t plan = {.networks = net_registry,
                         .size = "full",
                         .accelerators = accelerator_registry,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = context->jobs};
    while (plan.networks[plan.network_count] != NULL)
        plan.network_count++;
    while (plan.accelerators[plan.accelerator_count] != NULL)
        plan.accelerator_count++;
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("model");
    outcome_t result = model_run(&plan, path, totals);
    free(totals);
    return result;
}

outcome_t model_full_ratios(const experiment_context_t *context, const char *reference, const char *name)
{
    csv_table_t model;
    text_t path = text_of("%s/model.csv", context->folder);
    outcome_t result = file_exists(path.chars) ? outcome_ok() : write_model(context, path.chars);
    if (!outcome_is_ok(&result) || outcome_bad(&result, csv_read(path.chars, &model)))
        return result;
    result = speedup_write(&model, reference, text_of("%s/%s", context->folder, name).chars);
    csv_free(&model);
    return result;
}
