/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `oddity_totals`: every design on every network with each oddity of the authors' simulator. */
#include "base/text.h"
#include "experiments/model_inputs_list.h"
#include "measure/oddity_rows.h"
#include "measure/oddity_totals.h"

static outcome_t run(const measurement_context_t *context, const char *path)
{
    return oddity_totals_run(context->mode->brief, context->jobs, text_of("%s/model.csv", context->folder).chars, path);
}

extern const measurement_t measurement_oddity_totals;
const measurement_t measurement_oddity_totals = {.schema = &oddity_schema, .list_inputs = model_inputs_list, .run = run};
