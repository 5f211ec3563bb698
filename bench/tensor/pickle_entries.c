/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/pickle_entries.h"

#include <stddef.h>

bool pickle_entries(const pickle_t *pickle, const pickle_value_t *value, int ordered_dict, pickle_entries_t *entries)
{
    *entries = (pickle_entries_t){.pickle = pickle, .pairs = value};
    if (value->kind == PICKLE_DICT) {
        entries->count = value->count / 2;
        return true;
    }
    if (!pickle_is_call(pickle, value, ordered_dict))
        return false;
    const pickle_value_t *arguments = pickle_item(pickle, value, 1);
    if (arguments->count == 1 && pickle_item(pickle, arguments, 0)->kind == PICKLE_LIST) {
        entries->listed = pickle_item(pickle, arguments, 0);
        entries->count = entries->listed->count;
        return true;
    }
    entries->first = 2;
    entries->count = (value->count - 2) / 2;
    return true;
}

bool pickle_entry(const pickle_entries_t *entries, uint32_t index, const pickle_value_t **key, const pickle_value_t **value)
{
    const pickle_value_t *pair = entries->pairs;
    uint32_t at = entries->first + 2 * index;
    if (entries->listed != NULL) {
        pair = pickle_item(entries->pickle, entries->listed, index);
        at = 0;
        if ((pair->kind != PICKLE_LIST && pair->kind != PICKLE_TUPLE) || pair->count != 2)
            return false;
    }
    *key = pickle_item(entries->pickle, pair, at);
    *value = pickle_item(entries->pickle, pair, at + 1);
    return true;
}
