/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/slice.h"

#include <stdlib.h>
#include <string.h>

static outcome_t copy_layers(const net_weights_t *whole, int64_t layer, int64_t layers, net_weights_t *part)
{
    part->layers = calloc((size_t)layers + 1, sizeof *part->layers);
    part->table.items = calloc((size_t)layers + 1, sizeof *part->table.items);
    if (part->layers == NULL || part->table.items == NULL)
        return outcome_out_of_memory("a part of the network");
    for (int64_t i = 0; i < layers; i++)
        part->table.items[i] = whole->table.items[layer + i];
    part->table.count = (size_t)layers;
    return outcome_ok();
}

/* The step before the part becomes its step 0; the floats begin at `first_float`. */
static outcome_t copy_steps(const net_weights_t *whole, size_t first, size_t end, int64_t layer, size_t first_float,
                            net_weights_t *part)
{
    const net_step_t begin = {.kind = NET_STEP_VECTORS, .layer = NET_NONE, .outputs = whole->program.steps[first].inputs};
    outcome_t result = net_add_step(&part->program, &begin);
    part->program.tokens = whole->program.tokens;
    for (size_t i = first; i < end && outcome_is_ok(&result); i++) {
        net_step_t step = whole->program.steps[i];
        step.layer -= step.layer != NET_NONE ? layer : 0;
        step.first_float = step.first_float > (int64_t)first_float ? step.first_float - (int64_t)first_float : 0;
        step.other -= step.kind == NET_STEP_ADD ? (int64_t)first - 1 : 0;
        result = net_add_step(&part->program, &step);
    }
    return result;
}

outcome_t net_slice_open(const net_weights_t *whole, size_t first, size_t end, int64_t layer, int64_t layers,
                         net_slice_t *slice)
{
    outcome_t result;
    *slice = (net_slice_t){.whole = whole, .size = *whole->size};
    net_weights_t *part = &slice->weights;
    slice->first_float = (size_t)whole->program.steps[first].first_float;
    slice->size.classes = whole->program.steps[end - 1].outputs;
    *part =
        (net_weights_t){.network = whole->network, .size = &slice->size, .profile = whole->profile, .path = whole->path};
    part->floats = calloc(whole->program.float_count + 1, sizeof *part->floats);
    if (part->floats == NULL)
        return outcome_out_of_memory("a part of the network");
    if (outcome_bad(&result, copy_layers(whole, layer, layers, part)) ||
        outcome_bad(&result, copy_steps(whole, first, end, layer, slice->first_float, part)))
        return result;
    net_slice_move(slice, 0);
    return result;
}

void net_slice_move(net_slice_t *slice, size_t floats)
{
    const size_t first = slice->first_float + floats, count = slice->whole->program.float_count;
    for (size_t i = 0; first + i < count; i++)
        slice->weights.floats[i] = slice->whole->floats[first + i];
}

outcome_t net_slice_set_head(net_slice_t *slice, const char *name, float *floats)
{
    enum { AFTER_THE_NORM = 1 };
    net_weights_t *part = &slice->weights;
    net_step_t *step = &part->program.steps[part->program.count - 1];
    if (floats != NULL) {
        step->first_float = AFTER_THE_NORM;
        part->floats[AFTER_THE_NORM] = floats;
        return outcome_ok();
    }
    outcome_t result = net_add_linear(&part->table, name, step->outputs, step->inputs, 1, false);
    step->layer = (int64_t)part->table.count - 1;
    return result;
}

void net_slice_free(net_slice_t *slice)
{
    net_weights_t *part = &slice->weights;
    net_table_free(&part->table);
    net_program_free(&part->program);
    free(part->layers);
    free(part->floats);
    *slice = (net_slice_t){0};
}
