/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copy elements from storages into tensors. A storage is read once: into a tensor that is the whole storage, if there is
 * one, else into a buffer. The other views are copied from there. */
#include "base/text.h"
#include "tensor/state_dict.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Limit of the size of all tensors relative to their storages: tied weights have two names, but an expanded view of one
 * element could claim any size. */
enum { REPEAT_LIMIT = 8, SMALL = 1 << 20 };

typedef struct {
    const state_dict_t *dict;
    const char *where;
    state_dict_source_t source;
    void *context;
    tensor_set_t *set; /* its items are the dictionary's views, in the same order */
    const size_t *order;
} fill_t;

static bool is_contiguous(const state_dict_view_t *view)
{
    int64_t stride = 1;
    for (int i = view->rank; i-- > 0;) {
        if (view->shape[i] != 1 && view->stride[i] != stride)
            return false;
        stride *= view->shape[i];
    }
    return true;
}

/* Copy the elements of a strided view, last index fastest. */
static void copy_strided(const state_dict_view_t *view, size_t size, const uint8_t *from, uint8_t *to)
{
    int64_t index[TENSOR_MAX_RANK] = {0};
    int last = view->rank - 1;
    int64_t at = view->offset;
    for (int64_t done = 0; done < view->count; done += view->shape[last]) {
        for (int64_t i = 0; i < view->shape[last]; i++, to += size)
            memcpy(to, from + (size_t)(at + i * view->stride[last]) * size, size);
        for (int d = last - 1; d >= 0; d--) {
            at += view->stride[d];
            if (++index[d] < view->shape[d])
                break;
            at -= view->shape[d] * view->stride[d];
            index[d] = 0;
        }
    }
}

static void copy_view(const state_dict_view_t *view, size_t size, const uint8_t *from, uint8_t *to)
{
    if (view->count == 0)
        return;
    if (is_contiguous(view))
        memcpy(to, from + (size_t)view->offset * size, (size_t)view->count * size);
    else
        copy_strided(view, size, from, to);
}

/* Fill the views order[first] to order[end - 1], all of one storage. */
static outcome_t fill_storage(const fill_t *fill, size_t first, size_t end)
{
    const state_dict_view_t *views = fill->dict->views;
    const state_dict_storage_t *storage = &fill->dict->storages[views[fill->order[first]].storage];
    size_t size = tensor_type_size(storage->type);
    const size_t *whole = NULL;
    for (size_t i = first; i < end && whole == NULL; i++) {
        const state_dict_view_t *view = &views[fill->order[i]];
        if (view->count == storage->count && is_contiguous(view))
            whole = &fill->order[i];
    }
    void *buffer = whole == NULL ? malloc((size_t)state_dict_storage_bytes(storage) + 1) : NULL;
    if (whole == NULL && buffer == NULL)
        return outcome_out_of_memory(fill->where);
    void *data = whole != NULL ? fill->set->items[*whole].data : buffer;
    outcome_t result = fill->source(fill->context, storage, whole != NULL ? &fill->set->items[*whole] : NULL, data);
    for (size_t i = first; i < end && outcome_is_ok(&result); i++)
        if (whole != &fill->order[i])
            copy_view(&views[fill->order[i]], size, data, fill->set->items[fill->order[i]].data);
    for (size_t i = first; i < end; i++)
        tensor_rest(&fill->set->items[fill->order[i]]);
    free(buffer);
    return result;
}

static int by_storage(const void *a, const void *b, void *context)
{
    const state_dict_view_t *views = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    if (views[left].storage != views[right].storage)
        return views[left].storage < views[right].storage ? -1 : 1;
    return left < right ? -1 : 1;
}

/* Group the views by storage, and check the memory that they need. */
static outcome_t order_views(const state_dict_t *dict, const char *where, size_t *order)
{
    for (size_t i = 0; i < dict->view_count; i++)
        order[i] = i;
    qsort_r(order, dict->view_count, sizeof *order, by_storage, dict->views);
    int64_t needed = 0, there = SMALL;
    for (size_t i = 0; i < dict->view_count; i++) {
        const state_dict_view_t *view = &dict->views[order[i]];
        const state_dict_storage_t *storage = &dict->storages[view->storage];
        bool again = i > 0 && dict->views[order[i - 1]].storage == view->storage;
        if (__builtin_add_overflow(needed, view->count * (int64_t)tensor_type_size(storage->type), &needed) ||
            (!again && __builtin_add_overflow(there, state_dict_storage_bytes(storage), &there)))
            needed = INT64_MAX, there = 0;
        if (needed / REPEAT_LIMIT > there)
            return outcome_failed(
                where, text_of("tensor %.*s", view->name_size < 200 ? (int)view->name_size : 200, view->name).chars,
                text_of("views that repeat their storages to %" PRId64 " bytes", needed).chars,
                text_of("at most %d times their size", REPEAT_LIMIT).chars, "save contiguous tensors");
    }
    return outcome_ok();
}

static outcome_t reserve_tensors(const state_dict_t *dict, const char *where, tensor_set_t *set)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < dict->view_count && outcome_is_ok(&result); i++) {
        const state_dict_view_t *view = &dict->views[i];
        text_t name = text_of("%.*s", view->name_size < TEXT_CAPACITY ? (int)view->name_size : TEXT_CAPACITY, view->name);
        if (!text_fits(&name) || strlen(name.chars) != view->name_size)
            return outcome_failed(where, text_of("tensor %.100s", name.chars).chars,
                                  "a name that is too long, or with a NUL", text_of("at most %d bytes", TEXT_MOST).chars,
                                  NULL);
        result = tensor_set_reserve(set, name.chars, dict->storages[view->storage].type, view->rank, view->shape, NULL);
    }
    return result;
}

outcome_t state_dict_fill(const state_dict_t *dict, const char *where, state_dict_source_t source, void *context,
                          tensor_set_t *set)
{
    size_t *order = malloc((dict->view_count + 1) * sizeof *order);
    fill_t fill = {.dict = dict, .where = where, .source = source, .context = context, .set = set, .order = order};
    outcome_t result;
    if (order == NULL)
        return outcome_out_of_memory(where);
    if (outcome_bad(&result, order_views(dict, where, order)) || outcome_bad(&result, reserve_tensors(dict, where, set)))
        goto out;
    for (size_t first = 0, end; first < dict->view_count && outcome_is_ok(&result); first = end) {
        size_t storage = dict->views[order[first]].storage;
        for (end = first + 1; end < dict->view_count && dict->views[order[end]].storage == storage; end++)
            ;
        result = fill_storage(&fill, first, end);
    }
    if (outcome_is_ok(&result) && dict->said.chars[0] != '\0')
        result = tensor_set_note(set, TENSOR_NOTE_PART, dict->said.chars);
    if (outcome_is_ok(&result) && dict->left_out.chars[0] != '\0')
        result = tensor_set_note(set, TENSOR_NOTE_LEFT_OUT, dict->left_out.chars);

out:
    free(order);
    if (!outcome_is_ok(&result))
        tensor_set_free(set);
    return result;
}
