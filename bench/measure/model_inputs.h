/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_INPUTS_H
#define BBS_MEASURE_MODEL_INPUTS_H

#include "compress/select.h"
#include "measure/model.h"
#include "tensor/tensor.h"
#include "weights/density.h"
#include "weights/int8_network.h"

/* The inputs of the accelerator models for one network, besides its layer shapes: sensitive channels, the INT8 values that
 * each design computes with, and densities of activations. They follow from the network's INT8 weights; without weights
 * none of them is known. */
typedef struct {
    const model_plan_t *plan;
    const network_t *network;
    const net_table_t *table;
    int8_network_t int8;        /* count 0: none */
    density_layers_t densities; /* measured; input NULL: none */
    tensor_set_t masks;         /* of real activations, in the order of the table; count 0: none */
    selection_t kept;           /* channels that the last design that prunes its weights leaves as they are */
    int64_t *selected;          /* sensitive channels of each layer, as last selected; NULL: none yet */
    double selected_beta;       /* and with these two */
    int64_t selected_unit;
    int64_t *effectual; /* effectual bits of each layer, of the last design that counts lanes; NULL: none yet */
    const accelerator_t *effectual_for; /* this design */
    accel_pruning_t effectual_with;     /* and its pruning */
} model_inputs_t;

/* Open the weights that the plan's origin asks for, and the densities and masks of its files. Drawn weights go into `room`,
 * which outlives the inputs; NULL: they are the inputs' own. */
outcome_t model_inputs_open(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                            const net_table_t *table, int8_room_t *room, model_inputs_t *inputs);
void model_inputs_close(model_inputs_t *inputs);
/* Go on with the same weights under a plan that differs from the first in `prune_first` alone. */
void model_inputs_prune(model_inputs_t *inputs, const model_plan_t *plan);

/* Fill layers[table->count] for one accelerator in this configuration. The values live until the next call. */
outcome_t model_inputs_layers(model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                              accel_layer_t *layers);

/* For the rows: where sensitive channels, weights and densities come from. */
const char *model_inputs_selection(const model_inputs_t *inputs, const accelerator_t *accelerator);
const char *model_inputs_weights(const model_inputs_t *inputs);
double model_inputs_density(const model_inputs_t *inputs, const accelerator_t *accelerator, const char **source); /* NaN */

#endif
