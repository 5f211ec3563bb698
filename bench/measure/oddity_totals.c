/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights are drawn once for both treatments of the first layer, whose rows are kept until those of all networks with a
 * whole one are written. A design's work, which takes most of the time, is counted only once for all oddities that it does
 * not depend on; without any of them, in the profile paper, it is that of model.csv, whose totals are read. */
#include "measure/oddity_totals.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/energy.h"
#include "accel/oddity.h"
#include "measure/model_inputs.h"
#include "measure/model_rows.h"
#include "measure/oddity_rows.h"
#include "rows/table.h"

#include <stdlib.h>

static const char size_name[] = "full", energy_table[] = "bitsim", paper_profile[] = "paper";
static const char none[] = "none", all_oddities[] = "all";

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

/* The rows so far. Those of a pruned first layer come last. */
typedef struct {
    rows_writer_t writer;
    oddity_row_t *kept; /* their texts live as long as the program, or in `sources` */
    size_t kept_count, kept_room;
    text_t *sources;    /* one a network */
    rows_table_t model; /* the rows of model.csv */
    const char *model_path;
} output_t;

/* One network with its weights on one design in one profile. */
typedef struct {
    model_inputs_t *inputs;
    output_t *output;
    const char *source; /* of the weights */
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

static outcome_t write_row(const pass_t *pass, const char *oddity, int64_t cycles, const energy_t *energy)
{
    output_t *output = pass->output;
    const oddity_row_t row = {.profile = pass->profile,
                              .first_layer_weights = pass->inputs->plan->prune_first ? "pruned" : "whole",
                              .oddity = oddity,
                              .net = pass->inputs->network->name,
                              .size = size_name,
                              .accelerator = pass->accelerator->name,
                              .cycles = cycles,
                              .energy_on_chip_pj = energy->on_chip_pj,
                              .energy_dram_pj = energy->dram_pj,
                              .energy_total_pj = energy->total_pj,
                              .weights_source = pass->source};
    if (!pass->inputs->plan->prune_first) {
        rows_write(&output->writer, &row);
        return outcome_ok();
    }
    if (output->kept_count == output->kept_room) {
        const size_t room = output->kept_room > 0 ? 2 * output->kept_room : 64;
        oddity_row_t *grown = realloc(output->kept, room * sizeof *grown);
        if (grown == NULL)
            return outcome_out_of_memory(row.net);
        output->kept = grown;
        output->kept_room = room;
    }
    output->kept[output->kept_count++] = row;
    return outcome_ok();
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
    return write_row(pass, oddity, total.cycles, &energy);
}

/* ===  Without oddities  === */

/* The total of model.csv. */
static outcome_t write_known(pass_t *pass)
{
    output_t *output = pass->output;
    const model_names_t names = {.network = pass->inputs->network,
                                 .size = size_name,
                                 .accelerator = pass->accelerator,
                                 .setting = "",
                                 .energy_table = energy_table,
                                 .configuration = pass->profile};
    int64_t cycles;
    energy_t energy;
    if (!model_find_total(&output->model, &names, &cycles, &energy))
        return outcome_failed(output->model_path, "total",
                              text_of("no row of %s on %s", names.network->name, names.accelerator->name).chars,
                              "all networks on all designs", "run the experiment model again");
    return write_row(pass, none, cycles, &energy);
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

/* What is run: a profile without oddities, with other choices, with each oddity alone, or with all. */
typedef struct {
    const char *profile;
    bool known, without, choices, single, with_all; /* known: without oddities, as in model.csv */
} extent_t;

static outcome_t run_design(pass_t *pass, const extent_t *extent)
{
    uint32_t all;
    outcome_t result;
    pass->worked = false;
    pass->profile = extent->profile;
    if (outcome_bad(&result, configuration_load(pass->profile, &pass->accelerator, 1, &pass->config)) ||
        outcome_bad(&result, oddity_read(all_oddities, &all)) ||
        (extent->known && outcome_bad(&result, write_known(pass))) ||
        (extent->without && outcome_bad(&result, run_oddity(pass, none, 0))) ||
        (extent->choices && outcome_bad(&result, run_choices(pass))) ||
        (extent->single && outcome_bad(&result, run_single(pass))))
        return result;
    return extent->with_all ? run_oddity(pass, all_oddities, all) : result;
}

/* ===  All networks  === */

static outcome_t run_designs(model_inputs_t *inputs, const char *source, bool brief, output_t *output)
{
    const bool pruned = inputs->plan->prune_first;
    const extent_t paper = {.profile = paper_profile, .known = !pruned, .choices = !pruned};
    const extent_t bitsim = {
        .profile = "bitsim", .without = !brief && !pruned, .single = !brief && !pruned, .with_all = !brief || pruned};
    size_t count = inputs->table->count;
    pass_t pass = {.inputs = inputs, .output = output, .source = source};
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

/* First with a whole first layer, then with a pruned one. */
static outcome_t run_network(const network_t *network, bool brief, int threads, int8_room_t *room, text_t *source,
                             output_t *output)
{
    const model_plan_t whole = {.origin = MODEL_SYNTHETIC, .threads = threads},
                       pruned = {.origin = MODEL_SYNTHETIC, .prune_first = true, .threads = threads};
    const net_size_t *size;
    net_table_t table = {0};
    model_inputs_t inputs = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, size_name, &size)) ||
        outcome_bad(&result, net_layers(network, size, &table)))
        return result;
    if (!outcome_bad(&result, model_inputs_open(&whole, network, size, &table, room, &inputs))) {
        *source = text_of("%s", model_inputs_weights(&inputs));
        result = run_designs(&inputs, source->chars, brief, output);
        model_inputs_prune(&inputs, &pruned);
        if (outcome_is_ok(&result))
            result = run_designs(&inputs, source->chars, brief, output);
    }
    model_inputs_close(&inputs);
    net_table_free(&table);
    return result;
}

static outcome_t run_networks(bool brief, int threads, output_t *output)
{
    size_t count = 0;
    int8_room_t room = {0};
    outcome_t result = outcome_ok();
    while (net_registry[count] != NULL)
        count++;
    output->sources = calloc(count + 1, sizeof *output->sources);
    if (output->sources == NULL)
        return outcome_out_of_memory("oddities");
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = run_network(net_registry[i], brief, threads, &room, &output->sources[i], output);
    int8_room_free(&room);
    for (size_t i = 0; i < output->kept_count && outcome_is_ok(&result); i++)
        rows_write(&output->writer, &output->kept[i]);
    return result;
}

outcome_t oddity_totals_run(bool brief, int threads, const char *model, const char *path)
{
    output_t output = {.model_path = model};
    outcome_t result = rows_read(&model_schema, model, &output.model);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, rows_create(&output.writer, &oddity_schema, path)))
        result = rows_finish(&output.writer, run_networks(brief, threads, &output));
    rows_table_free(&output.model);
    free(output.kept);
    free(output.sources);
    return result;
}
