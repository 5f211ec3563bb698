/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/build.h"

/* Exported by libdarknet.so, but not in its header. */
network *make_network(int n);

static layer patches_layer(const net_size_t *size, const net_layer_t *table)
{
    return (layer){.type = CONVOLUTIONAL,
                   .activation = LINEAR,
                   .batch = 1,
                   .groups = 1,
                   .c = (int)table->c,
                   .h = (int)size->height,
                   .w = (int)size->width,
                   .n = (int)table->k,
                   .size = (int)table->kh,
                   .stride = (int)table->stride,
                   .out_c = (int)table->k,
                   .out_h = (int)table->out_h,
                   .out_w = (int)table->out_w,
                   .nweights = (int)net_layer_weights(table),
                   .inputs = (int)(size->channels * size->height * size->width),
                   .outputs = (int)(table->k * table->out_h * table->out_w)};
}

static layer step_layer(const net_step_t *step)
{
    layer made = {.type = step->kind == NET_STEP_LINEAR || step->kind == NET_STEP_LOGITS ? CONNECTED
                          : step->kind == NET_STEP_ADD                                   ? SHORTCUT
                                                                                         : BLANK,
                  .activation = LINEAR,
                  .batch = 1,
                  .inputs = (int)step->inputs,
                  .outputs = (int)step->outputs};
    if (step->kind == NET_STEP_ADD) { /* of vectors: a plane of one pixel */
        made.index = (int)step->other;
        made.w = made.h = made.out_w = made.out_h = 1;
        made.c = made.out_c = (int)step->outputs;
        made.alpha = made.beta = 1;
    }
    return made;
}

outcome_t build_network(const net_size_t *size, const net_table_t *table, const net_program_t *program, network **built)
{
    network *net = make_network((int)program->count);
    if (net == NULL || net->layers == NULL)
        return outcome_out_of_memory("network");
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        net->layers[i] =
            step->kind == NET_STEP_PATCHES ? patches_layer(size, &table->items[step->layer]) : step_layer(step);
    }
    net->batch = 1;
    net->gpu_index = -1;
    net->c = (int)size->channels;
    net->h = (int)size->height;
    net->w = (int)size->width;
    net->inputs = (int)(size->channels * size->height * size->width);
    net->outputs = (int)size->classes;
    *built = net;
    return outcome_ok();
}
