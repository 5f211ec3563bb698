/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/substitute.h"

#include "base/home.h"
#include "weights/match.h"
#include "weights/synthesis.h"

#include <stdlib.h>
#include <string.h>

/* ===  Which portraits stand for a family  === */

enum { MOST_FILES = 4 };

/* models/profiles/README.md gives the sources of these weights. */
static const char resnet50[] = "models/profiles/resnet50v2_imagenet_partial.csv";
static const char resnet18[] = "models/profiles/resnet18_imagenet_partial.csv";
static const char vit_tiny[] = "models/profiles/vit_tiny_tinyimagenet200.csv";
static const char bert_tiny[] = "models/profiles/bert_tiny_sst2_encoder.csv";

static const struct {
    const char *family; /* NULL: any other family, such as a user's network */
    const char *files[MOST_FILES + 1];
} substitutes[] = {
    {"resnet", {resnet50, resnet18}},    /* of the same data; only the second holds the fully connected layer */
    {"vgg", {resnet50, resnet18}},       /* convolutions with ReLU of the same data */
    {"mobilenet", {resnet50, resnet18}}, /* the same; none of them has depthwise kernels: their first layers stand in */
    {"vit", {vit_tiny}},
    {"bert", {bert_tiny}},
    {"llama", {bert_tiny}},       /* the matrices of another transformer that reads text */
    {NULL, {resnet50, vit_tiny}}, /* convolutions as in the CNNs, matrices as in ViT */
};

const char *const *substitute_files(const char *family)
{
    size_t i = 0;
    while (substitutes[i].family != NULL && !text_equal(substitutes[i].family, family))
        i++;
    return substitutes[i].files;
}

/* ===  Drawing  === */

/* FNV-1a. */
static uint32_t hash_of(const char *text, uint32_t hash)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

/* `source` becomes "synthetic:FIRST+SECOND". */
static outcome_t read_files(const char *const *paths, portraits_t *files, text_t *source)
{
    outcome_t result = outcome_ok();
    *source = text_of("synthetic");
    for (int i = 0; paths[i] != NULL; i++) {
        text_t path, name = int8_network_source(paths[i]);
        if (outcome_bad(&result, home_path(paths[i], &path)) || outcome_bad(&result, portraits_read(path.chars, &files[i])))
            break;
        *source = text_of("%s%c%.*s", source->chars, i == 0 ? ':' : '+', (int)strcspn(name.chars, "."), name.chars);
    }
    return result;
}

/* chosen[table->count] */
static void choose(const portraits_t *files, const net_table_t *table, const portrait_t **chosen)
{
    for (size_t i = 0; i < table->count; i++) {
        const net_layer_t *layer = &table->items[i];
        match_t wanted = {.linear = layer->kind == NET_LINEAR,
                          .k = layer->k,
                          .c = layer->c,
                          .kh = layer->kh,
                          .kw = layer->kw,
                          .depth = table->count > 1 ? (double)i / (double)(table->count - 1) : 0.0};
        chosen[i] = match_portrait(files, MOST_FILES, &wanted);
    }
}

/* The names alone make the numbers of the first seed. */
static uint32_t start_of(const char *name, const net_size_t *size, int seed)
{
    const uint32_t names = hash_of(size->name, hash_of(name, 2166136261u));
    return seed == SUBSTITUTE_SEED ? names : hash_of(text_of(" %d", seed).chars, names);
}

static outcome_t draw_table(uint32_t seed, const net_table_t *table, const portraits_t *files, bool prune_first,
                            int threads, int8_room_t *room, int8_network_t *network)
{
    const portrait_t **chosen = calloc(table->count + 1, sizeof *chosen);
    outcome_t result = chosen ? outcome_ok() : outcome_out_of_memory("synthetic weights");
    if (outcome_is_ok(&result) && !outcome_bad(&result, int8_network_reserve_table(table, prune_first, room, network))) {
        choose(files, table, chosen);
        result = synthesis_fill(network, chosen, seed, threads);
    }
    free(chosen);
    return result;
}

outcome_t substitute_draw(const network_t *of, const net_size_t *size, bool prune_first, int seed, int threads,
                          int8_network_t *network)
{
    return substitute_draw_into(of, size, prune_first, seed, threads, NULL, network);
}

outcome_t substitute_draw_into(const network_t *of, const net_size_t *size, bool prune_first, int seed, int threads,
                               int8_room_t *room, int8_network_t *network)
{
    portraits_t files[MOST_FILES] = {{0}};
    net_table_t table = {0};
    text_t source;
    outcome_t result;
    *network = (int8_network_t){0};
    if (!outcome_bad(&result, net_layers(of, size, &table)) &&
        !outcome_bad(&result, read_files(substitute_files(of->family), files, &source)))
        result = draw_table(start_of(of->name, size, seed), &table, files, prune_first, threads, room, network);
    if (outcome_is_ok(&result)) {
        network->synthetic = true;
        network->source = seed == SUBSTITUTE_SEED ? source : text_of("%s seed %d", source.chars, seed);
    } else {
        int8_network_free(network);
    }
    net_table_free(&table);
    for (int i = 0; i < MOST_FILES; i++)
        portraits_free(&files[i]);
    return result;
}
