/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LINEAR_H
#define BBS_ENGINE_LINEAR_H

#include "engine/plan.h"

/* A linear layer of a CNN by our own products (float_tiles.h), where the processor can run them. A row of a batch has the
 * same bytes as the row alone, so samples can share one pass over the weights. */

typedef struct linear linear_t; /* shared by the workers */

int64_t linear_weights(const plan_step_t *step); /* of a step of kind PLAN_INNER_PRODUCT */

/* For a step of kind PLAN_INNER_PRODUCT; only where float_tiles_available(). */
outcome_t linear_create(const plan_step_t *step, linear_t **linear);
void linear_free(linear_t *linear);

/* Weights [rows, c, h, w] of the plane that is read, and biases [rows], from output `first` on. */
outcome_t linear_set(linear_t *linear, int64_t first, int64_t rows, const float *weights, const float *biases);

/* target[rows, outputs] of source[rows, inputs], each row in the plan's layout of the plane; with the step's ReLU. */
void linear_run(const linear_t *linear, int64_t rows, const float *source, float *target);

int64_t linear_inputs(const linear_t *linear);

#endif
