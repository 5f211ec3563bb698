/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_CHECKPOINT_H
#define BBS_TENSOR_CHECKPOINT_H

#include "base/text.h"
#include "tensor/tensor.h"

/* Checkpoints in any known format: safetensors, or PyTorch's zip format or its legacy format. The first bytes decide; file
 * names do not matter. A format is one line in the table of checkpoint.c.
 *
 * `path` may also be
 *     FILE#KEY           the state dict under KEY of a checkpoint of torch.save that holds several
 *     NAME.index.json    the index of a checkpoint in several files (tensor/shards.h)
 *     a folder           that holds one of these under the names of Hugging Face's libraries */
outcome_t tensor_set_load(const char *path, const char *todo, tensor_set_t *set);

/* The same for a checkpoint that may be larger than the memory: the elements of safetensors stay in their files, which are
 * mapped (tensor_t.lent), and large tensors of other formats are copied to files of $TMPDIR (tensor_set_t.spilled). Nobody
 * may cut a file short while it is mapped. */
outcome_t tensor_set_map(const char *path, const char *todo, tensor_set_t *set);

/* The identity of what tensor_set_load() reads from this path: the first 16 digits of the SHA-256 of the file, or of a
 * chain over the index and each of its files; #KEY after it. */
outcome_t checkpoint_digest(const char *path, text_t *digest);

/* The same from memory; `where` names it in errors. */
outcome_t tensor_set_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

#endif
