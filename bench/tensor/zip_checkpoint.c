/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/zip_checkpoint.h"

#include "base/file.h"
#include "base/text.h"
#include "tensor/state_dict.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zip.h> /* libzip */

/* Deflate cannot compress by more than 1032 to 1 (zlib's FAQ, technical details): a larger ratio is not a deflate stream.
 */
enum { DEFLATE_RATIO = 1032 };

static const char AGAIN[] = "get the file again, or save it again with torch.save(model.state_dict(), PATH)";

typedef struct {
    const char *where, *part;
    zip_t *zip;
    uint64_t size;  /* of the archive */
    uint64_t claim; /* compressed bytes of the entries found so far */
    text_t folder;  /* with its '/' */
} archive_t;

/* ===  Entries  === */

static outcome_t bad_entry(const archive_t *archive, const char *name, const char *found, const char *expected)
{
    return outcome_failed(archive->where, text_of("entry %.200s", name).chars, found, expected, AGAIN);
}

/* Number and size of an entry, after a check of how it is stored. With overlapping entries a small archive could claim any
 * size, so the compressed sizes of all entries are summed and limited. */
static outcome_t find_entry(archive_t *archive, const char *name, uint64_t *index, uint64_t *size)
{
    enum {
        NEEDED = ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD
    };
    zip_stat_t about;
    if (zip_stat(archive->zip, name, ZIP_FL_ENC_GUESS, &about) != 0 || (about.valid & NEEDED) != NEEDED)
        return bad_entry(archive, name, "no such entry", "one for each storage of the pickle");
    if (about.encryption_method != ZIP_EM_NONE ||
        (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE))
        return bad_entry(archive, name, "another compression, or encryption", "stored or deflated");
    if (about.comp_size > archive->size - archive->claim)
        return bad_entry(archive, name, text_of("%" PRIu64 " bytes", about.comp_size).chars,
                         text_of("at most what is left of the archive's %" PRIu64, archive->size).chars);
    archive->claim += about.comp_size;
    if (about.comp_method == ZIP_CM_STORE ? about.size != about.comp_size : about.size / DEFLATE_RATIO > about.comp_size)
        return bad_entry(archive, name, text_of("%" PRIu64 " bytes out of %" PRIu64, about.size, about.comp_size).chars,
                         "a size its compression can have");
    *index = about.index;
    *size = about.size;
    return outcome_ok();
}

/* Let go of bytes that are in their place. Pages at both ends may stay. */
static void rest_bytes(const tensor_t *tensor, uint64_t first, uint64_t end)
{
    const uint64_t size = tensor_type_size(tensor->type);
    tensor_rest_part(tensor, (int64_t)(first / size), (int64_t)(end / size - first / size));
}

/* Read a whole entry; a read past the end makes libzip compare the CRC. `tensor`: as in state_dict_source_t. */
static outcome_t read_entry(const archive_t *archive, const char *name, uint64_t index, const tensor_t *tensor, void *data,
                            uint64_t size)
{
    enum { PIECE = 1 << 23 };
    zip_file_t *file = zip_fopen_index(archive->zip, index, 0);
    if (file == NULL)
        return bad_entry(archive, name, zip_strerror(archive->zip), "a readable entry");
    uint64_t done = 0;
    char beyond;
    zip_int64_t got = 1;
    while (got > 0 && done < size) {
        const uint64_t before = done;
        got = zip_fread(file, (uint8_t *)data + done, size - done < PIECE ? size - done : PIECE);
        done += got > 0 ? (uint64_t)got : 0;
        if (tensor != NULL)
            rest_bytes(tensor, before, done);
    }
    if (got >= 0 && done == size)
        got = zip_fread(file, &beyond, 1);
    outcome_t result = outcome_ok();
    if (got < 0)
        result = bad_entry(archive, name, zip_file_strerror(file), "a readable entry");
    else if (done != size || got != 0)
        result =
            bad_entry(archive, name, "another length than the directory says", text_of("%" PRIu64 " bytes", size).chars);
    zip_fclose(file);
    return result;
}

static outcome_t read_small(archive_t *archive, const char *name, bytes_t *bytes)
{
    uint64_t index, size;
    outcome_t result;
    *bytes = (bytes_t){0};
    if (outcome_bad(&result, find_entry(archive, name, &index, &size)))
        return result;
    if (size > PICKLE_SIZE_LIMIT)
        return bad_entry(archive, name, text_of("%" PRIu64 " bytes", size).chars,
                         text_of("at most %d", PICKLE_SIZE_LIMIT).chars);
    bytes->data = malloc((size_t)size + 1);
    if (bytes->data == NULL)
        return outcome_out_of_memory(archive->where);
    bytes->size = (size_t)size;
    result = read_entry(archive, name, index, NULL, bytes->data, size);
    if (!outcome_is_ok(&result))
        file_free_bytes(bytes);
    return result;
}

/* ===  The archive  === */

/* The folder that holds data.pkl; there must be only one. */
static outcome_t find_folder(archive_t *archive)
{
    static const char PICKLE[] = "/data.pkl";
    bool found = false;
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive->zip, 0); i++) {
        const char *name = zip_get_name(archive->zip, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        if (name == NULL || !text_ends(name, PICKLE) || strchr(name, '/') != name + strlen(name) - strlen(PICKLE))
            continue;
        if (found)
            return outcome_failed(archive->where, "directory", "more than one data.pkl", "one", AGAIN);
        found = true;
        archive->folder = text_of("%.*s", (int)(strlen(name) - strlen(PICKLE) + 1), name);
        if (!text_fits(&archive->folder))
            return outcome_failed(archive->where, "directory", "a name of over 510 bytes", "a shorter one", AGAIN);
    }
    if (!found)
        return outcome_failed(archive->where, "directory", "no FOLDER/data.pkl", "an archive that torch.save wrote",
                              "give a PyTorch checkpoint (.pth, .pt, .bin) or safetensors");
    return outcome_ok();
}

static text_t entry_name(const archive_t *archive, const char *name)
{
    return text_of("%s%s", archive->folder.chars, name);
}

/* Since PyTorch 2.1 a note gives the byte order; before, it was that of the writing machine, and no note exists. */
static outcome_t check_byte_order(archive_t *archive)
{
    text_t name = entry_name(archive, "byteorder");
    bytes_t order;
    outcome_t result;
    if (zip_name_locate(archive->zip, name.chars, ZIP_FL_ENC_GUESS) < 0)
        return outcome_ok();
    if (outcome_bad(&result, read_small(archive, name.chars, &order)))
        return result;
    if (order.size != 6 || memcmp(order.data, "little", 6) != 0)
        result = bad_entry(archive, name.chars, "another byte order", "little");
    file_free_bytes(&order);
    return result;
}

/* Check, before any allocation, that every storage of the pickle exists and has the right length. */
static outcome_t check_storages(archive_t *archive, const state_dict_t *dict)
{
    for (size_t i = 0; i < dict->storage_count; i++) {
        text_t name = entry_name(archive, text_of("data/%s", dict->storages[i].key).chars);
        uint64_t index, size, wanted = (uint64_t)state_dict_storage_bytes(&dict->storages[i]);
        outcome_t result;
        if (outcome_bad(&result, find_entry(archive, name.chars, &index, &size)))
            return result;
        if (size != wanted)
            return bad_entry(archive, name.chars, text_of("%" PRIu64 " bytes", size).chars,
                             text_of("%" PRIu64, wanted).chars);
    }
    return outcome_ok();
}

static outcome_t read_storage(void *context, const state_dict_storage_t *storage, const tensor_t *tensor, void *data)
{
    const archive_t *archive = context;
    text_t name = entry_name(archive, text_of("data/%s", storage->key).chars);
    zip_int64_t index = zip_name_locate(archive->zip, name.chars, ZIP_FL_ENC_GUESS);
    return read_entry(archive, name.chars, (uint64_t)index, tensor, data, (uint64_t)state_dict_storage_bytes(storage));
}

static outcome_t read_archive(archive_t *archive, tensor_set_t *set)
{
    bytes_t pickle = {0};
    state_dict_t dict = {.storages = NULL};
    outcome_t result;
    if (outcome_bad(&result, find_folder(archive)) || outcome_bad(&result, check_byte_order(archive)))
        return result;
    text_t name = entry_name(archive, "data.pkl");
    if (outcome_bad(&result, read_small(archive, name.chars, &pickle)))
        return result;
    text_t where = text_of("%s: %s", archive->where, name.chars);
    if (outcome_bad(&result, state_dict_read(where.chars, archive->part, pickle.data, pickle.size, &dict)) ||
        outcome_bad(&result, check_storages(archive, &dict)))
        goto out;
    result = state_dict_fill(&dict, archive->where, read_storage, archive, set);

out:
    state_dict_free(&dict);
    file_free_bytes(&pickle);
    return result;
}

static outcome_t read_source(const char *where, const char *part, zip_source_t *source, uint64_t size, tensor_set_t *set)
{
    zip_error_t error;
    zip_error_init(&error);
    archive_t archive = {.where = where, .part = part, .size = size};
    archive.zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    outcome_t result;
    if (archive.zip == NULL) {
        result = source == NULL ? outcome_out_of_memory(where)
                                : outcome_failed(where, "zip directory", zip_error_strerror(&error), "a whole zip archive",
                                                 "get the file again");
        if (source != NULL)
            zip_source_free(source);
    } else {
        result = read_archive(&archive, set);
        zip_discard(archive.zip);
    }
    zip_error_fini(&error);
    return result;
}

outcome_t zip_checkpoint_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    return read_source(where, NULL, zip_source_buffer_create(bytes, size, 0, NULL), size, set);
}

outcome_t zip_checkpoint_load(const char *path, const char *part, const char *todo, tensor_set_t *set)
{
    *set = (tensor_set_t){.spilled = set->spilled};
    FILE *stream;
    int64_t size;
    outcome_t result;
    if (outcome_bad(&result, file_open(path, todo, &stream, &size)))
        return result;
    fclose(stream);
    return read_source(path, part, zip_source_file_create(path, 0, 0, NULL), (uint64_t)size, set);
}
