/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `scaling`: the bit-serial designs with 2 to 32 PE columns, for Figs 14 and 15. */
#include "experiments/model_inputs_list.h"
#include "measure/scaling.h"
#include "measure/scaling_rows.h"

static outcome_t run(const measurement_context_t *context, const char *path)
{
    return scaling_run(context->jobs, path);
}

extern const measurement_t measurement_scaling;
const measurement_t measurement_scaling = {.schema = &scaling_schema, .list_inputs = model_inputs_list, .run = run};
