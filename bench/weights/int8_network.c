/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, values and scales of all layers are one block each. A layer of a tensor file that is INT8 already points into the
 * tensors of the file and has no room in the blocks. */
#include "weights/int8_network.h"

#include "base/file.h"
#include "compress/quantize.h"

#include <stdlib.h>
#include <string.h>

/* ===  Room  === */

outcome_t int8_network_list(const compress_layer_t *shapes, size_t count, int8_network_t *network)
{
    size_t characters = 0;
    for (size_t i = 0; i < count; i++)
        characters += strlen(shapes[i].name) + 1;
    *network = (int8_network_t){.count = count};
    network->layers = malloc((count + 1) * sizeof *network->layers);
    network->names = malloc(characters + 1);
    if (network->layers == NULL || network->names == NULL) {
        int8_network_free(network);
        return outcome_out_of_memory("INT8 weights");
    }
    memcpy(network->layers, shapes, count * sizeof *shapes);
    char *name = network->names;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(shapes[i].name) + 1;
        network->layers[i].name = memcpy(name, shapes[i].name, length);
        name += length;
    }
    return outcome_ok();
}

/* Point the layers without values into the blocks, one after the other. */
static void share_out(int8_network_t *network)
{
    int8_t *q = network->q;
    float *scale = network->scale;
    for (size_t i = 0; i < network->count; i++) {
        compress_layer_t *layer = &network->layers[i];
        if (layer->q != NULL)
            continue;
        layer->q = q;
        layer->scale = scale;
        q += compress_layer_size(layer);
        scale += layer->k;
    }
}

/* A block of at least `size` bytes: the room's own, which grows, or without a room a new one. */
static int8_t *take_block(int8_room_t *room, size_t size)
{
    if (room == NULL)
        return malloc(size);
    if (room->size < size) {
        free(room->q);
        room->q = malloc(size);
        room->size = room->q != NULL ? size : 0;
    }
    return room->q;
}

void int8_room_free(int8_room_t *room)
{
    free(room->q);
    *room = (int8_room_t){0};
}

static outcome_t reserve(const compress_layer_t *shapes, size_t count, int8_room_t *room, int8_network_t *network)
{
    size_t weights = 0, channels = 0;
    for (size_t i = 0; i < count; i++) {
        weights += shapes[i].q == NULL ? (size_t)compress_layer_size(&shapes[i]) : 0;
        channels += shapes[i].q == NULL ? (size_t)shapes[i].k : 0;
    }
    outcome_t result = int8_network_list(shapes, count, network);
    if (!outcome_is_ok(&result))
        return result;
    network->in_room = room != NULL;
    network->q = take_block(room, weights + 1);
    network->scale = malloc((channels + 1) * sizeof *network->scale);
    if (network->q == NULL || network->scale == NULL) {
        int8_network_free(network);
        return outcome_out_of_memory("INT8 weights");
    }
    share_out(network);
    return result;
}

outcome_t int8_network_reserve(const compress_layer_t *shapes, size_t count, int8_network_t *network)
{
    return reserve(shapes, count, NULL, network);
}

outcome_t int8_network_reserve_table(const net_table_t *table, bool prune_first, int8_room_t *room, int8_network_t *network)
{
    *network = (int8_network_t){0};
    compress_layer_t *shapes = calloc(table->count + 1, sizeof *shapes);
    if (shapes == NULL)
        return outcome_out_of_memory("INT8 weights");
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        shapes[i] = (compress_layer_t){.name = layer->name,
                                       .k = layer->k,
                                       .c = layer->c,
                                       .kh = layer->kh,
                                       .kw = layer->kw,
                                       .whole = net_layer_stays_whole(layer, prune_first)};
    }
    outcome_t result = reserve(shapes, table->count, room, network);
    free(shapes);
    return result;
}

int8_t *int8_network_values(const int8_network_t *network, size_t layer)
{
    return network->q + (network->layers[layer].q - network->q);
}

float *int8_network_scales(const int8_network_t *network, size_t layer)
{
    return network->scale + (network->layers[layer].scale - network->scale);
}

void int8_network_quantize(const int8_network_t *network, size_t layer, const float *floats, int threads)
{
    const compress_layer_t *shape = &network->layers[layer];
    quantize_channels(floats, shape->k, shape->c * shape->kh * shape->kw, threads, int8_network_values(network, layer),
                      int8_network_scales(network, layer));
}

text_t int8_network_source(const char *path)
{
    return text_of("%s", file_name(path));
}

void int8_network_free(int8_network_t *network)
{
    free(network->layers);
    free(network->places);
    free(network->names);
    if (!network->in_room)
        free(network->q);
    free(network->scale);
    free(network->floats);
    *network = (int8_network_t){0};
}

/* ===  From a checkpoint  === */

outcome_t int8_network_from(const net_weights_t *weights, bool prune_first, int threads, int8_network_t *network)
{
    outcome_t result;
    if (outcome_bad(&result, int8_network_reserve_table(&weights->table, prune_first, NULL, network)))
        return result;
    network->source = int8_network_source(weights->path.chars);
    network->lender = weights;
    for (size_t i = 0; i < network->count; i++) {
        network->layers[i].weights = weights->layers[i].weights;
        int8_network_quantize(network, i, weights->layers[i].weights, threads);
        int8_network_rest(network, i);
    }
    return result;
}

outcome_t int8_network_load(const network_t *of, const net_size_t *size, const char *path, bool prune_first, int threads,
                            int8_network_t *network)
{
    net_weights_t weights;
    *network = (int8_network_t){0};
    outcome_t result;
    if (outcome_bad(&result, net_weights_load(of, size, path, &weights)))
        return result;
    result = int8_network_from(&weights, prune_first, threads, network);
    network->lender = NULL;
    for (size_t i = 0; i < network->count; i++)
        network->layers[i].weights = NULL;
    net_weights_free(&weights);
    return result;
}

/* ===  In use  === */

static bool is_kernel(const compress_layer_t *layer)
{
    return layer->kh * layer->kw > 1;
}

/* NULL: none. */
static compress_layer_t *find_image(const int8_network_t *network)
{
    compress_layer_t *grey = NULL;
    for (size_t i = 0; i < network->count; i++) {
        compress_layer_t *layer = &network->layers[i];
        if (!is_kernel(layer) || layer->c > NET_IMAGE_CHANNELS)
            continue;
        if (layer->c > 1)
            return layer;
        grey = grey != NULL ? grey : layer;
    }
    return grey;
}

void int8_network_keep_image(int8_network_t *network)
{
    compress_layer_t *image = find_image(network);
    if (image != NULL)
        image->whole = true;
}

void int8_network_keep_depthwise(int8_network_t *network)
{
    const compress_layer_t *image = find_image(network);
    for (size_t i = 0; i < network->count; i++)
        if (is_kernel(&network->layers[i]) && network->layers[i].c == 1 && &network->layers[i] != image)
            network->layers[i].whole = true;
}

outcome_t int8_network_keep(int8_network_t *network, const char *where, const char *name)
{
    for (size_t i = 0; i < network->count; i++)
        if (text_equal(network->layers[i].name, name)) {
            network->layers[i].whole = true;
            return outcome_ok();
        }
    return outcome_failed(where, text_of("first layer %.100s", name).chars, "no weight of that name",
                          network->layers[0].name, "give the name of a weight of the file");
}

void int8_network_rest(const int8_network_t *network, size_t layer)
{
    if (network->lender != NULL)
        net_weights_rest(network->lender, layer);
}

int64_t int8_network_weights(const int8_network_t *network)
{
    int64_t sum = 0;
    for (size_t i = 0; i < network->count; i++)
        sum += compress_layer_size(&network->layers[i]);
    return sum;
}
