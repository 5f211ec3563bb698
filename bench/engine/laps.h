/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LAPS_H
#define BBS_ENGINE_LAPS_H

#include "engine/engine.h"
#include "engine/graph.h"

/* The stopwatch of one worker (engine_profile()): each lap goes to one kind of step, and nothing of a prediction is left
 * out. A kernel that does several kinds of work in one layer ends a lap behind each; what is left of the layer goes to the
 * layer's own kind. Time is processor time of the calling thread, so other programs on the processor are not counted. */

typedef struct laps {
    double last; /* s of processor time of the thread, where the present lap began */
    engine_profile_t profile;
} laps_t;

void laps_record(laps_t *laps, engine_step_kind_t kind);
void laps_begin(laps_t *laps);

/* Give the time since the last lap to `kind`. NULL: not profiled, nothing is done. */
static inline void laps_end(laps_t *laps, engine_step_kind_t kind)
{
    if (laps != NULL)
        laps_record(laps, kind);
}

/* Put a stopwatch into each of `graphs` (graph_t.laps), and a function that ends a lap around that of each layer. Called
 * again it sets all times to zero. `weights` say what each layer is. */
outcome_t laps_open(const net_weights_t *weights, graph_t *graphs, int workers);
void laps_close(graph_t *graphs, int workers);

#endif
