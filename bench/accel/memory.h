/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_MEMORY_H
#define BBS_ACCEL_MEMORY_H

#include "accel/accel.h"

/* DRAM and SRAM traffic: which activations stay on chip, what is fetched again, and the DRAM cycles.
 *
 * Activations have the width of accel_storage_t; a pixel or token begins at a whole byte; a masked tensor is the mask and a
 * byte for each activation that is not zero. A tensor is fetched or written whole. Not modelled: the halo of a convolution,
 * lines that a stride skips, pooling, LayerNorm, softmax, and the products of attention; their results come from DRAM
 * (NET_OUTSIDE). Weights are fetched each time that a layer runs, for one sample or for a batch (net_layer_t.tokens): no
 * network has weights that fit into the buffer. */

/* Where a layer's output and operands are. */
typedef struct {
    bool input_on_chip;    /* the input was left in the input buffer by the layer that made it */
    bool residual_on_chip; /* the same for the residual operand */
    bool output_on_chip;   /* the output goes to the buffer */
    bool output_to_dram;   /* the output goes to DRAM; both when only its first reader finds it on chip */
} memory_place_t;

/* Decide for each layer, in order, into places[count]. An output stays on chip until its last reader if it fits into the
 * input buffer together with all tensors that are live until then; else until its first reader; else not at all. Live are
 * the input of the running layer, on chip or being fetched, and the outputs that are kept. A sum may overwrite its residual
 * operand when that has no later reader. */
outcome_t memory_place(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layers,
                       size_t count, memory_place_t *places);

/* The tensors of one layer in bytes, and the number of times that weights (with their metadata) and inputs are fetched. */
typedef struct {
    int64_t weights, metadata, inputs, outputs;
    int64_t of_weights, of_inputs;
} memory_tensors_t;

memory_tensors_t memory_tensors(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                                const accel_work_t *work);

/* The bandwidth of the DRAM in bytes a cycle, from the configuration or technology.csv. */
outcome_t memory_bytes_per_cycle(const accel_config_t *config, double *bytes);

/* Add to `counts` the traffic of one layer with this work, and its DRAM cycles. When both weights
 * and inputs exceed their buffers, both are cut into buffer loads, and one of the two is fetched again for each load of the
 * other: the one that costs fewer bytes. Metadata has its own buffer and is fetched with the weights. */
outcome_t memory_count(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                       const accel_work_t *work, const memory_place_t *place, counts_t *counts);

int64_t memory_input_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer);
int64_t memory_output_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer);

#endif
