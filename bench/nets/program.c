/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/program.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

outcome_t net_program(const network_t *network, const net_size_t *size, net_program_t *program)
{
    *program = (net_program_t){0};
    if (size->cfg != NULL || network->program == NULL)
        return outcome_ok();
    outcome_t result = network->program(size, program);
    if (!outcome_is_ok(&result))
        net_program_free(program);
    return result;
}

void net_program_free(net_program_t *program)
{
    free(program->steps);
    free(program->floats);
    *program = (net_program_t){0};
}

int64_t net_float_count(const net_float_t *tensor)
{
    int64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

/* Does step `index` read more of a result than its first row? */
static bool reads_all(const net_program_t *program, const bool *first_only, size_t index)
{
    const net_step_t *step = &program->steps[index];
    return !step->first_token &&
           (!first_only[index] || step->kind == NET_STEP_ATTENTION || step->kind == NET_STEP_CLASS_TOKEN);
}

void net_program_first_only(const net_program_t *program, bool *first_only)
{
    for (size_t i = program->count; i-- > 0;) {
        bool all = i + 1 == program->count ? !program->steps[i].first_token : reads_all(program, first_only, i + 1);
        for (size_t later = i + 1; later < program->count; later++)
            all |= program->steps[later].kind == NET_STEP_ADD && program->steps[later].other == (int64_t)i &&
                   reads_all(program, first_only, later);
        first_only[i] = !all && program->steps[i].kind != NET_STEP_ATTENTION;
    }
}

outcome_t net_add_step(net_program_t *program, const net_step_t *step)
{
    net_step_t *grown = realloc(program->steps, (program->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("network program");
    program->steps = grown;
    net_step_t *added = &grown[program->count];
    *added = *step;
    if (program->count > 0) {
        const net_step_t *before = &grown[program->count - 1];
        added->inputs = step->inputs != 0 ? step->inputs : before->outputs;
        added->first_token = step->first_token || before->first_token;
    }
    added->outputs = step->outputs != 0 ? step->outputs : added->inputs;
    program->count++;
    return outcome_ok();
}

outcome_t net_add_float(net_program_t *program, const char *name, int rank, const int64_t *shape)
{
    net_float_t *grown = realloc(program->floats, (program->float_count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("network program");
    program->floats = grown;
    net_float_t *added = &grown[program->float_count++];
    *added = (net_float_t){.rank = rank};
    snprintf(added->name, sizeof added->name, "%s", name);
    for (int i = 0; i < rank; i++)
        added->shape[i] = shape[i];
    return outcome_ok();
}

outcome_t net_add_floats(net_program_t *program, const char *name, int rank, const int64_t *shape)
{
    outcome_t result;
    if (outcome_bad(&result, net_add_float(program, text_of("%s.weight", name).chars, rank, shape)))
        return result;
    return net_add_float(program, text_of("%s.bias", name).chars, 1, shape);
}
