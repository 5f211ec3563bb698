/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/recognise.h"

#include "nets/names.h"

#include <stdio.h>
#include <string.h>

const char net_auto[] = "auto";

const char *const net_declared_names[NET_DECLARED] = {
    [NET_HIDDEN_SIZE] = "hidden_size",         [NET_INTERMEDIATE_SIZE] = "intermediate_size",
    [NET_HIDDEN_LAYERS] = "num_hidden_layers", [NET_KEY_VALUE_HEADS] = "num_key_value_heads",
    [NET_VOCAB_SIZE] = "vocab_size",           [NET_HEAD_DIM] = "head_dim"};

const tensor_t *net_weight(const tensor_set_t *set, const char *name, int rank)
{
    const tensor_t *tensor = tensor_set_find(set, text_of("%s.weight", name).chars);
    return tensor != NULL && tensor->rank == rank ? tensor : NULL;
}

int64_t net_count_blocks(const tensor_set_t *set, const char *name, const char *part)
{
    int64_t count = 0;
    while (tensor_set_find(set, text_of("%s.%d.%s.weight", name, (int)count, part).chars) != NULL)
        count++;
    return count;
}

void net_make(net_made_t *made, const network_t *network, const net_size_t *size, const void *shape, size_t shape_size,
              text_t name)
{
    *made = (net_made_t){.network = *network, .size = *size};
    memcpy(made->shape.bytes, shape, shape_size < NET_SHAPE_ROOM ? shape_size : NET_SHAPE_ROOM);
    text_shorten(name.chars, made->name, sizeof made->name);
    snprintf(made->title, sizeof made->title, "%s, from the weights", made->name);
    made->size.shape = made->shape.bytes;
    made->size.cfg = NULL;
    made->size.weights = NULL;
    made->sizes[0] = &made->size;
    made->network.name = made->name;
    made->network.title = made->title;
    made->network.sizes = made->sizes;
}

outcome_t net_recognise(const char *where, tensor_set_t *set, const net_hints_t *hints, net_made_t *made)
{
    text_t known = text_of("%s", "");
    for (const net_family_t *const *family = net_families; *family != NULL; family++) {
        bool found = false;
        outcome_t result;
        const network_t names = {.renames = (*family)->renames};
        known = text_of("%s%s%s", known.chars, known.chars[0] != '\0' ? ", " : "", (*family)->name);
        if (outcome_bad(&result, net_names_settle(&names, where, set)) ||
            outcome_bad(&result, (*family)->recognise(where, set, hints, made, &found)))
            return result;
        if (found) {
            made->network.renames = (*family)->renames; /* for reading the file again */
            return result;
        }
    }
    return outcome_failed(where, "--net auto",
                          set->count > 0 ? text_of("tensors as %.200s", set->items[0].name).chars : "no tensors",
                          text_of("the names of one of: %s", known.chars).chars,
                          "see README.md, or give the layers to `bbsbench simulate --layers`");
}

outcome_t net_refit(const network_t *network, const net_size_t *size, const tensor_set_t *set, net_made_t *made,
                    bool *refitted)
{
    const tensor_t *head = network->head != NULL ? net_weight(set, network->head, 2) : NULL;
    const bool classes = head != NULL && head->shape[0] != size->classes && head->shape[0] > 0;
    bool words = false;
    *refitted = false;
    if (size->shape == NULL || network->shape_size == 0)
        return outcome_ok();
    net_make(made, network, size, size->shape, network->shape_size, text_of("%s", network->name));
    if (network->refit != NULL)
        words = network->refit(set, made);
    if (classes)
        made->size.classes = head->shape[0];
    *refitted = classes || words;
    if (classes)
        made->assumed = text_of("%lld classes, as the weights have", (long long)made->size.classes);
    return outcome_ok();
}
