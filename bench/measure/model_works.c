/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid has few different works, so a list that is searched from its beginning is enough. */
#include "measure/model_works.h"

#include "measure/next_tokens.h"

#include <stdlib.h>

static void free_one(model_work_t *work)
{
    if (work != NULL) {
        free(work->layers);
        free(work->works);
    }
    free(work);
}

/* They are those of the inputs, which may be gone before the work. */
static void forget_weights(accel_layer_t *layer)
{
    layer->weights = NULL;
    layer->kept = NULL;
}

static outcome_t count(const model_plan_t *plan, const workload_t *workload, model_inputs_t *inputs,
                       const accelerator_t *accelerator, model_work_t *work)
{
    const size_t layers = workload->run.table.count;
    accel_layer_t *own = calloc(workload->layers.count + 1, sizeof *own);
    outcome_t result = outcome_out_of_memory("accelerator model");
    work->layers = calloc(layers + 1, sizeof *work->layers);
    work->works = calloc(layers + 1, sizeof *work->works);
    if (own != NULL && work->layers != NULL && work->works != NULL &&
        !outcome_bad(&result, model_inputs_layers(inputs, accelerator, &work->config, own))) {
        workload_layers(workload, own, accelerator->needs_weights, work->layers);
        result = accel_work(accelerator, &work->config, work->layers, layers, plan->threads, work->works);
        next_tokens_works(workload, work->layers, work->works);
    }
    for (size_t i = 0; i < layers && outcome_is_ok(&result); i++)
        forget_weights(&work->layers[i]);
    free(own);
    return result;
}

outcome_t model_works_find(model_works_t *works, const model_plan_t *plan, const workload_t *workload,
                           model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                           const model_work_t **found)
{
    for (const model_work_t *work = works->first; work != NULL; work = work->next)
        if (accel_config_same_work(&work->config, config)) {
            *found = work;
            works->found++;
            return outcome_ok();
        }
    model_work_t *work = calloc(1, sizeof *work);
    if (work == NULL)
        return outcome_out_of_memory("accelerator model");
    work->config = *config;
    outcome_t result = count(plan, workload, inputs, accelerator, work);
    if (!outcome_is_ok(&result)) {
        free_one(work);
        return result;
    }
    work->next = works->first;
    works->first = work;
    works->counted++;
    *found = work;
    return result;
}

void model_works_clear(model_works_t *works)
{
    while (works->first != NULL) {
        model_work_t *work = works->first;
        works->first = work->next;
        free_one(work);
    }
}
