/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_LLAMA2C_H
#define BBS_TENSOR_LLAMA2C_H

#include "tensor/tensor.h"

#include <stdbool.h>

/* Checkpoints of llama2.c, the format of many small language models, in its first version: seven integers (width, hidden
 * width, blocks, heads, heads of keys, words, context; a negative number of words says that the head is a matrix of its
 * own), then float32 matrices kind by kind, all blocks of a kind together, and two tables of rotary positions, which
 * follow from the context and are not read. The file has no mark: it is one when its length is exactly what the integers
 * say.
 *
 * The tensors get Hugging Face's names; what config.json would say is in notes of the same names (num_attention_heads,
 * rope_theta, rope_interleaved, rms_norm_eps, context). */

/* Is a file of `size` bytes, which begins with head[head_size], such a checkpoint? */
bool llama2c_fits(const uint8_t *head, size_t head_size, int64_t size);

outcome_t llama2c_load(const char *path, const char *part, const char *todo, tensor_set_t *set);
outcome_t llama2c_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

#endif
