/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_LISTING_H
#define BBS_EXPERIMENTS_LISTING_H

#include "base/outcome.h"
#include "base/registry.h"
#include "rows/database.h"

/* Lists of what the suite has: networks, methods, accelerators, experiments, data sets, profiles and keys, each as a table
 * of rows that is made from the registries. `bbsbench list` prints them, and docs/methods.md, docs/networks.md and
 * docs/accelerators.md are made of them.
 *
 * The first column of each list is the name of the entry; one entry may have several rows (the sizes of a network). */

typedef struct {
    const char *name;    /* "networks" */
    const char *summary; /* one line */
    const char *brief;   /* the columns that a person reads first, separated by commas; they fit 80 characters */
    const rows_schema_t *schema;
    outcome_t (*add)(rows_database_t *database); /* inserts the rows */
} listing_t;

/* Every list, NULL-terminated: one line in listing.c adds one. */
extern const listing_t *const listing_registry[];

/* For lists of names. */
extern const registry_t listing_names;

extern const listing_t listing_networks, listing_methods, listing_accelerators, listing_experiments, listing_data,
    listing_profiles, listing_keys;

/* The rows of a list in the order of its registry. `columns`: names separated by commas; NULL: all. `entry`: only the rows
 * of this name; NULL: all. An unknown column or name is FAULT_USAGE with the known ones. Free with rows_table_free(). */
outcome_t listing_rows(const listing_t *listing, const char *columns, const char *entry, rows_table_t *rows);

#endif
