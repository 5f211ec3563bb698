/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model_inputs.h"

#include "accel/effectual.h"
#include "accel/oddity.h"
#include "compress/select.h"
#include "weights/density.h"
#include "weights/substitute.h"
#include "nets/resnet.h"
#include "nets/bert.h"
#include "nets/vit.h"

#include <math.h>
#include <stdlib.h>

/* ===  What the plan holds itself  === */

static const model_selection_t *given_selection(const model_inputs_t *inputs, const accelerator_t *accelerator)
{
    const model_plan_t *plan = inputs->plan;
    for (size_t i = 0; i < plan->selection_count; i++)
        if (plan->selections[i].network == inputs->network && plan->selections[i].accelerator == accelerator)
            return &plan->selections[i];
    return NULL;
}

static const int8_t *given_weights(const model_inputs_t *inputs, const accelerator_t *accelerator, size_t layer)
{
    for (size_t i = 0; i < inputs->plan->weights_count; i++) {
        const model_weights_t *weights = &inputs->plan->weights[i];
        bool plain = weights->accelerator == NULL && accelerator->method == NULL;
        if (weights->network == inputs->network && (plain || weights->accelerator == accelerator))
            return weights->layers[layer];
    }
    return NULL;
}

static const model_density_t *given_density(const model_inputs_t *inputs)
{
    for (size_t i = 0; i < inputs->plan->density_count; i++)
        if (inputs->plan->densities[i].network == inputs->network)
            return &inputs->plan->densities[i];
    return NULL;
}

static void fill_given(const model_inputs_t *inputs, const accelerator_t *accelerator, accel_layer_t *layers)
{
    const model_selection_t *selection = given_selection(inputs, accelerator);
    const model_density_t *density = given_density(inputs);
    for (size_t i = 0; i < inputs->table->count; i++) {
        layers[i].weights = given_weights(inputs, accelerator, i);
        layers[i].sensitive = selection ? selection->sensitive[i] : ACCEL_UNIFORM;
        layers[i].input_density = density ? density->inputs[i] : 0.0;
        layers[i].output_density = density ? density->outputs[i] : 0.0;
    }
}

/* ===  From the INT8 network  === */

/* Bit columns that BitWave prunes: 6 bits are left on these three, 5 on the others (BitSim sim/test_bitwave.py:10-13). */
static int bitwave_columns(const network_t *network)
{
    const network_t *const of_six_bits[] = {&net_resnet34, &net_vit_small, &net_bert_mrpc};
    for (size_t i = 0; i < sizeof of_six_bits / sizeof *of_six_bits; i++)
        if (network == of_six_bits[i])
            return 2;
    return 3;
}

static outcome_t count_sensitive(const model_inputs_t *inputs, const accel_config_t *config, accel_layer_t *layers)
{
    const method_config_t choice = {.beta = (double)config->beta_permille / 1000.0,
                                    .channel_unit =
                                        config->oddities & ODDITY_FRACTIONAL_CHANNELS ? 1 : config->channel_unit};
    selection_t selection;
    outcome_t result = select_channels(&choice, inputs->int8.layers, inputs->int8.count, &selection);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < inputs->table->count; i++)
        layers[i].sensitive = selection.counts[i];
    selection_free(&selection);
    return result;
}

static void point_at_compressed(const model_inputs_t *inputs, accel_layer_t *layers)
{
    const int8_t *at = inputs->compressed;
    for (size_t i = 0; i < inputs->int8.count; at += compress_layer_size(&inputs->int8.layers[i++]))
        layers[i].weights = at;
}

/* Each layer as the design's method makes it; sensitive channels stay as they are. */
static outcome_t compress_all(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *settings)
{
    const method_t *method;
    outcome_t result = method_find(accelerator->method, &method);
    if (!outcome_is_ok(&result))
        return result;
    method_config_t config = method->defaults;
    config.columns = bitwave_columns(inputs->network);
    config.beta = (double)settings->beta_permille / 1000.0;
    if (inputs->compressed == NULL)
        inputs->compressed = malloc((size_t)int8_network_weights(&inputs->int8) + 1);
    if (inputs->compressed == NULL)
        return outcome_out_of_memory("compressed weights");
    return compress_values(method, &config, inputs->int8.layers, inputs->int8.count, inputs->plan->threads,
                           inputs->compressed);
}

static outcome_t use_compressed(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                accel_layer_t *layers)
{
    bool known = inputs->compressed_for == accelerator && inputs->compressed_beta == config->beta_permille;
    outcome_t result = known ? outcome_ok() : compress_all(inputs, accelerator, config);
    if (!outcome_is_ok(&result))
        return result;
    inputs->compressed_for = accelerator;
    inputs->compressed_beta = config->beta_permille;
    point_at_compressed(inputs, layers);
    return result;
}

/* ===  Bits that the lanes of BitVert work on  === */

typedef struct {
    model_inputs_t *inputs;
    const method_config_t *config;
} counting_t;

static outcome_t count_layer(void *context, size_t index, compressed_t *compressed)
{
    const counting_t *counting = context;
    model_inputs_t *inputs = counting->inputs;
    return effectual_count(&inputs->int8.layers[index], compressed, counting->config->columns, counting->config->group,
                           inputs->plan->threads, &inputs->effectual[index]);
}

static outcome_t count_effectual(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *settings)
{
    const method_t *method;
    outcome_t result;
    if (outcome_bad(&result, method_find(accelerator->columns_of, &method)))
        return result;
    method_config_t config = method->defaults;
    config.beta = (double)settings->beta_permille / 1000.0;
    config.channel_unit = settings->channel_unit;
    counting_t counting = {.inputs = inputs, .config = &config};
    return compress_each(method, &config, inputs->int8.layers, inputs->int8.count, inputs->plan->threads, count_layer,
                         &counting);
}

static outcome_t use_effectual(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                               accel_layer_t *layers)
{
    if (inputs->effectual == NULL)
        inputs->effectual = calloc(inputs->int8.count + 1, sizeof *inputs->effectual);
    if (inputs->effectual == NULL)
        return outcome_out_of_memory("effectual bits");
    bool known = inputs->effectual_for == accelerator && inputs->effectual_beta == config->beta_permille;
    outcome_t result = known ? outcome_ok() : count_effectual(inputs, accelerator, config);
    if (!outcome_is_ok(&result))
        return result;
    inputs->effectual_for = accelerator;
    inputs->effectual_beta = config->beta_permille;
    for (size_t i = 0; i < inputs->int8.count; i++)
        layers[i].effectual = inputs->effectual[i];
    return result;
}

/* ===  All of it  === */

static double density_of(const model_inputs_t *inputs)
{
    return inputs->plan->density > 0.0 ? inputs->plan->density : density_assumed(inputs->network->family)->density;
}

static outcome_t fill_from_network(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                   accel_layer_t *layers)
{
    double density = density_of(inputs);
    for (size_t i = 0; i < inputs->table->count; i++) {
        layers[i].weights = inputs->int8.layers[i].q;
        layers[i].sensitive = ACCEL_UNIFORM;
        layers[i].input_density = inputs->table->items[i].first ? 1.0 : density;
        layers[i].output_density = density;
    }
    outcome_t result = accelerator->selects ? count_sensitive(inputs, config, layers) : outcome_ok();
    if (outcome_is_ok(&result) && accelerator->method != NULL)
        result = use_compressed(inputs, accelerator, config, layers);
    if (outcome_is_ok(&result) && accelerator->columns_of != NULL && inputs->plan->utilisation)
        result = use_effectual(inputs, accelerator, config, layers);
    return result;
}

/* ===  Both  === */

outcome_t model_inputs_open(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                            const net_table_t *table, model_inputs_t *inputs)
{
    *inputs = (model_inputs_t){.plan = plan, .network = network, .table = table};
    if (plan->origin == MODEL_GIVEN)
        return outcome_ok();
    if (plan->origin == MODEL_FILE || (plan->origin == MODEL_BEST && size->weights != NULL))
        return int8_network_load(network, size, plan->origin == MODEL_FILE ? plan->weights_path : NULL, plan->prune_first,
                                 plan->threads, &inputs->int8);
    return substitute_draw(network, size, plan->prune_first, plan->threads, &inputs->int8);
}

void model_inputs_close(model_inputs_t *inputs)
{
    int8_network_free(&inputs->int8);
    free(inputs->compressed);
    free(inputs->effectual);
    *inputs = (model_inputs_t){0};
}

outcome_t model_inputs_layers(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                              accel_layer_t *layers)
{
    for (size_t i = 0; i < inputs->table->count; i++) {
        const net_layer_t *shape = &inputs->table->items[i];
        layers[i] = (accel_layer_t){.shape = shape, .whole = shape->first && !inputs->plan->prune_first};
    }
    if (inputs->int8.count > 0)
        return fill_from_network(inputs, accelerator, config, layers);
    fill_given(inputs, accelerator, layers);
    return outcome_ok();
}

const char *model_inputs_selection(const model_inputs_t *inputs, const accelerator_t *accelerator)
{
    if (!accelerator->selects)
        return "none";
    if (inputs->int8.count > 0)
        return inputs->int8.synthetic ? "synthetic" : "weights";
    return given_selection(inputs, accelerator) != NULL ? "weights" : "uniform-assumption";
}

const char *model_inputs_weights(const model_inputs_t *inputs)
{
    if (inputs->int8.count > 0)
        return inputs->int8.source.chars;
    return inputs->plan->weights_count > 0 ? "given" : "none";
}

double model_inputs_density(const model_inputs_t *inputs, const accelerator_t *accelerator, const char **source)
{
    *source = "";
    if (!accelerator->needs_density || inputs->int8.count == 0)
        return NAN;
    *source = inputs->plan->density > 0.0 ? "given" : "assumed";
    return density_of(inputs);
}
