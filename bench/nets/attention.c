/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/attention.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PRODUCTS = 2 /* of a block */ };

outcome_t net_run_reserve(size_t most, net_run_t *run)
{
    const size_t room = most + 1;
    *run = (net_run_t){.table.items = calloc(room, sizeof *run->table.items),
                       .own = calloc(room, sizeof *run->own),
                       .copies = calloc(room, sizeof *run->copies),
                       .roles = calloc(room, sizeof *run->roles),
                       .keys = calloc(room, sizeof *run->keys)};
    if (run->table.items != NULL && run->own != NULL && run->copies != NULL && run->roles != NULL && run->keys != NULL)
        return outcome_ok();
    net_run_free(run);
    return outcome_out_of_memory("layers of a run");
}

void net_run_append(net_run_t *run, const net_layer_t *layer, net_role_t role, int64_t own, int64_t copies)
{
    run->own[run->table.count] = own;
    run->copies[run->table.count] = copies;
    run->roles[run->table.count] = role;
    run->table.items[run->table.count++] = *layer;
}

static outcome_t append_product(net_run_t *run, const net_attention_t *attention, int64_t block, const char *name,
                                int64_t k, int64_t c, int64_t input)
{
    net_table_t one = {0};
    outcome_t result =
        net_add_linear(&one, text_of("%s.%" PRId64 ".%s.%s", attention->prefix, block, attention->part, name).chars, k, c,
                       attention->tokens, false);
    if (outcome_is_ok(&result)) {
        net_wire(&one, input, NET_NONE);
        net_run_append(run, &one.items[0], NET_ROLE_PRODUCT, NET_NONE, attention->heads);
    }
    net_table_free(&one);
    return result;
}

static outcome_t append_products(net_run_t *run, const net_attention_t *attention, int64_t block)
{
    outcome_t result = append_product(run, attention, block, "scores", attention->tokens, attention->width, NET_OUTSIDE);
    int64_t scores = (int64_t)run->table.count - 1;
    return outcome_is_ok(&result)
               ? append_product(run, attention, block, "context", attention->width, attention->tokens, scores)
               : result;
}

/* Does the result of a block of attention go to this layer? */
static bool takes_attention(const net_attention_t *attention, int64_t layer, int64_t *block)
{
    if (attention == NULL || layer < attention->first || (layer - attention->first) % attention->step != 0)
        return false;
    *block = (layer - attention->first) / attention->step;
    return *block < attention->blocks;
}

/* Operands of the network's own layers: from indices of its table to indices of the run. `places` [own layers]. */
static void wire(net_run_t *run, const int64_t *places)
{
    for (size_t i = 0; i < run->table.count; i++) {
        net_layer_t *layer = &run->table.items[i];
        if (run->own[i] == NET_NONE)
            continue;
        layer->input = layer->input >= 0 ? places[layer->input] : layer->input;
        layer->residual = layer->residual >= 0 ? places[layer->residual] : layer->residual;
    }
}

outcome_t net_run_make(const net_table_t *layers, const net_attention_t *attention, net_run_t *run)
{
    size_t most = layers->count + (attention != NULL ? PRODUCTS * (size_t)attention->blocks : 0);
    int64_t *places = calloc(layers->count + 1, sizeof *places), block;
    outcome_t result = net_run_reserve(most, run);
    if (outcome_is_ok(&result) && places == NULL)
        result = outcome_out_of_memory("layers of a run");
    for (size_t i = 0; i < layers->count && outcome_is_ok(&result); i++) {
        if (takes_attention(attention, (int64_t)i, &block))
            result = append_products(run, attention, block);
        places[i] = (int64_t)run->table.count;
        net_run_append(run, &layers->items[i], NET_ROLE_LAYER, (int64_t)i, 1);
    }
    if (outcome_is_ok(&result))
        wire(run, places);
    else
        net_run_free(run);
    free(places);
    return result;
}

void net_run_free(net_run_t *run)
{
    net_table_free(&run->table);
    free(run->own);
    free(run->copies);
    free(run->roles);
    free(run->keys);
    *run = (net_run_t){0};
}
