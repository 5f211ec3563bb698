/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/catalogue.h"

#include "base/home.h"

#include <stdlib.h>
#include <string.h>

const char catalogue_checkpoints[] = "models/checkpoints.csv";
const char catalogue_datasets[] = "datasets/datasets.csv";
const char catalogue_real[] = "models/real.files.csv";

static outcome_t bad_row(const csv_table_t *table, size_t row, const char *what, const char *found, const char *expected)
{
    return outcome_failed(table->path, text_of("line %zu, %s", row + 2, what).chars, text_of("\"%.200s\"", found).chars,
                          expected, NULL);
}

/* "a/b.c": every part is a name, none begins with a dot. */
static bool is_place(const char *file)
{
    bool start = true;
    for (const char *at = file; *at != '\0'; at++) {
        if (start && (*at == '.' || *at == '/'))
            return false;
        start = *at == '/';
    }
    return !start;
}

enum { WHOLE_HASH = 64 }; /* digits of a SHA-256 */

bool catalogue_is_pinned(const catalogue_item_t *item)
{
    return strlen(item->sha256) == WHOLE_HASH;
}

static bool is_hash(const char *digits)
{
    size_t length = strlen(digits);
    return length <= WHOLE_HASH && strspn(digits, "0123456789abcdef") == length;
}

static outcome_t read_length(const csv_table_t *table, size_t row, size_t column, int64_t *bytes)
{
    const char *text = csv_cell(table, row, column);
    *bytes = 0;
    if (text[0] == '\0' || text_to_integer(text, 1, INT64_MAX / 1024, bytes))
        return outcome_ok();
    return bad_row(table, row, table->cells[column], text, "a number of bytes, or nothing");
}

static outcome_t read_columns(const csv_table_t *table, size_t *columns, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        outcome_t result = csv_column(table, names[i], &columns[i]);
        if (!outcome_is_ok(&result))
            return result;
    }
    return outcome_ok();
}

enum { NAME, ROLE, FILE_, URL, SHA256, LICENCE, SOURCE, BYTES, ABOUT, COLUMNS };

static outcome_t read_items(catalogue_t *catalogue)
{
    static const char *const names[COLUMNS] = {"name",    "role",   "file",  "url",        "sha256",
                                               "licence", "source", "bytes", "bytes_about"};
    const csv_table_t *table = &catalogue->table;
    size_t columns[COLUMNS], owner;
    outcome_t result = csv_column(table, "net", &owner);
    if (!outcome_is_ok(&result) && outcome_bad(&result, csv_column(table, "dataset", &owner)))
        return result;
    if (outcome_bad(&result, read_columns(table, columns, names, COLUMNS)))
        return result;
    catalogue->items = calloc(table->rows + 1, sizeof *catalogue->items);
    if (catalogue->items == NULL)
        return outcome_out_of_memory(table->path);
    for (size_t row = 0; row < table->rows; row++) {
        catalogue_item_t *item = &catalogue->items[catalogue->count++];
        const char **texts[] = {&item->name,   &item->role,    &item->file,  &item->url,
                                &item->sha256, &item->licence, &item->source};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            *texts[i] = csv_cell(table, row, columns[i]);
        item->owner = csv_cell(table, row, owner);
        if (!is_place(item->file))
            return bad_row(table, row, "file", item->file, "a place within the cache");
        if (!is_hash(item->sha256))
            return bad_row(table, row, "sha256", item->sha256, "at most 64 lower-case hexadecimal digits");
        if (outcome_bad(&result, read_length(table, row, columns[BYTES], &item->bytes)) ||
            outcome_bad(&result, read_length(table, row, columns[ABOUT], &item->about)))
            return result;
    }
    return result;
}

outcome_t catalogue_read(const char *path, catalogue_t *catalogue)
{
    *catalogue = (catalogue_t){.items = NULL};
    outcome_t result = csv_read(path, &catalogue->table);
    if (outcome_is_ok(&result) && outcome_bad(&result, read_items(catalogue)))
        catalogue_free(catalogue);
    return result;
}

void catalogue_free(catalogue_t *catalogue)
{
    csv_free(&catalogue->table);
    free(catalogue->items);
    *catalogue = (catalogue_t){.items = NULL};
}

outcome_t catalogue_place(const char *file, text_t *path)
{
    const char *cache = getenv("BBS_HOME"), *home = getenv("HOME");
    if (cache != NULL && *cache != '\0')
        *path = text_of("%s/%s", cache, file);
    else if (home != NULL && *home != '\0')
        *path = text_of("%s/.cache/bbsbench/%s", home, file);
    else
        return outcome_missing("cache", NULL, "neither BBS_HOME nor HOME is set", "a folder for fetched files",
                               "set BBS_HOME to a folder");
    if (!text_fits(path))
        return outcome_failed(path->chars, NULL, "a path that is too long", "a shorter one",
                              "set BBS_HOME to a shorter one");
    const text_t given = *path;
    return file_absolute(given.chars, path); /* records hold the place (run.json) */
}

outcome_t catalogue_find(const char *name, const char *option, const char *owner, const char *role, text_t *path)
{
    catalogue_t catalogue;
    text_t own;
    outcome_t result;
    if (outcome_bad(&result, home_path(name, &own)) || outcome_bad(&result, catalogue_read(own.chars, &catalogue)))
        return result;
    result = outcome_missing(owner, role, "none in the catalogue", own.chars,
                             "give a file of your own (--weights, --data), or add a line to the catalogue");
    for (size_t i = 0; i < catalogue.count; i++) {
        const catalogue_item_t *item = &catalogue.items[i];
        if (!text_equal(item->owner, owner) || !text_equal(item->role, role))
            continue;
        if (!outcome_bad(&result, catalogue_place(item->file, path)) && !file_exists(path->chars))
            result = outcome_missing(owner, role, "not fetched yet", path->chars,
                                     text_of("run build/bbsbench fetch %s %s", option, owner).chars);
        break;
    }
    catalogue_free(&catalogue);
    return result;
}
