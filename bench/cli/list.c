/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench list`: what networks, methods, accelerators, experiments, data sets, profiles and keys there are. */
#include "cli/list.h"

#include "base/text.h"
#include "cli/list_print.h"
#include "experiments/listing.h"

#include <stdio.h>
#include <string.h>

/* A table of the list's own, because texts of this length need cells of several lines; other formats as everywhere. */
static outcome_t print(const rows_table_t *rows, const char *format, bool details)
{
    const bool readable = text_equal(format, rows_format_names[ROWS_FORMAT_TABLE]);
    if (readable)
        return details ? list_print_entries(rows, stdout) : list_print_table(rows, stdout);
    if (details && text_equal(format, rows_format_names[ROWS_FORMAT_MD]))
        return list_print_sections(rows, stdout);
    rows_format_t known = ROWS_FORMAT_MD;
    while (!text_equal(rows_format_names[known], format)) /* parsing has checked it */
        known++;
    return rows_print(rows, known, stdout);
}

/* The columns of --columns; else all, except in a table of entries for a person. */
static const char *choose_columns(const options_t *options, const listing_t *listing, bool details)
{
    const char *columns = options_text(options, "columns"), *format = options_text(options, "format");
    const bool for_people =
        text_equal(format, rows_format_names[ROWS_FORMAT_TABLE]) || text_equal(format, rows_format_names[ROWS_FORMAT_MD]);
    if (columns == NULL)
        return for_people && !details ? listing->brief : NULL;
    return text_equal(columns, "all") ? NULL : columns;
}

static outcome_t run(const options_t *options)
{
    const char *entry = options_operand_count(options) > 1 ? options_operand(options, 1) : NULL;
    const bool details = options_flag(options, "details") || entry != NULL;
    const listing_t *listing;
    rows_table_t rows;
    outcome_t result = registry_find(&listing_names, options_operand(options, 0), &listing);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, listing_rows(listing, choose_columns(options, listing, details), entry, &rows)))
        return result;
    result = print(&rows, options_text(options, "format"), details);
    rows_table_free(&rows);
    return result;
}

static void print_lists(void)
{
    printf("\nlists and their columns (*: in the short table):\n");
    for (const listing_t *const *at = listing_registry; *at != NULL; at++) {
        printf("  %-14s %s\n                ", (*at)->name, (*at)->summary);
        size_t used = 0;
        for (const rows_column_t *column = (*at)->schema->columns; column->name != NULL; column++) {
            const text_t padded = text_of(",%s,", (*at)->brief), name = text_of(",%s,", column->name);
            const text_t word = text_of(" %s%s", column->name, strstr(padded.chars, name.chars) != NULL ? "*" : "");
            used += strlen(word.chars);
            if (used > 62) {
                printf("\n                ");
                used = strlen(word.chars);
            }
            printf("%s", word.chars);
        }
        printf("\n");
    }
}

static const option_t option_table[] = {
    {"format", "table|csv|json|jsonl|md|sql", "table",
     "table: for a terminal of 80 columns; all others but md have every column"},
    {"columns", "LIST", NULL, "these columns, separated by commas; all: every column"},
    {"details", NULL, NULL, "every entry in full, a line for each column (as for one NAME)"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_list = {
    .name = "list",
    .summary = "say what networks, methods, accelerators, experiments, data, profiles and keys there are",
    .operands = "KIND [NAME]",
    .operands_least = 1,
    .operands_most = 2,
    .options = option_table,
    .details = "KIND is one of the lists below. With NAME only this entry is printed, in full.",
    .examples = "# every compression method, in short\n"
                "bbsbench list methods\n"
                "# one of them: what it does, its parameters, what it stores\n"
                "bbsbench list methods zps\n"
                "# columns of your choice, for another program\n"
                "bbsbench list networks --columns network,size,weights,macs --format csv",
    .list = print_lists,
    .run = run,
};
