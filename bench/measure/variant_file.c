/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: the key and a NUL, filled up to 8 bytes; each layer as two numbers (its weights; what is kept of it) and its
 * data, filled up too; at the end a tail with the sizes and the check sums (CRC-32, against damage). */
#include "measure/variant_file.h"

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

enum { NOTHING, VALUES, FLOATS };
enum { ALIGNMENT = 8 };

typedef struct {
    int64_t weights, kind;
} head_t;

typedef struct {
    compress_size_t bits;
    uint32_t layers_sum; /* of all before the tail */
    uint32_t tail_sum;   /* of the key and what is above */
} tail_t;

static size_t filled(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static text_t path_of(const char *folder, const char *key)
{
    sha256_t hash;
    sha256_bytes(key, strlen(key), &hash);
    return text_of("%s/%.32s.weights", folder, hash.hex);
}

static uint32_t sum_of(uint32_t sum, const void *bytes, size_t size)
{
    return (uint32_t)crc32_z(sum, bytes, size);
}

static uint32_t tail_sum(const char *key, const tail_t *tail)
{
    const uint32_t sum = sum_of(sum_of(0, key, strlen(key)), &tail->bits, sizeof tail->bits);
    return sum_of(sum, &tail->layers_sum, sizeof tail->layers_sum);
}

outcome_t variant_file_folder(const char *folder)
{
    struct stat status;
    outcome_t result = file_check_path(folder);
    if (!outcome_is_ok(&result))
        return result;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return outcome_failed(folder, "making", strerror(errno), "a folder for compressed weights",
                              "choose another: --cache");
    if (lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
        (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return outcome_failed(folder, NULL, "a folder that others may write, or no folder", "one of this user alone",
                              "choose another: --cache");
    return result;
}

/* ===  Reading  === */

/* Is the mapped file that of the key? The layers are checked unless only their sizes are wanted. */
static bool is_right(const variant_file_t *file, const char *key, bool sizes_only, tail_t *tail)
{
    const size_t key_size = strlen(key) + 1;
    if (file->size < filled(key_size) + sizeof *tail || file->size % ALIGNMENT != 0 ||
        memcmp(file->data, key, key_size) != 0)
        return false;
    const size_t before = file->size - sizeof *tail;
    memcpy(tail, file->data + before, sizeof *tail);
    return tail_sum(key, tail) == tail->tail_sum && (sizes_only || sum_of(0, file->data, before) == tail->layers_sum);
}

outcome_t variant_file_open(const char *folder, const char *key, bool sizes_only, variant_file_t *file, bool *found)
{
    const text_t path = path_of(folder, key);
    struct stat status;
    tail_t tail = {.tail_sum = 0};
    *file = (variant_file_t){.data = NULL};
    *found = false;
    outcome_t result = variant_file_folder(folder);
    if (!outcome_is_ok(&result))
        return result;
    const int descriptor = open(path.chars, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return result;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (data != MAP_FAILED)
            *file = (variant_file_t){.data = data, .size = (size_t)status.st_size, .at = filled(strlen(key) + 1)};
    }
    close(descriptor);
    *found = file->data != NULL && is_right(file, key, sizes_only, &tail);
    file->bits = tail.bits;
    if (!*found)
        variant_file_close(file);
    return result;
}

void variant_file_close(variant_file_t *file)
{
    if (file->data != NULL)
        munmap((void *)(uintptr_t)file->data, file->size);
    *file = (variant_file_t){.data = NULL};
}

static size_t data_size(const head_t *head, const compress_layer_t *layer)
{
    const size_t weights = (size_t)head->weights;
    if (head->kind == VALUES)
        return filled(weights * sizeof(int16_t)) + filled((size_t)layer->k * sizeof(float));
    return head->kind == FLOATS ? filled(weights * sizeof(float)) : 0;
}

bool variant_file_next(variant_file_t *file, const compress_layer_t *layer, compressed_t *compressed)
{
    const size_t end = file->size - sizeof(tail_t);
    head_t head;
    *compressed = (compressed_t){.values = NULL};
    if (file->at > end || end - file->at < sizeof head)
        return false;
    memcpy(&head, file->data + file->at, sizeof head);
    if (head.weights != compress_layer_size(layer) || end - file->at - sizeof head < data_size(&head, layer))
        return false;
    uint8_t *data = (uint8_t *)(uintptr_t)file->data + file->at + sizeof head; /* mapped for reading, and only read */
    if (head.kind == VALUES) {
        compressed->values = (int16_t *)(void *)data;
        compressed->scale = (float *)(void *)(data + filled((size_t)head.weights * sizeof(int16_t)));
    } else if (head.kind == FLOATS)
        compressed->floats = (float *)(void *)data;
    file->at += sizeof head + data_size(&head, layer);
    return true;
}

/* ===  Writing  === */

static void put(variant_writer_t *writer, const void *bytes, size_t size)
{
    static const uint8_t zeros[ALIGNMENT] = {0};
    const size_t rest = filled(size) - size;
    fwrite(bytes, 1, size, writer->file.stream); /* outfile_commit() finds errors */
    fwrite(zeros, 1, rest, writer->file.stream);
    writer->sum = sum_of(sum_of(writer->sum, bytes, size), zeros, rest);
}

outcome_t variant_file_create(const char *folder, const char *key, variant_writer_t *writer)
{
    *writer = (variant_writer_t){.key = key};
    outcome_t result = outfile_open(&writer->file, path_of(folder, key).chars);
    writer->open = outcome_is_ok(&result);
    if (writer->open)
        put(writer, key, strlen(key) + 1);
    return result;
}

void variant_file_add(variant_writer_t *writer, const compress_layer_t *layer, const compressed_t *compressed)
{
    const head_t head = {.weights = compress_layer_size(layer),
                         .kind = compressed->values != NULL   ? VALUES
                                 : compressed->floats != NULL ? FLOATS
                                                              : NOTHING};
    put(writer, &head, sizeof head);
    if (head.kind == VALUES) {
        put(writer, compressed->values, (size_t)head.weights * sizeof *compressed->values);
        put(writer, compressed->scale, (size_t)layer->k * sizeof *compressed->scale);
    } else if (head.kind == FLOATS)
        put(writer, compressed->floats, (size_t)head.weights * sizeof *compressed->floats);
}

outcome_t variant_file_commit(variant_writer_t *writer, const compress_size_t *bits)
{
    tail_t tail = {.bits = *bits, .layers_sum = writer->sum};
    tail.tail_sum = tail_sum(writer->key, &tail);
    fwrite(&tail, 1, sizeof tail, writer->file.stream);
    writer->open = false;
    return outfile_commit(&writer->file);
}

void variant_file_abandon(variant_writer_t *writer)
{
    if (writer->open)
        outfile_abandon(&writer->file);
    writer->open = false;
}
