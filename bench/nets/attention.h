/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_ATTENTION_H
#define BBS_NETS_ATTENTION_H

#include "nets/net.h"

/* The layers that an accelerator runs for a network: those of its table and, on request, the two products of attention of
 * each block, which have no weights. A product is written as a linear layer of ONE head that is run once for each head:
 *
 *     scores    Q x K^T    k = tokens, c = width of a head      "weights": the keys
 *     context   A x V      k = width of a head, c = tokens      "weights": the values
 *
 * Both operands are activations. Queries, keys and values come from DRAM, where the layers that make them leave them
 * (NET_OUTSIDE); the context reads the scores of its head; the layer behind reads the context from DRAM. Scaling and
 * softmax are not counted. */
typedef struct {
    net_table_t table;
    int64_t *own;    /* [table.count] index in the network's own table; NET_NONE: a product of attention */
    int64_t *copies; /* [table.count] times that a layer is run, with operands of its own: a product's heads, else 1 */
} net_run_t;

/* From the table of a network (net_layers()), whose `tokens` and names are kept. `attention` NULL: no products are added.
 */
outcome_t net_run_make(const net_table_t *layers, const net_attention_t *attention, net_run_t *run);
void net_run_free(net_run_t *run);

#endif
