/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/model.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

static const char header[] =
    "net,size,accelerator,layer,compute_cycles,dram_cycles,cycles,macs,weights,sensitive_channels,channels,selection,"
    "weight_bits,dram_weight_bytes,dram_input_bytes,dram_output_bytes,dram_metadata_bytes,sram_weight_read_bytes,"
    "sram_input_read_bytes,sram_weight_write_bytes,sram_input_write_bytes,energy_pe_pj,energy_register_pj,energy_sram_pj,"
    "energy_on_chip_pj,energy_dram_pj,energy_total_pj,energy_leakage_pj,energy_idle_pj,energy_table,configuration";

typedef struct {
    const network_t *network;
    const char *size;
    const accelerator_t *accelerator;
    const char *selection;     /* where the sensitive channels come from */
    const char *energy_table;  /* where the PEs' energy comes from */
    const char *configuration; /* of the accelerator */
} row_names_t;

static void write_row(csv_writer_t *writer, const row_names_t *names, const char *layer, const counts_t *counts,
                      const energy_t *energy)
{
    csv_text(writer, names->network->name);
    csv_text(writer, names->size);
    csv_text(writer, names->accelerator->name);
    csv_text(writer, layer);
    csv_integer(writer, counts->compute_cycles);
    csv_integer(writer, counts->dram_cycles);
    csv_integer(writer, counts->cycles);
    csv_integer(writer, counts->macs);
    csv_integer(writer, counts->weights);
    csv_integer(writer, counts->sensitive);
    csv_integer(writer, counts->channels);
    csv_text(writer, names->selection);
    csv_real(writer, (double)counts->value_bits / (double)counts->weights);
    csv_integer(writer, counts->dram_weight);
    csv_integer(writer, counts->dram_input);
    csv_integer(writer, counts->dram_output);
    csv_integer(writer, counts->dram_metadata);
    csv_integer(writer, counts->sram_weight_read);
    csv_integer(writer, counts->sram_input_read);
    csv_integer(writer, counts->sram_weight_write);
    csv_integer(writer, counts->sram_input_write);
    csv_real(writer, energy->pe_pj);
    csv_real(writer, energy->register_pj);
    csv_real(writer, energy->sram_pj);
    csv_real(writer, energy->on_chip_pj);
    csv_real(writer, energy->dram_pj);
    csv_real(writer, energy->total_pj);
    csv_real(writer, energy->leakage_pj);
    csv_real(writer, energy->idle_pj);
    csv_text(writer, names->energy_table);
    csv_text(writer, names->configuration);
    csv_end_row(writer);
}

static const model_selection_t *find_selection(const model_plan_t *plan, const network_t *network,
                                               const accelerator_t *accelerator)
{
    for (size_t i = 0; i < plan->selection_count; i++)
        if (plan->selections[i].network == network && plan->selections[i].accelerator == accelerator)
            return &plan->selections[i];
    return NULL;
}

static const int8_t *find_weights(const model_plan_t *plan, const network_t *network, const accelerator_t *accelerator,
                                  size_t layer)
{
    for (size_t i = 0; i < plan->weights_count; i++) {
        const model_weights_t *weights = &plan->weights[i];
        bool plain = weights->accelerator == NULL && accelerator->method == NULL;
        if (weights->network == network && (plain || weights->accelerator == accelerator))
            return weights->layers[layer];
    }
    return NULL;
}

static const model_density_t *find_density(const model_plan_t *plan, const network_t *network)
{
    for (size_t i = 0; i < plan->density_count; i++)
        if (plan->densities[i].network == network)
            return &plan->densities[i];
    return NULL;
}

/* What an accelerator of the plan costs in its configuration, and where its PEs' energy comes from. */
static outcome_t find_rates(const model_plan_t *plan, const accelerator_t *accelerator, const accel_config_t *config,
                            energy_rates_t *rates, const char **table)
{
    *table = energy_table_of(plan->energy_table, plan->mixed_tables, accelerator);
    if (*table == NULL)
        return outcome_usage(plan->energy_table, accelerator->name, "no such PE in this energy table",
                             "another design or table", "--mixed takes it from bitsim, and says so");
    return energy_rates(*table, accelerator, config, rates);
}

/* One network on accelerator number `number` of the plan. */
static outcome_t run_pair(const model_plan_t *plan, const network_t *network, const net_table_t *table, size_t number,
                          csv_writer_t *writer, model_total_t *total)
{
    const accelerator_t *accelerator = plan->accelerators[number];
    const accel_config_t *config = plan->configs != NULL ? &plan->configs[number] : &accelerator->defaults;
    *total = (model_total_t){.network = network, .accelerator = accelerator};
    const model_selection_t *selection = find_selection(plan, network, accelerator);
    const model_density_t *density = find_density(plan, network);
    row_names_t names = {.network = network,
                         .size = plan->size,
                         .accelerator = accelerator,
                         .selection = !accelerator->selects ? "none"
                                      : selection           ? "weights"
                                                            : "uniform-assumption",
                         .configuration = plan->configuration ? plan->configuration : "paper"};
    energy_rates_t rates;
    outcome_t result;
    accel_layer_t *layers = calloc(table->count, sizeof *layers);
    counts_t *counts = calloc(table->count, sizeof *counts);
    if (layers == NULL || counts == NULL) {
        result = outcome_out_of_memory("accelerator model");
        goto out;
    }
    for (size_t i = 0; i < table->count; i++)
        layers[i] = (accel_layer_t){.shape = &table->items[i],
                                    .weights = find_weights(plan, network, accelerator, i),
                                    .input_density = density ? density->inputs[i] : 0.0,
                                    .output_density = density ? density->outputs[i] : 0.0,
                                    .sensitive = selection ? selection->sensitive[i] : ACCEL_UNIFORM,
                                    .whole = table->items[i].first && !plan->prune_first};
    if (outcome_bad(&result, find_rates(plan, accelerator, config, &rates, &names.energy_table)) ||
        outcome_bad(&result, accel_count(accelerator, config, layers, table->count, plan->threads, counts)))
        goto out;
    for (size_t i = 0; i < table->count; i++) {
        energy_t energy = energy_of(&rates, &counts[i]);
        write_row(writer, &names, table->items[i].name, &counts[i], &energy);
        counts_add(&total->counts, &counts[i]);
    }
    total->energy = energy_of(&rates, &total->counts);
    total->interpolated = rates.interpolated;
    if (counts_overflow(&total->counts))
        result = outcome_failed(accelerator->name, network->name, "a total beyond 63 bits", "a smaller network", NULL);
    write_row(writer, &names, "total", &total->counts, &total->energy);

out:
    free(layers);
    free(counts);
    return result;
}

/* `skipped` receives the reason of the last pair that was. */
static outcome_t run_network(const model_plan_t *plan, const network_t *network, csv_writer_t *writer,
                             model_total_t *totals, outcome_t *skipped)
{
    const net_size_t *size;
    net_table_t table = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, plan->size, &size)) ||
        outcome_bad(&result, net_layers(network, size, &table)))
        return result;
    for (size_t i = 0; i < plan->accelerator_count && outcome_is_ok(&result); i++) {
        result = run_pair(plan, network, &table, i, writer, &totals[i]);
        totals[i].skipped = outcome_is_skip(&result);
        if (totals[i].skipped) {
            *skipped = result;
            result = outcome_ok();
        }
    }
    net_table_free(&table);
    return result;
}

outcome_t model_run(const model_plan_t *plan, const char *path, model_total_t *totals)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, path, header), skipped = outcome_ok();
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < plan->network_count && outcome_is_ok(&result); i++)
        result = run_network(plan, plan->networks[i], &writer, &totals[i * plan->accelerator_count], &skipped);
    bool some = false;
    for (size_t i = 0; i < plan->network_count * plan->accelerator_count; i++)
        some = some || !totals[i].skipped;
    if (outcome_is_ok(&result) && some)
        return csv_commit(&writer);
    csv_abandon(&writer);
    return outcome_is_ok(&result) ? skipped : result;
}

double model_geomean(const double *ratios, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += log(ratios[i]);
    return count > 0 ? exp(sum / (double)count) : NAN;
}
