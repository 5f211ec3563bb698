/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_REGISTRY_H
#define BBS_BASE_REGISTRY_H

#include "base/outcome.h"
#include "base/text.h"

#include <stddef.h>

/* One look-up for everything that has a name: networks, methods, accelerators, experiments, commands ...
 *
 * Each registry is described once by a registry_t. Errors about unknown names, lists of known names, near matches and lists
 * "a,b" are made here. */

enum { REGISTRY_TABLES = 3 };

typedef struct {
    const char *where; /* option or place of the name, which begins every message: "--net" */
    const char *what;  /* one entry, in words: "network" */
    /* NULL-terminated arrays of const pointers to entries. With entry_size: an array of entries of that size, which ends
     * with one whose name is NULL. "all" means the first table; NULL: no further one. */
    const void *tables[REGISTRY_TABLES];
    size_t entry_size;
    const char *(*name_of)(const void *entry); /* NULL: an entry begins with its name, a const char * */
    fault_t fault;                             /* of an unknown name; FAULT_NONE: FAULT_USAGE */
    const char *todo;                          /* for an unknown name without a near match; or NULL */
} registry_t;

/* Entry `index` of all tables, one table after the other; NULL after the last entry. */
const void *registry_at(const registry_t *registry, size_t index);
const char *registry_name(const registry_t *registry, const void *entry);

/* The entry of that name, or NULL. */
const void *registry_look_up(const registry_t *registry, const char *name);

/* Store the entry in `*found`, the caller's pointer to an entry. An unknown name is refused with the list of known names
 * and with the nearest of them within 2 edits or a third of its length (Damerau-Levenshtein: a letter inserted, deleted or
 * replaced, or two neighbours exchanged). */
outcome_t registry_find(const registry_t *registry, const char *name, void *found);

/* "did you mean a or b?": the names that registry_find() would name, or an empty text. `names` end with NULL. For names
 * that are made from several tables. */
text_t registry_guess(const char *const *names, const char *name);

/* "a,b", or "all": every entry of the first table. */
typedef struct {
    const void **items; /* `count` entries, then NULL */
    size_t count;
} registry_list_t;

/* An empty list, an empty name, a name given twice and an unknown name are FAULT_USAGE. Free the list. */
outcome_t registry_list(const registry_t *registry, const char *text, registry_list_t *list);
void registry_list_free(registry_list_t *list);

#endif
