/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PLAN_H
#define BBS_ENGINE_PLAN_H

#include "engine/graph.h"
#include "engine/onednn.h"

/* The plan of the fast kernels for a Darknet graph: for each layer one operation, or none where another operation does its
 * work.
 *
 * * [route] of one layer is the result of that layer, without a copy.
 * * A max-pool of size 1 before a 1x1 convolution (the cfg's form of a strided projection) becomes the stride of the
 * convolution.
 * * A shortcut after a linear convolution is added by that convolution, in the memory of the other summand, if no later
 * layer reads that summand. */

typedef enum {
    PLAN_NOTHING,
    PLAN_CONVOLUTION,
    PLAN_INNER_PRODUCT,
    PLAN_MAX_POOL,
    PLAN_AVERAGE_POOL,
    PLAN_ADD,
    PLAN_WIDEN
} plan_kind_t;

typedef struct {
    plan_kind_t kind;
    int source;      /* layer whose result is read; -1: the network's input */
    int other;       /* PLAN_ADD, PLAN_WIDEN: the second summand */
    int buffer;      /* layer whose memory holds this layer's result */
    bool accumulate; /* PLAN_CONVOLUTION: added to the content of the buffer */
    bool relu;
    float clip; /* after the ReLU, as the layer table says (ReLU6); 0: no limit */
    onednn_plane_t from, to;
    onednn_window_t window;
} plan_step_t;

/* One step per layer, into steps[graph->net->n]. */
outcome_t plan_make(const graph_t *graph, const net_table_t *table, plan_step_t *steps);

#endif
