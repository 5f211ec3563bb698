/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_ZIP_CHECKPOINT_H
#define BBS_TENSOR_ZIP_CHECKPOINT_H

#include "tensor/tensor.h"

/* The format of torch.save since PyTorch 1.6 (.pth, .pt, .bin): a zip archive of FOLDER/data.pkl (a pickle of the state
 * dict, tensor/state_dict.h), FOLDER/data/KEY (the elements of one storage, raw) and a few small notes.
 *
 * Entries may be stored or deflated, the archive zip64; libzip checks every entry's CRC-32. Encrypted archives, two
 * pickles, missing or short storages and big-endian files are refused with the entry's name. * `part`: see
 * state_dict_read(). `set` is empty, perhaps with `spilled`. */
outcome_t zip_checkpoint_load(const char *path, const char *part, const char *todo, tensor_set_t *set);

/* The same from memory; `where` names it in errors. */
outcome_t zip_checkpoint_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);

#endif
