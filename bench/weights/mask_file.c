/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/mask_file.h"

#include "base/text.h"
#include "tensor/safetensors.h"

#include <string.h>

enum { BYTE_BITS = 8 };

static const char again[] = "make it again with bbsbench density --masks";

int64_t mask_pixels(const net_layer_t *layer)
{
    return layer->kind == NET_LINEAR ? layer->tokens : layer->in_h * layer->in_w;
}

int64_t mask_bytes(const net_layer_t *layer)
{
    return (mask_pixels(layer) * net_layer_inputs(layer) + BYTE_BITS - 1) / BYTE_BITS;
}

outcome_t mask_file_create(const network_t *network, const char *size, const net_table_t *table, int64_t samples,
                           const char *data, tensor_set_t *masks)
{
    outcome_t result;
    *masks = (tensor_set_t){0};
    if (outcome_bad(&result, tensor_set_note(masks, "net", network->name)) ||
        outcome_bad(&result, tensor_set_note(masks, "size", size)) ||
        outcome_bad(&result, tensor_set_note(masks, "data", data)))
        goto out;
    for (size_t i = 0; i < table->count; i++) {
        const int64_t shape[] = {samples, mask_bytes(&table->items[i])};
        tensor_t *mask;
        if (outcome_bad(&result, tensor_set_reserve(masks, table->items[i].name, TENSOR_U8, 2, shape, &mask)))
            goto out;
        memset(mask->data, 0, (size_t)mask->count);
    }

out:
    if (!outcome_is_ok(&result))
        tensor_set_free(masks);
    return result;
}

static outcome_t check_layer(const char *path, const net_layer_t *layer, const tensor_t *mask, int64_t samples)
{
    if (mask == NULL || !text_equal(mask->name, layer->name))
        return outcome_failed(path, layer->name, "no mask of this layer", "one for each layer, in their order", again);
    if (mask->type == TENSOR_U8 && mask->rank == 2 && mask->shape[0] == samples && samples > 0 &&
        mask->shape[1] == mask_bytes(layer))
        return outcome_ok();
    char shape[64];
    tensor_shape_text(mask->rank, mask->shape, shape, sizeof shape);
    return outcome_failed(path, layer->name, text_of("%s %s", tensor_type_name(mask->type), shape).chars,
                          text_of("U8 [samples, %lld]", (long long)mask_bytes(layer)).chars, again);
}

static outcome_t check_notes(const char *path, const network_t *network, const char *size, const tensor_set_t *masks)
{
    const char *net_of = tensor_set_get_note(masks, "net"), *size_of = tensor_set_get_note(masks, "size");
    if (net_of != NULL && size_of != NULL && text_equal(net_of, network->name) && text_equal(size_of, size))
        return outcome_ok();
    return outcome_failed(path, "network",
                          text_of("%s, size %s", net_of ? net_of : "none", size_of ? size_of : "none").chars,
                          text_of("%s, size %s", network->name, size).chars, again);
}

outcome_t mask_file_read(const char *path, const network_t *network, const char *size, const net_table_t *table,
                         tensor_set_t *masks)
{
    outcome_t result;
    *masks = (tensor_set_t){0};
    if (outcome_bad(&result, safetensors_load(path, "make one with bbsbench density --masks", masks)) ||
        outcome_bad(&result, check_notes(path, network, size, masks)))
        goto out;
    for (size_t i = 0; i < table->count && outcome_is_ok(&result); i++)
        result = check_layer(path, &table->items[i], i < masks->count ? &masks->items[i] : NULL,
                             masks->count > 0 ? masks->items[0].shape[0] : 0);

out:
    if (!outcome_is_ok(&result))
        tensor_set_free(masks);
    return result;
}
