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
typedef enum {
    NET_ROLE_LAYER,   /* a layer of the network's own table */
    NET_ROLE_PRODUCT, /* a product of attention */
    NET_ROLE_LOOKUP,  /* the rows of an embedding, one a token: c bytes of the token's number choose k numbers; no products
                       */
    NET_ROLE_HEAD, /* the words of a language model: it has weights, but is not in the table, and nothing compresses it */
} net_role_t;

typedef struct net_run {
    net_table_t table;
    int64_t *own;      /* [table.count] index in the network's own table; NET_NONE: it is not in it */
    int64_t *copies;   /* [table.count] times that a layer is run, with operands of its own: a product's heads, else 1 */
    net_role_t *roles; /* [table.count] */
    int64_t
        *keys; /* [table.count] products: keys, or values, in memory, where a token attends to fewer; 0: to all of them */
} net_run_t;

/* Room for `most` layers, none of which is there yet; free it. net_run_append() adds one. */
outcome_t net_run_reserve(size_t most, net_run_t *run);
void net_run_append(net_run_t *run, const net_layer_t *layer, net_role_t role, int64_t own, int64_t copies);

/* From the table of a network (net_layers()), whose `tokens` and names are kept. `attention` NULL: no products are added.
 */
outcome_t net_run_make(const net_table_t *layers, const net_attention_t *attention, net_run_t *run);
void net_run_free(net_run_t *run);

/* What a language model runs at once (network_t.pass). In decode one token of a sequence is run, in prefill all tokens of a
 * prompt. */
typedef struct net_pass {
    int64_t tokens;     /* of each sequence, run together; at least 1 */
    int64_t context;    /* tokens that the last of these attends to, itself included: at least `tokens`; 0: no products */
    int64_t batch;      /* sequences; at least 1 */
    bool products_only; /* leave out everything but the products of attention */
} net_pass_t;

#endif
