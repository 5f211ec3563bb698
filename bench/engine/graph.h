/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_GRAPH_H
#define BBS_ENGINE_GRAPH_H

#include "base/outcome.h"
#include "nets/weights.h"

#include <darknet.h> /* its names stay inside this room */

/* A Darknet network, parsed from a cfg file and compared with the layer table, or built from a program's steps (build.h).
 *
 * Darknet exits with status 0 on a missing file and dies on a malformed one, so the file is read and checked before
 * Darknet sees it, and the parsed layers are compared with the table after. */

typedef struct {
    network *net;
    int *layer_of;     /* [table.count], index in net->layers of each table layer; NULL for a program */
    struct laps *laps; /* the worker's stopwatch (laps.h); NULL: not profiled */
} graph_t;

outcome_t graph_open(const net_weights_t *weights, graph_t *graph);
void graph_close(graph_t *graph);

/* Free the random weights that Darknet's parser makes. */
void graph_free_weights(graph_t *graph);

/* Free the memory that only training needs. `keep_normalised` keeps the buffer that Darknet's own BatchNorm writes to. */
void graph_free_training(graph_t *graph, bool keep_normalised);

#endif
