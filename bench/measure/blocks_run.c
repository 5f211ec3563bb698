/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One method over all windows; blocks.c says why in this order. */
#include "measure/blocks.h"

#include "base/text.h"
#include "base/threads.h"
#include "compress/spec.h"
#include "measure/blocks_internal.h"
#include "measure/variant.h"

#include <stdlib.h>

typedef struct {
    blocks_t *model;
    compress_size_t *bits;
    float *floats; /* of the layer that is compressed; NULL: the method does not read them */
    /* The embedding as the method has it, while it is given to all windows; NULL: float. */
    const compress_layer_t *layer;
    const compressed_t *compressed;
} run_t;

static float *vectors_of(const blocks_t *model, int64_t window)
{
    return (float *)model->vectors.data + window * model->context * model->width;
}

static void rest_vectors(const blocks_t *model, int64_t window)
{
    spill_rest(&model->vectors, vectors_of(model, window), (size_t)(model->rows[window] * model->width) * sizeof(float));
}

/* Run a task for each window; worker 0 shows the progress. */
static outcome_t for_windows(blocks_t *model, threads_task_t task, void *context)
{
    const int threads = model->config.threads;
    outcome_t result = threads_for(threads, model->windows, task, context);
    for (int i = 0; i < threads && outcome_is_ok(&result); i++)
        result = model->failed[i];
    return result;
}

static void count_window(blocks_t *model, int worker)
{
    const int64_t done = __atomic_add_fetch(&model->done, 1, __ATOMIC_RELAXED);
    if (worker == 0)
        progress_update(&model->progress, done);
}

/* ===  Embedding  === */

static outcome_t embed_token(const run_t *run, int64_t place, int32_t number, float *vector)
{
    const blocks_t *model = run->model;
    if (number < 0 || number >= model->words)
        return outcome_failed("text", text_of("token %d of its window", (int)place).chars,
                              text_of("number %d", (int)number).chars, text_of("below %d", (int)model->words).chars,
                              "the vocabulary is not that of the weights");
    if (run->compressed == NULL)
        return net_weights_widen(model->weights, blocks_embedding(model), number, 1, vector);
    compressed_to_floats(run->compressed, run->layer, number, 1, vector);
    return outcome_ok();
}

static void embed_window(void *context, int64_t window, int worker)
{
    const run_t *run = context;
    blocks_t *model = run->model;
    int32_t *numbers = model->numbers + worker * model->context;
    float *vector = vectors_of(model, window);
    const int64_t rows = model->rows[window] = model->config.fill(model->config.context, model->begin + window, numbers);
    for (int64_t row = 0; row < rows && outcome_is_ok(&model->failed[worker]); row++, vector += model->width)
        model->failed[worker] = embed_token(run, row, numbers[row], vector);
    rest_vectors(model, window);
}

static outcome_t embed(run_t *run, const compress_layer_t *layer, const compressed_t *compressed)
{
    run->layer = layer;
    run->compressed = compressed;
    outcome_t result = for_windows(run->model, embed_window, run);
    net_weights_let_go(run->model->weights, blocks_embedding(run->model));
    return result;
}

/* ===  Blocks and head  === */

static void run_block_on(void *context, int64_t window, int worker)
{
    blocks_t *model = context;
    float *vectors = vectors_of(model, window);
    if (!outcome_is_ok(&model->failed[worker]))
        return;
    model->failed[worker] = engine_run(model->block.engine, worker, model->rows[window], vectors, vectors);
    rest_vectors(model, window);
    count_window(model, worker);
}

static void read_rows(void *context, int worker, int64_t row, int64_t rows, const float *logits)
{
    const blocks_t *model = context;
    model->config.read(model->config.context, model->at[worker], row, rows, logits);
}

static void run_head_on(void *context, int64_t window, int worker)
{
    blocks_t *model = context;
    if (!outcome_is_ok(&model->failed[worker]))
        return;
    model->at[worker] = model->begin + window;
    model->failed[worker] = engine_run(model->head.engine, worker, model->rows[window], vectors_of(model, window), NULL);
    rest_vectors(model, window);
    count_window(model, worker);
}

static outcome_t run_head(blocks_t *model)
{
    outcome_t result = engine_read(model->head.engine, read_rows, model);
    return outcome_is_ok(&result) ? for_windows(model, run_head_on, model) : result;
}

static outcome_t take_block_layer(blocks_t *model, size_t index, const compressed_t *compressed)
{
    const int64_t place = (int64_t)(index - model->first), block = place / model->block_layers;
    outcome_t result = variant_give(model->block.engine, (size_t)(place % model->block_layers), &model->layers[index],
                                    compressed, model->room);
    if (!outcome_is_ok(&result) || (place + 1) % model->block_layers != 0)
        return result;
    net_slice_move(&model->block.slice, (size_t)block * model->block_floats);
    result = for_windows(model, run_block_on, model);
    return outcome_is_ok(&result) && index + 1 == model->count ? run_head(model) : result;
}

/* ===  A method  === */

static outcome_t take_matrix(run_t *run, size_t index, const compressed_t *compressed)
{
    blocks_t *model = run->model;
    const compress_layer_t *layer = &model->layers[index];
    const bool embedding = index < model->first;
    outcome_t result = embedding ? embed(run, layer, compressed) : outcome_ok();
    if (outcome_is_ok(&result) && (!embedding || model->tied))
        result = variant_give(model->head.engine, 0, layer, compressed, model->room);
    return outcome_is_ok(&result) && !embedding ? run_head(model) : result;
}

static outcome_t take_layer(void *context, size_t index, compressed_t *compressed)
{
    run_t *run = context;
    blocks_t *model = run->model;
    const compress_layer_t *layer = &model->layers[index];
    const bool block = index >= model->first && index < model->first + model->weights->table.count;
    outcome_t result = block ? take_block_layer(model, index, compressed) : take_matrix(run, index, compressed);
    compress_add_size(run->bits, layer, compressed);
    spill_rest(&model->q, layer->q, (size_t)compress_layer_size(layer));
    if (outcome_is_ok(&result) && run->floats != NULL && index + 1 < model->count)
        result = blocks_widen(model, layer + 1, run->floats);
    return result;
}

/* Floats of one layer at a time, all at the same place. Methods that only choose channels by deviation do that from the
 * INT8 weights. */
static outcome_t open_floats(const blocks_t *model, const method_t *method, spill_t *floats)
{
    int64_t largest = 0;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < model->count && method->input == METHOD_FLOAT; i++) {
        const int64_t size = compress_layer_size(&model->layers[i]);
        largest = size > largest ? size : largest;
    }
    if (largest > 0 && outcome_bad(&result, spill_create("float weights", (size_t)largest * sizeof(float), floats)))
        return result;
    for (size_t i = 0; i < model->count; i++)
        model->layers[i].weights = floats->data;
    return floats->data != NULL ? blocks_widen(model, &model->layers[0], floats->data) : result;
}

/* Room for the vectors of the windows of a run. */
static outcome_t open_windows(blocks_t *model, int64_t first, int64_t windows)
{
    const size_t floats = (size_t)(windows * model->context * model->width);
    for (int i = 0; i < model->config.threads; i++)
        model->failed[i] = outcome_ok();
    model->begin = first;
    model->windows = windows;
    model->done = 0;
    if (windows <= model->room_windows)
        return outcome_ok();
    spill_free(&model->vectors);
    free(model->rows);
    model->room_windows = windows;
    model->rows = calloc((size_t)windows, sizeof *model->rows);
    return model->rows != NULL ? spill_create("vectors between blocks", floats * sizeof(float), &model->vectors)
                               : outcome_out_of_memory("windows");
}

outcome_t blocks_run(blocks_t *model, const char *spec, const char *title, int64_t first, int64_t windows,
                     compress_size_t *bits)
{
    run_t run = {.model = model, .bits = bits};
    spill_t floats = {0};
    const method_t *method;
    method_config_t config;
    outcome_t result;
    *bits = (compress_size_t){0};
    if (outcome_bad(&result, method_parse(spec, &method, &config)))
        return result;
    if (config.activation_bits > 0)
        return outcome_usage("perplexity", spec, "a method with activations of its own",
                             "the method without the key activations: language models have float32 or --activations int8",
                             NULL);
    if (outcome_bad(&result, open_windows(model, first, windows)) ||
        outcome_bad(&result, open_floats(model, method, &floats)))
        goto out;
    config.values_only = true;
    run.floats = floats.data;
    progress_start(&model->progress, title, "windows of a block", (model->blocks + 1) * windows);
    if (model->first == 0) /* the embedding stays float */
        result = embed(&run, NULL, NULL);
    if (outcome_is_ok(&result))
        result = compress_each(method, &config, model->layers, model->count, model->config.threads, take_layer, &run);
    progress_finish(&model->progress);

out:
    spill_free(&floats);
    return result;
}
