/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/parts.h"

#include <stdlib.h>

/* A method that chooses a format for a layer searches it once when it has the whole layer, and twice when it has it in
 * parts: once to choose, once to compress. So its parts are larger. */
enum { SURVEYED = 16 };

static compress_form_t form_of(const compress_parts_t *parts, size_t index)
{
    const compress_layer_t *layer = &parts->source->layers[index];
    const method_config_t config = preparation_config(&parts->preparation, &parts->config, index);
    if (layer->whole && !parts->method->everywhere)
        return compress_keep_form(layer);
    return method_form(parts->method, &config, layer, preparation_mask(&parts->preparation, index));
}

outcome_t compress_parts_open(const method_t *method, const method_config_t *config, const compress_source_t *source,
                              int threads, compress_parts_t *parts)
{
    *parts = (compress_parts_t){.method = method, .config = *config, .source = source, .threads = threads};
    outcome_t result = preparation_open(method, config, source, threads, &parts->preparation);
    if (!outcome_is_ok(&result))
        return result;
    parts->forms = calloc(source->count + 1, sizeof *parts->forms);
    if (parts->forms == NULL)
        return outcome_out_of_memory("compressed layers");
    for (size_t i = 0; i < source->count; i++)
        parts->forms[i] = form_of(parts, i);
    return result;
}

void compress_parts_free(compress_parts_t *parts)
{
    preparation_free(&parts->preparation);
    free(parts->forms);
    *parts = (compress_parts_t){0};
}

/* ===  One layer  === */

typedef struct {
    const compress_parts_t *parts;
    method_config_t config;
    const bool *mask;
    double errors[METHOD_FORMATS_MOST];
    compress_parts_sink_t sink;
    void *context;
} work_t;

static const bool *mask_from(const work_t *work, int64_t first)
{
    return work->mask != NULL ? work->mask + first : NULL;
}

static outcome_t survey_part(void *context, int64_t first, const compress_layer_t *part)
{
    work_t *work = context;
    if (part->weights == NULL) /* INT8 alone: compressing it says so */
        return outcome_ok();
    return work->parts->method->survey(&work->config, part, mask_from(work, first), work->parts->threads, work->errors);
}

static outcome_t compress_part(void *context, int64_t first, const compress_layer_t *part)
{
    const work_t *work = context;
    compressed_t compressed = {0};
    outcome_t result = preparation_compress(work->parts->method, &work->config, part, mask_from(work, first),
                                            work->parts->threads, &compressed);
    if (outcome_is_ok(&result))
        result = work->sink(work->context, first, part, &compressed);
    compressed_free(&compressed);
    return result;
}

/* 1 + the format with the least error, the first of equal ones. */
static int choose(const work_t *work)
{
    int best = 0;
    for (int format = 1; format < work->parts->method->formats; format++)
        best = work->errors[format] < work->errors[best] ? format : best;
    return 1 + best;
}

outcome_t compress_parts_layer(const compress_parts_t *parts, size_t index, compress_parts_sink_t sink, void *context)
{
    const compress_layer_t *layer = &parts->source->layers[index];
    const bool surveys = parts->method->formats > 0 && !layer->whole;
    const int64_t step = compress_source_step(parts->source, index, surveys ? SURVEYED : 1);
    work_t work = {.parts = parts,
                   .config = preparation_config(&parts->preparation, &parts->config, index),
                   .mask = preparation_mask(&parts->preparation, index),
                   .sink = sink,
                   .context = context};
    outcome_t result = outcome_ok();
    if (surveys && step < layer->k) {
        result = compress_source_each(parts->source, index, step, survey_part, &work);
        work.config.format = choose(&work);
    }
    return outcome_is_ok(&result) ? compress_source_each(parts->source, index, step, compress_part, &work) : result;
}
