/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_OUTPUT_H
#define BBS_CLI_OUTPUT_H

#include "base/csv.h"
#include "base/outfile.h"
#include "cli/options.h"
#include "rows/table.h"

/* Where the rows of a command go, and how they are printed: the options --out and --format.
 *
 *     output_t output;
 *     if (outcome_bad(&result, output_open(options, &output))) return result;
 *     result = ... rows_create(&writer, &schema, output.rows) ... rows_finish() ...
 *     return output_close(&output, schema.name, &schema, result);
 *
 * A command writes its rows as CSV to output.rows. That is the file of --out itself for CSV, so that a killed command keeps
 * its rows in FILE.part; else it is memory, and output_close() prints the rows from there. What the command prints itself
 * goes to standard error when the rows go to standard output. */

#define OUTPUT_FORMAT_OPTION                                                                        \
    {                                                                                               \
        "format", "table|csv|json|jsonl|md|sql", NULL,                                              \
            "of the rows (default: as the file is called, else csv; without --out a table to read)" \
    }
#define OUTPUT_OPTIONS                                                                                      \
    {"out", "FILE|-", NULL, "write the rows to this file; -: to standard output (default: a table there)"}, \
        OUTPUT_FORMAT_OPTION

typedef struct {
    rows_format_t format;
    const char *path; /* where they go; NULL: standard output, without --out */
    const char *rows; /* path for the rows as CSV; valid until output_close() */
    /* A table to read on standard output: output_close() leaves it to the command's own. A command that has none clears
     * this. */
    bool own;
    text_t internal_path;
    outfile_t internal_file;
    int internal_memory; /* a descriptor, or -1 */
} output_t;

/* Read the options. A file that is not CSV is opened here, so one that cannot be written is told before the work.
 * FAULT_USAGE for an unknown format. */
outcome_t output_open(const options_t *options, output_t *output);

/* The same for a command that has a place for its file where neither --out nor --format is given. */
outcome_t output_open_at(const options_t *options, const char *path, output_t *output);

/* When `result` is ok, print what was written to output->rows. `schema` NULL: rows_of_csv(). `name` is the table in SQL.
 * Returns `result`, or the error of printing. */
outcome_t output_close(output_t *output, const char *name, const rows_schema_t *schema, outcome_t result);

/* Print rows that are in memory: all of output_open() and output_close() in one. */
outcome_t output_table(const options_t *options, const char *name, const rows_table_t *rows);

#endif
