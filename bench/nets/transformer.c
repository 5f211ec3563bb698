/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/transformer.h"

#include "base/text.h"

static int64_t in_table(int64_t place, int64_t first, int64_t from)
{
    return place == TRANSFORMER_BLOCK ? from : place < 0 ? place : first + place;
}

outcome_t transformer_add_blocks(net_table_t *table, const char *prefix, const transformer_shape_t *shape, int64_t tokens,
                                 const transformer_linear_t *linears, int count)
{
    outcome_t result = outcome_ok();
    int64_t from = NET_OUTSIDE; /* the embedding */
    for (int64_t block = 0; block < shape->blocks; block++) {
        int64_t first = (int64_t)table->count;
        for (int i = 0; i < count; i++) {
            text_t name = text_of("%s.%d.%s", prefix, (int)block, linears[i].name);
            if (outcome_bad(&result,
                            net_add_linear(table, name.chars, linears[i].outputs, linears[i].inputs, tokens, true)))
                return result;
            net_wire(table, in_table(linears[i].input, first, from), in_table(linears[i].residual, first, from));
        }
        from = (int64_t)table->count - 1;
    }
    return result;
}

outcome_t transformer_add_norm(net_program_t *program, const char *name, int64_t width, double epsilon, bool first_token)
{
    int64_t first = (int64_t)program->float_count;
    outcome_t result;
    if (outcome_bad(&result, net_add_floats(program, name, 1, &width)))
        return result;
    return net_add_step(program, &(net_step_t){.kind = NET_STEP_LAYER_NORM,
                                               .layer = NET_NONE,
                                               .first_float = first,
                                               .epsilon = epsilon,
                                               .first_token = first_token});
}

outcome_t transformer_add_linear(net_program_t *program, int64_t layer, int64_t parts, int64_t outputs)
{
    return net_add_step(program,
                        &(net_step_t){.kind = NET_STEP_LINEAR, .layer = layer, .parts = parts, .outputs = parts * outputs});
}

outcome_t transformer_add_float_linear(net_program_t *program, const char *name, int64_t outputs, int64_t inputs,
                                       bool first_token)
{
    const int64_t shape[] = {outputs, inputs};
    int64_t first = (int64_t)program->float_count;
    outcome_t result;
    if (outcome_bad(&result, net_add_floats(program, name, 2, shape)))
        return result;
    return net_add_step(program, &(net_step_t){.kind = NET_STEP_LINEAR,
                                               .layer = NET_NONE,
                                               .parts = 1,
                                               .outputs = outputs,
                                               .first_float = first,
                                               .first_token = first_token});
}

outcome_t transformer_add_sum(net_program_t *program, int64_t other)
{
    return net_add_step(program, &(net_step_t){.kind = NET_STEP_ADD, .layer = NET_NONE, .other = other});
}

outcome_t transformer_add_simple(net_program_t *program, net_step_kind_t kind)
{
    return net_add_step(program, &(net_step_t){.kind = kind, .layer = NET_NONE});
}

outcome_t transformer_add_attention(net_program_t *program, int64_t width, int64_t heads)
{
    return net_add_step(program,
                        &(net_step_t){.kind = NET_STEP_ATTENTION, .layer = NET_NONE, .outputs = width, .heads = heads});
}
