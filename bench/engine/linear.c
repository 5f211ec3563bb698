/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/linear.h"

#include "engine/float_tiles.h"

#include <stdlib.h>
#include <string.h>

struct linear {
    float_matrix_t *matrix;
    onednn_plane_t from;
    int64_t outputs;
    bool relu;
    float clip;
};

int64_t linear_weights(const plan_step_t *step)
{
    return step->from.c * step->from.h * step->from.w * step->to.c * step->to.h * step->to.w;
}

int64_t linear_inputs(const linear_t *linear)
{
    return linear->from.c * linear->from.h * linear->from.w;
}

outcome_t linear_create(const plan_step_t *step, linear_t **created)
{
    linear_t *linear = calloc(1, sizeof *linear);
    *created = linear;
    if (linear == NULL)
        return outcome_out_of_memory("linear layer");
    *linear = (linear_t){
        .from = step->from, .outputs = step->to.c * step->to.h * step->to.w, .relu = step->relu, .clip = step->clip};
    const outcome_t result = float_matrix_create(linear->outputs, linear_inputs(linear), &linear->matrix);
    if (!outcome_is_ok(&result)) {
        linear_free(linear);
        *created = NULL;
    }
    return result;
}

void linear_free(linear_t *linear)
{
    if (linear == NULL)
        return;
    float_matrix_free(linear->matrix);
    free(linear);
}

/* The weights of one output in the order of a blocked plane: [c / block, h, w, block]. */
static void order_as_blocked(const onednn_plane_t *plane, const float *weights, float *ordered)
{
    const int64_t block = onednn_block(), pixels = plane->h * plane->w;
    for (int64_t c = 0; c < plane->c; c++)
        for (int64_t pixel = 0; pixel < pixels; pixel++)
            ordered[(c / block * pixels + pixel) * block + c % block] = weights[c * pixels + pixel];
}

outcome_t linear_set(linear_t *linear, int64_t first, int64_t rows, const float *weights, const float *biases)
{
    const int64_t inputs = linear_inputs(linear);
    float *ordered = NULL;
    if (linear->from.layout == ONEDNN_BLOCKED && linear->from.h * linear->from.w > 1) {
        ordered = malloc((size_t)(rows * inputs) * sizeof *ordered);
        if (ordered == NULL)
            return outcome_out_of_memory("weights");
        for (int64_t row = 0; row < rows; row++)
            order_as_blocked(&linear->from, weights + row * inputs, ordered + row * inputs);
        weights = ordered;
    }
    float_matrix_set(linear->matrix, first, rows, weights, biases);
    free(ordered);
    return outcome_ok();
}

void linear_run(const linear_t *linear, int64_t rows, const float *source, float *target)
{
    float_matrix_multiply(linear->matrix, rows, source, false, target);
    for (int64_t i = 0; i < rows * linear->outputs && linear->relu; i++) {
        target[i] = target[i] > 0 ? target[i] : 0;
        if (linear->clip > 0 && target[i] > linear->clip)
            target[i] = linear->clip;
    }
}
