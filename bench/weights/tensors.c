/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/tensors.h"

#include "base/home.h"
#include "weights/portrait_file.h"
#include "compress/quantize.h"
#include "weights/synthesis.h"
#include "weights/match.h"
#include "nets/weights.h"

#include <stdlib.h>
#include <string.h>

/* ===  Room  === */

static outcome_t open_tensors(const net_table_t *table, bool prune_first, tensors_t *tensors)
{
    int64_t weights = 0, channels = 0;
    for (size_t i = 0; i < table->count; i++) {
        weights += net_layer_weights(&table->items[i]);
        channels += table->items[i].k;
    }
    *tensors = (tensors_t){.count = table->count};
    tensors->layers = calloc(table->count + 1, sizeof *tensors->layers);
    tensors->q = malloc((size_t)weights + 1);
    tensors->scale = malloc(((size_t)channels + 1) * sizeof *tensors->scale);
    if (tensors->layers == NULL || tensors->q == NULL || tensors->scale == NULL) {
        tensors_free(tensors);
        return outcome_out_of_memory("INT8 tensors");
    }
    int8_t *q = tensors->q;
    float *scale = tensors->scale;
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        tensors->layers[i] = (compress_layer_t){.name = layer->name,
                                                .k = layer->k,
                                                .c = layer->c,
                                                .kh = layer->kh,
                                                .kw = layer->kw,
                                                .whole = layer->first && !prune_first,
                                                .q = q,
                                                .scale = scale};
        q += net_layer_weights(layer);
        scale += layer->k;
    }
    return outcome_ok();
}

void tensors_free(tensors_t *tensors)
{
    free(tensors->layers);
    free(tensors->q);
    free(tensors->scale);
    *tensors = (tensors_t){0};
}

/* Where layer i's values and scales are written. */
static int8_t *values_of(const tensors_t *tensors, size_t i)
{
    return tensors->q + (tensors->layers[i].q - tensors->q);
}

static float *scales_of(const tensors_t *tensors, size_t i)
{
    return tensors->scale + (tensors->layers[i].scale - tensors->scale);
}

/* ===  From a checkpoint  === */

outcome_t tensors_load(const network_t *network, const net_size_t *size, const net_table_t *table, const char *path,
                       bool prune_first, int threads, tensors_t *tensors)
{
    net_weights_t weights;
    outcome_t result = net_weights_load(network, size, path, &weights);
    if (!outcome_is_ok(&result))
        return result;
    result = open_tensors(table, prune_first, tensors);
    for (size_t i = 0; outcome_is_ok(&result) && i < tensors->count; i++) {
        const net_layer_t *layer = &table->items[i];
        quantize_channels(weights.layers[i].weights, layer->k, layer->c * layer->kh * layer->kw, threads,
                          values_of(tensors, i), scales_of(tensors, i));
    }
    if (outcome_is_ok(&result)) {
        const char *slash = strrchr(weights.path.chars, '/');
        tensors->source = text_of("%s", slash != NULL ? slash + 1 : weights.path.chars);
    }
    net_weights_free(&weights);
    return result;
}

/* ===  Drawn  === */

static const char *const of_cnns[] = {"models/profiles/resnet50v2_imagenet_partial.csv",
                                      "models/profiles/resnet18_imagenet_partial.csv", NULL};
static const char *const of_vits[] = {"models/profiles/vit_tiny_tinyimagenet200.csv", NULL};
static const char *const of_berts[] = {"models/profiles/bert_tiny_sst2_encoder.csv", NULL};
static const char *const of_others[] = {"models/profiles/resnet50v2_imagenet_partial.csv",
                                        "models/profiles/vit_tiny_tinyimagenet200.csv", NULL};

static const struct {
    const char *family;
    const char *const *profiles;
} substitutes[] = {{"resnet", of_cnns}, {"vgg", of_cnns}, {"vit", of_vits}, {"bert", of_berts}};

const char *const *tensors_profiles(const char *family)
{
    for (size_t i = 0; i < sizeof substitutes / sizeof *substitutes; i++)
        if (text_equal(substitutes[i].family, family))
            return substitutes[i].profiles;
    return of_others;
}

/* FNV-1a. */
static uint32_t hash_of(const char *text, uint32_t hash)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

enum { MOST_FILES = 4 };

static outcome_t read_profiles(const char *const *paths, portraits_t *files, text_t *source)
{
    outcome_t result = outcome_ok();
    *source = text_of("synthetic");
    for (int i = 0; i < MOST_FILES && paths[i] != NULL && outcome_is_ok(&result); i++) {
        text_t path;
        if (outcome_bad(&result, home_path(paths[i], &path)) || outcome_bad(&result, portraits_read(path.chars, &files[i])))
            break;
        const char *name = strrchr(paths[i], '/') + 1;
        *source = text_of("%s%c%.*s", source->chars, i == 0 ? ':' : '+', (int)strcspn(name, "."), name);
    }
    return result;
}

outcome_t tensors_synthetic(const network_t *network, const net_size_t *size, const net_table_t *table, bool prune_first,
                            int threads, tensors_t *tensors)
{
    portraits_t files[MOST_FILES] = {{0}};
    text_t source;
    *tensors = (tensors_t){0};
    outcome_t result;
    if (outcome_bad(&result, read_profiles(tensors_profiles(network->family), files, &source)) ||
        outcome_bad(&result, open_tensors(table, prune_first, tensors)))
        goto out;
    tensors->synthetic = true;
    tensors->source = source;
    uint32_t seed = hash_of(size->name, hash_of(network->name, 2166136261u));
    for (size_t i = 0; i < table->count && outcome_is_ok(&result); i++) {
        const net_layer_t *layer = &table->items[i];
        match_t wanted = {.linear = layer->kind == NET_LINEAR,
                          .k = layer->k,
                          .c = layer->c,
                          .kh = layer->kh,
                          .kw = layer->kw,
                          .depth = table->count > 1 ? (double)i / (double)(table->count - 1) : 0.0};
        result = synthesis_draw(match_portrait(files, MOST_FILES, &wanted), &tensors->layers[i], seed, threads,
                                values_of(tensors, i), scales_of(tensors, i));
        seed += (uint32_t)table->items[i].k + 1;
    }

out:
    if (!outcome_is_ok(&result))
        tensors_free(tensors);
    for (int i = 0; i < MOST_FILES; i++)
        portraits_free(&files[i]);
    return result;
}
