/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data of a replaced forward function are found through the layer's `self_layer`, a pointer field of Darknet's
 * recurrent layers that free_layer() does not touch, and no other file uses. */
#include "engine/laps.h"

#include <stdlib.h>
#include <time.h>

typedef struct {
    laps_t *laps;
    engine_step_kind_t kind;
    void (*forward)(layer at, network net); /* the one that was replaced */
} timed_t;

/* One allocation for each graph. */
typedef struct {
    laps_t laps; /* first: graph_t.laps points to it */
    timed_t layers[];
} watch_t;

static const engine_step_kind_t kind_of_step[NET_STEP_KINDS] = {[NET_STEP_PATCHES] = ENGINE_STEP_PRODUCT,
                                                                [NET_STEP_CLASS_TOKEN] = ENGINE_STEP_EMBEDDING,
                                                                [NET_STEP_EMBEDDING] = ENGINE_STEP_EMBEDDING,
                                                                [NET_STEP_LAYER_NORM] = ENGINE_STEP_NORM,
                                                                [NET_STEP_LINEAR] = ENGINE_STEP_PRODUCT,
                                                                [NET_STEP_ATTENTION] = ENGINE_STEP_ATTENTION,
                                                                [NET_STEP_GELU] = ENGINE_STEP_GELU,
                                                                [NET_STEP_TANH] = ENGINE_STEP_ELEMENTWISE,
                                                                [NET_STEP_ADD] = ENGINE_STEP_ADD,
                                                                [NET_STEP_WORDS] = ENGINE_STEP_EMBEDDING,
                                                                [NET_STEP_VECTORS] = ENGINE_STEP_EMBEDDING,
                                                                [NET_STEP_RMS_NORM] = ENGINE_STEP_NORM,
                                                                [NET_STEP_ROTATE] = ENGINE_STEP_ELEMENTWISE,
                                                                [NET_STEP_SWIGLU] = ENGINE_STEP_ELEMENTWISE,
                                                                [NET_STEP_LOGITS] = ENGINE_STEP_PRODUCT};

static engine_step_kind_t kind_of_layer(const layer *at)
{
    switch (at->type) {
    case CONVOLUTIONAL:
    case CONNECTED:
        return ENGINE_STEP_PRODUCT;
    case MAXPOOL:
    case AVGPOOL:
        return ENGINE_STEP_POOL;
    case SHORTCUT:
        return ENGINE_STEP_ADD;
    default:
        return ENGINE_STEP_ELEMENTWISE;
    }
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void laps_begin(laps_t *laps)
{
    if (laps != NULL)
        laps->last = thread_seconds();
}

void laps_record(laps_t *laps, engine_step_kind_t kind)
{
    const double now = thread_seconds();
    laps->profile.seconds[kind] += now - laps->last;
    laps->profile.laps[kind]++;
    laps->last = now;
}

static void forward_timed(layer at, network net)
{
    const timed_t *timed = (const timed_t *)(const void *)at.self_layer;
    laps_end(timed->laps, ENGINE_STEP_BETWEEN);
    timed->forward(at, net);
    laps_end(timed->laps, timed->kind);
}

outcome_t laps_open(const net_weights_t *weights, graph_t *graphs, int workers)
{
    for (int worker = 0; worker < workers; worker++) {
        graph_t *graph = &graphs[worker];
        const int count = graph->net->n;
        if (graph->laps != NULL) {
            *graph->laps = (laps_t){0};
            continue;
        }
        watch_t *watch = calloc(1, sizeof *watch + (size_t)count * sizeof watch->layers[0]);
        if (watch == NULL)
            return outcome_out_of_memory("profile");
        graph->laps = &watch->laps;
        for (int i = 0; i < count; i++) {
            layer *at = &graph->net->layers[i];
            watch->layers[i] = (timed_t){.laps = &watch->laps,
                                         .kind = weights->program.count > 0 ? kind_of_step[weights->program.steps[i].kind]
                                                                            : kind_of_layer(at),
                                         .forward = at->forward};
            at->forward = forward_timed;
            at->self_layer = (layer *)(void *)&watch->layers[i];
        }
    }
    return outcome_ok();
}

void laps_close(graph_t *graphs, int workers)
{
    for (int worker = 0; worker < workers; worker++) {
        graph_t *graph = &graphs[worker];
        for (int i = 0; graph->laps != NULL && i < graph->net->n; i++)
            graph->net->layers[i].self_layer = NULL;
        free(graph->laps); /* the first member of its watch_t */
        graph->laps = NULL;
    }
}
