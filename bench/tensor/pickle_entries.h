/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_PICKLE_ENTRIES_H
#define BBS_TENSOR_PICKLE_ENTRIES_H

#include "tensor/pickle_value.h"

/* The entries of a dictionary in a pickle, however it was written: a dict, an OrderedDict that was filled, or one that
 * Python 2 built of a list of pairs. */
typedef struct {
    const pickle_t *pickle;
    const pickle_value_t *pairs; /* items from `first`: key, value, key, value ... */
    uint32_t first;
    const pickle_value_t *listed; /* or a list of pairs */
    uint32_t count;
} pickle_entries_t;

/* False when the value is not a dictionary. `ordered_dict` is the id of collections.OrderedDict in the table of globals. */
bool pickle_entries(const pickle_t *pickle, const pickle_value_t *value, int ordered_dict, pickle_entries_t *entries);

/* False when the entry is not a pair. */
bool pickle_entry(const pickle_entries_t *entries, uint32_t index, const pickle_value_t **key,
                  const pickle_value_t **value);

#endif
