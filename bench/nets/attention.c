/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/attention.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PRODUCTS = 2 /* of a block */ };

/* Append a layer that is not wired yet. */
static void append(net_run_t *run, const net_layer_t *layer, int64_t own, int64_t copies)
{
    run->own[run->table.count] = own;
    run->copies[run->table.count] = copies;
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
        append(run, &one.items[0], NET_NONE, attention->heads);
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
    size_t most = layers->count + (attention != NULL ? PRODUCTS * (size_t)attention->blocks : 0) + 1;
    int64_t *places = calloc(layers->count + 1, sizeof *places), block;
    *run = (net_run_t){.table.items = calloc(most, sizeof *run->table.items),
                       .own = calloc(most, sizeof *run->own),
                       .copies = calloc(most, sizeof *run->copies)};
    outcome_t result = outcome_ok();
    if (places == NULL || run->table.items == NULL || run->own == NULL || run->copies == NULL)
        result = outcome_out_of_memory("layers of a run");
    for (size_t i = 0; i < layers->count && outcome_is_ok(&result); i++) {
        if (takes_attention(attention, (int64_t)i, &block))
            result = append_products(run, attention, block);
        places[i] = (int64_t)run->table.count;
        append(run, &layers->items[i], (int64_t)i, 1);
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
    *run = (net_run_t){0};
}
