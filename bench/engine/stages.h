/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_STAGES_H
#define BBS_ENGINE_STAGES_H

#include "engine/pixels.h"
#include "engine/plan.h"
#include "engine/product.h"
#include "nets/ranges.h"
#include "nets/weights.h"

/* The part of an integer CNN that workers share: for each layer of the graph its operands, result, memory, step and
 * weights.
 *
 * A tensor between two layers is [h, w, c] bytes; a level u stands for (u - zero) * step. Behind a ReLU `zero` is 0 and the
 * step is the range of the layer that reads the tensor (nets/ranges.h), divided by 255. A tensor that no ReLU follows (in
 * MobileNetV2) is signed: `zero` is 128 and the step the range divided by 127.5, as for the rows of a transformer. Biases
 * hold what the zeros add, so levels.h knows nothing of them. Tensors that are not multiplied by weights stay float. */

enum { STAGE_IMAGE = -1, STAGE_NONE = -1, STAGE_CENTRE = 128 };

/* One layer of the graph, shared by the workers. */
typedef struct {
    plan_step_t plan;
    int64_t table;              /* index in the layer table, or NET_NONE */
    int source, other, target;  /* layers whose memory holds the operands and the result; or STAGE_IMAGE, STAGE_NONE */
    float step;                 /* of the result; 0: floats */
    uint8_t zero;               /* level of the result that stands for 0: 0 or STAGE_CENTRE */
    product_shape_t shape;      /* of layers with weights */
    product_shape_t multiplied; /* the same, or for the gathered rows of the first layer */
    product_t *product;
    int64_t permuted;         /* pixels of the plane that an inner product reads; its weights are reordered to [h, w, c] */
    float *multiplier, *bias; /* [groups, k]; [kinds, k] */
    int32_t *kind;            /* first layer: the kind of each output; else NULL */
    int64_t kinds;
} stage_t;

typedef struct {
    const net_weights_t *weights;
    const product_set_t *set;
    const graph_t *graph;
    pixels_t image;
    int count; /* layers of the graph */
    stage_t *items;
} stages_t;

/* One stage per layer of `graph`, with products by `set`; both and `weights` must outlive the stages. FAULT_MISSING names a
 * layer without a range. Call stages_close() whatever the outcome. */
outcome_t stages_open(const product_set_t *set, const net_weights_t *weights, const net_ranges_t *ranges,
                      const graph_t *graph, stages_t *stages);
void stages_close(stages_t *stages);

/* Weights of one layer of the table, as in engine_set_integers(). */
outcome_t stages_set(stages_t *stages, size_t index, int64_t first, int64_t rows, const int16_t *weights,
                     const float *scale);

int64_t stages_pixels(const onednn_plane_t *plane); /* of a plane: height times width */

#endif
