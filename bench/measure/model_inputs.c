/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model_inputs.h"

#include "accel/effectual.h"
#include "accel/oddity.h"
#include "compress/select.h"
#include "weights/density.h"

#include <math.h>
#include <stdlib.h>

/* ===  From tensors  === */

static outcome_t select_sensitive(const model_inputs_t *inputs, const accel_pruning_t *pruning, selection_t *selection)
{
    method_config_t config = {.beta = (double)pruning->beta_permille / 1000.0, .channel_unit = pruning->channel_unit};
    return select_channels(&config, inputs->tensors.layers, inputs->tensors.count, selection);
}

/* The parameters of the design's method, from the design's own configuration. */
static outcome_t parameters_of(const accelerator_t *accelerator, const accel_pruning_t *pruning, method_config_t *config)
{
    *config = accelerator->method->defaults;
    config->columns = (int)pruning->columns;
    config->group = (int)pruning->group;
    config->beta = (double)pruning->beta_permille / 1000.0;
    config->channel_unit = pruning->channel_unit;
    return method_check(accelerator->method, config);
}

static bool is_same(const accel_pruning_t *a, const accel_pruning_t *b)
{
    return a->columns == b->columns && a->group == b->group && a->beta_permille == b->beta_permille &&
           a->channel_unit == b->channel_unit;
}

static outcome_t count_sensitive(const model_inputs_t *inputs, const accelerator_t *accelerator,
                                 const accel_config_t *config, accel_layer_t *layers)
{
    selection_t selection;
    accel_pruning_t pruning = accel_pruning(accelerator, config);
    if (config->oddities & ODDITY_FRACTIONAL_CHANNELS)
        pruning.channel_unit = 1;
    outcome_t result = select_sensitive(inputs, &pruning, &selection);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < inputs->table->count; i++) {
        layers[i].sensitive = 0;
        for (int64_t k = 0; selection.masks[i] != NULL && k < inputs->table->items[i].k; k++)
            layers[i].sensitive += selection.masks[i][k];
    }
    selection_free(&selection);
    return result;
}

/* One layer's values into `to`: integers of 8 bits, because such methods only clear or set bits of the INT8 grid. */
static outcome_t compress_one(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                              const bool *mask, int threads, int8_t *to)
{
    compressed_t compressed = {0};
    outcome_t result = layer->whole ? compress_keep(layer, false, &compressed)
                                    : method->compress(config, layer, mask, threads, &compressed);
    if (!outcome_is_ok(&result))
        return result;
    int64_t size = compress_layer_size(layer);
    for (int64_t i = 0; i < size; i++)
        to[i] = (int8_t)compressed.values[i];
    compressed_free(&compressed);
    return result;
}

static void point_at_compressed(const model_inputs_t *inputs, accel_layer_t *layers)
{
    const int8_t *at = inputs->compressed;
    for (size_t i = 0; i < inputs->tensors.count; at += compress_layer_size(&inputs->tensors.layers[i++]))
        layers[i].weights = at;
}

/* Each layer as the design's method makes it; sensitive channels stay as they are. */
static outcome_t compress_all(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_pruning_t *pruning)
{
    const method_t *method = accelerator->method;
    method_config_t config;
    selection_t selection;
    outcome_t result;
    if (outcome_bad(&result, parameters_of(accelerator, pruning, &config)) ||
        outcome_bad(&result, select_sensitive(inputs, pruning, &selection)))
        return result;
    int64_t size = 1;
    for (size_t i = 0; i < inputs->tensors.count; i++)
        size += compress_layer_size(&inputs->tensors.layers[i]);
    if (inputs->compressed == NULL)
        inputs->compressed = malloc((size_t)size);
    if (inputs->compressed == NULL)
        result = outcome_out_of_memory("compressed weights");
    int8_t *to = inputs->compressed;
    for (size_t i = 0; i < inputs->tensors.count && outcome_is_ok(&result); i++) {
        const compress_layer_t *layer = &inputs->tensors.layers[i];
        result = compress_one(method, &config, layer, selection.masks[i], inputs->plan->threads, to);
        to += compress_layer_size(layer);
    }
    selection_free(&selection);
    return result;
}

static outcome_t use_compressed(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                accel_layer_t *layers)
{
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    bool known = inputs->compressed_for == accelerator && is_same(&inputs->compressed_with, &pruning);
    inputs->compressed_for = NULL;
    outcome_t result = known ? outcome_ok() : compress_all(inputs, accelerator, &pruning);
    if (!outcome_is_ok(&result))
        return result;
    inputs->compressed_for = accelerator;
    inputs->compressed_with = pruning;
    point_at_compressed(inputs, layers);
    return result;
}

/* ===  Bits that lanes work on  === */

static outcome_t count_layer(const model_inputs_t *inputs, const method_t *method, const method_config_t *config,
                             const bool *mask, size_t i)
{
    const compress_layer_t *layer = &inputs->tensors.layers[i];
    int threads = inputs->plan->threads;
    compressed_t compressed = {0};
    outcome_t result = layer->whole ? compress_keep(layer, false, &compressed)
                                    : method->compress(config, layer, mask, threads, &compressed);
    if (outcome_is_ok(&result))
        result = effectual_count(layer, &compressed, config->columns, config->group, threads, &inputs->effectual[i]);
    compressed_free(&compressed);
    return result;
}

static outcome_t count_effectual(const model_inputs_t *inputs, const accelerator_t *accelerator,
                                 const accel_pruning_t *pruning)
{
    method_config_t config;
    selection_t selection;
    outcome_t result;
    if (outcome_bad(&result, parameters_of(accelerator, pruning, &config)) ||
        outcome_bad(&result, select_sensitive(inputs, pruning, &selection)))
        return result;
    for (size_t i = 0; i < inputs->tensors.count && outcome_is_ok(&result); i++)
        result = count_layer(inputs, accelerator->method, &config, selection.masks[i], i);
    selection_free(&selection);
    return result;
}

static outcome_t use_effectual(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                               accel_layer_t *layers)
{
    if (inputs->effectual == NULL)
        inputs->effectual = calloc(inputs->tensors.count + 1, sizeof *inputs->effectual);
    if (inputs->effectual == NULL)
        return outcome_out_of_memory("effectual bits");
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    bool known = inputs->effectual_for == accelerator && is_same(&inputs->effectual_with, &pruning);
    inputs->effectual_for = NULL;
    outcome_t result = known ? outcome_ok() : count_effectual(inputs, accelerator, &pruning);
    if (!outcome_is_ok(&result))
        return result;
    inputs->effectual_for = accelerator;
    inputs->effectual_with = pruning;
    for (size_t i = 0; i < inputs->tensors.count; i++)
        layers[i].effectual = inputs->effectual[i];
    return result;
}

/* ===  All of it  === */

static double density_of(const model_inputs_t *inputs)
{
    return inputs->plan->density > 0.0 ? inputs->plan->density : density_assumed(inputs->network->family)->density;
}

static outcome_t fill_from_tensors(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                   accel_layer_t *layers)
{
    double density = density_of(inputs);
    for (size_t i = 0; i < inputs->table->count; i++) {
        layers[i].weights = inputs->tensors.layers[i].q;
        layers[i].input_density = inputs->table->items[i].first ? 1.0 : density;
        layers[i].output_density = density;
    }
    outcome_t result = accelerator->selects ? count_sensitive(inputs, accelerator, config, layers) : outcome_ok();
    if (outcome_is_ok(&result) && accelerator->method != NULL && accelerator->needs_weights)
        result = use_compressed(inputs, accelerator, config, layers);
    if (outcome_is_ok(&result) && accelerator->counts_lanes && inputs->plan->utilisation)
        result = use_effectual(inputs, accelerator, config, layers);
    return result;
}

outcome_t model_inputs_open(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                            const net_table_t *table, model_inputs_t *inputs)
{
    *inputs = (model_inputs_t){.plan = plan, .network = network, .table = table};
    if (plan->origin == MODEL_NONE)
        return outcome_ok();
    if (plan->origin == MODEL_FILE || (plan->origin == MODEL_BEST && size->weights != NULL))
        return tensors_load(network, size, table, plan->origin == MODEL_FILE ? plan->weights_path : NULL, plan->prune_first,
                            plan->threads, &inputs->tensors);
    return tensors_synthetic(network, size, table, plan->prune_first, plan->threads, &inputs->tensors);
}

void model_inputs_close(model_inputs_t *inputs)
{
    tensors_free(&inputs->tensors);
    free(inputs->compressed);
    free(inputs->effectual);
    *inputs = (model_inputs_t){0};
}

outcome_t model_inputs_layers(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                              accel_layer_t *layers)
{
    for (size_t i = 0; i < inputs->table->count; i++) {
        const net_layer_t *shape = &inputs->table->items[i];
        layers[i] = (accel_layer_t){
            .shape = shape, .sensitive = ACCEL_UNIFORM, .whole = shape->first && !inputs->plan->prune_first};
    }
    if (inputs->tensors.count > 0)
        return fill_from_tensors(inputs, accelerator, config, layers);
    return outcome_ok();
}

const char *model_inputs_selection(const model_inputs_t *inputs, const accelerator_t *accelerator)
{
    if (!accelerator->selects)
        return "none";
    if (inputs->tensors.count > 0)
        return inputs->tensors.synthetic ? "synthetic" : "weights";
    return "uniform-assumption";
}

const char *model_inputs_weights(const model_inputs_t *inputs)
{
    return inputs->tensors.count > 0 ? inputs->tensors.source.chars : "none";
}

double model_inputs_density(const model_inputs_t *inputs, const accelerator_t *accelerator, const char **source)
{
    *source = "";
    if (!accelerator->needs_density || inputs->tensors.count == 0)
        return NAN;
    *source = inputs->plan->density > 0.0 ? "given" : "assumed";
    return density_of(inputs);
}
