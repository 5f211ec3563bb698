/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"
#include "base/json.h"
#include "rows/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rows_format_names[] = {"md", "csv", "json", "table", "jsonl", "sql", NULL};

/* ===  CSV  === */

static void put_cell(csv_writer_t *writer, const rows_cell_t *cell)
{
    switch (cell->kind) {
    case ROWS_CELL_NULL:
        csv_text(writer, "");
        break;
    case ROWS_CELL_INTEGER:
        csv_integer(writer, cell->integer);
        break;
    case ROWS_CELL_REAL:
        csv_real(writer, cell->real);
        break;
    case ROWS_CELL_TEXT:
        csv_text(writer, cell->text);
        break;
    }
}

static void put_csv(const rows_table_t *table, csv_writer_t *writer)
{
    for (size_t i = 0; i < table->column_count; i++)
        csv_text(writer, table->columns[i].name);
    csv_end_row(writer);
    for (size_t row = 0; row < table->count; row++) {
        for (size_t i = 0; i < table->column_count; i++)
            put_cell(writer, rows_cell(table, row, i));
        csv_end_row(writer);
    }
}

outcome_t rows_write_csv(const rows_table_t *table, const char *path)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, path, NULL);
    if (!outcome_is_ok(&result))
        return result;
    put_csv(table, &writer);
    return csv_commit(&writer);
}

/* ===  Markdown  === */

/* Escape a cell's text: it must not end the cell, start markup or break the line. */
static void put_markdown(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n' || *text == '\r') {
            fputc(' ', stream);
            continue;
        }
        if (strchr("|*<[`\\", *text) != NULL)
            fputc('\\', stream);
        fputc(*text, stream);
    }
}

static outcome_t put_markdown_row(const rows_table_t *table, size_t row, FILE *stream)
{
    fputs("|", stream);
    for (size_t i = 0; i < table->column_count; i++) {
        char *text = rows_cell_text(&table->columns[i], rows_cell(table, row, i));
        if (text == NULL)
            return outcome_out_of_memory("rows");
        fputc(' ', stream);
        put_markdown(stream, text);
        fputs(" |", stream);
        free(text);
    }
    fputc('\n', stream);
    return outcome_ok();
}

static outcome_t print_markdown(const rows_table_t *table, FILE *stream)
{
    outcome_t result = outcome_ok();
    fputs("|", stream);
    for (size_t i = 0; i < table->column_count; i++) {
        const rows_column_t *column = &table->columns[i];
        fputc(' ', stream);
        put_markdown(stream, column->heading);
        if (column->unit[0] != '\0') {
            fputs(", ", stream);
            put_markdown(stream, column->unit);
        }
        fputs(" |", stream);
    }
    fputs("\n|", stream);
    for (size_t i = 0; i < table->column_count; i++)
        fputs(rows_column_is_numeric(table, i) ? "---:|" : "---|", stream);
    fputc('\n', stream);
    for (size_t row = 0; row < table->count && outcome_is_ok(&result); row++)
        result = put_markdown_row(table, row, stream);
    return result;
}

/* ===  JSON  === */

/* False when memory is out. */
static bool put_json_text(FILE *stream, const char *value)
{
    cJSON *item = cJSON_CreateString(value);
    char *quoted = json_print(item, false);
    if (quoted != NULL)
        fputs(quoted, stream);
    bool ok = quoted != NULL;
    free(quoted);
    cJSON_Delete(item);
    return ok;
}

static bool put_json_cell(FILE *stream, const rows_column_t *column, const rows_cell_t *cell)
{
    switch (cell->kind) {
    case ROWS_CELL_NULL:
        fputs("null", stream);
        return true;
    case ROWS_CELL_INTEGER:
        if (column->kind == ROWS_FLAG)
            fputs(cell->integer ? "true" : "false", stream);
        else
            fprintf(stream, "%" PRId64, cell->integer);
        return true;
    case ROWS_CELL_REAL:
        if (isfinite(cell->real))
            fprintf(stream, CSV_REAL, cell->real);
        else
            fputs("null", stream); /* JSON has no infinity */
        return true;
    case ROWS_CELL_TEXT:
        break;
    }
    return put_json_text(stream, cell->text);
}

static bool put_json_row(FILE *stream, const rows_table_t *table, size_t row)
{
    bool ok = true;
    fputs("{", stream);
    for (size_t i = 0; i < table->column_count && ok; i++) {
        fputs(i == 0 ? "" : ", ", stream);
        ok = put_json_text(stream, table->columns[i].name);
        fputs(": ", stream);
        ok = ok && put_json_cell(stream, &table->columns[i], rows_cell(table, row, i));
    }
    fputs("}", stream);
    return ok;
}

static outcome_t print_json(const rows_table_t *table, FILE *stream)
{
    bool ok = true;
    fputs("[\n", stream);
    for (size_t row = 0; row < table->count && ok; row++) {
        fputs("  ", stream);
        ok = put_json_row(stream, table, row);
        fputs(row + 1 < table->count ? ",\n" : "\n", stream);
    }
    fputs("]\n", stream);
    return ok ? outcome_ok() : outcome_out_of_memory("JSON");
}

static outcome_t print_json_lines(const rows_table_t *table, FILE *stream)
{
    bool ok = true;
    for (size_t row = 0; row < table->count && ok; row++) {
        ok = put_json_row(stream, table, row);
        fputs("\n", stream);
    }
    return ok ? outcome_ok() : outcome_out_of_memory("JSON");
}

outcome_t rows_write_json(const rows_table_t *table, const char *path)
{
    outfile_t file = {0};
    outcome_t result = outfile_open(&file, path);
    if (!outcome_is_ok(&result))
        return result;
    if (outcome_bad(&result, print_json(table, file.stream))) {
        outfile_abandon(&file);
        return result;
    }
    return outfile_commit(&file);
}

/* ===  All  === */

outcome_t rows_print(const rows_table_t *table, rows_format_t format, FILE *stream)
{
    csv_writer_t writer = csv_to_stream(stream);
    switch (format) {
    case ROWS_FORMAT_MD:
        return print_markdown(table, stream);
    case ROWS_FORMAT_JSON:
        return print_json(table, stream);
    case ROWS_FORMAT_TABLE:
        return rows_print_text(table, stream);
    case ROWS_FORMAT_JSONL:
        return print_json_lines(table, stream);
    case ROWS_FORMAT_SQL:
        rows_print_sql(table, "rows", stream);
        break;
    case ROWS_FORMAT_CSV:
        put_csv(table, &writer);
        break;
    }
    return outcome_ok();
}
