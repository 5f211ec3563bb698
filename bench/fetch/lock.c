/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/lock.h"

#include <string.h>

enum { WHOLE_HASH = 64 };

static const char HEADER[] = "file,sha256,bytes";

/* Write the lock with one more row, completely or not at all. */
static outcome_t add_row(const char *path, const csv_table_t *old, const char *file, const char *hash, int64_t bytes)
{
    csv_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, csv_create(&writer, path, HEADER)))
        return result;
    for (size_t row = 0; row < old->rows; row++) {
        for (size_t column = 0; column < old->columns; column++)
            csv_text(&writer, csv_cell(old, row, column));
        csv_end_row(&writer);
    }
    csv_text(&writer, file);
    csv_text(&writer, hash);
    csv_integer(&writer, bytes);
    csv_end_row(&writer);
    return csv_commit(&writer);
}

/* The hash of a file in the lock; a file that the lock lacks is added. */
static outcome_t look_up(const char *file, const sha256_t *found, int64_t bytes, sha256_t *expected)
{
    text_t path;
    csv_table_t table = {0};
    size_t name, hash;
    outcome_t result;
    if (outcome_bad(&result, catalogue_place("lock.csv", &path)))
        return result;
    *expected = *found;
    if (file_exists(path.chars)) {
        if (outcome_bad(&result, csv_read(path.chars, &table)) || outcome_bad(&result, csv_column(&table, "file", &name)) ||
            outcome_bad(&result, csv_column(&table, "sha256", &hash)))
            goto out;
        for (size_t row = 0; row < table.rows; row++)
            if (text_equal(csv_cell(&table, row, name), file)) {
                snprintf(expected->hex, sizeof expected->hex, "%s", csv_cell(&table, row, hash));
                goto out;
            }
    }
    result = add_row(path.chars, &table, file, found->hex, bytes);

out:
    csv_free(&table);
    return result;
}

outcome_t lock_verify(const catalogue_item_t *item, const char *path, bool *same, sha256_t *found, sha256_t *expected)
{
    int64_t bytes;
    outcome_t result;
    *same = false;
    snprintf(expected->hex, sizeof expected->hex, "%s", item->sha256);
    if (outcome_bad(&result, file_size(path, &bytes)) || outcome_bad(&result, sha256_file(path, found)))
        return result;
    *same = strncmp(found->hex, item->sha256, strlen(item->sha256)) == 0;
    if (*same && strlen(item->sha256) < WHOLE_HASH) {
        result = look_up(item->file, found, bytes, expected);
        *same = text_equal(found->hex, expected->hex);
    }
    return result;
}
