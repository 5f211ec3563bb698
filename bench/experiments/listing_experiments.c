/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled-in experiments, from the heads of their pages. */
#include "experiments/experiment.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"

typedef struct {
    const char *experiment, *title, *rows, *reads, *needs, *cost;
    int64_t order_in_report;
    bool figure;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(experiment), .key = true, .heading = "Experiment", .meaning = "id, as for `run --only`"},
    {LISTING_INTEGER(cells_t, order_in_report), .heading = "Order",
     .meaning = "place in the report; it runs in this order"},
    {TEXT(title), .heading = "Title", .meaning = "title of its section in the report"},
    {TEXT(rows), .heading = "Rows", .meaning = "measured by code, or a query of other rows"},
    {TEXT(reads), .heading = "Reads", .meaning = "experiments whose rows it reads"},
    {LISTING_FLAG(cells_t, figure), .heading = "Figure", .meaning = "1: it draws a figure"},
    {TEXT(needs), .heading = "Needs", .meaning = "what must be there"},
    {TEXT(cost), .heading = "Cost", .meaning = "time, as its page says"},
    {.name = NULL},
};
static const rows_schema_t schema = {.name = "experiments", .about = "The experiments.", .columns = columns};

static const char *chars_of(const page_text_t *text)
{
    return text->chars != NULL ? text->chars : "";
}

static outcome_t add(rows_database_t *database)
{
    experiments_t experiments;
    outcome_t result = experiments_open(NULL, &experiments);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < experiments.count && outcome_is_ok(&result); i++) {
        const experiment_t *at = &experiments.items[i];
        const cells_t cells = {.experiment = at->id,
                               .title = chars_of(&at->page.title),
                               .rows = at->sql == NULL ? "measured" : "query",
                               .reads = chars_of(&at->page.from),
                               .needs = chars_of(&at->page.needs),
                               .cost = chars_of(&at->page.cost),
                               .order_in_report = at->page.order,
                               .figure = at->figure != NULL};
        result = rows_database_insert(database, &schema, &cells);
    }
    experiments_close(&experiments);
    return result;
}

const listing_t listing_experiments = {.name = "experiments",
                                       .summary = "tables and figures: order, rows that they read, needs, cost",
                                       .brief = "experiment,order_in_report,rows,title",
                                       .schema = &schema,
                                       .add = add};
