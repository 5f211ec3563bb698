/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements that run the models under something that differs from model.csv: `precision`, weights of fewer bits on the
 * designs that gain from them; `attention`, with its products; `seeds`, other synthetic weights. */
#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "experiments/model_inputs_list.h"
#include "measure/total_rows.h"

#include <inttypes.h>
#include <stdlib.h>

/* Run the plan and write a row for each total; `like` has the columns that name what differs from model.csv. */
static outcome_t write_totals(const model_plan_t *plan, const total_row_t *like, rows_writer_t *writer)
{
    model_total_t *totals = calloc(model_points(plan) + 1, sizeof *totals);
    outcome_t result = totals != NULL ? model_run(plan, NULL, totals) : outcome_out_of_memory("totals");
    for (size_t i = 0; i < model_points(plan) && outcome_is_ok(&result); i++) {
        total_row_t row = total_row(&totals[i], plan->size);
        row.weight_bits = like->weight_bits;
        row.method = like->method;
        row.seed = like->seed;
        rows_write(writer, &row);
    }
    free(totals);
    return result;
}

/* A file of these rows, as `write` makes them. */
static outcome_t write_file(const measurement_context_t *context, const rows_schema_t *schema, const char *path,
                            outcome_t (*write)(const measurement_context_t *context, rows_writer_t *writer))
{
    rows_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, rows_create(&writer, schema, path)))
        return result;
    return rows_finish(&writer, write(context, &writer));
}

/* ===  precision  === */

enum { LEAST_BITS = 4, MOST_BITS = 8 };

static outcome_t write_precision(const measurement_context_t *context, const accelerator_t *accelerator,
                                 rows_writer_t *writer)
{
    const accelerator_t *const accelerators[] = {accelerator, NULL};
    model_plan_t plan = model_synthetic_plan(context, net_registry, accelerators);
    accel_config_t config;
    outcome_t result = configuration_default(accelerator, &config);
    plan.configs = &config;
    plan.origin = accelerator->needs_weights ? MODEL_SYNTHETIC : MODEL_NONE;
    for (int64_t bits = LEAST_BITS; bits <= MOST_BITS && outcome_is_ok(&result); bits++) {
        const text_t method = text_of("%s%" PRId64, accelerator->accuracy_at_bits, bits);
        if (!outcome_bad(&result, settings_put(accelerator->keys, &config, accelerator->keys[0].key, bits)))
            result = write_totals(&plan, &(total_row_t){.weight_bits = bits, .method = method.chars}, writer);
    }
    return result;
}

static outcome_t write_precisions(const measurement_context_t *context, rows_writer_t *writer)
{
    outcome_t result = outcome_ok();
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++)
        if ((*at)->accuracy_at_bits != NULL)
            result = write_precision(context, *at, writer);
    return result;
}

static outcome_t run_precision(const measurement_context_t *context, const char *path)
{
    return write_file(context, &precision_schema, path, write_precisions);
}

/* ===  attention  === */

static outcome_t write_attention(const measurement_context_t *context, rows_writer_t *writer)
{
    outcome_t result = outcome_ok();
    for (const network_t *const *at = net_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const network_t *const networks[] = {*at, NULL};
        model_plan_t plan = model_synthetic_plan(context, networks, accelerator_registry);
        plan.attention = true;
        if ((*at)->attention != NULL)
            result = write_totals(&plan, &(total_row_t){0}, writer);
    }
    return result;
}

static outcome_t run_attention(const measurement_context_t *context, const char *path)
{
    return write_file(context, &attention_schema, path, write_attention);
}

/* ===  seeds  === */

enum { FIRST_SEED = 2, LAST_SEED = 5 };

static outcome_t write_seeds(const measurement_context_t *context, rows_writer_t *writer)
{
    model_plan_t plan = model_synthetic_plan(context, net_registry, accelerator_registry);
    outcome_t result = outcome_ok();
    for (int seed = FIRST_SEED; seed <= LAST_SEED && outcome_is_ok(&result); seed++) {
        plan.seed = seed;
        result = write_totals(&plan, &(total_row_t){.seed = seed}, writer);
    }
    return result;
}

static outcome_t run_seeds(const measurement_context_t *context, const char *path)
{
    return write_file(context, &seeds_schema, path, write_seeds);
}

extern const measurement_t measurement_precision, measurement_attention, measurement_seeds;
const measurement_t measurement_precision = {
    .schema = &precision_schema, .list_inputs = model_inputs_list, .run = run_precision};
const measurement_t measurement_attention = {
    .schema = &attention_schema, .list_inputs = model_inputs_list, .run = run_attention};
const measurement_t measurement_seeds = {.schema = &seeds_schema, .list_inputs = model_inputs_list, .run = run_seeds};
