/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_H
#define BBS_EXPERIMENTS_PAGE_H

#include "base/outcome.h"
#include "experiments/prose.h"

#include <stddef.h>

/* The page of an experiment: the file ID.md, read into its parts (docs/experiments.md describes the format).
 *
 *     ---
 *     key: text                 all seven keys; indented lines go on
 *     ---
 *     paragraphs; "- " items; "> " notices; ![ALT](NAME "CAPTION"); "Table: CAPTION" and a block of SQL
 *     ## Headline               - LABEL | VALUE | NOTE
 *     ## Again                  ```sh, a command a line
 *     ## Limits                 items
 *     ## Values                 name: SELECT ...
 * Reading needs no database: queries are only checked to have an end. */

typedef enum {
    PAGE_PARAGRAPH,
    PAGE_ITEM,
    PAGE_NOTICE,
    PAGE_FIGURE,
    PAGE_TABLE, /* a row of the query is a row of the table */
    PAGE_PIVOT, /* the query's last two columns are a column's heading and the value in it */
    PAGE_FOLD,  /* a fold with a table for each value of the first column */
} page_kind_t;

typedef struct {
    page_kind_t kind;
    page_text_t text;  /* of a figure or table: its caption */
    page_text_t query; /* of a table */
    page_text_t alt;   /* of a figure */
    char *figure;      /* name of its file in the folder of figures, without .svg or .png: letters, digits, - and _ */
} page_block_t;

typedef struct {
    page_text_t label, value, note;
} page_fact_t;

typedef struct {
    char *where; /* the name of the file, for errors */
    page_text_t title, from, settings, seeds, needs, cost;
    int order; /* place in the report and among the experiments */
    page_block_t *blocks;
    size_t block_count;
    page_fact_t *facts;
    size_t fact_count;
    page_text_t *commands;
    size_t command_count;
    page_text_t *limits;
    size_t limit_count;
    page_value_t *values;
    size_t value_count;
} page_t;

/* Read a page of `size` bytes. An error names file and line; the page is then empty. */
outcome_t page_read(const char *text, size_t size, const char *where, page_t *page);
void page_free(page_t *page);

#endif
