/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/legacy_checkpoint.h"

#include "base/file.h"
#include "base/text.h"
#include "tensor/state_dict.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1001, COUNT_SIZE = 8 };

/* 0x1950a86a20f9469cfc6c, least byte first. */
static const uint8_t MAGIC[10] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

static const pickle_global_t no_globals[] = {{NULL, NULL, 0}};

typedef struct {
    const char *where, *part;
    FILE *stream;
    int64_t size; /* of the file */
    bytes_t head; /* first bytes of the file, which hold the pickles */
    size_t at;    /* offset after the last pickle that was read */
    state_dict_t dict;
    int64_t *offsets; /* of the elements of dict.storages; 0: not in the list */
} legacy_t;

static outcome_t bad_part(const legacy_t *file, const char *part, const char *found, const char *expected)
{
    return outcome_failed(file->where, part, found, expected, "get the file again");
}

/* ===  The pickles  === */

static outcome_t read_plain(legacy_t *file, const char *part, pickle_t *pickle)
{
    text_t where = text_of("%s: %s from byte %zu", file->where, part, file->at);
    outcome_t result = pickle_read(where.chars, file->head.data + file->at, file->head.size - file->at, no_globals, pickle);
    if (outcome_is_ok(&result))
        file->at += pickle->size;
    return result;
}

static bool is_magic(const pickle_t *pickle)
{
    const pickle_value_t *root = pickle_root(pickle);
    return root->kind == PICKLE_LONG && root->count == sizeof MAGIC && memcmp(root->chars, MAGIC, sizeof MAGIC) == 0;
}

static bool is_version(const pickle_t *pickle)
{
    const pickle_value_t *root = pickle_root(pickle);
    return root->kind == PICKLE_INTEGER && root->integer == FORMAT_VERSION;
}

static bool is_little_endian(const pickle_t *pickle)
{
    const pickle_value_t *root = pickle_root(pickle);
    for (uint32_t i = 0; root->kind == PICKLE_DICT && i < root->count; i += 2)
        if (pickle_is_text(pickle_item(pickle, root, i), "little_endian")) {
            const pickle_value_t *value = pickle_item(pickle, root, i + 1);
            return value->kind == PICKLE_BOOL && value->integer == 1;
        }
    return false;
}

static outcome_t read_preamble(legacy_t *file)
{
    static const struct {
        const char *name;
        bool (*good)(const pickle_t *pickle);
        const char *expected;
    } parts[] = {{"magic number", is_magic, "that of torch.save"},
                 {"format version", is_version, "1001"},
                 {"machine", is_little_endian, "little_endian: True"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        pickle_t pickle;
        outcome_t result = read_plain(file, parts[i].name, &pickle);
        if (!outcome_is_ok(&result))
            return result;
        bool good = parts[i].good(&pickle);
        pickle_free(&pickle);
        if (!good)
            return bad_part(file, parts[i].name, "another value", parts[i].expected);
    }
    return outcome_ok();
}

/* ===  Storages  === */

/* One entry of the list: find its storage, record the offset of the elements, skip them. */
static outcome_t locate(legacy_t *file, const pickle_value_t *key, int64_t *at)
{
    text_t name = text_of("%.*s", key->count < STATE_DICT_KEY_SIZE ? (int)key->count : STATE_DICT_KEY_SIZE,
                          key->kind == PICKLE_TEXT ? key->chars : "");
    const state_dict_storage_t *storage =
        key->kind == PICKLE_TEXT && strlen(name.chars) == key->count ? state_dict_find(&file->dict, name.chars) : NULL;
    if (storage == NULL)
        return bad_part(file, "list of storages", "a key that no tensor uses", "the keys of the tensors");
    text_t part = text_of("storage %s, byte %" PRId64, storage->key, *at);
    int64_t *offset = &file->offsets[storage - file->dict.storages], bytes = state_dict_storage_bytes(storage);
    if (*offset != 0)
        return bad_part(file, part.chars, "the same storage twice", "once");
    uint8_t count[COUNT_SIZE];
    if (fseeko(file->stream, *at, SEEK_SET) != 0 || fread(count, 1, sizeof count, file->stream) != sizeof count ||
        bytes > file->size - *at - COUNT_SIZE)
        return bad_part(file, part.chars, "the end of the file", text_of("%" PRId64 " bytes more", bytes).chars);
    uint64_t elements = 0;
    for (int i = COUNT_SIZE; i-- > 0;)
        elements = elements << 8 | count[i];
    if (elements != (uint64_t)storage->count)
        return bad_part(file, part.chars, text_of("%" PRIu64 " elements", elements).chars,
                        text_of("%" PRId64, storage->count).chars);
    *offset = *at + COUNT_SIZE;
    *at = *offset + bytes;
    return outcome_ok();
}

static outcome_t locate_storages(legacy_t *file)
{
    pickle_t list;
    outcome_t result;
    if (outcome_bad(&result, read_plain(file, "list of storages", &list)))
        return result;
    int64_t at = (int64_t)file->at;
    const pickle_value_t *root = pickle_root(&list);
    file->offsets = calloc(file->dict.storage_count + 1, sizeof *file->offsets);
    if (file->offsets == NULL)
        result = outcome_out_of_memory(file->where);
    else if (root->kind != PICKLE_LIST || root->count != file->dict.storage_count)
        result = bad_part(file, "list of storages", "another number of storages",
                          text_of("%zu", file->dict.storage_count).chars);
    for (uint32_t i = 0; outcome_is_ok(&result) && i < root->count; i++)
        result = locate(file, pickle_item(&list, root, i), &at);
    if (outcome_is_ok(&result) && at != file->size)
        result = bad_part(file, text_of("byte %" PRId64, at).chars, "bytes after the last storage", "the end of the file");
    pickle_free(&list);
    return result;
}

static outcome_t read_storage(void *context, const state_dict_storage_t *storage, const tensor_t *tensor, void *data)
{
    enum { PIECE = 1 << 23 };
    const legacy_t *file = context;
    int64_t offset = file->offsets[storage - file->dict.storages];
    size_t bytes = (size_t)state_dict_storage_bytes(storage);
    bool whole = fseeko(file->stream, offset, SEEK_SET) == 0;
    for (size_t done = 0; whole && done < bytes; done += PIECE) {
        const size_t piece = bytes - done < PIECE ? bytes - done : PIECE;
        whole = fread((uint8_t *)data + done, 1, piece, file->stream) == piece;
        if (tensor != NULL)
            tensor_rest_part(tensor, (int64_t)(done / tensor_type_size(tensor->type)),
                             (int64_t)(piece / tensor_type_size(tensor->type)));
    }
    if (!whole)
        return bad_part(file, text_of("storage %s, byte %" PRId64, storage->key, offset).chars, "an error of reading",
                        "its elements");
    return outcome_ok();
}

/* ===  The file  === */

static outcome_t read_head(legacy_t *file)
{
    enum { HEAD_SIZE = PICKLE_SIZE_LIMIT + 4096 }; /* the four small pickles are a few hundred bytes */
    file->head.size = file->size < HEAD_SIZE ? (size_t)file->size : HEAD_SIZE;
    file->head.data = malloc(file->head.size + 1);
    if (file->head.data == NULL)
        return outcome_out_of_memory(file->where);
    if (fread(file->head.data, 1, file->head.size, file->stream) != file->head.size)
        return bad_part(file, "byte 0", "an error of reading", "the file's first bytes");
    return outcome_ok();
}

static outcome_t read_stream(const char *where, const char *part, FILE *stream, int64_t size, tensor_set_t *set)
{
    legacy_t file = {.where = where, .part = part, .stream = stream, .size = size};
    outcome_t result;
    if (outcome_bad(&result, read_head(&file)) || outcome_bad(&result, read_preamble(&file)))
        goto out;
    text_t inner = text_of("%s: state dict from byte %zu", where, file.at);
    if (outcome_bad(&result, state_dict_read(inner.chars, file.part, file.head.data + file.at, file.head.size - file.at,
                                             &file.dict)))
        goto out;
    file.at += file.dict.pickle.size;
    if (outcome_bad(&result, locate_storages(&file)))
        goto out;
    result = state_dict_fill(&file.dict, where, read_storage, &file, set);

out:
    state_dict_free(&file.dict);
    free(file.offsets);
    file_free_bytes(&file.head);
    return result;
}

outcome_t legacy_checkpoint_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    FILE *stream = size > 0 ? fmemopen((void *)(uintptr_t)bytes, size, "rb") : NULL; /* read only, as in safetensors.c */
    if (stream == NULL)
        return outcome_failed(where, NULL, "no bytes", "a PyTorch checkpoint", "get the file again");
    outcome_t result = read_stream(where, NULL, stream, (int64_t)size, set);
    fclose(stream);
    return result;
}

outcome_t legacy_checkpoint_load(const char *path, const char *part, const char *todo, tensor_set_t *set)
{
    *set = (tensor_set_t){.spilled = set->spilled};
    FILE *stream;
    int64_t size;
    outcome_t result;
    if (outcome_bad(&result, file_open(path, todo, &stream, &size)))
        return result;
    result = read_stream(path, part, stream, size, set);
    fclose(stream);
    return result;
}
