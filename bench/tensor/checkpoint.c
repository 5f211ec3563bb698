/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/checkpoint.h"

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "tensor/legacy_checkpoint.h"
#include "tensor/llama2c.h"
#include "tensor/safetensors.h"
#include "tensor/shards.h"
#include "tensor/zip_checkpoint.h"

#include <stdbool.h>
#include <string.h>

enum { HEAD_SIZE = 512 };

/* The file is read by the first format whose mark is found at its offset. */
typedef struct {
    size_t at;
    const char *mark;
    size_t mark_size;
    outcome_t (*load)(const char *path, const char *part, const char *todo, tensor_set_t *set);
    outcome_t (*parse)(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);
    outcome_t (*map)(const char *path, const char *todo,
                     tensor_set_t *set); /* or NULL: it is loaded into spilled tensors */
} format_t;

static outcome_t load_safetensors(const char *path, const char *part, const char *todo, tensor_set_t *set)
{
    if (part != NULL)
        return outcome_failed(path, text_of("key %.100s", part).chars, "a safetensors file, which holds one state dict",
                              "a checkpoint of torch.save with several", "leave out the # and the key");
    return safetensors_load(path, todo, set);
}

/* safetensors is first: the file begins with the length of its header, whose lowest byte may be that of a pickle (0x80) or
 * of any other mark. Byte 8 of a legacy checkpoint belongs to its magic number, and that of a zip archive says how an entry
 * is compressed; neither can be a brace. */
static const format_t formats[] = {
    {8, "{", 1, load_safetensors, safetensors_parse, safetensors_map}, /* after the length of the header */
    {0, "PK\003\004", 4, zip_checkpoint_load, zip_checkpoint_parse, NULL},
    {0, "\200", 1, legacy_checkpoint_load, legacy_checkpoint_parse, NULL}, /* PROTO, the first opcode of any pickle */
};

/* Has no mark: tried when no mark is found. */
static const format_t llama2c = {.load = llama2c_load, .parse = llama2c_parse};

/* Other files that users often have under these names. */
static const struct {
    size_t at;
    const char *mark;
    const char *what, *todo;
} strangers[] = {
    {0, "version https://git-lfs", "a Git LFS pointer, not the file",
     "get the file itself: bbsbench fetch, or git lfs pull"},
    {0, "<", "a web page", "get the file again; the page may say why"},
    {0, "\037\213", "a gzip file", "unpack it with gunzip"},
    {0, "\211HDF", "an HDF5 file, as Keras writes it", "convert the weights to safetensors"},
    {0, "GGUF", "a GGUF file, of llama.cpp", "give the checkpoint that it was made from"},
    {0, "\223NUMPY", "a NumPy array", "save the weights as safetensors, under the names of the framework"},
    {0, "PK\005\006", "an empty zip archive", "get the file again"},
    {257, "ustar", "a tar archive, as PyTorch wrote before version 0.1.10",
     "load it with torch and save model.state_dict() again"},
};

static const char FORMATS[] = "safetensors, or a checkpoint of torch.save";

static bool has_mark(const uint8_t *head, size_t size, size_t at, const char *mark, size_t mark_size)
{
    return at + mark_size <= size && memcmp(head + at, mark, mark_size) == 0;
}

/* The file of `whole` bytes begins with head[size]. */
static outcome_t find_format(const char *where, const uint8_t *head, size_t size, int64_t whole, const format_t **format)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (has_mark(head, size, formats[i].at, formats[i].mark, formats[i].mark_size)) {
            *format = &formats[i];
            return outcome_ok();
        }
    if (llama2c_fits(head, size, whole)) {
        *format = &llama2c;
        return outcome_ok();
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (has_mark(head, size, strangers[i].at, strangers[i].mark, strlen(strangers[i].mark)))
            return outcome_failed(where, "byte 0", strangers[i].what, FORMATS, strangers[i].todo);
    return outcome_failed(where, "byte 0", size == 0 ? "an empty file" : "another format", FORMATS, "get the file again");
}

/* ===  One file, or several  === */

/* Cut off #KEY of FILE#KEY, unless there is a file with the whole name. */
static const char *take_key(text_t *path)
{
    char *mark = strrchr(path->chars, '#');
    if (mark == NULL || file_exists(path->chars))
        return NULL;
    *mark = '\0';
    return mark + 1;
}

/* The file that a path means: itself, or the checkpoint in a folder; `*part` receives the key of a state dict, or NULL. */
static outcome_t resolve(const char *path, text_t *file, const char **part)
{
    outcome_t result = file_check_path(path);
    if (!outcome_is_ok(&result))
        return result;
    *file = text_of("%s", path);
    *part = take_key(file);
    text_t folder = *file;
    return file_is_folder(folder.chars) ? shards_find(folder.chars, file) : result;
}

static bool is_index(const char *path)
{
    return text_ends(path, ".index.json");
}

static outcome_t load_file(const char *path, const char *part, const char *todo, bool mapped, tensor_set_t *set)
{
    FILE *stream;
    int64_t size;
    uint8_t head[HEAD_SIZE];
    const format_t *format;
    outcome_t result;
    if (outcome_bad(&result, file_open(path, todo, &stream, &size)))
        return result;
    size_t count = fread(head, 1, sizeof head, stream);
    fclose(stream);
    if (outcome_bad(&result, find_format(path, head, count, size, &format)))
        return result;
    *set = (tensor_set_t){.spilled = mapped};
    return mapped && format->map != NULL && part == NULL ? format->map(path, todo, set)
                                                         : format->load(path, part, todo, set);
}

/* Every tensor must be in the file that the index names for it; a file may hold no other ones. */
static outcome_t check_shard(const char *index, const shards_t *shards, size_t file, const tensor_set_t *set)
{
    size_t expected = 0;
    for (size_t i = 0; i < shards->name_count; i++) {
        if (shards->places[i] != file)
            continue;
        if (tensor_set_find(set, shards->names[i]) == NULL)
            return outcome_failed(shards->files[file], text_of("tensor %.200s", shards->names[i]).chars, "no such tensor",
                                  text_of("one, as %.300s says", index).chars, "get the file again");
        expected++;
    }
    if (expected != set->count)
        return outcome_failed(shards->files[file], NULL, text_of("%zu tensors", set->count).chars,
                              text_of("the %zu that %.300s lists", expected, index).chars, "get the file again");
    return outcome_ok();
}

static outcome_t load_shards(const char *index, bool mapped, tensor_set_t *set)
{
    shards_t shards;
    outcome_t result = shards_read(index, &shards);
    for (size_t i = 0; i < shards.file_count && outcome_is_ok(&result); i++) {
        tensor_set_t part = {0};
        result = load_file(shards.files[i], NULL, text_of("get it again: %.300s names it", index).chars, mapped, &part);
        if (outcome_is_ok(&result))
            result = check_shard(index, &shards, i, &part);
        if (outcome_is_ok(&result))
            result = tensor_set_move(set, &part);
        tensor_set_free(&part);
    }
    shards_free(&shards);
    if (!outcome_is_ok(&result))
        tensor_set_free(set);
    return result;
}

static outcome_t load(const char *path, const char *todo, bool mapped, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    text_t file;
    const char *part;
    outcome_t result = resolve(path, &file, &part);
    if (!outcome_is_ok(&result))
        return result;
    return is_index(file.chars) ? load_shards(file.chars, mapped, set) : load_file(file.chars, part, todo, mapped, set);
}

outcome_t tensor_set_load(const char *path, const char *todo, tensor_set_t *set)
{
    return load(path, todo, false, set);
}

outcome_t tensor_set_map(const char *path, const char *todo, tensor_set_t *set)
{
    return load(path, todo, true, set);
}

outcome_t checkpoint_digest(const char *path, text_t *digest)
{
    text_t file;
    const char *part;
    shards_t shards = {0};
    sha256_t hash = {{0}};
    outcome_t result;
    if (outcome_bad(&result, resolve(path, &file, &part)) || outcome_bad(&result, sha256_file(file.chars, &hash)))
        return result;
    if (is_index(file.chars))
        result = shards_read(file.chars, &shards);
    for (size_t i = 0; i < shards.file_count && outcome_is_ok(&result); i++) {
        sha256_t pair[2] = {hash}; /* a chain: of all files before, and of this one */
        result = sha256_file(shards.files[i], &pair[1]);
        sha256_bytes(pair, sizeof pair, &hash);
    }
    shards_free(&shards);
    *digest = text_of("%.16s%s%s", hash.hex, part != NULL ? "#" : "", part != NULL ? part : "");
    return result;
}

outcome_t tensor_set_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    const format_t *format;
    outcome_t result;
    if (outcome_bad(&result, find_format(where, bytes, size, (int64_t)size, &format)))
        return result;
    return format->parse(where, bytes, size, set);
}
