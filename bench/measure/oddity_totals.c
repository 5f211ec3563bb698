/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights are drawn twice, once for each treatment of the first layer. A design's work, which takes most of the time, is
 * counted only once for all oddities that it does not depend on. */
#include "measure/oddity_totals.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/energy.h"
#include "accel/oddity.h"
#include "measure/model_inputs.h"
#include "measure/oddity_rows.h"

#include <stdlib.h>

static const char size_name[] = "full", energy_table[] = "bitsim";

/* Settings of single designs that can be argued either way; the first of each is its name in the rows. The default and its
 * reason are in paper.ini and in the design's file. */
enum { MOST_SETTINGS = 3 };

static const struct {
    const accelerator_t *accelerator;
    const char *settings[MOST_SETTINGS];
} choices[] = {
    {&accelerator_bitlet, {"bitlet.group=64", "bitlet.weight_bus_bits=512", "bitlet.input_bus_bits=512"}},
    {&accelerator_bitwave, {"bitwave.beta_permille=100"}},
    {&accelerator_bitwave, {"bitwave.fixed_array=1"}},
    {&accelerator_sparten, {"sparten.flat_slices=1"}},
};

/* One network with its weights on one design in one profile. */
typedef struct {
    model_inputs_t *inputs;
    rows_writer_t *writer;
    const accelerator_t *accelerator;
    const char *profile;
    accel_config_t config; /* without oddities */
    accel_layer_t *layers;
    accel_work_t *works; /* of `works_for`, if `worked` */
    counts_t *counts;
    uint32_t works_for; /* the oddities that they depend on */
    bool worked;
} pass_t;

/* ===  One row  === */

/* Count the work unless it is known. */
static outcome_t work(pass_t *pass, const accel_config_t *config)
{
    uint32_t all = pass->accelerator->work_oddities;
    uint32_t depends = all != 0 ? config->oddities & all : config->oddities;
    if (pass->worked && pass->works_for == depends)
        return outcome_ok();
    pass->worked = false;
    outcome_t result = model_inputs_layers(pass->inputs, pass->accelerator, config, pass->layers);
    if (outcome_is_ok(&result))
        result = accel_work(pass->accelerator, config, pass->layers, pass->inputs->table->count,
                            pass->inputs->plan->threads, pass->works);
    pass->worked = outcome_is_ok(&result);
    pass->works_for = depends;
    return result;
}

static void write_row(const pass_t *pass, const char *oddity, const counts_t *total, const energy_t *energy)
{
    const oddity_row_t row = {.profile = pass->profile,
                              .first_layer_weights = pass->inputs->plan->prune_first ? "pruned" : "whole",
                              .oddity = oddity,
                              .net = pass->inputs->network->name,
                              .size = size_name,
                              .accelerator = pass->accelerator->name,
                              .cycles = total->cycles,
                              .energy_on_chip_pj = energy->on_chip_pj,
                              .energy_dram_pj = energy->dram_pj,
                              .energy_total_pj = energy->total_pj,
                              .weights_source = model_inputs_weights(pass->inputs)};
    rows_write(pass->writer, &row);
}

static outcome_t run_oddity(pass_t *pass, const char *oddity, uint32_t flags)
{
    accel_config_t config = pass->config;
    energy_rates_t rates;
    counts_t total = {0};
    outcome_t result;
    config.oddities = flags;
    accel_config_on(&config, pass->inputs->network);
    if (outcome_bad(&result, energy_rates(energy_table, pass->accelerator, &config, &rates)) ||
        outcome_bad(&result, work(pass, &config)) ||
        outcome_bad(&result, accel_traffic(pass->accelerator, &config, pass->layers, pass->works,
                                           pass->inputs->table->count, pass->counts)))
        return result;
    for (size_t i = 0; i < pass->inputs->table->count; i++)
        counts_add(&total, &pass->counts[i]);
    if (counts_overflow(&total))
        return outcome_failed(pass->accelerator->name, pass->inputs->network->name, "a total beyond 63 bits",
                              "a smaller network", NULL);
    energy_t energy = energy_of(&rates, &total);
    write_row(pass, oddity, &total, &energy);
    return result;
}

/* ===  The oddities of a design  === */

/* First those that leave the work as it is, so that it is counted once for all of them. */
static outcome_t run_single(pass_t *pass)
{
    outcome_t result = outcome_ok();
    for (int changes = 0; changes <= 1; changes++) {
        const oddity_t *oddity;
        for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL && outcome_is_ok(&result); i++) {
            bool does = oddity->flag & pass->accelerator->work_oddities;
            if (does == changes)
                result = run_oddity(pass, oddity->name, oddity->flag);
        }
    }
    return result;
}

/* The other choices of a design, in the profile paper. */
static outcome_t run_choices(pass_t *pass)
{
    const accel_config_t own = pass->config;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof choices / sizeof *choices && outcome_is_ok(&result); i++) {
        if (choices[i].accelerator != pass->accelerator)
            continue;
        for (int j = 0; j < MOST_SETTINGS && choices[i].settings[j] != NULL && outcome_is_ok(&result); j++)
            result = configuration_set(choices[i].settings[j], &pass->accelerator, 1, &pass->config);
        pass->worked = false;
        if (outcome_is_ok(&result))
            result = run_oddity(pass, choices[i].settings[0], 0);
        pass->config = own;
        pass->worked = false;
    }
    return result;
}

static const char none[] = "none", all_oddities[] = "all";

/* What is run: a profile without oddities, with other choices, with each oddity alone, or with all. */
typedef struct {
    const char *profile;
    bool without, choices, single, with_all;
} extent_t;

static outcome_t run_design(pass_t *pass, const extent_t *extent)
{
    uint32_t all;
    outcome_t result;
    pass->worked = false;
    pass->profile = extent->profile;
    if (outcome_bad(&result, configuration_load(pass->profile, &pass->accelerator, 1, &pass->config)) ||
        outcome_bad(&result, oddity_read(all_oddities, &all)) ||
        (extent->without && outcome_bad(&result, run_oddity(pass, none, 0))) ||
        (extent->choices && outcome_bad(&result, run_choices(pass))) ||
        (extent->single && outcome_bad(&result, run_single(pass))))
        return result;
    return extent->with_all ? run_oddity(pass, all_oddities, all) : result;
}

/* ===  All networks  === */

static outcome_t run_designs(model_inputs_t *inputs, bool brief, rows_writer_t *writer)
{
    const bool pruned = inputs->plan->prune_first;
    const extent_t paper = {.profile = "paper", .without = !pruned, .choices = !pruned};
    const extent_t bitsim = {
        .profile = "bitsim", .without = !brief && !pruned, .single = !brief && !pruned, .with_all = !brief || pruned};
    size_t count = inputs->table->count;
    pass_t pass = {.inputs = inputs, .writer = writer};
    outcome_t result = outcome_ok();
    pass.layers = calloc(count, sizeof *pass.layers);
    pass.works = calloc(count, sizeof *pass.works);
    pass.counts = calloc(count, sizeof *pass.counts);
    if (pass.layers == NULL || pass.works == NULL || pass.counts == NULL)
        result = outcome_out_of_memory(inputs->network->name);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        pass.accelerator = *at;
        if (!outcome_bad(&result, run_design(&pass, &paper)))
            result = run_design(&pass, &bitsim);
    }
    free(pass.layers);
    free(pass.works);
    free(pass.counts);
    return result;
}

static outcome_t run_network(const model_plan_t *plan, const network_t *network, bool brief, int8_room_t *room,
                             rows_writer_t *writer)
{
    const net_size_t *size;
    net_table_t table = {0};
    model_inputs_t inputs = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, size_name, &size)) ||
        outcome_bad(&result, net_layers(network, size, &table)))
        return result;
    if (!outcome_bad(&result, model_inputs_open(plan, network, size, &table, room, &inputs)))
        result = run_designs(&inputs, brief, writer);
    model_inputs_close(&inputs);
    net_table_free(&table);
    return result;
}

outcome_t oddity_totals_run(bool brief, int threads, const char *path)
{
    rows_writer_t writer;
    int8_room_t room = {0};
    outcome_t result = rows_create(&writer, &oddity_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (int pruned = 0; pruned <= 1; pruned++) {
        const model_plan_t plan = {.origin = MODEL_SYNTHETIC, .prune_first = pruned, .threads = threads};
        for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
            result = run_network(&plan, *network, brief, &room, &writer);
    }
    int8_room_free(&room);
    return rows_finish(&writer, result);
}
