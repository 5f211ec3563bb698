/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First the storages (every persistent id of the pickle), then the dictionary of tensors, each checked against its
 * storage before anything is allocated. Elements are copied in state_dict_fill.c. */
#include "tensor/state_dict.h"

#include "base/text.h"
#include "tensor/state_dict_part.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char AGAIN[] = "save a plain state dict: torch.save(model.state_dict(), PATH)";

static outcome_t bad_value(const char *where, const pickle_value_t *value, const char *found, const char *expected)
{
    return outcome_failed(where, text_of("byte %" PRIu32, value->at).chars, found, expected, AGAIN);
}

/* ===  Storages  === */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const state_dict_storage_t *)a)->key, ((const state_dict_storage_t *)b)->key);
}

/* Is it a storage whose element type this version does not read (quantised, complex)? Only a tensor that is asked for needs
 * its storage. */
static bool is_foreign_storage(const pickle_t *pickle, const pickle_value_t *id)
{
    return id->kind == PICKLE_TUPLE && id->count >= 2 && pickle_item(pickle, id, 1)->kind == PICKLE_FOREIGN;
}

/* ("storage", type, key, device, elements); the legacy format adds the part of another storage that it is, or None. */
static bool read_storage(const pickle_t *pickle, const pickle_value_t *id, state_dict_storage_t *storage)
{
    if (id->kind != PICKLE_TUPLE || id->count < 5 || id->count > 6)
        return false;
    const pickle_value_t *type = pickle_item(pickle, id, 1), *key = pickle_item(pickle, id, 2),
                         *count = pickle_item(pickle, id, 4);
    if (!pickle_is_text(pickle_item(pickle, id, 0), "storage") || type->kind != PICKLE_GLOBAL ||
        type->integer >= TENSOR_TYPE_COUNT || key->kind != PICKLE_TEXT || key->count == 0 ||
        key->count >= STATE_DICT_KEY_SIZE || count->kind != PICKLE_INTEGER || count->integer < 0 ||
        (id->count == 6 && pickle_item(pickle, id, 5)->kind != PICKLE_NONE))
        return false;
    for (uint32_t i = 0; i < key->count; i++)
        if (!isalnum((unsigned char)key->chars[i]) && key->chars[i] != '_' && key->chars[i] != '-')
            return false;
    *storage = (state_dict_storage_t){.type = (tensor_type_t)type->integer, .count = count->integer};
    memcpy(storage->key, key->chars, key->count);
    return storage->count <= INT64_MAX / (int64_t)tensor_type_size(storage->type);
}

static outcome_t read_storages(const char *where, state_dict_t *dict)
{
    const pickle_t *pickle = &dict->pickle;
    size_t count = 0;
    for (size_t i = 0; i < pickle->count; i++)
        count += pickle->values[i].kind == PICKLE_PERSISTENT;
    dict->storages = calloc(count + 1, sizeof *dict->storages);
    if (dict->storages == NULL)
        return outcome_out_of_memory(where);
    for (size_t i = 0; i < pickle->count; i++) {
        const pickle_value_t *value = &pickle->values[i];
        if (value->kind == PICKLE_PERSISTENT && !is_foreign_storage(pickle, pickle_item(pickle, value, 0)) &&
            !read_storage(pickle, pickle_item(pickle, value, 0), &dict->storages[dict->storage_count++]))
            return bad_value(where, value, "a persistent id that is not a whole storage",
                             "(\"storage\", type, key, device, elements)");
    }
    qsort(dict->storages, dict->storage_count, sizeof *dict->storages, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < dict->storage_count; i++) {
        const state_dict_storage_t *storage = &dict->storages[i], *last = &dict->storages[kept > 0 ? kept - 1 : 0];
        if (kept == 0 || by_key(last, storage) != 0)
            dict->storages[kept++] = *storage;
        else if (last->type != storage->type || last->count != storage->count)
            return outcome_failed(where, text_of("storage %s", storage->key).chars, "two types or lengths", "one", AGAIN);
    }
    dict->storage_count = kept;
    return outcome_ok();
}

const state_dict_storage_t *state_dict_find(const state_dict_t *dict, const char *key)
{
    state_dict_storage_t wanted = {.count = 0};
    size_t length = strlen(key);
    if (length >= sizeof wanted.key || dict->storage_count == 0)
        return NULL;
    memcpy(wanted.key, key, length);
    return bsearch(&wanted, dict->storages, dict->storage_count, sizeof wanted, by_key);
}

int64_t state_dict_storage_bytes(const state_dict_storage_t *storage)
{
    return storage->count * (int64_t)tensor_type_size(storage->type);
}

/* ===  Tensors  === */

static bool read_sizes(const pickle_t *pickle, const pickle_value_t *tuple, int64_t *sizes)
{
    if (tuple->kind != PICKLE_TUPLE || tuple->count > TENSOR_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < tuple->count; i++) {
        const pickle_value_t *size = pickle_item(pickle, tuple, i);
        if (size->kind != PICKLE_INTEGER || size->integer < 0)
            return false;
        sizes[i] = size->integer;
    }
    return true;
}

/* Does every element lie in the storage? Also counts the elements. The stride of a dimension of size 1 has no meaning. */
static bool view_fits(const state_dict_storage_t *storage, state_dict_view_t *view)
{
    int64_t last = view->offset, bytes, reach;
    view->count = 1;
    for (int i = 0; i < view->rank; i++) {
        if (__builtin_mul_overflow(view->count, view->shape[i], &view->count))
            return false;
        view->stride[i] = view->shape[i] == 1 ? 0 : view->stride[i];
    }
    if (__builtin_mul_overflow(view->count, (int64_t)tensor_type_size(storage->type), &bytes))
        return false;
    if (view->count == 0)
        return view->offset <= storage->count;
    for (int i = 0; i < view->rank; i++)
        if (__builtin_mul_overflow(view->shape[i] - 1, view->stride[i], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            return false;
    return last < storage->count;
}

/* (storage, offset, shape, strides, ...) */
static outcome_t read_view(const char *where, const state_dict_t *dict, const pickle_value_t *name,
                           const pickle_value_t *arguments, state_dict_view_t *view)
{
    const pickle_t *pickle = &dict->pickle;
    *view = (state_dict_view_t){.name = name->chars, .name_size = name->count};
    if (arguments->count < 4)
        return bad_value(where, arguments, "a tensor of fewer than 4 parts", "storage, offset, shape, strides");
    const pickle_value_t *storage = pickle_item(pickle, arguments, 0), *offset = pickle_item(pickle, arguments, 1),
                         *shape = pickle_item(pickle, arguments, 2), *stride = pickle_item(pickle, arguments, 3);
    state_dict_storage_t found;
    if (storage->kind != PICKLE_PERSISTENT || !read_storage(pickle, pickle_item(pickle, storage, 0), &found))
        return bad_value(where, storage, "a tensor without a storage", "a persistent id");
    if (offset->kind != PICKLE_INTEGER || offset->integer < 0 || !read_sizes(pickle, shape, view->shape) ||
        !read_sizes(pickle, stride, view->stride) || shape->count != stride->count)
        return bad_value(where, arguments, "a tensor whose offset, shape or strides are no sizes",
                         "integers of 0 or more, at most 8 dimensions");
    view->offset = offset->integer;
    view->rank = (int)shape->count;
    view->storage = (size_t)(state_dict_find(dict, found.key) - dict->storages);
    if (!view_fits(&found, view))
        return bad_value(
            where, arguments,
            text_of("tensor %.*s beyond the end of its storage", name->count < 200 ? (int)name->count : 200, name->chars)
                .chars,
            text_of("within its %" PRId64 " elements", found.count).chars);
    return outcome_ok();
}

/* ===  The dictionary  === */

static bool has_foreign_storage(const pickle_t *pickle, const pickle_value_t *arguments)
{
    const pickle_value_t *storage = arguments->count > 0 ? pickle_item(pickle, arguments, 0) : arguments;
    return storage->kind == PICKLE_PERSISTENT && is_foreign_storage(pickle, pickle_item(pickle, storage, 0));
}

static void leave_out(const pickle_value_t *key, text_t *names)
{
    if (key->kind == PICKLE_TEXT)
        *names = text_of("%.1000s%s%.*s", names->chars, names->chars[0] != '\0' ? ", " : "",
                         key->count < 200 ? (int)key->count : 200, key->chars);
}

static outcome_t read_views(const char *where, const char *part, state_dict_t *dict)
{
    const pickle_t *pickle = &dict->pickle;
    const pickle_value_t *key, *value;
    pickle_entries_t entries;
    outcome_t result = state_dict_part(where, pickle, part, &entries, &dict->said);
    if (!outcome_is_ok(&result))
        return result;
    dict->views = calloc((size_t)entries.count + 1, sizeof *dict->views);
    if (dict->views == NULL)
        return outcome_out_of_memory(where);
    for (uint32_t i = 0; i < entries.count; i++) {
        const pickle_value_t *arguments;
        if (!pickle_entry(&entries, i, &key, &value))
            continue;
        arguments = state_dict_tensor(pickle, value);
        if (state_dict_foreign_tensor(pickle, value) || (arguments != NULL && has_foreign_storage(pickle, arguments))) {
            leave_out(key, &dict->left_out);
            continue;
        }
        if (arguments == NULL)
            continue;
        if (key->kind != PICKLE_TEXT)
            return bad_value(where, key, "a tensor whose key is no text", "a name");
        if (outcome_bad(&result, read_view(where, dict, key, arguments, &dict->views[dict->view_count])))
            return result;
        dict->view_count++;
    }
    if (dict->view_count == 0)
        return outcome_failed(where, text_of("tensor %.200s", dict->left_out.chars).chars,
                              "a quantised, sparse or complex tensor", "floats or integers", AGAIN);
    return outcome_ok();
}

outcome_t state_dict_read(const char *where, const char *part, const uint8_t *bytes, size_t size, state_dict_t *dict)
{
    *dict = (state_dict_t){.storages = NULL};
    outcome_t result;
    if (outcome_bad(&result, pickle_read(where, bytes, size, state_dict_globals, &dict->pickle)))
        return result;
    if (outcome_bad(&result, read_storages(where, dict)) || outcome_bad(&result, read_views(where, part, dict)))
        state_dict_free(dict);
    return result;
}

void state_dict_free(state_dict_t *dict)
{
    free(dict->storages);
    free(dict->views);
    pickle_free(&dict->pickle);
    *dict = (state_dict_t){.storages = NULL};
}
