/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_COMPRESSED_SET_H
#define BBS_TESTS_COMPRESSED_SET_H

/* A compressed checkpoint in memory: the plain way to what int8_file_compressed() writes in parts. */
#include "compress/weight_tensors.h"
#include "weights/int8_file.h"
#include "weights/int8_tensors.h"

/* `set` with its weights as compressed[] (`network` was opened on this set); on failure there is nothing to free. */
static inline outcome_t compressed_set(const tensor_set_t *set, const int8_network_t *network,
                                       const compressed_t *compressed, tensor_set_t *out)
{
    *out = (tensor_set_t){0};
    outcome_t result = int8_file_notes(set, out);
    for (size_t i = 0, next = 0; i < set->count && outcome_is_ok(&result); i++) {
        const tensor_t *tensor = &set->items[i];
        if (next < network->count && network->places[next] == i) {
            result = weight_tensors_add(out, tensor->name, tensor->rank, tensor->shape, &network->layers[next],
                                        &compressed[next]);
            next++;
        } else if (!int8_tensors_is_scale(set, network, tensor)) {
            result = weight_tensors_copy(out, tensor->name, tensor->type, tensor->rank, tensor->shape, tensor->data);
        }
    }
    if (!outcome_is_ok(&result))
        tensor_set_free(out);
    return result;
}

#endif
