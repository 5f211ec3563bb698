/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_JSON_H
#define BBS_BASE_JSON_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

/* JSON by cJSON, without its silent failures.
 *
 * cJSON's functions return NULL when memory is out, and a caller that overlooks it writes a file without the member. The
 * functions here mark the parent instead: its type becomes invalid, cJSON prints no tree with such an item, and
 * json_print() then returns NULL. So a tree is built without a check after each line, and checked once when it is printed.
 * A NULL parent is left alone, because the item above it is marked already. */

/* Add a member and return it; NULL when memory is out. */
cJSON *json_add_object(cJSON *parent, const char *key);
cJSON *json_add_array(cJSON *parent, const char *key);
/* Append an object to an array. */
cJSON *json_append_object(cJSON *array);

/* A value of NULL is one for which memory was out: it marks the parent, too. */
void json_add_text(cJSON *parent, const char *key, const char *value);
void json_add_number(cJSON *parent, const char *key, double value);
void json_add_flag(cJSON *parent, const char *key, bool value);
void json_add_null(cJSON *parent, const char *key);
void json_append_number(cJSON *array, double value);

/* Set a member, in place of an earlier one. */
void json_set_text(cJSON *parent, const char *key, const char *value);
void json_set_number(cJSON *parent, const char *key, double value);

/* Was memory never out while the tree was built? */
bool json_is_whole(const cJSON *json);

/* The tree as text, on one line or laid out; free() it. NULL when memory is out, or the tree is not whole. */
char *json_print(const cJSON *json, bool laid_out);

/* Read a text that may be JSON: `*json` is NULL when it is none. Only a lack of memory is an error; `where` names the file
 * in it. Free with cJSON_Delete(). */
outcome_t json_read(const char *where, const char *text, size_t length, cJSON **json);

/* Read a JSON object. `what` says what it should be ("a safetensors header"); `place` may be NULL. Free with
 * cJSON_Delete(). */
outcome_t json_parse(const char *where, const char *place, const char *what, const char *text, size_t length, cJSON **json);

#endif
