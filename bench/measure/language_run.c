/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One method over all windows; language.c says why in this order. */
#include "measure/language.h"

#include "base/text.h"
#include "base/threads.h"
#include "compress/spec.h"
#include "measure/language_internal.h"
#include "measure/variant.h"

#include <stdlib.h>

typedef struct {
    language_t *language;
    compress_size_t *bits;
    float *floats; /* of the layer that is compressed; NULL: the method does not read them */
    /* The embedding as the method has it, while it is given to all windows; NULL: float. */
    const compress_layer_t *layer;
    const compressed_t *compressed;
} run_t;

static float *vectors_of(const language_t *language, int64_t window)
{
    return (float *)language->vectors.data + window * language->context * language->width;
}

static void rest_vectors(const language_t *language, int64_t window)
{
    spill_rest(&language->vectors, vectors_of(language, window),
               (size_t)(language->rows[window] * language->width) * sizeof(float));
}

/* Run a task for each window; worker 0 shows the progress. */
static outcome_t for_windows(language_t *language, threads_task_t task, void *context)
{
    const int threads = language->config.threads;
    outcome_t result = threads_for(threads, language->windows, task, context);
    for (int i = 0; i < threads && outcome_is_ok(&result); i++)
        result = language->failed[i];
    return result;
}

static void count_window(language_t *language, int worker)
{
    const int64_t done = __atomic_add_fetch(&language->done, 1, __ATOMIC_RELAXED);
    if (worker == 0)
        progress_update(&language->progress, done);
}

/* ===  Embedding  === */

static outcome_t embed_token(const run_t *run, int64_t place, int32_t number, float *vector)
{
    const language_t *language = run->language;
    if (number < 0 || number >= language->words)
        return outcome_failed("text", text_of("token %d of its window", (int)place).chars,
                              text_of("number %d", (int)number).chars, text_of("below %d", (int)language->words).chars,
                              "the vocabulary is not that of the weights");
    if (run->compressed == NULL)
        return net_weights_widen(language->weights, language_embedding(language), number, 1, vector);
    compressed_to_floats(run->compressed, run->layer, number, 1, vector);
    return outcome_ok();
}

static void embed_window(void *context, int64_t window, int worker)
{
    const run_t *run = context;
    language_t *language = run->language;
    int32_t *numbers = language->numbers + worker * language->context;
    float *vector = vectors_of(language, window);
    const int64_t rows = language->rows[window] =
        language->config.fill(language->config.context, language->begin + window, numbers);
    for (int64_t row = 0; row < rows && outcome_is_ok(&language->failed[worker]); row++, vector += language->width)
        language->failed[worker] = embed_token(run, row, numbers[row], vector);
    rest_vectors(language, window);
}

static outcome_t embed(run_t *run, const compress_layer_t *layer, const compressed_t *compressed)
{
    run->layer = layer;
    run->compressed = compressed;
    outcome_t result = for_windows(run->language, embed_window, run);
    net_weights_let_go(run->language->weights, language_embedding(run->language));
    return result;
}

/* ===  Blocks and head  === */

static void run_block_on(void *context, int64_t window, int worker)
{
    language_t *language = context;
    float *vectors = vectors_of(language, window);
    if (!outcome_is_ok(&language->failed[worker]))
        return;
    language->failed[worker] = engine_run(language->block.engine, worker, language->rows[window], vectors, vectors);
    rest_vectors(language, window);
    count_window(language, worker);
}

static void read_rows(void *context, int worker, int64_t row, int64_t rows, const float *logits)
{
    const language_t *language = context;
    language->config.read(language->config.context, language->at[worker], row, rows, logits);
}

static void run_head_on(void *context, int64_t window, int worker)
{
    language_t *language = context;
    if (!outcome_is_ok(&language->failed[worker]))
        return;
    language->at[worker] = language->begin + window;
    language->failed[worker] =
        engine_run(language->head.engine, worker, language->rows[window], vectors_of(language, window), NULL);
    rest_vectors(language, window);
    count_window(language, worker);
}

static outcome_t run_head(language_t *language)
{
    outcome_t result = engine_read(language->head.engine, read_rows, language);
    return outcome_is_ok(&result) ? for_windows(language, run_head_on, language) : result;
}

static outcome_t take_block_layer(language_t *language, size_t index, const compressed_t *compressed)
{
    const int64_t place = (int64_t)(index - language->first), block = place / language->block_layers;
    outcome_t result = variant_give(language->block.engine, (size_t)(place % language->block_layers),
                                    &language->layers[index], compressed, language->room);
    if (!outcome_is_ok(&result) || (place + 1) % language->block_layers != 0)
        return result;
    net_slice_move(&language->block.slice, (size_t)block * language->block_floats);
    result = for_windows(language, run_block_on, language);
    return outcome_is_ok(&result) && index + 1 == language->count ? run_head(language) : result;
}

/* ===  A method  === */

static outcome_t take_matrix(run_t *run, size_t index, const compressed_t *compressed)
{
    language_t *language = run->language;
    const compress_layer_t *layer = &language->layers[index];
    const bool embedding = index < language->first;
    outcome_t result = embedding ? embed(run, layer, compressed) : outcome_ok();
    if (outcome_is_ok(&result) && (!embedding || language->tied))
        result = variant_give(language->head.engine, 0, layer, compressed, language->room);
    return outcome_is_ok(&result) && !embedding ? run_head(language) : result;
}

static outcome_t take_layer(void *context, size_t index, compressed_t *compressed)
{
    run_t *run = context;
    language_t *language = run->language;
    const compress_layer_t *layer = &language->layers[index];
    const bool block = index >= language->first && index < language->first + language->weights->table.count;
    outcome_t result = block ? take_block_layer(language, index, compressed) : take_matrix(run, index, compressed);
    compress_add_size(run->bits, layer, compressed);
    spill_rest(&language->q, layer->q, (size_t)compress_layer_size(layer));
    if (outcome_is_ok(&result) && run->floats != NULL && index + 1 < language->count)
        result = language_widen(language, layer + 1, run->floats);
    return result;
}

/* Floats of one layer at a time, all at the same place. Methods that only choose channels by deviation do that from the
 * INT8 weights. */
static outcome_t open_floats(const language_t *language, const method_t *method, spill_t *floats)
{
    int64_t largest = 0;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < language->count && method->input == METHOD_FLOAT; i++) {
        const int64_t size = compress_layer_size(&language->layers[i]);
        largest = size > largest ? size : largest;
    }
    if (largest > 0 && outcome_bad(&result, spill_create("float weights", (size_t)largest * sizeof(float), floats)))
        return result;
    for (size_t i = 0; i < language->count; i++)
        language->layers[i].weights = floats->data;
    return floats->data != NULL ? language_widen(language, &language->layers[0], floats->data) : result;
}

/* Room for the vectors of the windows of a run. */
static outcome_t open_windows(language_t *language, int64_t first, int64_t windows)
{
    const size_t floats = (size_t)(windows * language->context * language->width);
    for (int i = 0; i < language->config.threads; i++)
        language->failed[i] = outcome_ok();
    language->begin = first;
    language->windows = windows;
    language->done = 0;
    if (windows <= language->room_windows)
        return outcome_ok();
    spill_free(&language->vectors);
    free(language->rows);
    language->room_windows = windows;
    language->rows = calloc((size_t)windows, sizeof *language->rows);
    return language->rows != NULL ? spill_create("vectors between blocks", floats * sizeof(float), &language->vectors)
                                  : outcome_out_of_memory("windows");
}

outcome_t language_run(language_t *language, const char *spec, const char *title, int64_t first, int64_t windows,
                       compress_size_t *bits)
{
    run_t run = {.language = language, .bits = bits};
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
    if (outcome_bad(&result, open_windows(language, first, windows)) ||
        outcome_bad(&result, open_floats(language, method, &floats)))
        goto out;
    config.values_only = true;
    run.floats = floats.data;
    progress_start(&language->progress, title, "windows of a block", (language->blocks + 1) * windows);
    if (language->first == 0) /* the embedding stays float */
        result = embed(&run, NULL, NULL);
    if (outcome_is_ok(&result))
        result =
            compress_each(method, &config, language->layers, language->count, language->config.threads, take_layer, &run);
    progress_finish(&language->progress);

out:
    spill_free(&floats);
    return result;
}
