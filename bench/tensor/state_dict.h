/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_STATE_DICT_H
#define BBS_TENSOR_STATE_DICT_H

#include "base/text.h"
#include "tensor/pickle.h"
#include "tensor/tensor.h"

/* PyTorch's state dict: a dictionary from names to tensors, each a view (offset, shape, strides) of a storage. The
 * pickle holds the views; the elements of the storages lie elsewhere in the file, under the storage's key.
 *
 * The dictionary may be inside others (tensor/state_dict_part.h). Entries that are not tensors are ignored. Views outside
 * their storage are refused, and so are files whose views repeat their storages many times. */

enum { STATE_DICT_KEY_SIZE = 64 };

typedef struct {
    char key[STATE_DICT_KEY_SIZE]; /* letters, digits, '_' and '-' */
    tensor_type_t type;
    int64_t count; /* elements */
} state_dict_storage_t;

typedef struct {
    const char *name; /* name_size bytes, in the pickle */
    size_t name_size;
    size_t storage; /* index */
    int64_t offset; /* elements, as shape and stride are */
    int rank;
    int64_t shape[TENSOR_MAX_RANK];
    int64_t stride[TENSOR_MAX_RANK];
    int64_t count;
} state_dict_view_t;

typedef struct {
    pickle_t pickle;
    state_dict_storage_t *storages; /* ascending by key */
    size_t storage_count;
    state_dict_view_t *views; /* in the dictionary's order */
    size_t view_count;
    text_t said;     /* which part of the file was chosen, in words; "" where there was no choice */
    text_t left_out; /* names of tensors of kinds that are not read; "" when there is none */
} state_dict_t;

/* Read the state dict of the pickle at the start of bytes[size]; the bytes must outlive it. `part`: the key of the
 * outermost dictionary under which it is, or NULL (state_dict_part()). */
outcome_t state_dict_read(const char *where, const char *part, const uint8_t *bytes, size_t size, state_dict_t *dict);
void state_dict_free(state_dict_t *dict);

/* The storage with this key, or NULL. */
const state_dict_storage_t *state_dict_find(const state_dict_t *dict, const char *key);
int64_t state_dict_storage_bytes(const state_dict_storage_t *storage);

/* A source of elements: fills `data`, which has room for state_dict_storage_bytes(), in its order. When they are those of a
 * tensor (else NULL) the source may let go of what it has filled (tensor_rest_part()): it may be larger than the memory. */
typedef outcome_t (*state_dict_source_t)(void *context, const state_dict_storage_t *storage, const tensor_t *tensor,
                                         void *data);

/* Read all tensors into an empty set; dict->said becomes its note TENSOR_NOTE_PART. Each storage is read once, in place if
 * a tensor is the whole storage. */
outcome_t state_dict_fill(const state_dict_t *dict, const char *where, state_dict_source_t source, void *context,
                          tensor_set_t *set);

#endif
