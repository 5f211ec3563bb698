/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles of preprocessing (data/profile.h), and those of accelerators, which are files. */
#include "accel/configuration.h"
#include "data/profile.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

typedef struct {
    const char *profile, *of, *summary, *source;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(profile), .key = true, .heading = "Profile", .meaning = "name, as for `--profile`"},
    {TEXT(of), .key = true, .heading = "Of", .meaning = "preprocessing (accuracy) or accelerators (simulate)"},
    {TEXT(summary), .heading = "Summary", .meaning = "what it does"},
    {TEXT(source), .heading = "Source", .meaning = "where its numbers come from"},
    {.name = NULL},
};
static const rows_schema_t schema = {
    .name = "profiles", .about = "The profiles of preprocessing and of accelerators.", .columns = columns};

static outcome_t add(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const profile_t *const *at = profile_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const text_t words = profile_words(*at);
        const cells_t cells = {(*at)->name, "preprocessing", words.chars, (*at)->source};
        result = rows_database_insert(database, &schema, &cells);
    }
    for (const configuration_profile_t *at = configuration_profiles; at->name != NULL && outcome_is_ok(&result); at++) {
        const text_t source = text_of("bench/accel/config/%s.ini", at->name);
        const cells_t cells = {at->name, "accelerators", at->summary, source.chars};
        result = rows_database_insert(database, &schema, &cells);
    }
    return result;
}

const listing_t listing_profiles = {.name = "profiles",
                                    .summary = "profiles of preprocessing and of accelerators",
                                    .brief = "profile,of,summary",
                                    .schema = &schema,
                                    .add = add};
