/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a checkpoint, and as the bare pickle of one, whose storages are then made up (so that
 * mutations get behind the zip directory and its CRCs). Every byte of every tensor that is read has to be there. */
#include "tensor/checkpoint.h"
#include "tensor/state_dict.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Storages of more than this are not made up: the file would have to hold them. */
enum { STORAGE_LIMIT = 1 << 20 };

static outcome_t make_up(void *context, const state_dict_storage_t *storage, const tensor_t *tensor, void *data)
{
    (void)context, (void)tensor;
    memset(data, 0x5A, (size_t)state_dict_storage_bytes(storage));
    return outcome_ok();
}

/* Every byte of every tensor is there to be read. */
static void read_all(tensor_set_t *set)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        int64_t count = 1;
        for (int d = 0; d < tensor->rank; d++)
            count *= tensor->shape[d];
        if (count != tensor->count)
            abort();
        for (size_t b = 0; b < (size_t)count * tensor_type_size(tensor->type); b++)
            sum = (uint8_t)(sum ^ ((const uint8_t *)tensor->data)[b]);
    }
    tensor_set_free(set);
}

static void bare_pickle(const uint8_t *data, size_t size)
{
    state_dict_t dict;
    tensor_set_t set = {0};
    outcome_t outcome = state_dict_read("fuzz", NULL, data, size, &dict);
    if (!outcome_is_ok(&outcome))
        return;
    int64_t bytes = 0;
    for (size_t i = 0; i < dict.storage_count && bytes <= STORAGE_LIMIT; i++) {
        int64_t more = state_dict_storage_bytes(&dict.storages[i]);
        bytes = more > STORAGE_LIMIT ? more : bytes + more;
    }
    if (bytes <= STORAGE_LIMIT) {
        outcome = state_dict_fill(&dict, "fuzz", make_up, NULL, &set);
        if (outcome_is_ok(&outcome))
            read_all(&set);
    }
    state_dict_free(&dict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1); /* of the input's own size, so that a read beyond it is seen */
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    tensor_set_t set;
    outcome_t outcome = tensor_set_parse("fuzz", bytes, size, &set);
    if (outcome_is_ok(&outcome))
        read_all(&set);
    bare_pickle(bytes, size);
    free(bytes);
    return 0;
}
