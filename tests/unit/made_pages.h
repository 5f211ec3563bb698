/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_MADE_PAGES_H
#define BBS_TESTS_MADE_PAGES_H

/* A database of a few rows, and pages printed with it: for the tests of pages and of their queries. */
#include "testing.h"

#include "base/file.h"
#include "base/text.h"
#include "experiments/page_document.h"
#include "report/html.h"
#include "report/markdown.h"
#include "rows/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ===  A database  === */

typedef struct {
    const char *net, *method, *state;
    double loss;
    int64_t samples;
} loss_row_t;

static const rows_column_t loss_columns[] = {
    {ROWS_PLACE_TEXT(loss_row_t, net), .name = "net", .heading = "Network", .unit = "", .key = true},
    {ROWS_PLACE_TEXT(loss_row_t, method), .name = "method", .heading = "Method", .unit = "", .key = true},
    {ROWS_PLACE_TEXT(loss_row_t, state), .name = "state", .heading = "State", .unit = ""},
    {ROWS_PLACE_REAL(loss_row_t, loss), .name = "loss", .heading = "Loss", .unit = "points", .decimals = 2},
    {ROWS_PLACE_INTEGER(loss_row_t, samples), .name = "samples", .heading = "N", .unit = ""},
    {0},
};
static const rows_schema_t loss_schema = {.name = "loss", .about = "made for this test", .columns = loss_columns};

/* One net and method is not there, one loss is not known, and one network has a name that means harm. */
static const loss_row_t loss_rows[] = {{"vgg16", "bbs", "measured", 0.125, 10000},
                                       {"vgg16", "ptq", "STAND-IN", 1.5, 10000},
                                       {"resnet34", "bbs", "measured", NAN, 2000},
                                       {"<b>|x`<i>", "bbs", "measured", 0.5, 7}};

/* The rows that the example of docs/experiments.md reads, two families of them. */
typedef struct {
    const char *family, *method;
    int64_t networks;
    double mean_loss_points;
    bool stand_in;
} family_row_t;

static const rows_column_t family_columns[] = {
    {ROWS_PLACE_TEXT(family_row_t, family), .name = "family", .heading = "Family", .key = true},
    {ROWS_PLACE_TEXT(family_row_t, method), .name = "method", .heading = "Method", .key = true},
    {ROWS_PLACE_INTEGER(family_row_t, networks), .name = "networks", .heading = "Networks"},
    {ROWS_PLACE_REAL(family_row_t, mean_loss_points), .name = "mean_loss_points", .heading = "Mean loss", .decimals = 2},
    {ROWS_PLACE_FLAG(family_row_t, stand_in), .name = "stand_in", .heading = "Stand-in"},
    {0},
};
static const rows_schema_t family_schema = {.name = "loss_by_family", .columns = family_columns};
static const family_row_t family_rows[] = {{"vgg", "bbs-cons", 1, 0.25, true},
                                           {"vgg", "bbs-mod", 1, 0.75, true},
                                           {"bert", "bbs-cons", 2, -0.5, false},
                                           {"bert", "bbs-mod", 2, 0.5, false}};

static rows_database_t *database;

static inline int open_database(void **state)
{
    (void)state;
    assert_ok(rows_database_create(&database));
    assert_ok(rows_database_add_table(database, &loss_schema));
    for (size_t i = 0; i < sizeof loss_rows / sizeof *loss_rows; i++)
        assert_ok(rows_database_insert(database, &loss_schema, &loss_rows[i]));
    assert_ok(rows_database_add_table(database, &family_schema));
    for (size_t i = 0; i < sizeof family_rows / sizeof *family_rows; i++)
        assert_ok(rows_database_insert(database, &family_schema, &family_rows[i]));
    rows_database_lock(database);
    return 0;
}

static inline int close_database(void **state)
{
    (void)state;
    rows_database_close(database);
    return 0;
}

/* ===  Reading and printing  === */

#define FRONT "---\ntitle: Losses\norder: 5\nfrom: loss\nsettings: none\nseeds: none\nneeds: rows\ncost: below 1 s\n---\n"
enum { FRONT_LINES = 9 };

static inline outcome_t read_text(const char *text, page_t *page)
{
    return page_read(text, strlen(text), "made.md", page);
}

/* The parts of a page in the order of a report, as HTML or as Markdown. To free(). */
static inline outcome_t print_page(const page_t *page, bool as_html, char **printed)
{
    char path[] = "/tmp/bbs-pages-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    document_t document = {0};
    bytes_t bytes;
    *printed = NULL;
    outcome_t (*const parts[])(const page_t *, rows_database_t *, document_t *) = {page_headline, page_body, page_again,
                                                                                   page_limits};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof parts / sizeof *parts && outcome_is_ok(&result); i++)
        result = parts[i](page, database, &document);
    if (outcome_is_ok(&result)) {
        assert_ok(as_html ? html_write(&document, "t", "/nowhere", path) : markdown_write(&document, "/nowhere", path));
        assert_ok(file_read(path, NULL, &bytes));
        *printed = (char *)bytes.data;
    }
    unlink(path);
    document_free(&document);
    return result;
}

static inline outcome_t print_text(const char *body, bool as_html, char **printed)
{
    page_t page;
    *printed = NULL;
    char *text = malloc(strlen(FRONT) + strlen(body) + 1);
    assert_non_null(text);
    strcat(strcpy(text, FRONT), body);
    outcome_t result = read_text(text, &page);
    free(text);
    if (!outcome_is_ok(&result))
        return result;
    result = print_page(&page, as_html, printed);
    page_free(&page);
    return result;
}

/* The page of this body as Markdown is exactly `expected`. */
static inline void assert_markdown(const char *body, const char *expected)
{
    char *printed;
    assert_ok(print_text(body, false, &printed));
    assert_string_equal(printed, expected);
    free(printed);
}

static inline void assert_body_error(const char *body, fault_t fault, const char *part)
{
    char *printed;
    assert_error(print_text(body, false, &printed), fault, part);
    free(printed);
}

#endif
