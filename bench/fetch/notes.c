/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/notes.h"

#include <string.h>

static const char HEADER[] = "file,sha256,bytes";

/* Read the notes; an empty table when there are none. */
static outcome_t open_notes(text_t *path, csv_table_t *table, size_t *name, size_t *hash)
{
    outcome_t result = catalogue_place("not-pinned.csv", path);
    *table = (csv_table_t){0};
    if (!outcome_is_ok(&result) || !file_exists(path->chars) || outcome_bad(&result, csv_read(path->chars, table)))
        return result;
    if (outcome_bad(&result, csv_column(table, "file", name)) || outcome_bad(&result, csv_column(table, "sha256", hash)))
        csv_free(table);
    return result;
}

outcome_t notes_write(const char *file, const sha256_t *found, int64_t bytes)
{
    text_t path;
    csv_table_t old;
    csv_writer_t writer;
    size_t name = 0, hash = 0;
    outcome_t result;
    if (outcome_bad(&result, open_notes(&path, &old, &name, &hash)) ||
        outcome_bad(&result, csv_create(&writer, path.chars, HEADER)))
        goto out;
    for (size_t row = 0; row < old.rows; row++) {
        if (text_equal(csv_cell(&old, row, name), file))
            continue;
        for (size_t column = 0; column < old.columns; column++)
            csv_text(&writer, csv_cell(&old, row, column));
        csv_end_row(&writer);
    }
    csv_text(&writer, file);
    csv_text(&writer, found->hex);
    csv_integer(&writer, bytes);
    csv_end_row(&writer);
    result = csv_commit(&writer);

out:
    csv_free(&old);
    return result;
}

outcome_t notes_read(const char *file, sha256_t *found)
{
    text_t path;
    csv_table_t table;
    size_t name = 0, hash = 0;
    *found = (sha256_t){""};
    outcome_t result = open_notes(&path, &table, &name, &hash);
    for (size_t row = 0; outcome_is_ok(&result) && row < table.rows; row++)
        if (text_equal(csv_cell(&table, row, name), file))
            snprintf(found->hex, sizeof found->hex, "%s", csv_cell(&table, row, hash));
    csv_free(&table);
    return result;
}
