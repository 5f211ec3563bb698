/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One network on one accelerator. For each layer: the selection of channels, the work of the design, then memory.
 *
 * A layer takes as long as the slower of computation and DRAM; layers follow one another without overlap. */
#include "accel/accel.h"

#include "accel/exact.h"
#include "accel/memory.h"
#include "accel/oddity.h"
#include "accel/settings.h"
#include "accel/technology.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>

const registry_t accel_names = {.where = "--accelerator", .what = "accelerator", .tables = {accelerator_registry}};

outcome_t accel_find(const char *name, const accelerator_t **accelerator)
{
    return registry_find(&accel_names, name, accelerator);
}

/* ===  Configuration  === */

enum { WORD = 8 }; /* weights that cost.h takes at a time */

enum { WHOLE_CENTIBITS = 800 };

accel_storage_t accel_storage(const accelerator_t *accelerator, const accel_config_t *config)
{
    accel_storage_t storage = {.activation_centibits = 100 * config->activation_bits,
                               .whole_centibits = WHOLE_CENTIBITS,
                               .written_centibits = WHOLE_CENTIBITS};
    if (accelerator->storage != NULL)
        accelerator->storage(config, &storage);
    return storage;
}

accel_pruning_t accel_pruning(const accelerator_t *accelerator, const accel_config_t *config)
{
    accel_pruning_t pruning = {.group = 1, .channel_unit = 1};
    if (accelerator->pruning != NULL)
        accelerator->pruning(config, &pruning);
    return pruning;
}

/* The group of a design whose lanes take a fixed number of weights each. */
static outcome_t check_group(const accelerator_t *accelerator, const accel_config_t *config)
{
    int64_t group = exact_times(accelerator->weights_per_lane, config->lanes);
    if (group == 0 || config->group == group)
        return outcome_ok();
    return outcome_usage(accelerator->name, "group", text_of("%" PRId64 " weights", config->group).chars,
                         text_of("%" PRId64 " for %" PRId64 " lanes", group, config->lanes).chars,
                         text_of("change both: --set %s.lanes=N --set %s.group=%s", accelerator->part, accelerator->part,
                                 accelerator->weights_per_lane == 1
                                     ? "N"
                                     : text_of("(%" PRId64 " x N)", accelerator->weights_per_lane).chars)
                             .chars);
}

/* The columns with which the array would have `wanted` multipliers; 0: there is no such number. */
static int64_t equal_columns(const accel_config_t *config, int64_t wanted)
{
    accel_config_t other = *config;
    other.columns = exact_floor(exact_times(config->columns, wanted), accel_multipliers(config));
    return accel_multipliers(&other) == wanted ? other.columns : 0;
}

/* Designs are compared with equal multipliers unless there is a reason. */
static outcome_t check_multipliers(const accelerator_t *accelerator, const accel_config_t *config, int64_t budget)
{
    const int64_t multipliers = accel_multipliers(config), declared = config->multipliers;
    const bool as_declared = declared == 0 || declared == multipliers;
    if (config->unequal[0] != '\0' || config->any_budget || (as_declared && multipliers == budget))
        return outcome_ok();
    const int64_t wanted = as_declared ? budget : declared, columns = multipliers > 0 ? equal_columns(config, wanted) : 0;
    const text_t equal = columns > 0 ? text_of("keep the number: --set %s.columns=%" PRId64, accelerator->part, columns)
                                     : text_of("keep the number by other rows, columns or lanes");
    return outcome_usage(
        config->changed_by[0] != '\0' ? config->changed_by : accelerator->name,
        text_of("%s: rows x columns x lanes x lane_bits / 8", accelerator->name).chars,
        text_of("%" PRId64, multipliers).chars,
        text_of("%" PRId64 " 8-bit multipliers%s", wanted, as_declared ? "" : ", as it declares").chars,
        text_of("%s; or give the reason for another number: --set %s.unequal=REASON", equal.chars, accelerator->part)
            .chars);
}

outcome_t accel_check(const accelerator_t *accelerator, const accel_config_t *config)
{
    double budget;
    outcome_t result;
    if (outcome_bad(&result, settings_check(accelerator->keys, config, accelerator->name)) ||
        outcome_bad(&result, technology_get(config->technology, "budget.multipliers", &budget)) ||
        outcome_bad(&result, check_group(accelerator, config)))
        return result;
    if (accelerator->needs_weights && config->group % WORD != 0)
        return outcome_usage(accelerator->name, "group", text_of("%" PRId64, config->group).chars, "a multiple of 8",
                             "the models count the bits of eight weights at a time");
    if (accelerator->check != NULL && outcome_bad(&result, accelerator->check(config)))
        return result;
    return check_multipliers(accelerator, config, (int64_t)budget);
}

/* ===  Running a network  === */

/* Determine the sensitive channels of a layer: all, the caller's number, or beta * k rounded up to channel units (Algorithm
 * 2 rounds up layer by layer; the uniform assumption is that every layer has the share beta). */
static outcome_t resolve(const accelerator_t *accelerator, const accel_config_t *config, accel_layer_t *layer)
{
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    int64_t k = layer->shape->k;
    if (!accelerator->selects || layer->whole) {
        layer->sensitive = k;
    } else if (layer->sensitive == ACCEL_UNIFORM && config->oddities & ODDITY_FRACTIONAL_CHANNELS) {
        layer->sensitive = exact_plus(exact_times(k, pruning.beta_permille), 500) / 1000;
    } else if (layer->sensitive == ACCEL_UNIFORM) {
        int64_t units = exact_ceil(exact_times(k, pruning.beta_permille), 1000 * pruning.channel_unit);
        layer->sensitive = exact_times(units, pruning.channel_unit) < k ? units * pruning.channel_unit : k;
    }
    if (layer->sensitive >= 0 && layer->sensitive <= k)
        return outcome_ok();
    return outcome_failed(accelerator->name, layer->shape->name,
                          text_of("%" PRId64 " sensitive channels", layer->sensitive).chars,
                          text_of("0 to %" PRId64, k).chars, NULL);
}

static outcome_t check_shape(const net_layer_t *shape)
{
    const int64_t sizes[] = {shape->k,    shape->c,     shape->kh,    shape->kw,     shape->in_h,
                             shape->in_w, shape->out_h, shape->out_w, shape->tokens, net_layer_groups(shape)};
    int64_t product = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i] < 1)
            return outcome_failed(shape->name, "shape", text_of("a size of %" PRId64, sizes[i]).chars, "at least 1", NULL);
        product = exact_times(product, sizes[i]);
    }
    if (shape->k % net_layer_groups(shape) != 0)
        return outcome_failed(shape->name, "groups", text_of("%" PRId64, shape->groups).chars,
                              "a divisor of the output channels", NULL);
    if (product == EXACT_OVERFLOW)
        return outcome_failed(shape->name, "shape", "a size that exceeds 63 bits", "a smaller layer", NULL);
    return outcome_ok();
}

/* Does the layer have the weights and densities that this accelerator depends on? */
static outcome_t check_layer(const accelerator_t *accelerator, const accel_layer_t *layer)
{
    double input = layer->input_density, output = layer->output_density;
    const char *lacks = NULL;
    if (accelerator->needs_weights && layer->weights == NULL)
        lacks = "INT8 weights";
    else if (accelerator->needs_density && (input == 0.0 || output == 0.0))
        lacks = "share of activations that are not zero";
    if (lacks != NULL)
        return outcome_skip(
            text_of("%s: %s has no %s, on which the cycles depend", accelerator->name, layer->shape->name, lacks).chars);
    if (!(input >= 0.0 && input <= 1.0 && output >= 0.0 && output <= 1.0))
        return outcome_failed(layer->shape->name, "density of activations", text_of("%g and %g", input, output).chars,
                              "0 to 1", NULL);
    return check_shape(layer->shape);
}

static outcome_t count_layer(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layer,
                             const accel_work_t *work, const memory_place_t *place, counts_t *counts)
{
    const accel_storage_t storage = accel_storage(accelerator, config);
    *counts = (counts_t){0};
    counts->macs = net_layer_macs(layer->shape);
    counts->weights = net_layer_weights(layer->shape);
    counts->channels = layer->shape->k;
    counts->sensitive = work->sensitive;
    counts->value_bits = work->value_bits;
    counts->tiles = work->tiles;
    counts->lane_slots = work->lane_slots;
    counts->row_slots = work->row_slots;
    counts->useful_slots = work->useful_slots;
    counts->compute_cycles = work->cycles;
    counts->cycles_variance = work->cycles_variance;
    counts->compute_excess = work->cycle_excess;
    if (storage.local_bytes > 0) {
        counts->pe_cycles = work->pairs;
        counts->local_read = exact_ceil(work->local_read_bits, 8);
        counts->local_write = exact_ceil(work->local_write_bits, 8);
    } else {
        counts->pe_cycles = exact_times(exact_times(config->rows, config->columns), work->cycles);
        counts->weight_register_cycles = exact_times(config->rows, work->cycles);
        counts->input_register_loads = exact_times(config->columns, work->tiles);
    }
    outcome_t result = memory_count(config, &storage, layer, work, place, counts);
    if (!outcome_is_ok(&result))
        return result;
    bool compute_bound = counts->compute_cycles > counts->dram_cycles;
    counts->cycles = compute_bound ? counts->compute_cycles : counts->dram_cycles;
    counts->cycle_excess = compute_bound ? counts->compute_excess : 0;
    if (counts_overflow(counts))
        return outcome_failed(accelerator->name, layer->shape->name, "a count that exceeds 63 bits", "a smaller layer",
                              NULL);
    return result;
}

static outcome_t work_of_layer(const accelerator_t *accelerator, const accel_config_t *config, accel_layer_t layer,
                               int threads, accel_work_t *work)
{
    *work = (accel_work_t){0};
    outcome_t result = resolve(accelerator, config, &layer);
    return outcome_is_ok(&result) ? accelerator->work(config, &layer, threads, work) : result;
}

outcome_t accel_work(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                     size_t count, int threads, accel_work_t *works)
{
    outcome_t result = accel_check(accelerator, config);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = check_layer(accelerator, &layers[i]);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = work_of_layer(accelerator, config, layers[i], threads, &works[i]);
    return result;
}

outcome_t accel_traffic(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                        const accel_work_t *works, size_t count, counts_t *counts)
{
    const accel_storage_t storage = accel_storage(accelerator, config);
    memory_place_t *places = malloc((count ? count : 1) * sizeof *places);
    if (places == NULL)
        return outcome_out_of_memory(accelerator->name);
    outcome_t result = memory_place(config, &storage, layers, count, places);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = count_layer(accelerator, config, &layers[i], &works[i], &places[i], &counts[i]);
    free(places);
    return result;
}

outcome_t accel_count(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                      size_t count, int threads, counts_t *counts)
{
    accel_work_t *works = malloc((count ? count : 1) * sizeof *works);
    if (works == NULL)
        return outcome_out_of_memory(accelerator->name);
    outcome_t result = accel_work(accelerator, config, layers, count, threads, works);
    if (outcome_is_ok(&result))
        result = accel_traffic(accelerator, config, layers, works, count, counts);
    free(works);
    return result;
}
