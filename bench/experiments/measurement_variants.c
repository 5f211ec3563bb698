/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `precision`: the designs of which weights with fewer bits are faster, on every network at full size. */
#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "experiments/model_inputs_list.h"
#include "measure/total_rows.h"

#include <inttypes.h>
#include <stdlib.h>

static const char size[] = "full";

/* All networks of the paper, on these designs. */
static model_plan_t plan_of(const measurement_context_t *context, const accelerator_t *const *accelerators, size_t count)
{
    model_plan_t plan = {.networks = net_registry,
                         .size = size,
                         .accelerators = accelerators,
                         .accelerator_count = count,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = context->jobs};
    while (plan.networks[plan.network_count] != NULL)
        plan.network_count++;
    return plan;
}

/* ===  precision  === */

enum { LEAST_BITS = 4, MOST_BITS = 8 };

static outcome_t write_precision(const model_plan_t *plan, int64_t bits, rows_writer_t *writer)
{
    const accelerator_t *accelerator = plan->accelerators[0];
    const text_t method = text_of("%s%" PRId64, accelerator->accuracy_at_bits, bits);
    model_total_t *totals = calloc(model_points(plan), sizeof *totals);
    outcome_t result = totals != NULL ? model_run(plan, NULL, totals) : outcome_out_of_memory("precision");
    for (size_t i = 0; i < model_points(plan) && outcome_is_ok(&result); i++) {
        total_row_t row = total_row(&totals[i], size);
        row.weight_bits = bits;
        row.method = method.chars;
        rows_write(writer, &row);
    }
    free(totals);
    return result;
}

static outcome_t write_precisions(const measurement_context_t *context, rows_writer_t *writer)
{
    outcome_t result = outcome_ok();
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        accel_config_t config;
        if ((*at)->accuracy_at_bits == NULL || outcome_bad(&result, configuration_default(*at, &config)))
            continue;
        model_plan_t plan = plan_of(context, at, 1);
        plan.configs = &config;
        plan.origin = (*at)->needs_weights ? MODEL_SYNTHETIC : MODEL_NONE;
        for (int64_t bits = LEAST_BITS; bits <= MOST_BITS && outcome_is_ok(&result); bits++)
            if (!outcome_bad(&result, settings_put((*at)->keys, &config, (*at)->keys[0].key, bits)))
                result = write_precision(&plan, bits, writer);
    }
    return result;
}

static outcome_t run_precision(const measurement_context_t *context, const char *path)
{
    rows_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, rows_create(&writer, &precision_schema, path)))
        return result;
    return rows_finish(&writer, write_precisions(context, &writer));
}

extern const measurement_t measurement_precision;
const measurement_t measurement_precision = {
    .schema = &precision_schema, .list_inputs = model_inputs_list, .run = run_precision};
