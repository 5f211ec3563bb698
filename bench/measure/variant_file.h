/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_FILE_H
#define BBS_MEASURE_VARIANT_FILE_H

#include "base/outfile.h"
#include "compress/layer.h"

#include <stdbool.h>
#include <stdint.h>

/* Compressed weights of a network under a method, kept in a folder of this machine, so that the next unit of the same
 * network and method does not compress them again (shards/work.h).
 *
 * A file is FOLDER/HASH.weights, where HASH is of its key: all that the compressed weights depend on. It is in the byte
 * order of the machine, has check sums, and is complete or absent; two programs that make the same one write the same
 * bytes. The folder is made for this user alone, and another user's is refused, because what lies in it is believed. */

/* Make the folder, or check that it is this user's and that no other user may write there. FAULT_FAILED. */
outcome_t variant_file_folder(const char *folder);

/* ===  Reading  === */

typedef struct {
    const uint8_t *data; /* mapped; NULL: not open */
    size_t size;
    size_t at; /* the next layer */
    compress_size_t bits;
} variant_file_t;

/* `*found` is false, without an error, when there is no file, a damaged one, or one of another key. With `sizes_only` the
 * layers are not checked, and may not be read. Close when found. */
outcome_t variant_file_open(const char *folder, const char *key, bool sizes_only, variant_file_t *file, bool *found);
void variant_file_close(variant_file_t *file);

/* The next layer: values and scales, or floats, or neither, which belong to the file. False when it is not of this shape.
 */
bool variant_file_next(variant_file_t *file, const compress_layer_t *layer, compressed_t *compressed);

/* ===  Writing  === */

typedef struct {
    outfile_t file;
    const char *key;
    uint32_t sum;
    bool open;
} variant_writer_t;

outcome_t variant_file_create(const char *folder, const char *key, variant_writer_t *writer);
void variant_file_add(variant_writer_t *writer, const compress_layer_t *layer, const compressed_t *compressed);
outcome_t variant_file_commit(variant_writer_t *writer, const compress_size_t *bits);
void variant_file_abandon(variant_writer_t *writer);

#endif
