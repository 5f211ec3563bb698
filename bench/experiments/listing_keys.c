/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings: parameters of methods, keys that all accelerators have, and keys of single designs. Designs of one section
 * of an INI file have the same keys: they are listed once, with the values of each. */
#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "compress/settings.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

#include <stdlib.h>

typedef struct {
    const char *key, *of, *values, *fallback, *meaning, *written;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(key), .key = true, .heading = "Key", .meaning = "name of the setting"},
    {TEXT(of), .key = true, .heading = "Of", .meaning = "the methods, or the section of accelerators, that have it"},
    {TEXT(values), .heading = "Values", .meaning = "what it can be"},
    {.name = "default",
     ROWS_PLACE_TEXT(cells_t, fallback),
     .heading = "Default",
     .meaning = "where one value is not the default of all, each with its method or design"},
    {TEXT(meaning), .heading = "Meaning", .meaning = "what it is, with its unit"},
    {TEXT(written), .heading = "Written",
     .meaning = "an example, for `--method` or `--set`; empty where the default is none"},
    {.name = NULL},
};
static const rows_schema_t schema = {
    .name = "keys", .about = "The settings of methods and accelerators.", .columns = columns};

/* ===  One text for several owners  === */

/* "16", or "stripes 16, bitlet 32 ..." when owners differ. */
typedef struct {
    text_builder_t all;
    text_t first;
    size_t count;
    bool differ;
} each_t;

static void add_one(each_t *each, const char *owner, const char *value)
{
    each->differ |= each->count > 0 && !text_equal(each->first.chars, value);
    if (each->count++ == 0)
        each->first = text_of("%s", value);
    text_append(&each->all, "%s%s %s", each->all.length > 0 ? ", " : "", owner, value);
}

static const char *text_of_each(const each_t *each)
{
    return each->differ ? each->all.chars : each->first.chars;
}

/* ===  Methods  === */

static outcome_t add_setting(const setting_t *setting, rows_database_t *database)
{
    text_builder_t owners = {0};
    each_t fallbacks = {.count = 0}, values = {.count = 0};
    text_t written = text_of("%s", "");
    for (const method_t *const *at = method_registry; *at != NULL; at++) {
        if (!setting_is_taken(setting, *at))
            continue;
        const text_t value = setting_value(setting, *at, &(*at)->defaults);
        const bool none = value.chars[0] == '\0';
        if (values.count == 0 && !none)
            written = text_of("%s:%s=%s", (*at)->name, setting->key, value.chars);
        add_one(&fallbacks, (*at)->name, none ? "none" : value.chars);
        add_one(&values, (*at)->name, setting_values(setting, *at).chars);
        text_append(&owners, "%s%s", owners.length > 0 ? ", " : "", (*at)->name);
    }
    const cells_t cells = {.key = setting->key,
                           .of = owners.chars,
                           .values = text_of_each(&values),
                           .fallback = text_of_each(&fallbacks),
                           .meaning = setting->help,
                           .written = written.chars};
    outcome_t result = owners.failed || values.all.failed || fallbacks.all.failed
                           ? outcome_out_of_memory("list")
                           : rows_database_insert(database, &schema, &cells);
    free(owners.chars);
    free(values.all.chars);
    free(fallbacks.all.chars);
    return result;
}

/* ===  Accelerators  === */

static bool in_section(const accelerator_t *accelerator, const char *section)
{
    return section == NULL || text_equal(accelerator->part, section);
}

/* Key `index` of the designs of a section; NULL: of all designs. */
static outcome_t add_key(const char *section, size_t index, rows_database_t *database)
{
    each_t fallbacks = {.count = 0};
    settings_key_t key = {.key = NULL};
    text_t written = text_of("%s", "");
    outcome_t result = outcome_ok();
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        accel_config_t config;
        if (!in_section(*at, section) || outcome_bad(&result, configuration_default(*at, &config)) ||
            !settings_key_at((*at)->keys, &config, index, &key))
            continue;
        const text_t value = text_of("%.15g", key.value);
        const bool none = key.may_be_none && !(key.value > 0);
        if (fallbacks.count == 0 && !none)
            written = text_of("%s.%s=%s", section != NULL ? section : (*at)->name, key.key, value.chars);
        add_one(&fallbacks, (*at)->name, none ? "none" : value.chars);
    }
    const text_t values = text_of("%.15g to %.15g%s", key.least, key.most, key.may_be_none ? ", or none" : "");
    const text_t meaning = text_of("%s%s", key.what, key.by_network ? "; KEY.NETWORK: on one network" : "");
    const cells_t cells = {.key = key.key,
                           .of = section != NULL ? section : "all",
                           .values = values.chars,
                           .fallback = text_of_each(&fallbacks),
                           .meaning = meaning.chars,
                           .written = written.chars};
    if (outcome_is_ok(&result) && fallbacks.all.failed)
        result = outcome_out_of_memory("list");
    if (outcome_is_ok(&result))
        result = rows_database_insert(database, &schema, &cells);
    free(fallbacks.all.chars);
    return result;
}

static outcome_t add(rows_database_t *database)
{
    const char *section = "";
    outcome_t result = outcome_ok();
    for (const setting_t *at = method_settings; at->key != NULL && outcome_is_ok(&result); at++)
        result = add_setting(at, database);
    for (size_t i = 0; i < settings_common_count() && outcome_is_ok(&result); i++)
        result = add_key(NULL, i, database);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const bool seen = text_equal((*at)->part, section);
        section = (*at)->part;
        for (size_t i = 0; !seen && (*at)->keys != NULL && (*at)->keys[i].key != NULL && outcome_is_ok(&result); i++)
            result = add_key(section, settings_common_count() + i, database);
    }
    return result;
}

const listing_t listing_keys = {.name = "keys",
                                .summary = "settings of methods and accelerators: values, default, meaning",
                                .brief = "key,values,default,meaning",
                                .schema = &schema,
                                .add = add};
