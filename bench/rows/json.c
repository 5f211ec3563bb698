/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/json.h"

#include "base/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static bool is_numeric(const csv_table_t *table, size_t column)
{
    double value;
    bool some = false;
    for (size_t row = 0; row < table->rows; row++) {
        const char *cell = csv_cell(table, row, column);
        if (cell[0] != '\0' && !text_to_real(cell, &value))
            return false;
        some = some || cell[0] != '\0';
    }
    return some;
}

/* False when memory is out. */
static bool write_text(FILE *stream, const char *value)
{
    cJSON *item = cJSON_CreateString(value);
    char *quoted = item != NULL ? cJSON_PrintUnformatted(item) : NULL;
    bool ok = quoted != NULL;
    if (ok)
        fputs(quoted, stream);
    cJSON_free(quoted);
    cJSON_Delete(item);
    return ok;
}

static bool write_row(FILE *stream, const csv_table_t *table, const bool *numeric, size_t row)
{
    bool ok = true;
    for (size_t column = 0; column < table->columns && ok; column++) {
        const char *cell = csv_cell(table, row, column);
        fputs(column == 0 ? "  {" : ", ", stream);
        ok = write_text(stream, table->cells[column]);
        fputs(": ", stream);
        if (ok && (numeric[column] || cell[0] == '\0'))
            fputs(cell[0] != '\0' ? cell : numeric[column] ? "null" : "\"\"", stream);
        else if (ok)
            ok = write_text(stream, cell);
    }
    fputs(row + 1 < table->rows ? "},\n" : "}\n", stream);
    return ok;
}

outcome_t json_rows_write(const csv_table_t *table, const char *path)
{
    outfile_t file;
    bool *numeric = calloc(table->columns + 1, sizeof *numeric);
    outcome_t result = numeric ? outfile_open(&file, path) : outcome_out_of_memory(path);
    if (!outcome_is_ok(&result)) {
        free(numeric);
        return result;
    }
    for (size_t column = 0; column < table->columns; column++)
        numeric[column] = is_numeric(table, column);
    bool ok = true;
    fputs("[\n", file.stream);
    for (size_t row = 0; row < table->rows && ok; row++)
        ok = write_row(file.stream, table, numeric, row);
    fputs("]\n", file.stream);
    free(numeric);
    if (ok)
        return outfile_commit(&file);
    outfile_abandon(&file);
    return outcome_out_of_memory(path);
}
