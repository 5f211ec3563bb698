/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/fields.h"

#include <string.h>

/* Does a field begin here: a name of small letters and "="? */
static bool begins_field(const char *at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    const size_t length = strspn(at, letters);
    return length > 0 && at[length] == '=';
}

bool field_read(const char *at, field_t *field)
{
    at += strspn(at, " ");
    if (!begins_field(at))
        return false;
    const char *equals = strchr(at, '='), *end = equals + 1 + strcspn(equals + 1, " ");
    while (*end == ' ' && !begins_field(end + 1))
        end += 1 + strcspn(end + 1, " ");
    field->name = text_of("%.*s", (int)(equals - at), at);
    field->value = text_of("%.*s", (int)(end - equals - 1), equals + 1);
    field->next = end;
    return true;
}

text_t field_value(const char *key, const char *name)
{
    field_t field;
    for (const char *at = key; field_read(at, &field); at = field.next)
        if (text_equal(field.name.chars, name))
            return field.value;
    return text_of("%s", "");
}

static bool is_in(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (text_equal(*names, name))
            return true;
    return false;
}

static void add_name(const char *name, text_t *names)
{
    if (strstr(names->chars, name) == NULL)
        *names = text_of("%s%s%s", names->chars, names->chars[0] != '\0' ? ", " : "", name);
}

bool field_differs(const char *expected, const char *found, const char *const *allowed, text_t *differ, field_t *is,
                   field_t *was)
{
    for (;;) {
        const bool one = field_read(found, is), other = field_read(expected, was);
        if (!one && !other)
            return false;
        if (!one)
            *is = (field_t){.name = was->name, .value = text_of("no such field"), .next = found};
        if (!other)
            *was = (field_t){.name = is->name, .value = text_of("no such field"), .next = expected};
        const bool same = text_equal(is->name.chars, was->name.chars) && text_equal(is->value.chars, was->value.chars);
        if (!same && (!text_equal(is->name.chars, was->name.chars) || !is_in(is->name.chars, allowed)))
            return true;
        if (!same)
            add_name(is->name.chars, differ);
        found = is->next;
        expected = was->next;
    }
}
