/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list is a table of a database of its own, so that choosing rows and columns is a query. */
#include "experiments/listing.h"

#include "base/text.h"

#include <stdlib.h>

/* clang-format off */
const listing_t *const listing_registry[] = {
    &listing_networks,
    &listing_methods,
    &listing_accelerators,
    &listing_experiments,
    &listing_data,
    &listing_profiles,
    &listing_keys,
    NULL,
};
/* clang-format on */

const registry_t listing_names = {.where = "list", .what = "list", .tables = {listing_registry}};

/* The columns in quotes, because `values` and `default` are words of SQL. One that the list lacks is refused. */
static outcome_t quote_columns(const listing_t *listing, const char *columns, text_t *quoted)
{
    const registry_t known = {.where = "--columns",
                              .what = "column",
                              .tables = {listing->schema->columns},
                              .entry_size = sizeof *listing->schema->columns};
    registry_list_t list;
    outcome_t result = registry_list(&known, columns, &list);
    if (!outcome_is_ok(&result))
        return result;
    *quoted = text_of("%s", "");
    for (size_t i = 0; i < list.count; i++)
        *quoted = text_of("%s%s\"%s\"", quoted->chars, i > 0 ? ", " : "", registry_name(&known, list.items[i]));
    registry_list_free(&list);
    return result;
}

/* Is it one of these names? An unknown one is refused with those that there are. */
static outcome_t check_name(const listing_t *listing, const rows_table_t *names, const char *entry)
{
    const char **items = calloc(names->count + 1, sizeof *items);
    const void *found;
    if (items == NULL)
        return outcome_out_of_memory("list");
    for (size_t i = 0; i < names->count; i++)
        items[i] = rows_cell(names, i, 0)->text;
    const registry_t known = {.where = listing->name, .what = "entry", .tables = {items}, .entry_size = sizeof *items};
    outcome_t result = registry_find(&known, entry, &found);
    free(items);
    return result;
}

static outcome_t check_entry(const listing_t *listing, rows_database_t *database, const char *entry)
{
    rows_table_t names;
    const text_t sql = text_of("SELECT \"%s\" FROM %s GROUP BY 1 ORDER BY min(rowid)", listing->schema->columns[0].name,
                               listing->schema->name);
    outcome_t result = rows_database_query(database, sql.chars, "list", &names);
    if (!outcome_is_ok(&result))
        return result;
    result = check_name(listing, &names, entry);
    rows_table_free(&names);
    return result;
}

/* Columns are in quotes; `entry` is a name of the list, which needs no escape. */
static outcome_t query(const listing_t *listing, rows_database_t *database, const char *columns, const char *entry,
                       rows_table_t *rows)
{
    const char *key = listing->schema->columns[0].name;
    text_t where = entry != NULL ? text_of(" WHERE \"%s\" = '%s'", key, entry) : text_of("%s", "");
    text_t sql = text_of("SELECT %s FROM %s%s ORDER BY rowid", columns, listing->schema->name, where.chars);
    return rows_database_query(database, sql.chars, "list", rows);
}

outcome_t listing_rows(const listing_t *listing, const char *columns, const char *entry, rows_table_t *rows)
{
    rows_database_t *database = NULL;
    text_t quoted = text_of("*");
    outcome_t result = columns != NULL ? quote_columns(listing, columns, &quoted) : outcome_ok();
    if (!outcome_is_ok(&result) || outcome_bad(&result, rows_database_create(&database)))
        return result;
    if (outcome_bad(&result, rows_database_add_table(database, listing->schema)) ||
        outcome_bad(&result, listing->add(database)))
        goto out;
    if (entry == NULL || !outcome_bad(&result, check_entry(listing, database, entry)))
        result = query(listing, database, quoted.chars, entry, rows);

out:
    rows_database_close(database);
    return result;
}
