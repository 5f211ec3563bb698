/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_WORKLOAD_H
#define BBS_MEASURE_WORKLOAD_H

#include "measure/model.h"
#include "nets/attention.h"

/* What the designs run for one network of a plan: its layers at the plan's length of sequences and batch and, when the plan
 * asks for them, the products of attention.
 *
 * Length: every linear layer of a text network has plan->tokens vectors per sample. A picture gives its own number of
 * tokens, a CNN has none, a user's table states its own: all three refuse the option.
 *
 * Batch: each layer runs all samples before the next layer starts. Pixels and tokens multiply, weights are fetched once for
 * the batch (again only where memory.h fetches them again, because weights and inputs both exceed their buffers), and a
 * tensor of activations is that of all samples: it stays on chip only if all of it fits. Counts are those of the batch.
 *
 * Attention: nothing is known of the bits of keys and values, so every design takes its longest time, as if all of them
 * were 127 and no activation zero: 8 cycles a tile in Stripes, BitVert and ANT (8 bits), 7 in Pragmatic and BitWave, whose
 * sign takes no cycle, as many as the tile has weights in Bitlet, and every pair in SparTen. Each sample has products of
 * its own. Products have no weights: these rows count no weights, channels or stored bits, nor the slots of lanes; the
 * traffic of keys and values is in the columns of weights.
 *
 * Language models have tokens, batch and products of their own: next_tokens.h. */
typedef struct {
    net_table_t layers;      /* of the network: those with weights */
    const net_size_t *drawn; /* the size that `layers` is of, whose weights are asked for */
    net_run_t run;           /* in the order in which they run */
    int8_t *longest;         /* an operand that takes longest; NULL: there are neither products nor a head */
    int64_t cache_bits;      /* of a language model (next_tokens.h); 0: it is none */
    net_pass_t pass;         /* of a language model */
    net_layer_t head_part;   /* of a language model: rows of its head, for a design that looks at bits (next_tokens.h) */
} workload_t;

/* FAULT_USAGE when the network cannot have the plan's number of tokens. Masks are of single samples of the network's own
 * length; the caller refuses them beside both. */
outcome_t workload_open(const model_plan_t *plan, const network_t *network, const net_size_t *size, workload_t *workload);
/* Only the products of attention of a language model, which depend on nothing else. */
outcome_t workload_open_products(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                                 workload_t *workload);
void workload_close(workload_t *workload);

/* Fill run[workload->run.table.count] from layers[workload->layers.count]. `looks`: for a design that looks at bits. */
void workload_layers(const workload_t *workload, const accel_layer_t *layers, bool looks, accel_layer_t *run);

/* Counts of each layer as run once -> counts of all its runs. */
void workload_counts(const workload_t *workload, counts_t *counts);

#endif
