/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that are not printed as CSV are written as CSV into memory first: an anonymous file, whose descriptor has a name
 * that base/outfile.c writes to directly. */
#include "cli/output.h"

#include "base/registry.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h> /* memfd_create */
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard_output(const char *path)
{
    return path == NULL || text_equal(path, "-");
}

/* ===  Formats  === */

/* By its name; without one a table on standard output, else what the file is called, else CSV. */
static outcome_t choose_format(const char *name, const char *path, rows_format_t *format)
{
    static const registry_t formats = {
        .where = "--format", .what = "format", .tables = {rows_format_names}, .entry_size = sizeof *rows_format_names};
    const char *const *found;
    const char *dot = path != NULL ? strrchr(file_name(path), '.') : NULL;
    if (name != NULL) {
        outcome_t result = registry_find(&formats, name, &found);
        if (outcome_is_ok(&result))
            *format = (rows_format_t)(found - rows_format_names);
        return result;
    }
    *format = path == NULL ? ROWS_FORMAT_TABLE : ROWS_FORMAT_CSV;
    if (dot != NULL && (found = registry_look_up(&formats, dot + 1)) != NULL)
        *format = (rows_format_t)(found - rows_format_names);
    else if (dot != NULL && text_equal(dot, ".txt"))
        *format = ROWS_FORMAT_TABLE;
    return outcome_ok();
}

/* ===  Opening  === */

static outcome_t open_memory(output_t *output)
{
    output->internal_memory = memfd_create("rows", MFD_CLOEXEC);
    if (output->internal_memory < 0)
        return outcome_failed("rows", "memory", strerror(errno), "room for the rows", "give --out FILE.csv");
    output->internal_path = text_of("/dev/fd/%d", output->internal_memory);
    output->rows = output->internal_path.chars;
    return outcome_ok();
}

outcome_t output_open_at(const options_t *options, const char *path, output_t *output)
{
    const char *given = options_text(options, "out"), *format = options_text(options, "format");
    *output = (output_t){.internal_memory = -1};
    if (given != NULL || format != NULL)
        path = given;
    output->path = path;
    outcome_t result = choose_format(format, path, &output->format);
    if (!outcome_is_ok(&result))
        return result;
    if (output->format == ROWS_FORMAT_CSV) {
        output->rows = path != NULL ? path : "-";
        return result;
    }
    output->own = output->format == ROWS_FORMAT_TABLE && is_standard_output(path);
    if (!output->own && outcome_bad(&result, outfile_open(&output->internal_file, path != NULL ? path : "-")))
        return result;
    if (outcome_bad(&result, open_memory(output)))
        outfile_abandon(&output->internal_file);
    return result;
}

outcome_t output_open(const options_t *options, output_t *output)
{
    return output_open_at(options, NULL, output);
}

/* ===  Printing  === */

static outcome_t print(const rows_table_t *rows, rows_format_t format, const char *name, FILE *stream)
{
    if (format != ROWS_FORMAT_SQL)
        return rows_print(rows, format, stream);
    rows_print_sql(rows, name, stream);
    return outcome_ok();
}

/* Print to where output_open() said, and close that. */
static outcome_t deliver(output_t *output, const char *name, const rows_table_t *rows)
{
    if (output->internal_file.stream == NULL)
        return print(rows, output->format, name, stdout);
    outcome_t result = print(rows, output->format, name, output->internal_file.stream);
    return outcome_is_ok(&result) ? outfile_commit(&output->internal_file) : result;
}

/* The CSV that the command wrote into memory. */
static outcome_t read_memory(int descriptor, csv_table_t *csv)
{
    struct stat status;
    bytes_t bytes = {0};
    if (fstat(descriptor, &status) != 0 || (bytes.data = calloc((size_t)status.st_size + 1, 1)) == NULL)
        return outcome_out_of_memory("rows");
    while (bytes.size < (size_t)status.st_size) {
        ssize_t got = pread(descriptor, bytes.data + bytes.size, (size_t)status.st_size - bytes.size, (off_t)bytes.size);
        if (got <= 0) {
            file_free_bytes(&bytes);
            return outcome_failed("rows", "reading", strerror(got < 0 ? errno : EIO), "the rows", NULL);
        }
        bytes.size += (size_t)got;
    }
    return csv_take(bytes, "rows", csv);
}

static outcome_t print_memory(output_t *output, const char *name, const rows_schema_t *schema)
{
    csv_table_t csv = {0};
    rows_table_t rows;
    outcome_t result = read_memory(output->internal_memory, &csv);
    if (outcome_is_ok(&result) && !outcome_bad(&result, rows_of_csv(schema, &csv, &rows))) {
        result = deliver(output, name, &rows);
        rows_table_free(&rows);
    }
    csv_free(&csv);
    return result;
}

outcome_t output_close(output_t *output, const char *name, const rows_schema_t *schema, outcome_t result)
{
    if (outcome_is_ok(&result) && output->internal_memory >= 0 && !output->own)
        result = print_memory(output, name, schema);
    outfile_abandon(&output->internal_file);
    if (output->internal_memory >= 0)
        close(output->internal_memory);
    output->internal_memory = -1;
    return result;
}

outcome_t output_table(const options_t *options, const char *name, const rows_table_t *rows)
{
    output_t output;
    outcome_t result = output_open(options, &output);
    if (!outcome_is_ok(&result))
        return result;
    result = output.format == ROWS_FORMAT_CSV ? rows_write_csv(rows, output.rows) : deliver(&output, name, rows);
    output.own = true; /* there is nothing in memory to print */
    return output_close(&output, name, NULL, result);
}
