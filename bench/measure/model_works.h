/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_WORKS_H
#define BBS_MEASURE_MODEL_WORKS_H

#include "measure/model_inputs.h"
#include "measure/workload.h"

/* The work of one network on the designs of a plan, kept for the points of a grid that differ only in what the work does
 * not depend on (accel_config_same_work()): sizes of buffers and DRAM. Only such a point needs no compressed weights. */

/* The layers of the workload as a design runs them, and the work of each. `layers[].weights` is not valid. */
typedef struct model_work {
    accel_config_t config;
    accel_layer_t *layers;
    accel_work_t *works;
    struct model_work *next;
} model_work_t;

/* Of one network and one design. Start with {0}. */
typedef struct {
    model_work_t *first;
    size_t counted, found; /* how often work was counted, and how often it was already known */
} model_works_t;

/* The work in this configuration: kept, or counted now. It lives until model_works_clear(), which goes before the next
 * network or design. A skip when the design needs weights or densities that are not given. */
outcome_t model_works_find(model_works_t *works, const model_plan_t *plan, const workload_t *workload,
                           model_inputs_t *inputs, const accelerator_t *accelerator, const accel_config_t *config,
                           const model_work_t **work);
void model_works_clear(model_works_t *works);

#endif
