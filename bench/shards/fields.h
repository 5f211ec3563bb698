/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_FIELDS_H
#define BBS_SHARDS_FIELDS_H

#include "base/text.h"

#include <stdbool.h>

/* The fields of a key of answers: "name=value name=value ...", where a value may hold spaces (accuracy_session_key()). */

/* The value of the field that begins at `at`, and the place of the next one; NULL at the end. */
typedef struct {
    text_t name, value;
    const char *next;
} field_t;

/* The field at the start of `at`. False at the end of the key. */
bool field_read(const char *at, field_t *field);

/* The value of a field; "" when the key has none of this name. */
text_t field_value(const char *key, const char *name);

/* The first field in which the two keys differ and whose name is not in `allowed`, NULL-terminated. The names of those in
 * `allowed` that differ are added to `differ`, with ", " between, once each. False when there is none. */
bool field_differs(const char *expected, const char *found, const char *const *allowed, text_t *differ, field_t *is,
                   field_t *was);

#endif
