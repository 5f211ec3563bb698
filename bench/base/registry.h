/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_REGISTRY_H
#define BBS_BASE_REGISTRY_H

#include "base/outcome.h"

#include <stddef.h>

/* One look-up for everything that is found by a name: networks, methods, accelerators, experiments, commands ...
 *
 * A room declares its tables as it likes and describes them once; messages of unknown names, lists of the known ones, near
 * matches and lists "a,b" come from here. */

enum { REGISTRY_TABLES = 2 };

typedef struct {
    const char *where; /* what the name was given to, the front of every message: "--net" */
    const char *what;  /* one entry, in words: "network" */
    /* NULL-terminated arrays of const pointers to entries. With entry_size: an array of entries of that size, which ends
     * with one whose name is NULL. "all" means the first table; NULL: no second one. */
    const void *tables[REGISTRY_TABLES];
    size_t entry_size;
    const char *(*name_of)(const void *entry); /* NULL: an entry begins with its name, a const char * */
    fault_t fault;                             /* of an unknown name; FAULT_NONE: FAULT_USAGE */
    const char *todo;                          /* of an unknown name that is near to none, or NULL */
} registry_t;

/* Entry `index` of all tables, one behind the other; NULL behind the last. */
const void *registry_at(const registry_t *registry, size_t index);
const char *registry_name(const registry_t *registry, const void *entry);

/* The entry of that name, or NULL. */
const void *registry_look_up(const registry_t *registry, const char *name);

/* The entry into `*found`, the caller's pointer to such an entry. An unknown name is refused with the list of the known
 * ones, and with those that it may be meant for: of the names within 2 edits or a third of its length (Damerau and
 * Levenshtein: a letter more, fewer or other, or two neighbours exchanged) the nearest. */
outcome_t registry_find(const registry_t *registry, const char *name, void *found);

/* "a,b", or "all": every entry of the first table. */
typedef struct {
    const void **items; /* count entries, and NULL behind them */
    size_t count;
} registry_list_t;

/* An empty list, an empty name, a name twice and an unknown name are refused as FAULT_USAGE. Free the list. */
outcome_t registry_list(const registry_t *registry, const char *text, registry_list_t *list);
void registry_list_free(registry_list_t *list);

#endif
