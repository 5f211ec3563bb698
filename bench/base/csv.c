/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Formulas  === */

/* Would a spreadsheet run the text, or would it without the apostrophes before it? A number is none, nor is a single sign.
 */
static bool is_formula(const char *text)
{
    double number;
    const char *sign = text + strspn(text, "'");
    return *sign != '\0' && strchr("=+-@\t\r", *sign) != NULL && sign[1] != '\0' && !text_to_real(sign, &number);
}

/* ===  Writing  === */

static size_t count_fields(const char *header)
{
    size_t count = 1;
    for (; *header != '\0'; header++)
        count += *header == ',';
    return count;
}

outcome_t csv_create(csv_writer_t *writer, const char *path, const char *header)
{
    *writer = (csv_writer_t){0};
    outcome_t result = outfile_open(&writer->file, path);
    if (!outcome_is_ok(&result))
        return result;
    if (header == NULL)
        return outcome_ok();
    writer->columns = count_fields(header);
    fprintf(writer->file.stream, "%s\n", header);
    return outcome_ok();
}

csv_writer_t csv_to_stream(FILE *stream)
{
    return (csv_writer_t){.file = {.stream = stream}};
}

static void separate(csv_writer_t *writer)
{
    if (writer->fields++ > 0)
        fputc(',', writer->file.stream);
}

void csv_text(csv_writer_t *writer, const char *value)
{
    separate(writer);
    const char *mark = is_formula(value) ? "'" : "";
    if (strpbrk(value, ",\"\r\n") == NULL) {
        fprintf(writer->file.stream, "%s%s", mark, value);
        return;
    }
    fprintf(writer->file.stream, "\"%s", mark);
    for (; *value != '\0'; value++) {
        if (*value == '"')
            fputc('"', writer->file.stream);
        fputc(*value, writer->file.stream);
    }
    fputc('"', writer->file.stream);
}

void csv_integer(csv_writer_t *writer, int64_t value)
{
    separate(writer);
    fprintf(writer->file.stream, "%" PRId64, value);
}

void csv_real(csv_writer_t *writer, double value)
{
    separate(writer);
    if (!isnan(value))
        fprintf(writer->file.stream, CSV_REAL, value);
}

void csv_end_row(csv_writer_t *writer)
{
    fputc('\n', writer->file.stream);
    fflush(writer->file.stream);
    writer->columns = writer->columns > 0 ? writer->columns : writer->fields;
    writer->uneven = writer->uneven || writer->fields != writer->columns;
    writer->fields = 0;
}

outcome_t csv_commit(csv_writer_t *writer)
{
    if (!writer->uneven && writer->fields == 0)
        return outfile_commit(&writer->file);
    outcome_t result =
        outcome_failed(writer->file.path, "writing", "a row whose number of fields is not that of the header", NULL,
                       "this is a defect of bbsbench: please report it");
    csv_abandon(writer);
    return result;
}

void csv_abandon(csv_writer_t *writer)
{
    outfile_abandon(&writer->file);
}

/* ===  Reading  === */

/* Cut the field at `*at` into a NUL-terminated text in place; `*at` moves past the separator. Returns the separator: ',',
 * '\n' or '\0'; 'x' for a quote without an end or text after a closing quote. */
static char take_field(char **at, char **field)
{
    char *from = *at, *to = *at;
    if (*from == '"') {
        *field = ++from, to = from;
        while (*from != '\0' && (*from != '"' || from[1] == '"')) {
            from += *from == '"';
            *to++ = *from++;
        }
        if (*from++ == '\0')
            return 'x';
    } else {
        *field = from;
        from += strcspn(from, ",\r\n");
        to = from;
    }
    if (*from == '\r' && from[1] == '\n')
        from++;
    char separator = *from;
    if (separator != ',' && separator != '\n' && separator != '\0')
        return 'x';
    *at = from + (separator != '\0');
    *to = '\0';
    return separator;
}

static outcome_t take_rows(csv_table_t *table)
{
    char *at = (char *)table->bytes.data;
    size_t line = 1, fields = 0, used = 0, capacity = 0;
    while (*at != '\0' || fields > 0) {
        if (used == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            char **grown = realloc(table->cells, capacity * sizeof *grown);
            if (grown == NULL)
                return outcome_out_of_memory(table->path);
            table->cells = grown;
        }
        char separator = take_field(&at, &table->cells[used]);
        if (separator != 'x' && *table->cells[used] == '\'' && is_formula(table->cells[used]))
            table->cells[used]++;
        if (separator == 'x')
            return outcome_failed(table->path, text_of("line %zu", line).chars, "a broken quoted field", "RFC 4180 CSV",
                                  NULL);
        used++, fields++;
        if (separator == ',')
            continue;
        if (table->columns == 0)
            table->columns = fields;
        if (fields != table->columns)
            return outcome_failed(table->path, text_of("line %zu", line).chars, text_of("%zu fields", fields).chars,
                                  text_of("%zu", table->columns).chars, NULL);
        line++, fields = 0;
    }
    if (table->columns == 0)
        return outcome_failed(table->path, NULL, "an empty file", "a CSV header", NULL);
    table->rows = used / table->columns - 1;
    return outcome_ok();
}

outcome_t csv_take(bytes_t bytes, const char *name, csv_table_t *table)
{
    outcome_t result;
    *table = (csv_table_t){.bytes = bytes, .path = text_copy(name)};
    if (table->path == NULL)
        result = outcome_out_of_memory(name);
    else if (strlen((char *)table->bytes.data) != table->bytes.size)
        result = outcome_failed(name, NULL, "a NUL byte", "text", NULL);
    else
        result = take_rows(table);
    if (!outcome_is_ok(&result))
        csv_free(table);
    return result;
}

outcome_t csv_read(const char *path, csv_table_t *table)
{
    bytes_t bytes;
    *table = (csv_table_t){0};
    outcome_t result = file_read(path, NULL, &bytes);
    return outcome_is_ok(&result) ? csv_take(bytes, path, table) : result;
}

void csv_free(csv_table_t *table)
{
    file_free_bytes(&table->bytes);
    free(table->cells);
    free(table->path);
    *table = (csv_table_t){0};
}

outcome_t csv_column(const csv_table_t *table, const char *name, size_t *column)
{
    size_t found = 0;
    for (size_t i = 0; i < table->columns; i++)
        if (text_equal(table->cells[i], name) && found++ == 0)
            *column = i;
    if (found > 1)
        return outcome_failed(table->path, "header", text_of("the column %s %zu times", name, found).chars, "once",
                              "nobody can tell which one is meant: remove or rename the others");
    return found == 1 ? outcome_ok()
                      : outcome_failed(table->path, "header", "no such column", name,
                                       "regenerate the file with this version of bbsbench");
}

const char *csv_cell(const csv_table_t *table, size_t row, size_t column)
{
    return table->cells[(row + 1) * table->columns + column];
}

static outcome_t bad_cell(const csv_table_t *table, size_t row, size_t column, const char *expected)
{
    return outcome_failed(table->path, text_of("line %zu, column %s", row + 2, table->cells[column]).chars,
                          text_of("\"%s\"", csv_cell(table, row, column)).chars, expected, NULL);
}

outcome_t csv_cell_integer(const csv_table_t *table, size_t row, size_t column, int64_t *value)
{
    bool good = text_to_integer(csv_cell(table, row, column), INT64_MIN, INT64_MAX, value);
    return good ? outcome_ok() : bad_cell(table, row, column, "an integer");
}

outcome_t csv_cell_real(const csv_table_t *table, size_t row, size_t column, double *value)
{
    bool good = text_to_real(csv_cell(table, row, column), value);
    return good ? outcome_ok() : bad_cell(table, row, column, "a number");
}
