/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_SHARDS_H
#define BBS_TENSOR_SHARDS_H

#include "base/outcome.h"
#include "base/text.h"

#include <stddef.h>

/* A checkpoint in several files, as Hugging Face's libraries write it: an index (model.safetensors.index.json or
 * pytorch_model.bin.index.json) whose "weight_map" says for each tensor the file that holds it, beside the index. */

typedef struct {
    char **files;   /* paths, each once, in the order of the index */
    char **names;   /* of the tensors that the index lists */
    size_t *places; /* of names[]: its file */
    size_t file_count, name_count;
} shards_t;

/* A file outside the index's folder, more than 4096 files, and anything that is no index are refused. */
outcome_t shards_read(const char *index, shards_t *shards);
void shards_free(shards_t *shards);

/* The checkpoint in a folder: its index, else its only weights file, under the names that Hugging Face's libraries and
 * others use. FAULT_FAILED where there is none. */
outcome_t shards_find(const char *folder, text_t *path);

#endif
