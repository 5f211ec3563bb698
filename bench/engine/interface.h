/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_INTERFACE_H
#define BBS_ENGINE_INTERFACE_H

#include "engine/engine.h"

/* The only symbol that the engine's shared object (ENGINE_FILE) exports: this table. The program loads it when the first
 * network is opened (loader.c), so that only commands that predict load Darknet and oneDNN. */

#define ENGINE_FILE "bbsbench-engine.so"
#define ENGINE_INTERFACE "bbs_engine_interface"

/* The functions of engine.h; an engine_t in them is the shared object's own. */
typedef struct {
    const char *
        commit; /* BBS_COMMIT of the shared object: structs are passed across, so program and engine must be of one build */
    outcome_t (*open)(const net_weights_t *weights, const char *kernels, int workers, engine_t **engine);
    outcome_t (*open_integers)(const net_weights_t *weights, const char *kernels, const net_ranges_t *ranges, int workers,
                               engine_t **engine);
    void (*close)(engine_t *engine);
    outcome_t (*set_rows)(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights);
    outcome_t (*set_integers)(engine_t *engine, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale);
    bool (*takes_integers)(const engine_t *engine);
    outcome_t (*observe)(engine_t *engine, engine_observer_t observer, void *context);
    outcome_t (*watch)(engine_t *engine, engine_watcher_t watcher, void *context);
    outcome_t (*filter)(engine_t *engine, engine_filter_t filter, void *context);
    outcome_t (*read)(engine_t *engine, engine_reader_t reader, void *context);
    outcome_t (*profile)(engine_t *engine);
    engine_profile_t (*profile_of)(const engine_t *engine);
    outcome_t (*predict)(engine_t *engine, int worker, const float *input, float *logits);
    outcome_t (*predict_some)(engine_t *engine, int worker, int64_t count, const float *inputs, float *logits);
    int64_t (*batch)(const engine_t *engine);
    outcome_t (*run)(engine_t *engine, int worker, int64_t rows, const float *vectors, float *result);
    outcome_t (*continue_text)(engine_t *engine, int worker, int64_t past, int64_t count, const float *numbers,
                               float *logits);
    text_t (*versions)(void);
} engine_interface_t;

#endif
