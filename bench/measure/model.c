/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model.h"

#include "accel/configuration.h"
#include "base/text.h"
#include "measure/model_inputs.h"
#include "measure/model_rows.h"
#include "measure/workload.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const char total_row[] = "total";

static bool is_wanted(const model_plan_t *plan, const char *layer)
{
    return plan->layer == NULL || text_equal(plan->layer, layer);
}

/* The configuration of an accelerator of the plan on a network, at one point of the sweep. */
static outcome_t configure(const model_plan_t *plan, const network_t *network, size_t point, size_t number,
                           accel_config_t *config, text_t *setting)
{
    const accelerator_t *accelerator = plan->accelerators[number];
    outcome_t result = outcome_ok();
    if (plan->configs != NULL)
        *config = plan->configs[number];
    else if (outcome_bad(&result, configuration_default(accelerator, config)))
        return result;
    config->any_budget = config->any_budget || plan->any_budget || plan->sweep_count > 0;
    *setting = text_of("%s", plan->sweep_count > 0 ? plan->sweep[point] : "");
    if (plan->sweep_count > 0)
        result = configuration_set(plan->sweep[point], &accelerator, 1, config);
    accel_config_on(config, network);
    return outcome_is_ok(&result) ? accel_check(accelerator, config) : result;
}

/* Write the rows of the counted layers and of their total; `writer` NULL: only compute the total. */
static outcome_t write_pair(const model_names_t *names, const model_plan_t *plan, const net_table_t *table,
                            const accel_layer_t *layers, const counts_t *counts, const energy_rates_t *rates,
                            rows_writer_t *writer, model_total_t *total)
{
    for (size_t i = 0; i < table->count; i++) {
        energy_t energy = energy_of(rates, &counts[i]);
        model_names_t own = *names;
        if (!isnan(names->density))
            own.density = layers[i].input_density;
        own.groups = table->items[i].groups > 1 ? table->items[i].groups : ROWS_UNKNOWN;
        if (writer != NULL && is_wanted(plan, table->items[i].name))
            model_write(writer, &own, table->items[i].name, &counts[i], &energy);
        counts_add(&total->counts, &counts[i]);
    }
    total->energy = energy_of(rates, &total->counts);
    total->interpolated = rates->interpolated;
    if (counts_overflow(&total->counts))
        return outcome_failed(names->accelerator->name, names->network->name, "a total beyond 63 bits", "a smaller network",
                              NULL);
    if (writer != NULL && is_wanted(plan, total_row))
        model_write(writer, names, total_row, &total->counts, &total->energy);
    return outcome_ok();
}

/* The energies of an accelerator in its configuration, and the table that its PE energy comes from. */
static outcome_t find_rates(const model_plan_t *plan, const accelerator_t *accelerator, const accel_config_t *config,
                            energy_rates_t *rates, const char **table)
{
    *table = energy_table_of(plan->energy_table, plan->mixed_tables, accelerator);
    if (*table == NULL)
        return outcome_usage(plan->energy_table, accelerator->name, "no such PE in this energy table",
                             "another design or table",
                             "with --mixed the energy is taken from bitsim, and the rows say so");
    return energy_rates(*table, accelerator, config, rates);
}

/* The layers that are run and the counts of each, into run[] and counts[workload->run.table.count]. */
static outcome_t count_layers(const model_plan_t *plan, const workload_t *workload, model_inputs_t *inputs,
                              const accelerator_t *accelerator, const accel_config_t *config, accel_layer_t *run,
                              counts_t *counts)
{
    accel_layer_t *layers = calloc(workload->layers.count + 1, sizeof *layers);
    outcome_t result;
    if (layers == NULL)
        result = outcome_out_of_memory("accelerator model");
    else if (!outcome_bad(&result, model_inputs_layers(inputs, accelerator, config, layers))) {
        workload_layers(workload, layers, run);
        result = accel_count(accelerator, config, run, workload->run.table.count, plan->threads, counts);
    }
    if (outcome_is_ok(&result))
        workload_counts(workload, counts);
    free(layers);
    return result;
}

/* Run one network on one accelerator at one point of the sweep. */
static outcome_t run_pair(const model_plan_t *plan, const workload_t *workload, model_inputs_t *inputs, size_t point,
                          size_t number, rows_writer_t *writer, model_total_t *total)
{
    const accelerator_t *accelerator = plan->accelerators[number];
    const net_table_t *table = &workload->run.table;
    const char *energy_table = "";
    *total = (model_total_t){.network = inputs->network, .accelerator = accelerator};
    energy_rates_t rates;
    accel_config_t config;
    text_t setting;
    outcome_t result;
    accel_layer_t *run = calloc(table->count, sizeof *run);
    counts_t *counts = calloc(table->count, sizeof *counts);
    if (run == NULL || counts == NULL) {
        result = outcome_out_of_memory("accelerator model");
        goto out;
    }
    if (outcome_bad(&result, configure(plan, inputs->network, point, number, &config, &setting)) ||
        outcome_bad(&result, find_rates(plan, accelerator, &config, &rates, &energy_table)) ||
        outcome_bad(&result, count_layers(plan, workload, inputs, accelerator, &config, run, counts)))
        goto out;
    total->weights = text_of("%s", model_inputs_weights(inputs));
    total->point = point;
    total->multipliers = accel_multipliers(&config);
    model_names_t names = {.network = inputs->network,
                           .size = plan->size,
                           .accelerator = accelerator,
                           .selection = model_inputs_selection(inputs, accelerator),
                           .setting = setting.chars,
                           .weights = model_inputs_weights(inputs),
                           .energy_table = energy_table,
                           .batch = model_batch(plan),
                           .tokens = plan->tokens > 0 ? plan->tokens : ROWS_UNKNOWN,
                           .groups = ROWS_UNKNOWN,
                           .configuration = plan->configuration != NULL ? plan->configuration : "paper"};
    names.density = model_inputs_density(inputs, accelerator, &names.density_source);
    result = write_pair(&names, plan, table, run, counts, &rates, writer, total);

out:
    free(run);
    free(counts);
    return result;
}

static size_t settings_of(const model_plan_t *plan)
{
    return plan->sweep_count > 0 ? plan->sweep_count : 1;
}

int64_t model_batch(const model_plan_t *plan)
{
    return plan->batch > 0 ? plan->batch : 1;
}

size_t model_points(const model_plan_t *plan)
{
    return plan->network_count * settings_of(plan) * plan->accelerator_count;
}

static outcome_t check_layer_name(const model_plan_t *plan, const net_table_t *table)
{
    bool known = is_wanted(plan, total_row);
    for (size_t i = 0; i < table->count; i++)
        known = known || is_wanted(plan, table->items[i].name);
    if (known)
        return outcome_ok();
    return outcome_usage("--layer", plan->layer, "no layer of that name", text_of("%s, ...", table->items[0].name).chars,
                         "see the column `layer` of a run without --layer");
}

/* Run all accelerators, each at all points of the sweep. `skipped` receives the reason of the last pair that was skipped.
 */
static outcome_t run_points(const model_plan_t *plan, const workload_t *workload, model_inputs_t *inputs,
                            rows_writer_t *writer, model_total_t *totals, outcome_t *skipped)
{
    outcome_t result = outcome_ok();
    size_t points = settings_of(plan);
    for (size_t i = 0; i < points * plan->accelerator_count && outcome_is_ok(&result); i++) {
        result = run_pair(plan, workload, inputs, i % points, i / points, writer, &totals[i]);
        totals[i].skipped = outcome_is_skip(&result);
        if (totals[i].skipped) {
            *skipped = result;
            result = outcome_ok();
        }
    }
    return result;
}

static outcome_t run_network(const model_plan_t *plan, const network_t *network, rows_writer_t *writer,
                             model_total_t *totals, outcome_t *skipped)
{
    const net_size_t *size;
    workload_t workload;
    model_inputs_t inputs = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, plan->size, &size)) ||
        outcome_bad(&result, workload_open(plan, network, size, &workload)))
        return result;
    result = check_layer_name(plan, &workload.run.table);
    if (outcome_is_ok(&result))
        result = model_inputs_open(plan, network, size, &workload.layers, &inputs);
    if (outcome_is_ok(&result))
        result = run_points(plan, &workload, &inputs, writer, totals, skipped);
    model_inputs_close(&inputs);
    workload_close(&workload);
    return result;
}

static outcome_t run_networks(const model_plan_t *plan, rows_writer_t *writer, model_total_t *totals)
{
    outcome_t result = outcome_ok(), skipped = outcome_ok();
    size_t each = settings_of(plan) * plan->accelerator_count;
    for (size_t i = 0; i < plan->network_count && outcome_is_ok(&result); i++)
        result = run_network(plan, plan->networks[i], writer, &totals[i * each], &skipped);
    bool some = false;
    for (size_t i = 0; i < model_points(plan); i++)
        some = some || !totals[i].skipped;
    return outcome_is_ok(&result) && !some ? skipped : result;
}

outcome_t model_run(const model_plan_t *plan, const char *path, model_total_t *totals)
{
    rows_writer_t writer;
    outcome_t result = outcome_ok();
    if (path == NULL)
        return run_networks(plan, NULL, totals);
    if (outcome_bad(&result, rows_create(&writer, &model_schema, path)))
        return result;
    return rows_finish(&writer, run_networks(plan, &writer, totals));
}

double model_geomean(const double *ratios, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += log(ratios[i]);
    return count > 0 ? exp(sum / (double)count) : NAN;
}
