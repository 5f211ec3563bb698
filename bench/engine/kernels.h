/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_KERNELS_H
#define BBS_ENGINE_KERNELS_H

#include "engine/graph.h"
#include "nets/weights.h"

/* A kernel set: how the layers of parsed graphs are computed. `graphs[workers]` are the same network, one a worker. */
typedef struct {
    const char *name;
    bool owns_weights; /* false: the layers' own weights are not used */
    /* Prepare the graphs; *state belongs to the set. */
    outcome_t (*open)(const net_weights_t *weights, graph_t *graphs, int workers, void **state);
    outcome_t (*set_rows)(void *state, size_t index, int64_t first, int64_t rows, const float *weights);
    /* One forward pass of graphs[worker]; logits[classes]. */
    outcome_t (*predict)(void *state, int worker, const float *input, float *logits);
    /* Undo open(): after it the graphs can be closed. */
    void (*close)(void *state);
} kernels_t;

#endif
