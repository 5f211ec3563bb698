/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_STATE_DICT_PART_H
#define BBS_TENSOR_STATE_DICT_PART_H

#include "base/outcome.h"
#include "base/text.h"
#include "tensor/pickle.h"
#include "tensor/pickle_entries.h"

/* What a checkpoint's pickle may call, and which of its dictionaries is the state dict. Used by state_dict.c. */

extern const pickle_global_t state_dict_globals[]; /* ids below TENSOR_TYPE_COUNT: storages of that element type */

/* The arguments of the call that builds a tensor (storage, offset, shape, strides, ...), which may be inside a Parameter or
 * a subclass of Tensor; NULL for any other value. */
const pickle_value_t *state_dict_tensor(const pickle_t *pickle, const pickle_value_t *value);

/* Is it a tensor of a kind that is not read: quantised, sparse, on a device that torch rebuilds by a function of its own?
 */
bool state_dict_foreign_tensor(const pickle_t *pickle, const pickle_value_t *value);

/* The dictionary of names and tensors, inside at most four others.
 * `part` NULL: under the keys that training programs use (the table in state_dict_part.c), or under the only key that holds
 * more tensors than the dictionary itself. Where raw weights and weights averaged over the training are both there, the
 * averaged ones are taken, as timm's load_checkpoint() does. `said` receives what was chosen, in words; "" where there was
 * no choice. `part` not NULL: the dictionary under that key of the outermost one. FAULT_FAILED, naming the keys: several
 * that may hold the state dict; a whole model object; no tensors. */
outcome_t state_dict_part(const char *where, const pickle_t *pickle, const char *part, pickle_entries_t *entries,
                          text_t *said);

#endif
