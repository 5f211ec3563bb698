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
#include "measure/blocks.h"

#include "base/text.h"
#include "compress/quantize.h"
#include "measure/blocks_internal.h"
#include "measure/variant.h"
#include "nets/llama.h"

#include <stdlib.h>
#include <string.h>

const char *const blocks_matrix_names[] = {
    [BLOCKS_FLOAT] = "fp32", [BLOCKS_INT8] = "int8", [BLOCKS_METHOD] = "method", NULL};

enum { EDGES = 3 /* steps outside the blocks: words, norm, logits */ };

const char *blocks_embedding(const blocks_t *model)
{
    return model->weights->program.floats[0].name;
}

const char *blocks_head(const blocks_t *model)
{
    const net_program_t *program = &model->weights->program;
    return program->floats[program->steps[program->count - 1].first_float].name;
}

/* ===  Layers  === */

outcome_t blocks_widen(const blocks_t *model, const compress_layer_t *layer, float *values)
{
    const text_t name = text_of("%s.weight", layer->name);
    outcome_t result = net_weights_widen(model->weights, name.chars, 0, layer->k, values);
    net_weights_let_go(model->weights, name.chars);
    return result;
}

/* In parts, so that a large vocabulary is never in float32 as a whole. */
static outcome_t quantise(const blocks_t *model, compress_layer_t *layer, int8_t *q, float *scale)
{
    const text_t name = text_of("%s.weight", layer->name);
    const int64_t step = variant_part(layer) / layer->c;
    outcome_t result = outcome_ok();
    layer->q = q;
    layer->scale = scale;
    for (int64_t first = 0; first < layer->k && outcome_is_ok(&result); first += step) {
        const int64_t rows = layer->k - first < step ? layer->k - first : step;
        result = net_weights_widen(model->weights, name.chars, first, rows, model->room);
        if (outcome_is_ok(&result))
            quantize_channels(model->room, rows, layer->c, model->config.threads, q + first * layer->c, scale + first);
    }
    net_weights_let_go(model->weights, name.chars);
    spill_rest(&model->q, q, (size_t)(layer->k * layer->c));
    return result;
}

/* NAME.weight without the end, for as long as the model is open. */
static char *layer_name(const char *tensor)
{
    char *name = text_copy(tensor);
    if (name != NULL && text_ends(name, ".weight"))
        name[strlen(name) - strlen(".weight")] = '\0';
    return name;
}

static outcome_t list_layers(blocks_t *model)
{
    const net_table_t *table = &model->weights->table;
    const blocks_config_t *config = &model->config;
    const compress_layer_t matrix = {.k = model->words, .c = model->width, .kh = 1, .kw = 1};
    compress_layer_t *layers = model->layers = calloc(table->count + 2, sizeof *layers);
    size_t count = 0;
    if (layers == NULL)
        return outcome_out_of_memory("layers");
    if (config->embedding != BLOCKS_FLOAT) {
        layers[count] = matrix;
        layers[count].whole = config->embedding == BLOCKS_INT8;
        layers[count++].name = layer_name(blocks_embedding(model));
    }
    model->first = count;
    for (size_t i = 0; i < table->count; i++, count++)
        layers[count] = (compress_layer_t){
            .name = text_copy(table->items[i].name), .k = table->items[i].k, .c = table->items[i].c, .kh = 1, .kw = 1};
    if (config->head != BLOCKS_FLOAT && !model->tied) {
        layers[count] = matrix;
        layers[count].whole = config->head == BLOCKS_INT8;
        layers[count++].name = layer_name(blocks_head(model));
    }
    model->count = count;
    for (size_t i = 0; i < count; i++)
        if (layers[i].name == NULL)
            return outcome_out_of_memory("layers");
    return outcome_ok();
}

static outcome_t open_layers(blocks_t *model)
{
    int64_t weights = 0, channels = 0,
            largest = variant_part(&(compress_layer_t){.k = model->words, .c = model->width, .kh = 1, .kw = 1});
    outcome_t result = list_layers(model);
    for (size_t i = 0; i < model->count && outcome_is_ok(&result); i++) {
        const int64_t part = variant_part(&model->layers[i]);
        weights += compress_layer_size(&model->layers[i]);
        channels += model->layers[i].k;
        largest = part > largest ? part : largest;
    }
    if (!outcome_is_ok(&result) || outcome_bad(&result, spill_create("INT8 weights", (size_t)weights, &model->q)))
        return result;
    model->scale = malloc((size_t)channels * sizeof *model->scale);
    model->room = malloc((size_t)largest * sizeof *model->room);
    if (model->scale == NULL || model->room == NULL)
        return outcome_out_of_memory("INT8 weights");
    int8_t *q = model->q.data;
    float *scale = model->scale;
    for (size_t i = 0; i < model->count && outcome_is_ok(&result); i++) {
        result = quantise(model, &model->layers[i], q, scale);
        q += compress_layer_size(&model->layers[i]);
        scale += model->layers[i].k;
    }
    return result;
}

/* ===  Parts  === */

static outcome_t open_part(const blocks_t *model, blocks_part_t *part)
{
    const blocks_config_t *config = &model->config;
    return config->integers
               ? engine_open_integers(&part->slice.weights, config->kernels, NULL, config->threads, &part->engine)
               : engine_open(&part->slice.weights, config->kernels, config->threads, &part->engine);
}

/* A float head is set once, in parts. */
static outcome_t set_float_head(blocks_t *model)
{
    const compress_layer_t head = {.k = model->words, .c = model->width, .kh = 1, .kw = 1};
    const int64_t step = variant_part(&head) / head.c;
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < head.k && outcome_is_ok(&result); first += step) {
        const int64_t rows = head.k - first < step ? head.k - first : step;
        result = net_weights_widen(model->weights, blocks_head(model), first, rows, model->room);
        if (outcome_is_ok(&result))
            result = engine_set_rows(model->head.engine, 0, first, rows, model->room);
    }
    net_weights_let_go(model->weights, blocks_head(model));
    return result;
}

static outcome_t open_head(blocks_t *model)
{
    const net_program_t *program = &model->weights->program;
    const bool whole = model->config.integers && model->config.head == BLOCKS_FLOAT;
    const size_t bytes = (size_t)(model->words * model->width) * sizeof(float);
    net_slice_t *slice = &model->head.slice;
    outcome_t result = net_slice_open(model->weights, program->count - 2, program->count, 0, 0, slice);
    if (outcome_is_ok(&result) && whole && !outcome_bad(&result, spill_create("the head", bytes, &model->head_floats)))
        result = net_weights_widen(model->weights, blocks_head(model), 0, model->words, model->head_floats.data);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, net_slice_set_head(slice, "head", whole ? model->head_floats.data : NULL)) ||
        outcome_bad(&result, open_part(model, &model->head)))
        return result;
    return model->config.head == BLOCKS_FLOAT && !whole ? set_float_head(model) : result;
}

static outcome_t open_block(blocks_t *model)
{
    const net_program_t *program = &model->weights->program;
    const size_t steps = (program->count - EDGES) / (size_t)model->blocks;
    outcome_t result = net_slice_open(model->weights, 1, 1 + steps, 0, model->block_layers, &model->block.slice);
    model->block_floats = (size_t)(program->steps[1 + steps].first_float - program->steps[1].first_float);
    return outcome_is_ok(&result) ? open_part(model, &model->block) : result;
}

/* ===  Opening and closing  === */

static outcome_t open_workers(blocks_t *model)
{
    const size_t threads = (size_t)model->config.threads;
    model->at = calloc(threads, sizeof *model->at);
    model->failed = calloc(threads, sizeof *model->failed);
    model->numbers = calloc(threads * (size_t)model->context, sizeof *model->numbers);
    return model->at != NULL && model->failed != NULL && model->numbers != NULL ? outcome_ok()
                                                                                : outcome_out_of_memory("windows");
}

outcome_t blocks_check(const net_weights_t *weights)
{
    const net_program_t *program = &weights->program;
    if (program->count > EDGES && program->steps[0].kind == NET_STEP_WORDS &&
        program->steps[program->count - 1].kind == NET_STEP_LOGITS)
        return outcome_ok();
    return outcome_failed(weights->path.chars, NULL, weights->network->title, "a language model",
                          "bbsbench accuracy evaluates networks that classify");
}

outcome_t blocks_open(const net_weights_t *weights, const blocks_config_t *config, blocks_t **opened)
{
    outcome_t result = blocks_check(weights);
    *opened = NULL;
    if (!outcome_is_ok(&result))
        return result;
    if (weights->program.steps[weights->program.count - 1].first_float == 0 && config->embedding != config->head)
        return outcome_usage("--embedding, --head", NULL, "two choices for one matrix",
                             "the same for both, because the head of this model is its embedding", NULL);
    blocks_t *model = calloc(1, sizeof *model);
    if (model == NULL)
        return outcome_out_of_memory("language model");
    const net_program_t *program = &weights->program;
    *model = (blocks_t){.weights = weights,
                        .config = *config,
                        .blocks = llama_blocks(weights->size),
                        .context = program->tokens,
                        .width = program->steps[0].outputs,
                        .words = weights->size->classes,
                        .tied = program->steps[program->count - 1].first_float == 0};
    model->block_layers = (int64_t)weights->table.count / model->blocks;
    if (outcome_bad(&result, open_layers(model)) || outcome_bad(&result, open_block(model)) ||
        outcome_bad(&result, open_head(model)) || outcome_bad(&result, open_workers(model)))
        blocks_close(model);
    else
        *opened = model;
    return result;
}

static void close_part(blocks_part_t *part)
{
    engine_close(part->engine);
    net_slice_free(&part->slice);
}

void blocks_close(blocks_t *model)
{
    if (model == NULL)
        return;
    close_part(&model->block);
    close_part(&model->head);
    for (size_t i = 0; i < model->count; i++)
        free((void *)(uintptr_t)model->layers[i].name);
    free(model->layers);
    free(model->scale);
    free(model->room);
    free(model->rows);
    free(model->at);
    free(model->failed);
    free(model->numbers);
    spill_free(&model->q);
    spill_free(&model->head_floats);
    spill_free(&model->vectors);
    free(model);
}
