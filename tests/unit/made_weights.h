/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_MADE_WEIGHTS_H
#define BBS_TESTS_MADE_WEIGHTS_H

/* Weights and inputs by formula, the same in C and in tests/oracle/made.py, so that whole networks are compared with
 * PyTorch and only the logits are committed: value i of tensor NAME is u = splitmix64(fnv1a(NAME) + i) in [-1, 1), scaled
 * by what the tensor is. */

#include "nets/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

static double made_uniform(const char *name, int64_t index)
{
    uint64_t x = 0xcbf29ce484222325ULL;
    for (; *name != '\0'; name++)
        x = (x ^ (uint8_t)*name) * 0x100000001b3ULL;
    x += (uint64_t)(index + 1) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    x ^= x >> 31;
    return (double)(x >> 40) / (double)(1 << 23) - 1.0;
}

static bool made_ends(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

/* Products get sqrt(3 / fan in), so that values keep their size; norms lie around 1, variances are positive. */
static void made_fill(const char *name, int rank, const int64_t *shape, float *values)
{
    int64_t count = 1, fan = 1;
    for (int i = 0; i < rank; i++)
        count *= shape[i];
    for (int i = 1; i < rank; i++)
        fan *= shape[i];
    bool product = rank >= 2 && made_ends(name, ".weight") && strstr(name, "embeddings") == NULL;
    double scale = product ? sqrt(3.0 / (double)fan) : rank >= 2 ? 0.5 : made_ends(name, "running_var") ? 0.5 : 0.1;
    double middle = rank == 1 && (made_ends(name, ".weight") || made_ends(name, "running_var")) ? 1.0 : 0.0;
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(middle + scale * made_uniform(name, i));
}

static void made_add(tensor_set_t *set, const char *name, int rank, const int64_t *shape)
{
    tensor_t *tensor;
    assert_ok(tensor_set_reserve(set, name, TENSOR_F32, rank, shape, &tensor));
    made_fill(name, rank, shape, tensor->data);
}

static void made_add_layer(tensor_set_t *set, const net_layer_t *layer)
{
    static const char *const norms[] = {"weight", "bias", "running_mean", "running_var"};
    const int64_t shape[] = {layer->k, layer->c, layer->kh, layer->kw};
    made_add(set, text_of("%s.weight", layer->name).chars, layer->kind == NET_CONV ? 4 : 2, shape);
    if (layer->bias)
        made_add(set, text_of("%s.bias", layer->name).chars, 1, &layer->k);
    for (int i = 0; i < 4 && layer->norm[0] != '\0'; i++)
        made_add(set, text_of("%s.%s", layer->norm, norms[i]).chars, 1, &layer->k);
}

static void made_weights(const network_t *network, const net_size_t *size, net_weights_t *weights)
{
    tensor_set_t set = {0};
    net_table_t table;
    net_program_t program;
    assert_ok(net_layers(network, size, &table));
    assert_ok(net_program(network, size, &program));
    for (size_t i = 0; i < table.count; i++)
        made_add_layer(&set, &table.items[i]);
    for (size_t i = 0; i < program.float_count; i++)
        made_add(&set, program.floats[i].name, program.floats[i].rank, program.floats[i].shape);
    assert_ok(net_weights_from(network, size, "made weights", &set, weights));
    net_program_free(&program);
    net_table_free(&table);
    tensor_set_free(&set);
}

/* Pixels in [-1, 1); or words (and segments) of a text whose length depends on the sample. */
static inline void made_input(const net_weights_t *weights, int64_t sample, float *values)
{
    const net_size_t *size = weights->size;
    text_t name = text_of("input %d", (int)sample);
    const int64_t count = size->channels * size->height * size->width;
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)made_uniform(name.chars, i);
    if (weights->program.count > 0 && weights->program.steps[0].kind == NET_STEP_WORDS)
        for (int64_t i = 0; i < size->width; i++)
            values[i] = i < 5 + size->width / 2 * sample
                            ? floorf((values[i] + 1) / 2 * (float)weights->program.floats[0].shape[0])
                            : -1;
    if (weights->program.count == 0 || weights->program.steps[0].kind != NET_STEP_EMBEDDING)
        return;
    const int64_t words = weights->program.floats[0].shape[0], length = 5 + 13 * sample;
    for (int64_t i = 0; i < size->width; i++) {
        values[i] = i < length ? floorf((values[i] + 1) / 2 * (float)words) : -1;
        values[size->width + i] = i >= length / 2 && i < length;
    }
}

#endif
