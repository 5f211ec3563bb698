/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model.h"

#include "accel/configuration.h"
#include "base/text.h"
#include "measure/next_tokens.h"
#include "measure/model_inputs.h"
#include "measure/model_rows.h"
#include "measure/model_sweep.h"
#include "measure/model_works.h"
#include "measure/workload.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char total_row[] = "total";

static bool is_wanted(const model_plan_t *plan, const char *layer)
{
    return plan->layer == NULL || text_equal(plan->layer, layer);
}

/* The configuration of an accelerator of the plan on a network, at one point of the grid. */
static outcome_t configure(const model_plan_t *plan, const network_t *network, size_t point, size_t number,
                           accel_config_t *config)
{
    const accelerator_t *accelerator = plan->accelerators[number];
    outcome_t result = outcome_ok();
    *config = plan->configs[number];
    config->any_budget = config->any_budget || plan->any_budget || plan->sweep_count > 0;
    for (size_t i = 0; i < plan->sweep_count && outcome_is_ok(&result); i++)
        if (!model_sweep_is_general(model_setting(plan, i, point)))
            result = configuration_set(model_setting(plan, i, point), &accelerator, 1, config);
    accel_config_on(config, network);
    return outcome_is_ok(&result) ? accel_check(accelerator, config) : result;
}

/* One network on one accelerator at one point of the grid. */
typedef struct {
    const model_plan_t *plan;
    const net_table_t *table;
    const accel_config_t *config;
    const model_work_t *work;
    counts_t *counts; /* of each layer */
    energy_rates_t rates;
    rows_writer_t *writer; /* NULL: no rows */
} pair_t;

/* Show one layer to the plan's watcher. The places of the tensors follow from all layers. */
static outcome_t show(const pair_t *pair, const model_names_t *names, size_t layer, const energy_t *energy)
{
    const accel_storage_t storage = accel_storage(names->accelerator, pair->config);
    memory_place_t *places = calloc(pair->table->count, sizeof *places);
    model_seen_t seen = {.names = names,
                         .config = pair->config,
                         .layer = &pair->work->layers[layer],
                         .work = &pair->work->works[layer],
                         .counts = &pair->counts[layer],
                         .rates = &pair->rates,
                         .energy = energy};
    outcome_t result = outcome_out_of_memory("accelerator model");
    if (places != NULL &&
        !outcome_bad(&result, memory_place(pair->config, &storage, pair->work->layers, pair->table->count, places))) {
        seen.place = &places[layer];
        result = pair->plan->see(pair->plan->seer, &seen);
    }
    free(places);
    /* cppcheck-suppress returnDanglingLifetime */ /* an outcome holds no pointer */
    return result;
}

/* Write the rows of the counted layers and of their total. */
static outcome_t write_pair(const pair_t *pair, const model_names_t *names, model_total_t *total)
{
    const model_plan_t *plan = pair->plan;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < pair->table->count && outcome_is_ok(&result); i++) {
        const net_layer_t *shape = &pair->table->items[i];
        const energy_t energy = energy_of(&pair->rates, &pair->counts[i]);
        model_names_t own = *names;
        if (!isnan(names->density))
            own.density = pair->work->layers[i].input_density;
        own.groups = shape->groups > 1 ? shape->groups : ROWS_UNKNOWN;
        if (pair->writer != NULL && is_wanted(plan, shape->name))
            model_write(pair->writer, &own, shape->name, &pair->counts[i], &energy);
        if (plan->see != NULL && is_wanted(plan, shape->name))
            result = show(pair, &own, i, &energy);
        counts_add(&total->counts, &pair->counts[i]);
    }
    total->energy = energy_of(&pair->rates, &total->counts);
    total->interpolated = pair->rates.interpolated;
    if (outcome_is_ok(&result) && counts_overflow(&total->counts))
        result = outcome_failed(names->accelerator->name, names->network->name, "a total beyond 63 bits",
                                "a smaller network", NULL);
    if (outcome_is_ok(&result) && pair->writer != NULL && is_wanted(plan, total_row))
        model_write(pair->writer, names, total_row, &total->counts, &total->energy);
    return result;
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

/* What the pairs of one network share. */
typedef struct {
    const model_plan_t *plan;
    const workload_t *workload;
    model_inputs_t *inputs;
    model_works_t works; /* of the design that runs */
    rows_writer_t *writer;
} pass_t;

/* The work of all layers and their counts. */
static outcome_t count_layers(pass_t *pass, const accelerator_t *accelerator, pair_t *pair)
{
    outcome_t result;
    if (outcome_bad(&result, model_works_find(&pass->works, pass->plan, pass->workload, pass->inputs, accelerator,
                                              pair->config, &pair->work)) ||
        outcome_bad(&result, accel_traffic(accelerator, pair->config, pair->work->layers, pair->work->works,
                                           pair->table->count, pair->counts)))
        return result;
    workload_counts(pass->workload, pair->counts);
    return result;
}

/* The texts of the rows of a pair. */
static model_names_t names_of(const pass_t *pass, const accelerator_t *accelerator, const char *setting, const char *table)
{
    const model_plan_t *plan = pass->plan;
    model_names_t names = {.network = pass->inputs->network,
                           .size = plan->size,
                           .accelerator = accelerator,
                           .selection = model_inputs_selection(pass->inputs, accelerator),
                           .setting = setting,
                           .weights = model_inputs_weights(pass->inputs),
                           .energy_table = table,
                           .batch = model_batch(plan),
                           .tokens = plan->tokens > 0 ? plan->tokens : ROWS_UNKNOWN,
                           .groups = ROWS_UNKNOWN,
                           .context = ROWS_UNKNOWN,
                           .cache_bits = ROWS_UNKNOWN,
                           .configuration = plan->configuration != NULL ? plan->configuration : "paper"};
    names.density = model_inputs_density(pass->inputs, accelerator, &names.density_source);
    next_tokens_names(pass->workload, &names);
    return names;
}

/* Run one network on one accelerator at one point of the grid. */
static outcome_t run_pair(pass_t *pass, size_t point, size_t number, model_total_t *total)
{
    const model_plan_t *plan = pass->plan;
    const accelerator_t *accelerator = plan->accelerators[number];
    const text_t setting = model_point(plan, point);
    const char *energy_table = "";
    accel_config_t config;
    pair_t pair = {.plan = plan, .table = &pass->workload->run.table, .config = &config, .writer = pass->writer};
    outcome_t result;
    *total = (model_total_t){.network = pass->inputs->network, .accelerator = accelerator, .point = point};
    pair.counts = calloc(pair.table->count, sizeof *pair.counts);
    if (pair.counts == NULL)
        return outcome_out_of_memory("accelerator model");
    if (!outcome_bad(&result, configure(plan, pass->inputs->network, point, number, &config)) &&
        !outcome_bad(&result, find_rates(plan, accelerator, &config, &pair.rates, &energy_table)) &&
        !outcome_bad(&result, count_layers(pass, accelerator, &pair))) {
        const model_names_t names = names_of(pass, accelerator, setting.chars, energy_table);
        total->weights = text_of("%s", names.weights);
        total->multipliers = accel_multipliers(&config);
        result = write_pair(&pair, &names, total);
    }
    free(pair.counts);
    return result;
}

/* ===  The grid  === */

size_t model_grid(const model_plan_t *plan)
{
    size_t points = 1;
    for (size_t i = 0; i < plan->sweep_count; i++)
        points *= plan->sweeps[i].count;
    return points;
}

const char *model_setting(const model_plan_t *plan, size_t sweep, size_t point)
{
    for (size_t i = plan->sweep_count; i-- > sweep + 1;)
        point /= plan->sweeps[i].count;
    return plan->sweeps[sweep].settings[point % plan->sweeps[sweep].count];
}

text_t model_point(const model_plan_t *plan, size_t point)
{
    text_t text = text_of("%s", "");
    for (size_t i = 0; i < plan->sweep_count; i++)
        text = text_of("%s%s%s", text.chars, i > 0 ? " " : "", model_setting(plan, i, point));
    return text;
}

size_t model_points(const model_plan_t *plan)
{
    return plan->network_count * model_grid(plan) * plan->accelerator_count;
}

/* ===  The plan  === */

int64_t model_batch(const model_plan_t *plan)
{
    return plan->batch > 0 ? plan->batch : 1;
}

static outcome_t check_layer_name(const model_plan_t *plan, const net_table_t *table)
{
    bool known = is_wanted(plan, total_row);
    for (size_t i = 0; i < table->count; i++)
        known = known || is_wanted(plan, table->items[i].name);
    if (known)
        return outcome_ok();
    return outcome_usage("simulate", plan->layer, "no layer of that name", text_of("%s, ...", table->items[0].name).chars,
                         "see the column `layer` of a run without --layer");
}

/* The plan at a point that changes what is run, or constants: `*config` and `*technology` are the design's there. */
static outcome_t plan_of_point(const model_plan_t *plan, size_t point, size_t number, model_plan_t *own,
                               accel_config_t *config, technology_t *technology)
{
    outcome_t result;
    *own = *plan;
    own->accelerators += number;
    own->configs = config;
    *config = plan->configs[number];
    if (outcome_bad(&result, technology_create(technology)))
        return result;
    if (config->technology != NULL && config->technology->values != NULL)
        memcpy(technology->values, config->technology->values, technology_row_count * sizeof *technology->values);
    config->technology = technology;
    for (size_t i = 0; i < plan->sweep_count && outcome_is_ok(&result); i++)
        if (model_sweep_is_general(model_setting(plan, i, point)))
            result = model_sweep_put(model_setting(plan, i, point), own, technology);
    return result;
}

/* The pair at such a point: its own workload, and no work of another. */
static outcome_t run_pair_on(const pass_t *pass, const network_t *network, const net_size_t *size, size_t point,
                             size_t number, model_total_t *total)
{
    model_plan_t plan;
    accel_config_t config;
    technology_t technology = {.values = NULL};
    workload_t workload;
    pass_t own = *pass;
    outcome_t result;
    own.plan = &plan;
    own.workload = &workload;
    own.works = (model_works_t){0};
    if (!outcome_bad(&result, plan_of_point(pass->plan, point, number, &plan, &config, &technology)) &&
        !outcome_bad(&result, workload_open(&plan, network, size, &workload))) {
        result = run_pair(&own, point, 0, total);
        model_works_clear(&own.works);
        workload_close(&workload);
    }
    technology_free(&technology);
    return result;
}

/* Run all accelerators, each at all points of the grid. `skipped` receives the reason of the last pair that was skipped. */
static outcome_t run_points(pass_t *pass, const network_t *network, const net_size_t *size, model_total_t *totals,
                            outcome_t *skipped)
{
    outcome_t result = outcome_ok();
    const size_t points = model_grid(pass->plan);
    for (size_t i = 0; i < points * pass->plan->accelerator_count && outcome_is_ok(&result); i++) {
        if (i % points == 0)
            model_works_clear(&pass->works);
        result = model_sweeps(pass->plan, NULL) ? run_pair_on(pass, network, size, i % points, i / points, &totals[i])
                                                : run_pair(pass, i % points, i / points, &totals[i]);
        totals[i].skipped = outcome_is_skip(&result);
        if (totals[i].skipped) {
            *skipped = result;
            result = outcome_ok();
        }
    }
    model_works_clear(&pass->works);
    return result;
}

static outcome_t run_network(const model_plan_t *plan, const network_t *network, rows_writer_t *writer, int8_room_t *room,
                             model_total_t *totals, outcome_t *skipped)
{
    const net_size_t *size;
    workload_t workload;
    model_inputs_t inputs = {0};
    pass_t pass = {.plan = plan, .workload = &workload, .inputs = &inputs, .writer = writer};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, plan->size, &size)) ||
        outcome_bad(&result, workload_open(plan, network, size, &workload)))
        return result;
    result = check_layer_name(plan, &workload.run.table);
    if (outcome_is_ok(&result))
        result = model_inputs_open(plan, network, workload.drawn, &workload.layers, room, &inputs);
    if (outcome_is_ok(&result))
        result = run_points(&pass, network, size, totals, skipped);
    model_inputs_close(&inputs);
    workload_close(&workload);
    return result;
}

static outcome_t run_networks(const model_plan_t *plan, rows_writer_t *writer, model_total_t *totals)
{
    outcome_t result = outcome_ok(), skipped = outcome_ok();
    int8_room_t room = {0};
    size_t each = model_grid(plan) * plan->accelerator_count;
    for (size_t i = 0; i < plan->network_count && outcome_is_ok(&result); i++)
        result = run_network(plan, plan->networks[i], writer, &room, &totals[i * each], &skipped);
    int8_room_free(&room);
    bool some = false;
    for (size_t i = 0; i < model_points(plan); i++)
        some = some || !totals[i].skipped;
    return outcome_is_ok(&result) && !some ? skipped : result;
}

static outcome_t run_to(const model_plan_t *plan, const char *path, model_total_t *totals)
{
    rows_writer_t writer;
    outcome_t result = outcome_ok();
    if (path == NULL)
        return run_networks(plan, NULL, totals);
    if (outcome_bad(&result, rows_create(&writer, &model_schema, path)))
        return result;
    return rows_finish(&writer, run_networks(plan, &writer, totals));
}

outcome_t model_run(const model_plan_t *plan, const char *path, model_total_t *totals)
{
    if (plan->configs != NULL)
        return run_to(plan, path, totals);
    model_plan_t own = *plan; /* the defaults are read once, not for each pair and point */
    accel_config_t *configs = calloc(plan->accelerator_count + 1, sizeof *configs);
    own.configs = configs;
    outcome_t result = outcome_out_of_memory("accelerator model");
    if (configs != NULL &&
        !outcome_bad(&result, configuration_load("paper", plan->accelerators, plan->accelerator_count, configs)))
        result = run_to(&own, path, totals);
    free(configs);
    return result;
}

double model_geomean(const double *ratios, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += log(ratios[i]);
    return count > 0 ? exp(sum / (double)count) : NAN;
}
