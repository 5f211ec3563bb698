/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_KERNELS_H
#define BBS_ENGINE_KERNELS_H

#include "engine/engine.h"
#include "engine/graph.h"
#include "nets/ranges.h"
#include "nets/weights.h"

/* A kernel set computes the layers of parsed graphs. `graphs[workers]` are the same network, one per worker. */
typedef struct {
    const char *name;
    bool owns_weights; /* false: the layers' own weights are not used */
    /* Prepare the graphs; `*state` belongs to the set. `ranges` is NULL for sets with float activations. */
    outcome_t (*open)(const net_weights_t *weights, const net_ranges_t *ranges, graph_t *graphs, int workers, void **state);
    /* Set float weights; NULL for sets with integer activations, which have set_integers. */
    outcome_t (*set_rows)(void *state, size_t index, int64_t first, int64_t rows, const float *weights);
    outcome_t (*set_integers)(void *state, size_t index, int64_t first, int64_t rows, const int16_t *weights,
                              const float *scale);
    /* One forward pass of graphs[worker]; logits[classes]. */
    outcome_t (*predict)(void *state, int worker, const float *input, float *logits);
    /* The same of 1 to batch() samples at once, inputs[count, ...] and logits[count, classes]; both NULL for sets that gain
     * nothing. */
    int64_t (*batch)(const void *state);
    outcome_t (*predict_some)(void *state, int worker, int64_t count, const float *inputs, float *logits);
    /* A part of a network (engine_run()); NULL for sets that cannot. */
    outcome_t (*run)(void *state, int worker, int64_t rows, const float *vectors, float *result);
    /* Go on with a text (engine_continue()); NULL for sets that cannot. */
    outcome_t (*continue_text)(void *state, int worker, int64_t past, int64_t count, const float *numbers, float *logits);
    /* From now on call `observer` with the input of each table layer; NULL for sets that cannot. */
    void (*observe)(void *state, engine_observer_t observer, void *context);
    /* From now on call `watcher` with the input and the output of each table layer; NULL for sets with float activations.
     */
    void (*watch)(void *state, engine_watcher_t watcher, void *context);
    /* From now on compute what table layers read by `filter` (engine_filter()); NULL for sets with integer activations. */
    outcome_t (*filter)(void *state, engine_filter_t filter, void *context);
    /* From now on give the logits of every token to `reader` (engine_read()); NULL for sets that cannot. */
    outcome_t (*read)(void *state, engine_reader_t reader, void *context);
    /* Undo open(), so that the graphs can be closed. */
    void (*close)(void *state);
} kernels_t;

#endif
