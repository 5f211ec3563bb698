/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_LEGACY_CHECKPOINT_H
#define BBS_TENSOR_LEGACY_CHECKPOINT_H

#include "tensor/tensor.h"

/* The format of torch.save before PyTorch 1.6, in which torchvision's VGG weights are still published: five pickles in
 * sequence (a magic number, the format's version 1001, notes on the machine, the state dict, the list of its storages),
 * then for each storage of the list its number of elements (8 bytes, little endian) and the elements, raw.
 *
 * Everything is checked before it is used; bytes after the last storage are refused. * `part`: see state_dict_read(). `set`
 * is empty, perhaps with `spilled`. */
outcome_t legacy_checkpoint_load(const char *path, const char *part, const char *todo, tensor_set_t *set);

/* The same from memory; `where` names it in errors. */
outcome_t legacy_checkpoint_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

#endif
