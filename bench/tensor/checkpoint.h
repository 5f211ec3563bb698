/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_CHECKPOINT_H
#define BBS_TENSOR_CHECKPOINT_H

#include "tensor/tensor.h"

/* Checkpoints in any known format: safetensors, or PyTorch's zip format or its legacy format. The first bytes decide; file
 * names do not matter. A format is one line in the table of checkpoint.c. */
outcome_t tensor_set_load(const char *path, const char *todo, tensor_set_t *set);

/* The same from memory; `where` names it in errors. */
outcome_t tensor_set_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

#endif
