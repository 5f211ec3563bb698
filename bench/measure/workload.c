/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/workload.h"

#include "accel/exact.h"
#include "base/text.h"
#include "measure/next_tokens.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 127 /* all seven bits of its magnitude are one */ };

static outcome_t refuse_tokens(const network_t *network, const net_attention_t *attention)
{
    return outcome_usage("--tokens", network->name,
                         attention == NULL ? "a network without sequences"
                                           : text_of("a picture, which gives %" PRId64 " tokens", attention->tokens).chars,
                         "networks that read text", "name them with --net; a network of --layers states its own tokens");
}

static outcome_t set_tokens(const network_t *network, int64_t tokens, net_attention_t *attention, net_table_t *layers)
{
    if (tokens == 0)
        return outcome_ok();
    if (network->attention == NULL || !attention->text)
        return refuse_tokens(network, network->attention != NULL ? attention : NULL);
    attention->tokens = tokens;
    for (size_t i = 0; i < layers->count; i++)
        if (layers->items[i].kind == NET_LINEAR)
            layers->items[i].tokens = tokens;
    return outcome_ok();
}

static outcome_t make_longest(workload_t *workload)
{
    int64_t most = 0;
    for (size_t i = 0; i < workload->run.table.count; i++) {
        int64_t size = net_layer_weights(workload->run.roles[i] == NET_ROLE_HEAD ? &workload->head_part
                                                                                 : &workload->run.table.items[i]);
        most = workload->run.own[i] == NET_NONE && size > most ? size : most;
    }
    workload->longest = malloc((size_t)most + 1);
    if (workload->longest == NULL)
        return outcome_out_of_memory("products of attention");
    memset(workload->longest, LONGEST, (size_t)most);
    return outcome_ok();
}

static void set_batch(int64_t batch, workload_t *workload)
{
    for (size_t i = 0; i < workload->layers.count; i++)
        workload->layers.items[i].tokens = exact_times(workload->layers.items[i].tokens, batch);
    for (size_t i = 0; i < workload->run.table.count; i++)
        if (workload->run.own[i] != NET_NONE)
            workload->run.table.items[i].tokens = exact_times(workload->run.table.items[i].tokens, batch);
        else
            workload->run.copies[i] = exact_times(workload->run.copies[i], batch);
}

static outcome_t open_network(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                              workload_t *workload)
{
    net_attention_t attention = {0};
    outcome_t result;
    if (network->attention != NULL)
        network->attention(size, &attention);
    if (outcome_bad(&result, net_layers(network, size, &workload->layers)))
        return result;
    bool products = plan->attention && network->attention != NULL;
    if (outcome_bad(&result, set_tokens(network, plan->tokens, &attention, &workload->layers)) ||
        outcome_bad(&result, next_tokens_refuse(plan, network)) ||
        outcome_bad(&result, net_run_make(&workload->layers, products ? &attention : NULL, &workload->run)) ||
        (products && outcome_bad(&result, make_longest(workload))))
        return result;
    if (plan->batch > 1)
        set_batch(plan->batch, workload);
    return result;
}

static outcome_t open_language(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                               bool products_only, workload_t *workload)
{
    outcome_t result = next_tokens_open(plan, network, size, products_only, workload);
    return outcome_is_ok(&result) ? make_longest(workload) : result;
}

outcome_t workload_open(const model_plan_t *plan, const network_t *network, const net_size_t *size, workload_t *workload)
{
    *workload = (workload_t){.drawn = size};
    outcome_t result = network->pass != NULL ? open_language(plan, network, size, false, workload)
                                             : open_network(plan, network, size, workload);
    if (!outcome_is_ok(&result))
        workload_close(workload);
    return result;
}

outcome_t workload_open_products(const model_plan_t *plan, const network_t *network, const net_size_t *size,
                                 workload_t *workload)
{
    *workload = (workload_t){.drawn = size};
    outcome_t result = open_language(plan, network, size, true, workload);
    if (!outcome_is_ok(&result))
        workload_close(workload);
    return result;
}

void workload_close(workload_t *workload)
{
    net_table_free(&workload->layers);
    net_run_free(&workload->run);
    free(workload->longest);
    *workload = (workload_t){0};
}

/* A layer without weights of its own: whole, and nothing is known of its operands. */
static accel_layer_t unknown_layer(const workload_t *workload)
{
    return (accel_layer_t){.sensitive = ACCEL_UNIFORM,
                           .whole = true,
                           .weights = workload->longest,
                           .input_density = 1.0,
                           .output_density = 1.0};
}

void workload_layers(const workload_t *workload, const accel_layer_t *layers, bool looks, accel_layer_t *run)
{
    for (size_t i = 0; i < workload->run.table.count; i++) {
        const int64_t own = workload->run.own[i];
        run[i] = own != NET_NONE ? layers[own] : unknown_layer(workload);
        run[i].shape = &workload->run.table.items[i];
        if (looks && workload->run.roles[i] == NET_ROLE_HEAD)
            run[i].shape = &workload->head_part;
        if (own == NET_NONE && run[i].shape->input >= 0)
            run[run[i].shape->input].whole_output = true; /* the scores, read by the context */
    }
}

void workload_counts(const workload_t *workload, counts_t *counts)
{
    for (size_t i = 0; i < workload->run.table.count; i++) {
        const net_role_t role = workload->run.roles[i];
        counts_times(&counts[i], workload->run.copies[i]);
        if (role == NET_ROLE_LAYER)
            continue;
        counts[i].lane_slots = counts[i].row_slots = counts[i].useful_slots = 0;
        if (role == NET_ROLE_LOOKUP)
            counts[i].macs = 0;
        if (role != NET_ROLE_HEAD)
            counts[i].weights = counts[i].value_bits = counts[i].channels = counts[i].sensitive = 0;
    }
}
