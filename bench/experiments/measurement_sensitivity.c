/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements `sensitivity_totals` and `sensitivity_weights`: one knob at a time. */
#include "experiments/model_inputs_list.h"
#include "measure/sensitivity.h"

static outcome_t run_totals(const measurement_context_t *context, const char *path)
{
    return sensitivity_totals_run(context->mode->brief, context->jobs, path);
}

static outcome_t run_weights(const measurement_context_t *context, const char *path)
{
    return sensitivity_weights_run(context->mode->brief, context->jobs, path);
}

extern const measurement_t measurement_sensitivity_totals, measurement_sensitivity_weights;
const measurement_t measurement_sensitivity_totals = {
    .schema = &sensitivity_totals_schema, .list_inputs = model_inputs_list, .run = run_totals};
const measurement_t measurement_sensitivity_weights = {
    .schema = &sensitivity_weights_schema, .list_inputs = model_inputs_list, .run = run_weights};
