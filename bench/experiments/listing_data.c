/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of data sets that can be read. */
#include "data/dataset.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

typedef struct {
    const char *data, *title, *path, *licence, *source;
    int64_t samples, classes;
    bool training;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)
#define INTEGER(member) LISTING_INTEGER(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(data), .key = true, .heading = "Data", .meaning = "name, as for `--dataset`"},
    {TEXT(title), .heading = "Title", .meaning = "title, with the published number of samples where there is one"},
    {INTEGER(samples), .heading = "Samples", .meaning = "of the published test set"},
    {INTEGER(classes), .heading = "Classes", .meaning = "of the published set; empty where the folder tells them"},
    {TEXT(path), .heading = "Where", .meaning = "place where it is looked for; empty: the user gives it with `--data`"},
    {LISTING_FLAG(cells_t, training), .heading = "Training part",
     .meaning = "1: the place has a training part, for calibration"},
    {TEXT(licence), .heading = "Licence", .meaning = "of the samples, or the terms under which they can be had"},
    {TEXT(source), .heading = "Source", .meaning = "publication, and where the files come from"},
    {.name = NULL},
};
static const rows_schema_t schema = {.name = "data", .about = "The data sets.", .columns = columns};

static int64_t known(int64_t count)
{
    return count > 0 ? count : ROWS_UNKNOWN;
}

static outcome_t add(rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const dataset_kind_t *const *at = dataset_registry; *at != NULL && outcome_is_ok(&result); at++) {
        const cells_t cells = {.data = (*at)->name,
                               .title = (*at)->title,
                               .path = (*at)->default_path != NULL ? (*at)->default_path : "",
                               .licence = (*at)->licence,
                               .source = (*at)->source,
                               .samples = known((*at)->published > 0 ? (*at)->published : (*at)->whole),
                               .classes = known((*at)->classes),
                               .training = (*at)->has_training};
        result = rows_database_insert(database, &schema, &cells);
    }
    return result;
}

const listing_t listing_data = {.name = "data",
                                .summary = "data sets: samples, classes, licence, where from",
                                .brief = "data,samples,classes,title",
                                .schema = &schema,
                                .add = add};
