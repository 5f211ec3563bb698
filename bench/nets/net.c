/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/net.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

const registry_t net_names = {.where = "--net", .what = "network", .tables = {net_registry, net_others}};
const registry_t net_simulated = {.where = "--net", .what = "network", .tables = {net_registry, net_others, net_language}};

outcome_t net_find(const char *name, const network_t **network)
{
    return registry_find(&net_names, name, network);
}

outcome_t net_find_size(const network_t *network, const char *name, const net_size_t **size)
{
    text_t what = text_of("size of %s", network->name);
    const registry_t sizes = {.where = "--size", .what = what.chars, .tables = {network->sizes}};
    return registry_find(&sizes, name, size);
}

const net_size_t *net_default_size(const network_t *network)
{
    const net_size_t *size;
    const outcome_t found = net_find_size(network, "compact", &size);
    return outcome_is_ok(&found) ? size : network->sizes[0];
}

static void mark_image(net_table_t *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->items[i].kind == NET_CONV && net_layer_inputs(&table->items[i]) <= NET_IMAGE_CHANNELS) {
            table->items[i].reads_image = true;
            return;
        }
}

outcome_t net_layers(const network_t *network, const net_size_t *size, net_table_t *table)
{
    *table = (net_table_t){0};
    outcome_t result = network->layers(size, table);
    if (!outcome_is_ok(&result))
        net_table_free(table);
    else
        mark_image(table);
    return result;
}

void net_table_free(net_table_t *table)
{
    free(table->items);
    *table = (net_table_t){0};
}

int64_t net_layer_weights(const net_layer_t *layer)
{
    return layer->k * layer->c * layer->kh * layer->kw;
}

int64_t net_layer_macs(const net_layer_t *layer)
{
    return net_layer_weights(layer) * layer->out_h * layer->out_w * layer->tokens;
}

int64_t net_layer_groups(const net_layer_t *layer)
{
    return layer->groups > 1 ? layer->groups : 1;
}

int64_t net_layer_inputs(const net_layer_t *layer)
{
    return layer->c * net_layer_groups(layer);
}

bool net_layer_stays_whole(const net_layer_t *layer, bool prune_first)
{
    const bool depthwise = layer->groups > 1 && layer->c == 1 && layer->kh * layer->kw > 1;
    return depthwise || (layer->reads_image && !prune_first);
}

static outcome_t add(net_table_t *table, const char *name, const char *norm, const net_layer_t *values)
{
    net_layer_t *grown = realloc(table->items, (table->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("layer table");
    table->items = grown;
    net_layer_t *layer = &grown[table->count++];
    *layer = *values;
    layer->input = NET_OUTSIDE;
    layer->residual = NET_NONE;
    snprintf(layer->name, sizeof layer->name, "%s", name);
    snprintf(layer->norm, sizeof layer->norm, "%s", norm);
    return outcome_ok();
}

outcome_t net_add_conv(net_table_t *table, const char *name, const char *norm, int64_t k, int64_t c, int64_t kernel,
                       int64_t stride, int64_t pad, int64_t in_h, int64_t in_w)
{
    return add(table, name, norm,
               &(net_layer_t){.kind = NET_CONV,
                              .k = k,
                              .c = c,
                              .kh = kernel,
                              .kw = kernel,
                              .stride = stride,
                              .pad = pad,
                              .in_h = in_h,
                              .in_w = in_w,
                              .out_h = (in_h + 2 * pad - kernel) / stride + 1,
                              .out_w = (in_w + 2 * pad - kernel) / stride + 1,
                              .tokens = 1});
}

outcome_t net_add_linear(net_table_t *table, const char *name, int64_t k, int64_t c, int64_t tokens, bool bias)
{
    return add(table, name, "",
               &(net_layer_t){.kind = NET_LINEAR,
                              .k = k,
                              .c = c,
                              .kh = 1,
                              .kw = 1,
                              .stride = 1,
                              .in_h = 1,
                              .in_w = 1,
                              .out_h = 1,
                              .out_w = 1,
                              .tokens = tokens,
                              .bias = bias});
}

void net_set_groups(net_table_t *table, int64_t groups)
{
    table->items[table->count - 1].groups = groups;
}

void net_set_clip(net_table_t *table, int64_t clip)
{
    table->items[table->count - 1].clip = clip;
}

void net_wire(net_table_t *table, int64_t input, int64_t residual)
{
    table->items[table->count - 1].input = input;
    table->items[table->count - 1].residual = residual;
}
