/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/next_tokens.h"

#include "accel/exact.h"
#include "base/text.h"

enum { CHIP_BITS = 8 /* of an operand of a product, of the head and of the embedding */ };

outcome_t next_tokens_refuse(const model_plan_t *plan, const network_t *network)
{
    if (plan->context == 0 && plan->cache_bits == 0)
        return outcome_ok();
    return outcome_usage(plan->context != 0 ? "--context" : "--cache-bits", network->name, "no language model",
                         "one of those that `bbsbench list networks` shows with a vocabulary", NULL);
}

/* The size that is drawn or read: one block where no checkpoint has all of them. */
static outcome_t choose_size(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                             const net_size_t **drawn)
{
    *drawn = size;
    return plan->origin == MODEL_FILE ? outcome_ok() : net_find_size(network, "block", drawn);
}

static void make_head_part(workload_t *workload)
{
    for (size_t i = 0; i < workload->run.table.count; i++)
        if (workload->run.roles[i] == NET_ROLE_HEAD) {
            workload->head_part = workload->run.table.items[i];
            if (workload->head_part.k > NEXT_TOKENS_HEAD_ROWS)
                workload->head_part.k = NEXT_TOKENS_HEAD_ROWS;
        }
}

outcome_t next_tokens_open(const model_plan_t *plan, const network_t *network, const net_size_t *size, bool products_only,
                           workload_t *workload)
{
    outcome_t result;
    workload->cache_bits = plan->cache_bits > 0 ? plan->cache_bits : MODEL_CACHE_BITS;
    workload->pass = (net_pass_t){
        .tokens = plan->tokens > 0 ? plan->tokens : 1, .batch = model_batch(plan), .products_only = products_only};
    workload->pass.context = plan->context == 0 && plan->attention ? workload->pass.tokens : plan->context;
    if (plan->prefill && plan->context > 0)
        workload->pass.tokens = plan->context;
    if (outcome_bad(&result, choose_size(plan, network, size, &workload->drawn)) ||
        outcome_bad(&result, net_layers(network, workload->drawn, &workload->layers)) ||
        outcome_bad(&result, network->pass(size, &workload->layers, &workload->pass, &workload->run)))
        return result;
    make_head_part(workload);
    return result;
}

/* ===  Work as the operands lie in memory  === */

/* times * value / parts, rounded up. */
static int64_t scaled(int64_t value, int64_t times, int64_t parts)
{
    return exact_ceil(exact_times(value, times), parts);
}

/* A row of the embedding for each token; nothing is multiplied. */
static void look_up(const net_layer_t *shape, accel_work_t *work)
{
    *work = (accel_work_t){.value_bits = exact_times(exact_times(shape->k, CHIP_BITS), shape->tokens)};
}

/* From the rows that were looked at to all rows. */
static void widen_head(const net_layer_t *part, const net_layer_t *shape, accel_work_t *work)
{
    int64_t *const members[] = {
        &work->tiles,         &work->cycles,       &work->cycles_variance, &work->cycle_excess,     &work->sensitive,
        &work->value_bits,    &work->padding_bits, &work->meta_bits,       &work->weight_read_bits, &work->input_read_bits,
        &work->weight_passes, &work->pairs,        &work->local_read_bits, &work->local_write_bits};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        *members[i] = scaled(*members[i], shape->k, part->k);
    for (size_t i = 0; i < ACCEL_PARTS; i++) {
        work->parts[i].channels = scaled(work->parts[i].channels, shape->k, part->k);
        work->parts[i].row_tiles = scaled(work->parts[i].row_tiles, shape->k, part->k);
    }
}

/* The keys (rows of the scores' second operand) or values (columns of the context's) that lie in memory, from those that a
 * token attends to in the mean. */
static void read_cache(const workload_t *workload, size_t index, accel_work_t *work)
{
    const net_layer_t *shape = &workload->run.table.items[index];
    const int64_t keys = workload->run.keys[index], seen = shape->input == NET_OUTSIDE ? shape->k : shape->c;
    work->value_bits = scaled(exact_times(work->value_bits, workload->cache_bits), keys, exact_times(seen, CHIP_BITS));
    work->meta_bits = scaled(work->meta_bits, keys, seen);
}

void next_tokens_works(const workload_t *workload, accel_layer_t *layers, accel_work_t *works)
{
    for (size_t i = 0; i < workload->run.table.count && workload->cache_bits > 0; i++) {
        const net_layer_t *shape = &workload->run.table.items[i];
        const net_role_t role = workload->run.roles[i];
        if (role == NET_ROLE_LOOKUP)
            look_up(shape, &works[i]);
        else if (role == NET_ROLE_HEAD && layers[i].shape != shape)
            widen_head(&workload->head_part, shape, &works[i]);
        else if (role == NET_ROLE_PRODUCT)
            read_cache(workload, i, &works[i]);
        layers[i].shape = shape;
    }
}

void next_tokens_names(const workload_t *workload, model_names_t *names)
{
    if (workload->cache_bits == 0)
        return;
    names->tokens = workload->pass.tokens;
    if (workload->pass.context == 0)
        return;
    names->context = workload->pass.context;
    names->cache_bits = workload->cache_bits;
}
