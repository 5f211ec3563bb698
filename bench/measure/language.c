/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be in memory, for a model of P weights in W windows of C tokens of width D:
 *
 * * The checkpoint stays in its mapped files (2 P bytes in BF16), whose pages the system takes back when it needs them.
 *   They are read once for INT8, and once more by methods that begin with floats.
 * * The INT8 weights, P bytes, are a mapped file too (base/spill.h): they are the same for all methods.
 * * Only one block is in the engine, in the form of its kernels (4 bytes a weight in float32). So all windows go through
 * one block before the next one is compressed: the weights are read, compressed and set once a method and not once a
 * window. The price is the vectors between two blocks, 4 W C D bytes, again in a mapped file.
 * * Each worker has the activations of one window, each result as long as it is.
 *
 * Compression runs layer by layer in the order of the network (compress_each()), so the sink that gets a layer sets it, and
 * after the last layer of a block runs all windows through the block. Channels that are sensitive in the whole network are
 * chosen from the INT8 weights, before. */
#include "measure/language.h"

#include "base/text.h"
#include "compress/quantize.h"
#include "measure/language_internal.h"
#include "measure/variant.h"
#include "nets/llama.h"

#include <stdlib.h>
#include <string.h>

const char *const language_matrix_names[] = {
    [LANGUAGE_FLOAT] = "fp32", [LANGUAGE_INT8] = "int8", [LANGUAGE_METHOD] = "method", NULL};

enum { EDGES = 3 /* steps outside the blocks: words, norm, logits */ };

const char *language_embedding(const language_t *language)
{
    return language->weights->program.floats[0].name;
}

const char *language_head(const language_t *language)
{
    const net_program_t *program = &language->weights->program;
    return program->floats[program->steps[program->count - 1].first_float].name;
}

/* ===  Layers  === */

outcome_t language_widen(const language_t *language, const compress_layer_t *layer, float *values)
{
    const text_t name = text_of("%s.weight", layer->name);
    outcome_t result = net_weights_widen(language->weights, name.chars, 0, layer->k, values);
    net_weights_let_go(language->weights, name.chars);
    return result;
}

/* In parts, so that a large vocabulary is never in float32 as a whole. */
static outcome_t quantise(const language_t *language, compress_layer_t *layer, int8_t *q, float *scale)
{
    const text_t name = text_of("%s.weight", layer->name);
    const int64_t step = variant_part(layer) / layer->c;
    outcome_t result = outcome_ok();
    layer->q = q;
    layer->scale = scale;
    for (int64_t first = 0; first < layer->k && outcome_is_ok(&result); first += step) {
        const int64_t rows = layer->k - first < step ? layer->k - first : step;
        result = net_weights_widen(language->weights, name.chars, first, rows, language->room);
        if (outcome_is_ok(&result))
            quantize_channels(language->room, rows, layer->c, language->config.threads, q + first * layer->c,
                              scale + first);
    }
    net_weights_let_go(language->weights, name.chars);
    spill_rest(&language->q, q, (size_t)(layer->k * layer->c));
    return result;
}

/* NAME.weight without the end, for as long as the language is open. */
static char *layer_name(const char *tensor)
{
    char *name = text_copy(tensor);
    if (name != NULL && text_ends(name, ".weight"))
        name[strlen(name) - strlen(".weight")] = '\0';
    return name;
}

static outcome_t list_layers(language_t *language)
{
    const net_table_t *table = &language->weights->table;
    const language_config_t *config = &language->config;
    const compress_layer_t matrix = {.k = language->words, .c = language->width, .kh = 1, .kw = 1};
    compress_layer_t *layers = language->layers = calloc(table->count + 2, sizeof *layers);
    size_t count = 0;
    if (layers == NULL)
        return outcome_out_of_memory("layers");
    if (config->embedding != LANGUAGE_FLOAT) {
        layers[count] = matrix;
        layers[count].whole = config->embedding == LANGUAGE_INT8;
        layers[count++].name = layer_name(language_embedding(language));
    }
    language->first = count;
    for (size_t i = 0; i < table->count; i++, count++)
        layers[count] = (compress_layer_t){
            .name = text_copy(table->items[i].name), .k = table->items[i].k, .c = table->items[i].c, .kh = 1, .kw = 1};
    if (config->head != LANGUAGE_FLOAT && !language->tied) {
        layers[count] = matrix;
        layers[count].whole = config->head == LANGUAGE_INT8;
        layers[count++].name = layer_name(language_head(language));
    }
    language->count = count;
    for (size_t i = 0; i < count; i++)
        if (layers[i].name == NULL)
            return outcome_out_of_memory("layers");
    return outcome_ok();
}

static outcome_t open_layers(language_t *language)
{
    int64_t weights = 0, channels = 0,
            largest = variant_part(&(compress_layer_t){.k = language->words, .c = language->width, .kh = 1, .kw = 1});
    outcome_t result = list_layers(language);
    for (size_t i = 0; i < language->count && outcome_is_ok(&result); i++) {
        const int64_t part = variant_part(&language->layers[i]);
        weights += compress_layer_size(&language->layers[i]);
        channels += language->layers[i].k;
        largest = part > largest ? part : largest;
    }
    if (!outcome_is_ok(&result) || outcome_bad(&result, spill_create("INT8 weights", (size_t)weights, &language->q)))
        return result;
    language->scale = malloc((size_t)channels * sizeof *language->scale);
    language->room = malloc((size_t)largest * sizeof *language->room);
    if (language->scale == NULL || language->room == NULL)
        return outcome_out_of_memory("INT8 weights");
    int8_t *q = language->q.data;
    float *scale = language->scale;
    for (size_t i = 0; i < language->count && outcome_is_ok(&result); i++) {
        result = quantise(language, &language->layers[i], q, scale);
        q += compress_layer_size(&language->layers[i]);
        scale += language->layers[i].k;
    }
    return result;
}

/* ===  Parts  === */

static outcome_t open_part(const language_t *language, language_part_t *part)
{
    const language_config_t *config = &language->config;
    return config->integers
               ? engine_open_integers(&part->slice.weights, config->kernels, NULL, config->threads, &part->engine)
               : engine_open(&part->slice.weights, config->kernels, config->threads, &part->engine);
}

/* A float head is set once, in parts. */
static outcome_t set_float_head(language_t *language)
{
    const compress_layer_t head = {.k = language->words, .c = language->width, .kh = 1, .kw = 1};
    const int64_t step = variant_part(&head) / head.c;
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < head.k && outcome_is_ok(&result); first += step) {
        const int64_t rows = head.k - first < step ? head.k - first : step;
        result = net_weights_widen(language->weights, language_head(language), first, rows, language->room);
        if (outcome_is_ok(&result))
            result = engine_set_rows(language->head.engine, 0, first, rows, language->room);
    }
    net_weights_let_go(language->weights, language_head(language));
    return result;
}

static outcome_t open_head(language_t *language)
{
    const net_program_t *program = &language->weights->program;
    const bool whole = language->config.integers && language->config.head == LANGUAGE_FLOAT;
    const size_t bytes = (size_t)(language->words * language->width) * sizeof(float);
    net_slice_t *slice = &language->head.slice;
    outcome_t result = net_slice_open(language->weights, program->count - 2, program->count, 0, 0, slice);
    if (outcome_is_ok(&result) && whole && !outcome_bad(&result, spill_create("the head", bytes, &language->head_floats)))
        result =
            net_weights_widen(language->weights, language_head(language), 0, language->words, language->head_floats.data);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, net_slice_set_head(slice, "head", whole ? language->head_floats.data : NULL)) ||
        outcome_bad(&result, open_part(language, &language->head)))
        return result;
    return language->config.head == LANGUAGE_FLOAT && !whole ? set_float_head(language) : result;
}

static outcome_t open_block(language_t *language)
{
    const net_program_t *program = &language->weights->program;
    const size_t steps = (program->count - EDGES) / (size_t)language->blocks;
    outcome_t result = net_slice_open(language->weights, 1, 1 + steps, 0, language->block_layers, &language->block.slice);
    language->block_floats = (size_t)(program->steps[1 + steps].first_float - program->steps[1].first_float);
    return outcome_is_ok(&result) ? open_part(language, &language->block) : result;
}

/* ===  Opening and closing  === */

static outcome_t open_workers(language_t *language)
{
    const size_t threads = (size_t)language->config.threads;
    language->at = calloc(threads, sizeof *language->at);
    language->failed = calloc(threads, sizeof *language->failed);
    language->numbers = calloc(threads * (size_t)language->context, sizeof *language->numbers);
    return language->at != NULL && language->failed != NULL && language->numbers != NULL ? outcome_ok()
                                                                                         : outcome_out_of_memory("windows");
}

outcome_t language_check(const net_weights_t *weights)
{
    const net_program_t *program = &weights->program;
    if (program->count > EDGES && program->steps[0].kind == NET_STEP_WORDS &&
        program->steps[program->count - 1].kind == NET_STEP_LOGITS)
        return outcome_ok();
    return outcome_failed(weights->path.chars, NULL, weights->network->title, "a language model",
                          "bbsbench accuracy evaluates networks that classify");
}

outcome_t language_open(const net_weights_t *weights, const language_config_t *config, language_t **opened)
{
    outcome_t result = language_check(weights);
    *opened = NULL;
    if (!outcome_is_ok(&result))
        return result;
    if (weights->program.steps[weights->program.count - 1].first_float == 0 && config->embedding != config->head)
        return outcome_usage("--embedding, --head", NULL, "two choices for one matrix",
                             "the same for both, because the head of this model is its embedding", NULL);
    language_t *language = calloc(1, sizeof *language);
    if (language == NULL)
        return outcome_out_of_memory("language model");
    const net_program_t *program = &weights->program;
    *language = (language_t){.weights = weights,
                             .config = *config,
                             .blocks = llama_blocks(weights->size),
                             .context = program->tokens,
                             .width = program->steps[0].outputs,
                             .words = weights->size->classes,
                             .tied = program->steps[program->count - 1].first_float == 0};
    language->block_layers = (int64_t)weights->table.count / language->blocks;
    if (outcome_bad(&result, open_layers(language)) || outcome_bad(&result, open_block(language)) ||
        outcome_bad(&result, open_head(language)) || outcome_bad(&result, open_workers(language)))
        language_close(language);
    else
        *opened = language;
    return result;
}

static void close_part(language_part_t *part)
{
    engine_close(part->engine);
    net_slice_free(&part->slice);
}

void language_close(language_t *language)
{
    if (language == NULL)
        return;
    close_part(&language->block);
    close_part(&language->head);
    for (size_t i = 0; i < language->count; i++)
        free((void *)(uintptr_t)language->layers[i].name);
    free(language->layers);
    free(language->scale);
    free(language->room);
    free(language->rows);
    free(language->at);
    free(language->failed);
    free(language->numbers);
    spill_free(&language->q);
    spill_free(&language->head_floats);
    spill_free(&language->vectors);
    free(language);
}
