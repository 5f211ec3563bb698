/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/pickle_value.h"

#include <stdlib.h>
#include <string.h>

void pickle_free(pickle_t *pickle)
{
    for (size_t i = 0; i < pickle->count; i++)
        if (pickle->values[i].capacity > 0)
            free(pickle->values[i].items);
    free(pickle->values);
    *pickle = (pickle_t){0};
}

const pickle_value_t *pickle_root(const pickle_t *pickle)
{
    return &pickle->values[pickle->root];
}

const pickle_value_t *pickle_item(const pickle_t *pickle, const pickle_value_t *value, size_t index)
{
    return &pickle->values[value->items[index]];
}

bool pickle_is_text(const pickle_value_t *value, const char *text)
{
    return value->kind == PICKLE_TEXT && strlen(text) == value->count && memcmp(text, value->chars, value->count) == 0;
}

bool pickle_is_call(const pickle_t *pickle, const pickle_value_t *value, int id)
{
    if (value->kind != PICKLE_CALL)
        return false;
    const pickle_value_t *called = pickle_item(pickle, value, 0);
    return called->kind == PICKLE_GLOBAL && called->integer == id;
}
