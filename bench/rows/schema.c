/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/schema.h"

#include "base/text.h"

size_t rows_column_count(const rows_schema_t *schema)
{
    size_t count = 0;
    while (schema->columns[count].name != NULL)
        count++;
    return count;
}

const rows_column_t *rows_find_column(const rows_schema_t *schema, const char *name)
{
    for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
        if (text_equal(column->name, name))
            return column;
    return NULL;
}

const char *rows_kind_name(rows_kind_t kind)
{
    static const char *const names[] = {
        [ROWS_TEXT] = "text", [ROWS_INTEGER] = "integer", [ROWS_REAL] = "real", [ROWS_FLAG] = "flag"};
    return names[kind];
}

const char *rows_sense_name(rows_sense_t sense)
{
    static const char *const names[] = {
        [ROWS_EXACT] = "exact", [ROWS_HIGHER] = "higher", [ROWS_LOWER] = "lower", [ROWS_FOLLOWS] = "follows"};
    return names[sense];
}
