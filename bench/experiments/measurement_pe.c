/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `pe`: every PE of the registry from its gates, beside the paper's synthesis. */
#include "experiments/measurement.h"
#include "measure/pe_rows.h"

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    (void)mode;
    return inputs_add(inputs, "bench/accel/technology.csv", "constants, built in");
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    (void)context;
    return pe_rows_write(path);
}

extern const measurement_t measurement_pe;
const measurement_t measurement_pe = {.schema = &pe_schema, .list_inputs = list_inputs, .run = run};
