/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model_inputs.h"

#include "accel/effectual.h"
#include "accel/oddity.h"
#include "compress/select.h"
#include "weights/checkpoint.h"
#include "weights/mask_file.h"
#include "weights/substitute.h"

#include <math.h>
#include <stdlib.h>

/* ===  From the INT8 network  === */

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

/* Algorithm 2, once for each beta and unit: the points of a sweep mostly have the same ones. */
static outcome_t select_once(model_inputs_t *inputs, const method_config_t *choice)
{
    selection_t selection;
    if (inputs->selected != NULL && inputs->selected_beta == choice->beta && inputs->selected_unit == choice->channel_unit)
        return outcome_ok();
    free(inputs->selected);
    inputs->selected = NULL;
    outcome_t result = select_channels(choice, inputs->int8.layers, inputs->int8.count, &selection);
    if (!outcome_is_ok(&result))
        return result;
    inputs->selected = selection.counts;
    inputs->selected_beta = choice->beta;
    inputs->selected_unit = choice->channel_unit;
    selection.counts = NULL;
    selection_free(&selection);
    return result;
}

static outcome_t count_sensitive(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                 accel_layer_t *layers)
{
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    const method_config_t choice = {.beta = (double)pruning.beta_permille / 1000.0,
                                    .channel_unit =
                                        config->oddities & ODDITY_FRACTIONAL_CHANNELS ? 1 : pruning.channel_unit};
    outcome_t result = select_once(inputs, &choice);
    for (size_t i = 0; i < inputs->table->count && outcome_is_ok(&result); i++)
        layers[i].sensitive = inputs->selected[i];
    return result;
}

/* The design prunes each layer as it looks at it, all but the channels that its method would keep. */
static outcome_t leave_unpruned(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                accel_layer_t *layers)
{
    const accel_pruning_t pruning = accel_pruning(accelerator, config);
    method_config_t choice;
    outcome_t result = parameters_of(accelerator, &pruning, &choice);
    selection_free(&inputs->kept);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, select_channels(&choice, inputs->int8.layers, inputs->int8.count, &inputs->kept)))
        return result;
    for (size_t i = 0; i < inputs->int8.count; i++) {
        layers[i].unpruned = !inputs->int8.layers[i].whole;
        layers[i].kept = inputs->kept.masks[i];
    }
    return result;
}

/* ===  Bits that lanes work on  === */

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

static outcome_t count_effectual(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_pruning_t *pruning)
{
    method_config_t config;
    counting_t counting = {.inputs = inputs, .config = &config};
    outcome_t result = parameters_of(accelerator, pruning, &config);
    if (!outcome_is_ok(&result))
        return result;
    return compress_each(accelerator->method, &config, inputs->int8.layers, inputs->int8.count, inputs->plan->threads,
                         count_layer, &counting);
}

static outcome_t use_effectual(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                               accel_layer_t *layers)
{
    if (inputs->effectual == NULL)
        inputs->effectual = calloc(inputs->int8.count + 1, sizeof *inputs->effectual);
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
    for (size_t i = 0; i < inputs->int8.count; i++)
        layers[i].effectual = inputs->effectual[i];
    return result;
}

/* ===  All of it  === */

/* Of the layers that read no image. */
static double density_of(const model_inputs_t *inputs)
{
    if (inputs->densities.input != NULL)
        return inputs->densities.total;
    return inputs->plan->density > 0.0 ? inputs->plan->density : density_assumed(inputs->network->family)->density;
}

static void fill_activations(const model_inputs_t *inputs, accel_layer_t *layers)
{
    const density_layers_t *measured = &inputs->densities;
    const double density = density_of(inputs);
    for (size_t i = 0; i < inputs->table->count; i++) {
        const net_layer_t *shape = &inputs->table->items[i];
        layers[i].input_density = measured->input != NULL ? measured->input[i] : shape->reads_image ? 1.0 : density;
        layers[i].output_density = measured->output != NULL ? measured->output[i] : density;
        if (inputs->masks.count > 0)
            layers[i].masks = (accel_masks_t){.bits = inputs->masks.items[i].data,
                                              .samples = inputs->masks.items[i].shape[0],
                                              .bytes = inputs->masks.items[i].shape[1]};
    }
}

static outcome_t fill_from_network(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                                   accel_layer_t *layers)
{
    for (size_t i = 0; i < inputs->table->count; i++)
        layers[i].weights = inputs->int8.layers[i].q;
    fill_activations(inputs, layers);
    outcome_t result = accelerator->selects ? count_sensitive(inputs, accelerator, config, layers) : outcome_ok();
    bool prunes = accelerator->method != NULL && accel_pruning(accelerator, config).columns > 0;
    if (outcome_is_ok(&result) && prunes && accelerator->needs_weights)
        result = leave_unpruned(inputs, accelerator, config, layers);
    if (outcome_is_ok(&result) && accelerator->counts_lanes && inputs->plan->utilisation)
        result = use_effectual(inputs, accelerator, config, layers);
    return result;
}

outcome_t model_inputs_open(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                            const net_table_t *table, int8_room_t *room, model_inputs_t *inputs)
{
    outcome_t result;
    *inputs = (model_inputs_t){.plan = plan, .network = network, .table = table};
    if ((plan->density_path != NULL &&
         outcome_bad(&result, density_read(plan->density_path, network, size->name, table, &inputs->densities))) ||
        (plan->masks_path != NULL &&
         outcome_bad(&result, mask_file_read(plan->masks_path, network, size->name, table, &inputs->masks))))
        return result;
    if (plan->origin == MODEL_NONE)
        return outcome_ok();
    if (plan->origin == MODEL_FILE) {
        const checkpoint_request_t request = {.network = network,
                                              .size = size,
                                              .path = plan->weights_path,
                                              .ignore_extra = plan->ignore_extra,
                                              .threads = plan->threads};
        return checkpoint_int8(&request, plan->prune_first, &inputs->int8);
    }
    if (plan->origin == MODEL_BEST && size->weights != NULL)
        return int8_network_load(network, size, NULL, plan->prune_first, plan->threads, &inputs->int8);
    return substitute_draw_into(network, size, plan->prune_first, plan->seed > 0 ? plan->seed : SUBSTITUTE_SEED,
                                plan->threads, room, &inputs->int8);
}

void model_inputs_close(model_inputs_t *inputs)
{
    int8_network_free(&inputs->int8);
    density_layers_free(&inputs->densities);
    tensor_set_free(&inputs->masks);
    free(inputs->selected);
    selection_free(&inputs->kept);
    free(inputs->effectual);
    *inputs = (model_inputs_t){0};
}

/* What was selected and counted depends on the layers that stay whole. */
void model_inputs_prune(model_inputs_t *inputs, const model_plan_t *plan)
{
    inputs->plan = plan;
    inputs->effectual_for = NULL;
    free(inputs->selected);
    inputs->selected = NULL;
    for (size_t i = 0; i < inputs->int8.count; i++)
        inputs->int8.layers[i].whole = net_layer_stays_whole(&inputs->table->items[i], plan->prune_first);
}

outcome_t model_inputs_layers(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                              accel_layer_t *layers)
{
    for (size_t i = 0; i < inputs->table->count; i++) {
        const net_layer_t *shape = &inputs->table->items[i];
        layers[i] = (accel_layer_t){
            .shape = shape, .sensitive = ACCEL_UNIFORM, .whole = net_layer_stays_whole(shape, inputs->plan->prune_first)};
        if (layers[i].whole && shape->input >= 0)
            layers[shape->input].whole_output = true;
    }
    if (inputs->int8.count > 0)
        return fill_from_network(inputs, accelerator, config, layers);
    return outcome_ok();
}

const char *model_inputs_selection(const model_inputs_t *inputs, const accelerator_t *accelerator)
{
    if (!accelerator->selects)
        return "none";
    if (inputs->int8.count > 0)
        return inputs->int8.synthetic ? "synthetic" : "weights";
    return "uniform-assumption";
}

const char *model_inputs_weights(const model_inputs_t *inputs)
{
    return inputs->int8.count > 0 ? inputs->int8.source.chars : "none";
}

double model_inputs_density(const model_inputs_t *inputs, const accelerator_t *accelerator, const char **source)
{
    *source = "";
    if (!accelerator->needs_density || inputs->int8.count == 0)
        return NAN;
    *source = inputs->masks.count > 0           ? "masks"
              : inputs->densities.input != NULL ? "measured"
              : inputs->plan->density > 0.0     ? "given"
                                                : "assumed";
    return density_of(inputs);
}
