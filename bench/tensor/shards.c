/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/shards.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 4096 };

/* In the order in which Hugging Face's from_pretrained() looks for them; the last two are timm's and the plain name. */
static const char *const known_names[] = {"model.safetensors.index.json",
                                          "model.safetensors",
                                          "pytorch_model.bin.index.json",
                                          "pytorch_model.bin",
                                          "model.pth",
                                          "checkpoint.pth"};

static outcome_t refuse(const char *index, const char *place, const char *found, const char *expected)
{
    return outcome_failed(index, place, found, expected, "get the index and all files that it names again");
}

/* Only plain names: an index may not point out of its folder. */
static bool is_plain(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static outcome_t add_file(const char *index, const char *name, shards_t *shards, size_t *place)
{
    text_t path = file_beside(index, name);
    for (*place = 0; *place < shards->file_count; ++*place)
        if (text_equal(shards->files[*place], path.chars))
            return outcome_ok();
    if (shards->file_count == FILE_LIMIT)
        return refuse(index, "weight_map", "more files", text_of("at most %d", FILE_LIMIT).chars);
    shards->files[*place] = text_copy(path.chars);
    if (shards->files[*place] == NULL)
        return outcome_out_of_memory(index);
    shards->file_count++;
    return outcome_ok();
}

static outcome_t take_map(const char *index, const cJSON *map, shards_t *shards)
{
    if (!cJSON_IsObject(map) || map->child == NULL)
        return refuse(index, "weight_map", "none", "the file of each tensor, as in model.safetensors.index.json");
    size_t count = (size_t)cJSON_GetArraySize(map);
    shards->files = calloc(FILE_LIMIT, sizeof *shards->files);
    shards->names = calloc(count, sizeof *shards->names);
    shards->places = calloc(count, sizeof *shards->places);
    if (shards->files == NULL || shards->names == NULL || shards->places == NULL)
        return outcome_out_of_memory(index);
    outcome_t result = outcome_ok();
    for (const cJSON *entry = map->child; entry != NULL && outcome_is_ok(&result); entry = entry->next) {
        if (!cJSON_IsString(entry) || !is_plain(entry->valuestring))
            return refuse(index, text_of("weight_map, tensor %.200s", entry->string).chars,
                          cJSON_IsString(entry) ? entry->valuestring : "no text", "the name of a file beside the index");
        shards->names[shards->name_count] = text_copy(entry->string);
        if (shards->names[shards->name_count] == NULL)
            return outcome_out_of_memory(index);
        result = add_file(index, entry->valuestring, shards, &shards->places[shards->name_count++]);
    }
    return result;
}

outcome_t shards_read(const char *index, shards_t *shards)
{
    bytes_t bytes;
    *shards = (shards_t){0};
    outcome_t result = file_read(index, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    cJSON *root;
    result = json_parse(index, NULL, "an index of checkpoint files", (const char *)bytes.data, bytes.size, &root);
    file_free_bytes(&bytes);
    if (!outcome_is_ok(&result))
        return result;
    result = take_map(index, cJSON_GetObjectItemCaseSensitive(root, "weight_map"), shards);
    cJSON_Delete(root);
    if (!outcome_is_ok(&result))
        shards_free(shards);
    return result;
}

void shards_free(shards_t *shards)
{
    for (size_t i = 0; i < shards->file_count; i++)
        free(shards->files[i]);
    for (size_t i = 0; i < shards->name_count; i++)
        free(shards->names[i]);
    free(shards->files);
    free(shards->names);
    free(shards->places);
    *shards = (shards_t){0};
}

outcome_t shards_find(const char *folder, text_t *path)
{
    text_t known = text_of("%s", "");
    for (size_t i = 0; i < sizeof known_names / sizeof known_names[0]; i++) {
        *path = text_of("%s/%s", folder, known_names[i]);
        if (file_exists(path->chars))
            return outcome_ok();
        known = text_of("%s%s%s", known.chars, i > 0 ? ", " : "", known_names[i]);
    }
    return outcome_failed(folder, NULL, "a folder without a checkpoint", known.chars, "give the file itself");
}
