/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_MEMORY_H
#define BBS_ACCEL_MEMORY_H

#include "accel/accel.h"

/* DRAM and SRAM traffic: which activations stay on chip, what is fetched twice, how long it takes.
 *
 * Activations have the bits that accel_storage_t gives them; a pixel or token begins at a whole byte; behind a mask a
 * tensor is the mask and a byte for each activation that is not zero. A tensor is fetched or
 * written whole; the halo of a convolution and the lines that a stride skips are not modelled, nor are pooling, LayerNorm,
 * softmax and the products of attention, whose results come from DRAM (NET_OUTSIDE). Weights are fetched once a sample: no
 * network fits its weights into the buffer. */

/* Where a layer's output and operands are. */
typedef struct {
    bool input_on_chip;    /* the input was left in the input buffer by the layer that made it */
    bool residual_on_chip; /* so was the residual operand */
    bool output_on_chip;   /* the output goes to the buffer */
    bool output_to_dram;   /* the output goes to DRAM; both when only its first reader finds it on chip */
} memory_place_t;

/* Decide for each layer, in order, into places[count]. An output stays on chip until its last reader if everything that
 * is live meanwhile fits into the input buffer beside it, else until its first reader, else not at all. Live are the
 * input of the layer that runs, on chip or being fetched, and the outputs kept; a sum may be written over its residual
 * operand when that has no later reader. */
outcome_t memory_place(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layers,
                       size_t count, memory_place_t *places);

/* Add to `counts` the traffic of one layer with this work, and its DRAM cycles. Weights that exceed their buffer and
 * inputs that exceed theirs are both cut into buffer loads; one of the two is then fetched again for each load of the
 * other, the one that makes fewer bytes. Metadata has its own buffer and goes with the weights. */
outcome_t memory_count(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                       const accel_work_t *work, const memory_place_t *place, counts_t *counts);

int64_t memory_input_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer);
int64_t memory_output_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer);

#endif
