/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/preparation.h"

#include "base/text.h"

#include <stdlib.h>

static outcome_t plan(const method_t *method, const method_config_t *config, const compress_source_t *source,
                      bool *const *masks, int threads, int **columns)
{
    *columns = calloc(source->count + 1, sizeof **columns);
    if (*columns == NULL)
        return outcome_out_of_memory("columns of the layers");
    return method->plan(config, source, masks, threads, *columns);
}

outcome_t preparation_open(const method_t *method, const method_config_t *config, const compress_source_t *source,
                           int threads, preparation_t *preparation)
{
    *preparation = (preparation_t){.columns = NULL};
    outcome_t result = method_check(method, config);
    if (outcome_is_ok(&result) && method->selects)
        result = select_from(config, source, &preparation->selection);
    if (outcome_is_ok(&result) && method->plan != NULL)
        result = plan(method, config, source, preparation->selection.masks, threads, &preparation->columns);
    return result;
}

void preparation_free(preparation_t *preparation)
{
    free(preparation->columns);
    selection_free(&preparation->selection);
}

const bool *preparation_mask(const preparation_t *preparation, size_t layer)
{
    return preparation->selection.masks != NULL ? preparation->selection.masks[layer] : NULL;
}

method_config_t preparation_config(const preparation_t *preparation, const method_config_t *config, size_t layer)
{
    method_config_t own = *config;
    own.columns = preparation->columns != NULL ? preparation->columns[layer] : config->columns;
    return own;
}

outcome_t preparation_compress(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                               const bool *mask, int threads, compressed_t *compressed)
{
    if (layer->whole && !method->everywhere)
        return compress_keep(layer, config->values_only, compressed);
    if (method->input == METHOD_FLOAT && layer->weights == NULL)
        return outcome_failed(layer->name, text_of("method %s", method->name).chars, "INT8 weights", "float weights",
                              "give the float checkpoint, not the quantised one");
    return method->compress(config, layer, mask, threads, compressed);
}
