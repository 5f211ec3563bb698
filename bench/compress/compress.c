/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/compress.h"

#include "compress/preparation.h"

#include <string.h>

outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context)
{
    const compress_source_t source = {.layers = layers, .count = count};
    preparation_t preparation;
    compressed_t compressed = {0};
    outcome_t result = preparation_open(method, config, &source, threads, &preparation);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const method_config_t own = preparation_config(&preparation, config, i);
        if (!outcome_bad(&result, preparation_compress(method, &own, &layers[i], preparation_mask(&preparation, i), threads,
                                                       &compressed)))
            result = sink(context, i, &compressed);
        compressed_free(&compressed);
    }
    preparation_free(&preparation);
    return result;
}

static outcome_t keep(void *context, size_t index, compressed_t *compressed)
{
    compressed_t *all = context;
    all[index] = *compressed;
    *compressed = (compressed_t){0};
    return outcome_ok();
}

outcome_t compress_network(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                           size_t count, int threads, compressed_t *compressed)
{
    memset(compressed, 0, count * sizeof *compressed);
    outcome_t result = compress_each(method, config, layers, count, threads, keep, compressed);
    for (size_t i = 0; !outcome_is_ok(&result) && i < count; i++)
        compressed_free(&compressed[i]);
    return result;
}

bool compress_reads_floats(const method_t *method, const method_config_t *config)
{
    return method->input == METHOD_FLOAT || config->score_by_deviation;
}
