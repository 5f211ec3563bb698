/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/writer.h"

#include <stdlib.h>
#include <string.h>

char *rows_header(const rows_schema_t *schema)
{
    size_t size = 1;
    for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
        size += strlen(column->name) + 1;
    char *header = malloc(size), *at = header;
    if (header == NULL)
        return NULL;
    *at = '\0';
    for (const rows_column_t *column = schema->columns; column->name != NULL; column++) {
        if (at != header)
            *at++ = ',';
        at = stpcpy(at, column->name);
    }
    return header;
}

outcome_t rows_create(rows_writer_t *writer, const rows_schema_t *schema, const char *path)
{
    char *header = rows_header(schema);
    if (header == NULL)
        return outcome_out_of_memory(path);
    writer->schema = schema;
    outcome_t result = csv_create(&writer->csv, path, header);
    free(header);
    return result;
}

void rows_write(rows_writer_t *writer, const void *row)
{
    for (const rows_column_t *column = writer->schema->columns; column->name != NULL; column++) {
        const void *member = (const char *)row + column->offset;
        int64_t integer;
        double real;
        bool flag;
        const char *text;
        switch (column->kind) {
        case ROWS_TEXT:
            memcpy(&text, member, sizeof text);
            csv_text(&writer->csv, text);
            break;
        case ROWS_INTEGER:
            memcpy(&integer, member, sizeof integer);
            if (integer == ROWS_UNKNOWN)
                csv_text(&writer->csv, "");
            else
                csv_integer(&writer->csv, integer);
            break;
        case ROWS_REAL:
            memcpy(&real, member, sizeof real);
            csv_real(&writer->csv, real);
            break;
        case ROWS_FLAG:
            memcpy(&flag, member, sizeof flag);
            csv_integer(&writer->csv, flag);
            break;
        }
    }
    csv_end_row(&writer->csv);
}

outcome_t rows_commit(rows_writer_t *writer)
{
    return csv_commit(&writer->csv);
}

void rows_abandon(rows_writer_t *writer)
{
    csv_abandon(&writer->csv);
}

outcome_t rows_finish(rows_writer_t *writer, outcome_t result)
{
    if (outcome_is_ok(&result))
        return rows_commit(writer);
    rows_abandon(writer);
    return result;
}
