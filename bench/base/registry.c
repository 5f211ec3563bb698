/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables are short, so a look-up walks them. Pointers are read with memcpy(): the tables hold pointers of other types. */
#include "base/registry.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 63 /* longest name for which near names are searched, in letters */, NEAR_MOST = 3 };

const char *registry_name(const registry_t *registry, const void *entry)
{
    const char *name;
    if (registry->name_of != NULL)
        return registry->name_of(entry);
    memcpy(&name, entry, sizeof name);
    return name;
}

/* Entry `index` of one table, or NULL. */
static const void *entry_at(const registry_t *registry, const void *table, size_t index)
{
    const void *entry;
    if (registry->entry_size == 0) {
        memcpy(&entry, (const char *)table + index * sizeof entry, sizeof entry);
        return entry;
    }
    entry = (const char *)table + index * registry->entry_size;
    return registry_name(registry, entry) != NULL ? entry : NULL;
}

static size_t count_entries(const registry_t *registry, const void *table)
{
    size_t count = 0;
    while (table != NULL && entry_at(registry, table, count) != NULL)
        count++;
    return count;
}

const void *registry_at(const registry_t *registry, size_t index)
{
    for (int table = 0; table < REGISTRY_TABLES; table++) {
        size_t count = count_entries(registry, registry->tables[table]);
        if (index < count)
            return entry_at(registry, registry->tables[table], index);
        index -= count;
    }
    return NULL;
}

const void *registry_look_up(const registry_t *registry, const char *name)
{
    const void *entry;
    for (size_t i = 0; (entry = registry_at(registry, i)) != NULL; i++)
        if (text_equal(registry_name(registry, entry), name))
            return entry;
    return NULL;
}

/* ===  Near names  === */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Number of edits between two names of at most NAME_MOST letters; no part is edited twice (optimal string alignment). */
static int edits(const char *a, const char *b)
{
    int rows[3][NAME_MOST + 1], width = (int)strlen(b);
    for (int j = 0; j <= width; j++)
        rows[0][j] = j;
    for (int i = 1; a[i - 1] != '\0'; i++) {
        int *row = rows[i % 3], *before = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= width; j++) {
            row[j] = least(least(before[j], row[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], twice[j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][width];
}

/* "did you mean a or b?", or an empty text. */
static text_t guess(const registry_t *registry, const char *name)
{
    size_t length = strlen(name);
    int limit = length / 3 > 2 ? (int)(length / 3) : 2, nearest, found = 0;
    text_t text = text_of("%s", "");
    const void *entry;
    if (length < 2 || length > NAME_MOST)
        return text;
    nearest = least(limit, (int)length - 1); /* at least one letter of the given name must remain */
    for (size_t i = 0; (entry = registry_at(registry, i)) != NULL; i++)
        if (strlen(registry_name(registry, entry)) <= NAME_MOST)
            nearest = least(nearest, edits(name, registry_name(registry, entry)));
    for (size_t i = 0; (entry = registry_at(registry, i)) != NULL && found < NEAR_MOST; i++) {
        const char *known = registry_name(registry, entry);
        if (strlen(known) <= NAME_MOST && edits(name, known) == nearest)
            text = text_of("%s%s%s", text.chars, found++ > 0 ? " or " : "did you mean ", known);
    }
    return found > 0 ? text_of("%s?", text.chars) : text;
}

text_t registry_guess(const char *const *names, const char *name)
{
    const registry_t registry = {.tables = {names}, .entry_size = sizeof *names};
    return guess(&registry, name);
}

/* ===  Finding  === */

static outcome_t refuse(const registry_t *registry, const char *place, const char *found, const char *todo)
{
    text_builder_t known = {0};
    const void *entry;
    for (size_t i = 0; (entry = registry_at(registry, i)) != NULL; i++)
        text_append(&known, "%s%s", i > 0 ? ", " : "", registry_name(registry, entry));
    outcome_t result;
    if (known.failed)
        result = outcome_out_of_memory(registry->where);
    else if (registry->fault == FAULT_MISSING)
        result = outcome_missing(registry->where, place, found, known.chars, todo);
    else if (registry->fault == FAULT_FAILED)
        result = outcome_failed(registry->where, place, found, known.chars, todo);
    else
        result = outcome_usage(registry->where, place, found, known.chars, todo);
    free(known.chars);
    return result;
}

outcome_t registry_find(const registry_t *registry, const char *name, void *found)
{
    const void *entry = registry_look_up(registry, name);
    if (entry != NULL) {
        memcpy(found, &entry, sizeof entry);
        return outcome_ok();
    }
    text_t near = guess(registry, name);
    return refuse(registry, name, text_of("no such %s", registry->what).chars,
                  near.chars[0] != '\0' ? near.chars : registry->todo);
}

/* ===  Lists  === */

static outcome_t list_all(const registry_t *registry, registry_list_t *list)
{
    size_t count = count_entries(registry, registry->tables[0]);
    list->items = calloc(count + 1, sizeof *list->items);
    if (list->items == NULL)
        return outcome_out_of_memory(registry->where);
    for (; list->count < count; list->count++)
        list->items[list->count] = entry_at(registry, registry->tables[0], list->count);
    return outcome_ok();
}

static outcome_t add(const registry_t *registry, const char *name, registry_list_t *list)
{
    const void *entry = NULL;
    if (name[0] == '\0')
        return refuse(registry, NULL, "an empty name", NULL);
    outcome_t result = registry_find(registry, name, &entry);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == entry)
            return outcome_usage(registry->where, NULL, text_of("%s twice", name).chars, "each name once", NULL);
    list->items[list->count++] = entry;
    return result;
}

outcome_t registry_list(const registry_t *registry, const char *text, registry_list_t *list)
{
    *list = (registry_list_t){0};
    if (text[0] == '\0')
        return refuse(registry, NULL, "an empty list", NULL);
    if (text_equal(text, "all"))
        return list_all(registry, list);
    size_t names = 1;
    for (const char *at = text; *at != '\0'; at++)
        names += *at == ',';
    char *copy = text_copy(text), **parts = calloc(names, sizeof *parts);
    list->items = calloc(names + 1, sizeof *list->items);
    outcome_t result = outcome_ok();
    if (copy == NULL || parts == NULL || list->items == NULL)
        result = outcome_out_of_memory(registry->where);
    else
        text_split(copy, ',', parts, names);
    for (size_t i = 0; i < names && outcome_is_ok(&result); i++)
        result = add(registry, parts[i], list);
    free(copy);
    free(parts);
    if (!outcome_is_ok(&result))
        registry_list_free(list);
    return result;
}

void registry_list_free(registry_list_t *list)
{
    free(list->items);
    *list = (registry_list_t){0};
}
