/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <errno.h>

static void mark(cJSON *parent)
{
    if (parent != NULL)
        parent->type = cJSON_Invalid;
}

/* Give the item to its parent. Returns the item, or NULL with the parent marked. */
static cJSON *give(cJSON *parent, const char *key, cJSON *item)
{
    bool given = key != NULL ? cJSON_AddItemToObject(parent, key, item) : cJSON_AddItemToArray(parent, item);
    if (given)
        return item;
    cJSON_Delete(item);
    mark(parent);
    return NULL;
}

cJSON *json_add_object(cJSON *parent, const char *key)
{
    return give(parent, key, cJSON_CreateObject());
}

cJSON *json_add_array(cJSON *parent, const char *key)
{
    return give(parent, key, cJSON_CreateArray());
}

cJSON *json_append_object(cJSON *array)
{
    return give(array, NULL, cJSON_CreateObject());
}

void json_add_text(cJSON *parent, const char *key, const char *value)
{
    give(parent, key, cJSON_CreateString(value));
}

void json_add_number(cJSON *parent, const char *key, double value)
{
    give(parent, key, cJSON_CreateNumber(value));
}

void json_add_flag(cJSON *parent, const char *key, bool value)
{
    give(parent, key, cJSON_CreateBool(value));
}

void json_add_null(cJSON *parent, const char *key)
{
    give(parent, key, cJSON_CreateNull());
}

void json_append_number(cJSON *array, double value)
{
    give(array, NULL, cJSON_CreateNumber(value));
}

void json_set_text(cJSON *parent, const char *key, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(parent, key);
    json_add_text(parent, key, value);
}

void json_set_number(cJSON *parent, const char *key, double value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(parent, key);
    json_add_number(parent, key, value);
}

bool json_is_whole(const cJSON *json)
{
    const cJSON *item;
    if (json == NULL || cJSON_IsInvalid(json))
        return false;
    cJSON_ArrayForEach(item, json) if (!json_is_whole(item)) return false;
    return true;
}

char *json_print(const cJSON *json, bool laid_out)
{
    return laid_out ? cJSON_Print(json) : cJSON_PrintUnformatted(json);
}

/* cJSON returns NULL for a wrong text and for a lack of memory. malloc() tells them apart: it sets errno. */
outcome_t json_read(const char *where, const char *text, size_t length, cJSON **json)
{
    errno = 0;
    *json = cJSON_ParseWithLength(text, length);
    return *json == NULL && errno == ENOMEM ? outcome_out_of_memory(where) : outcome_ok();
}

outcome_t json_parse(const char *where, const char *place, const char *what, const char *text, size_t length, cJSON **json)
{
    outcome_t result = json_read(where, text, length, json);
    if (!outcome_is_ok(&result) || cJSON_IsObject(*json))
        return result;
    cJSON_Delete(*json);
    *json = NULL;
    return outcome_failed(where, place, "no JSON object", what, "get the file again");
}
