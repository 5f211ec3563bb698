/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/channels.h"

#include "base/text.h"

#include <stdlib.h>

compress_form_t channels_form(const compress_layer_t *layer, const bool *mask, int bits, channels_result_t result)
{
    const int64_t sensitive = compress_marked(mask, layer->k), others = layer->k - sensitive;
    compress_form_t form = {.integers = result == CHANNELS_VALUES};
    form.counts.sensitive = sensitive;
    form.counts.value_bits = compress_layer_row(layer) * (8 * sensitive + bits * others);
    if (sensitive > 0 && others > 0)
        form.counts.meta_bits = layer->k * compress_index_bits(layer->k);
    return form;
}

outcome_t channels_open(const compress_layer_t *layer, const bool *mask, int bits, channels_result_t result,
                        compressed_t *compressed)
{
    *compressed = channels_form(layer, mask, bits, result).counts;
    int64_t size = compress_layer_size(layer);
    bool integers = result == CHANNELS_VALUES;
    compressed->bits = malloc((size_t)layer->k);
    if (integers) {
        compressed->values = malloc((size_t)size * sizeof *compressed->values);
        compressed->scale = malloc((size_t)layer->k * sizeof *compressed->scale);
    } else {
        compressed->floats = malloc((size_t)size * sizeof *compressed->floats);
    }
    if (!compressed->bits || (integers ? !compressed->values || !compressed->scale : !compressed->floats)) {
        compressed_free(compressed);
        return outcome_out_of_memory(layer->name);
    }
    for (int64_t channel = 0; channel < layer->k; channel++) {
        bool whole = mask != NULL && mask[channel];
        compressed->bits[channel] = (uint8_t)(whole ? 8 : bits);
    }
    return outcome_ok();
}

bool channels_keep(const compress_layer_t *layer, const bool *mask, int64_t channel, compressed_t *compressed)
{
    if (mask == NULL || !mask[channel])
        return false;
    int64_t count = compress_layer_row(layer), start = channel * count;
    for (int64_t i = start; i < start + count; i++)
        if (compressed->values != NULL)
            compressed->values[i] = layer->q[i];
        else
            compressed->floats[i] = (float)layer->q[i] * layer->scale[channel];
    if (compressed->scale != NULL)
        compressed->scale[channel] = layer->scale[channel];
    return true;
}

outcome_t channels_check_bits(const char *method, int bits, int least, int most)
{
    if (bits >= least && bits <= most)
        return outcome_ok();
    text_t expected = least == most ? text_of("%d", least) : text_of("%d to %d", least, most);
    return outcome_usage(text_of("method %s", method).chars, "bits", text_of("%d", bits).chars, expected.chars, NULL);
}
