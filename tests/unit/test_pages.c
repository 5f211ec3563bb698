/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages: every construct of the format on a database of four rows, everything that is wrong in a page by file and line, and
 * texts that mean harm. */
#include "testing.h"

#include "base/file.h"
#include "base/text.h"
#include "experiments/page_document.h"
#include "experiments/page_table.h"
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

static int open_database(void **state)
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

static int close_database(void **state)
{
    (void)state;
    rows_database_close(database);
    return 0;
}

/* ===  Reading and printing  === */

#define FRONT "---\ntitle: Losses\norder: 5\nfrom: loss\nsettings: none\nseeds: none\nneeds: rows\ncost: below 1 s\n---\n"
enum { FRONT_LINES = 9 };

static outcome_t read_text(const char *text, page_t *page)
{
    return page_read(text, strlen(text), "made.md", page);
}

/* The parts of a page in the order of a report, as HTML or as Markdown. To free(). */
static outcome_t print_page(const page_t *page, bool as_html, char **printed)
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

static outcome_t print_text(const char *body, bool as_html, char **printed)
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
static void assert_markdown(const char *body, const char *expected)
{
    char *printed;
    assert_ok(print_text(body, false, &printed));
    assert_string_equal(printed, expected);
    free(printed);
}

static void assert_body_error(const char *body, fault_t fault, const char *part)
{
    char *printed;
    assert_error(print_text(body, false, &printed), fault, part);
    free(printed);
}

/* ===  Front matter  === */

static void front_matter_is_read(void **state)
{
    (void)state;
    page_t page;
    assert_ok(
        read_text("---\ntitle: Fig. 12: speedup\norder: 120\nfrom: model\nsettings: networks,\n    size full\nseeds: none\n"
                  "needs: rows\ncost: below 1 s\n---\n",
                  &page));
    assert_string_equal(page.title.chars, "Fig. 12: speedup");
    assert_int_equal(page.order, 120);
    assert_string_equal(page.from.chars, "model");
    assert_string_equal(page.settings.chars, "networks,\nsize full");
    assert_int_equal(page.settings.line, 5);
    assert_string_equal(page.seeds.chars, "none");
    assert_string_equal(page.needs.chars, "rows");
    assert_string_equal(page.cost.chars, "below 1 s");
    assert_string_equal(page.where, "made.md");
    assert_int_equal(page.block_count + page.fact_count + page.command_count + page.limit_count + page.value_count, 0);
    page_free(&page);
}

static void wrong_front_matter_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "made.md: line 1: found \"\", expected a line ---"},
        {"Words\n", "made.md: line 1: found \"Words\", expected a line ---"},
        {"---\ntitle: x\n", "line 2: found \"the end of the page\""},
        {"---\ntitle: x\n---\n", "line 3: found \"---\", expected the key order before it"},
        {"---\ntitle: x\ncolour: red\n---\n", "line 3: found \"colour\", expected title, order"},
        {"---\ntitle: x\ntitle: y\n---\n", "line 3: found \"title\", expected each key once"},
        {"---\ntitle:\n---\n", "line 2: found \"title\", expected a text behind the colon"},
        {"---\njust words\n---\n", "line 2: found \"just words\", expected name: text"},
        {"---\n  indented: x\n---\n", "line 2: found \"  indented: x\""},
        {"---\ntitle: {{x\n---\n", "line 2: found {{ without an end"},
    };
    page_t page;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(read_text(cases[i].text, &page), FAULT_FAILED, cases[i].says);
    static const char *const orders[] = {"12a", "-1", "1.5", "1000001"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        text_t text =
            text_of("---\ntitle: x\norder: %s\nfrom: a\nsettings: a\nseeds: a\nneeds: a\ncost: a\n---\n", orders[i]);
        assert_error(read_text(text.chars, &page), FAULT_FAILED, "line 3: found \"");
    }
}

/* ===  Blocks  === */

static const char whole_page[] =
    "A first paragraph\nof two lines, N = {{SELECT max(samples) FROM loss}}.\n"
    "- an item\n  that goes on\n- another: {{worst}} points\n\n"
    "> a notice\n> of two lines\n\n"
    "![bars of `loss`](fig_1 \"The \"loss\" of {{SELECT count(*) FROM loss}} rows.\")\n\n"
    "Table: Rows of `loss.csv`.\n\n"
    "```sql\nSELECT net, loss, samples AS \"Tests [images]\" FROM loss\nWHERE method = 'ptq' -- don't\n```\n"
    "## Headline\n- Worst loss | {{worst}} points | of {{SELECT 'a' || ' | b'}}\n"
    "## Again\n```sh\nbbsbench run --images {{SELECT 5}}\n\nbbsbench report\n```\n"
    "## Limits\n- one\n\n- two\n"
    "## Values\nworst: SELECT max(loss)\n    FROM loss\n";

static void every_construct_comes_out_in_markdown(void **state)
{
    (void)state;
    assert_markdown(whole_page, "- Worst loss: **1.5 points** (of a \\| b)\n\n"
                                "A first paragraph of two lines, N = 10,000.\n\n"
                                "- an item that goes on\n- another: 1.5 points\n\n"
                                "> **a notice of two lines**\n\n"
                                "> This figure was not drawn: bars of `loss`\n\n"
                                "The \"loss\" of 4 rows.\n\n"
                                "Rows of `loss.csv`.\n\n"
                                "| Network | Loss (points) | Tests (images) |\n|---|---:|---:|\n"
                                "| vgg16 | 1.50 | 10,000 |\n\n"
                                "```\nbbsbench run --images 5\n```\n\n"
                                "```\nbbsbench report\n```\n\n"
                                "- one\n- two\n\n");
}

static void every_construct_comes_out_in_html(void **state)
{
    (void)state;
    char *printed;
    assert_ok(print_text(whole_page, true, &printed));
    static const char *const parts[] = {
        "<div class=\"label\">Worst loss</div><div class=\"value\">1.5 points</div><div class=\"note\">of a | b</div>",
        "<p>A first paragraph of two lines, N = 10,000.</p>",
        "<li>an item that goes on</li>\n<li>another: 1.5 points</li>",
        "<p class=\"notice caution\">a notice of two lines</p>",
        "<figcaption>The &quot;loss&quot; of 4 rows.</figcaption>",
        "<caption>Rows of <code>loss.csv</code>.</caption>",
        "<th scope=\"col\" class=\"number\">Loss <span class=\"unit\">points</span></th>",
        "<td class=\"short\">vgg16</td><td class=\"number\">1.50</td><td class=\"number\">10,000</td>",
        "<pre>bbsbench run --images 5</pre>",
        "<li>one</li>\n<li>two</li>",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(printed, parts[i]) == NULL)
            fail_msg("no %s in %s", parts[i], printed);
    free(printed);
}

static void carriage_returns_and_a_byte_order_mark_change_nothing(void **state)
{
    (void)state;
    page_t page;
    char *text = malloc(3 + 2 * (sizeof FRONT + sizeof whole_page)), *plain, *other, *to = text;
    assert_non_null(text);
    assert_ok(print_text(whole_page, false, &plain));
    to = stpcpy(to, "\xEF\xBB\xBF");
    for (const char *part = FRONT, *next = whole_page; part != NULL; part = next, next = NULL)
        for (; *part != '\0'; part++) {
            if (*part == '\n')
                *to++ = '\r';
            *to++ = *part;
        }
    *to = '\0';
    assert_ok(read_text(text, &page));
    assert_ok(print_page(&page, false, &other));
    assert_string_equal(plain, other);
    page_free(&page);
    free(text);
    free(plain);
    free(other);
}

static void wrong_blocks_are_refused_by_line(void **state)
{
    (void)state;
    static const struct {
        int line; /* behind the front matter */
        const char *body, *says;
    } cases[] = {
        {1, "### Deeper\n", "found \"### Deeper\", expected ## Headline"},
        {2, "\n## Thanks\n", "found \"## Thanks\", expected ## Headline"},
        {3, "## Limits\n- a\n## Limits\n", "each once"},
        {1, "```sql\nSELECT 1\n```\n", "expected a paragraph \"Table: CAPTION\""},
        {1, "-\n", "expected text behind the sign"},
        {1, ">\n", "expected text behind the sign"},
        {1, "---\n", "expected text behind the sign"},
        {3, "Table: x\n\nwords\n", "found \"words\", expected ```sql"},
        {3, "Table: x\n\n", "found \"the end of the page\", expected ```sql"},
        {2, "Table: x\n```sql\nSELECT 1\n", "expected a line ``` that ends the block"},
        {2, "Table: x\n```sql heap\nSELECT 1\n```\n", "found \"sql heap\", expected sql, sql pivot or sql fold"},
        {1, "![alt]\n", "expected ![ALT](NAME \"CAPTION\")"},
        {1, "![\n", "expected ![ALT](NAME \"CAPTION\")"},
        {1, "![alt](name)\n", "expected ![ALT](NAME \"CAPTION\")"},
        {1, "![alt](name \"caption)\n", "expected ![ALT](NAME \"CAPTION\")"},
        {1, "![alt](../../secret \"caption\")\n", "found \"../../secret\", expected the name of a figure"},
        {2, "## Headline\n- a | b\n", "found \"a | b\", expected LABEL | VALUE | NOTE"},
        {2, "## Headline\n- a | b | c | d\n", "expected LABEL | VALUE | NOTE"},
        {2, "## Headline\nwords\n", "found \"words\", expected an item"},
        {2, "## Limits\nwords\n", "found \"words\", expected an item"},
        {2, "## Again\nbbsbench run\n", "expected a block ```sh"},
        {2, "## Again\n```sql\nSELECT 1\n```\n", "found \"sql\", expected sh"},
        {2, "## Values\nName: SELECT 1\n", "found \"Name\", expected a name"},
        {2, "## Values\nname:\n", "found \"name\", expected name: SELECT"},
        {3, "## Values\na: SELECT 1\na: SELECT 2\n", "another name than in line 11"},
        {2, "words\n{{SELECT 1\n", "found {{ without an end"},
        {1, "{{SELECT 'it}}\n", "look for a quote that is still open"},
        {1, "{{SELECT {{one}}}}\n", "found {{ without an end"},
        {1, "nothing in {{ }}\n", "found {{}}, expected a query or a name"},
        {1, "![{{](name \"caption\")\n", "expected ![ALT]"},
        {1, "![a](name \"{{\")\n", "found {{ without an end"},
        {1, "Table: {{\n```sql\nSELECT 1\n```\n", "found {{ without an end"},
        {4, "## Again\n```sh\n\n{{\n```\n", "found {{ without an end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_body_error(cases[i].body, FAULT_FAILED, cases[i].says);
        assert_body_error(cases[i].body, FAULT_FAILED, text_of("made.md: line %d: ", FRONT_LINES + cases[i].line).chars);
    }
}

/* ===  Queries in texts  === */

static void braces_and_bars_inside_a_query_are_the_queries(void **state)
{
    (void)state;
    assert_markdown("{{SELECT '}}' || \"net\" || '{{' FROM loss WHERE loss > 1}} and {{ SELECT 1 }}\n",
                    "}}vgg16{{ and 1\n\n");
    assert_markdown("![a {{SELECT ']('}} b](x \"c\")\n", "> This figure was not drawn: a \\]( b\n\nc\n\n");
    assert_markdown("a}} alone\n", "a}} alone\n\n");
}

static void wrong_queries_are_refused_by_line(void **state)
{
    (void)state;
    assert_body_error("words\nand {{SELECT speed FROM loss}}\n", FAULT_USAGE, "made.md, line 11");
    assert_body_error("words\nand {{SELECT speed FROM loss}}\n", FAULT_USAGE, "no such column: speed");
    assert_body_error("{{SELECT net, loss FROM loss}}\n", FAULT_FAILED, "found a query of 2 columns, expected one column");
    assert_body_error("a {{SELECT net FROM loss}}\n", FAULT_FAILED, "line 10: found a query of 4 rows, expected one row");
    assert_body_error("a {{unknown}}\n\n## Values\nknown: SELECT 1\nother: SELECT 2\n", FAULT_FAILED,
                      "line 10: found {{unknown}}, expected a query or one of known, other");
    assert_body_error("a {{unknown}}\n", FAULT_FAILED, "found {{unknown}}, expected a query");
    assert_body_error("{{value}}\n\n## Values\nvalue: SELECT 1,\n  x\n", FAULT_USAGE,
                      "made.md, line 13: line 2 of the query");
    assert_body_error("{{DELETE FROM loss}}\n", FAULT_USAGE, "made.md, line 10");
    assert_body_error("Table: x\n```sql\nSELECT x\n```\n", FAULT_USAGE, "made.md, line 12");
    assert_body_error("## Headline\n- a |\n  b | {{SELECT x}}\n", FAULT_USAGE, "made.md, line 12");
    assert_body_error("## Again\n```sh\none\n\n{{SELECT x}}\n```\n", FAULT_USAGE, "made.md, line 14");
}

static void what_has_no_value_is_left_out_alone(void **state)
{
    (void)state;
    static const char no_row[] = "{{SELECT net FROM loss WHERE samples < 0}}",
                      null[] = "{{SELECT max(loss) FROM loss WHERE 0}}";
    static const char *const forms[] = {"one\n\ngone %s\n\ntwo\n",
                                        "one\n\n> gone %s\n\ntwo\n",
                                        "one\n\n![gone](x \"%s\")\n\ntwo\n",
                                        "one\n\n![%s](x \"gone\")\n\ntwo\n",
                                        "one\n\nTable: gone %s\n```sql\nSELECT 1\n```\n\ntwo\n",
                                        "one\n\ntwo\n## Headline\n- gone | %s | x\n",
                                        "one\n\ntwo\n## Headline\n- gone | x | %s\n",
                                        "one\n\ntwo\n## Headline\n- %s | gone | x\n",
                                        "one\n\ntwo\n## Again\n```sh\ngone %s\n```\n",
                                        "one\n\n- %s\n\ntwo\n",
                                        "one\n\ntwo\n## Limits\n- gone %s\n"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char body[TEXT_CAPACITY];
        for (int j = 0; j < 2; j++) {
            const char *at = strstr(forms[i], "%s");
            assert_non_null(at);
            snprintf(body, sizeof body, "%.*s%s%s", (int)(at - forms[i]), forms[i], j == 0 ? no_row : null, at + 2);
            assert_markdown(body, "one\n\ntwo\n\n");
        }
    }
    assert_markdown("one\n\nTable: x\n```sql\nSELECT net FROM loss WHERE 0\n```\n\ntwo\n", "one\n\ntwo\n\n");
}

static void an_item_that_is_one_query_is_an_item_a_row(void **state)
{
    (void)state;
    static const char query[] =
        "- {{SELECT method || ': ' || fixed(loss, 1) FROM loss WHERE net = 'vgg16'\n  ORDER BY 1}}\n- last\n";
    assert_markdown(query, "- bbs: 0.1\n- ptq: 1.5\n- last\n\n");
    assert_markdown(text_of("## Limits\n%s", query).chars, "- bbs: 0.1\n- ptq: 1.5\n- last\n\n");
    assert_markdown("- {{SELECT loss FROM loss ORDER BY samples}}\n", "- 0.50\n- 0.12\n- 1.50\n\n"); /* without the NULL */
    assert_markdown("- {{all}}\n\n## Values\nall: SELECT samples FROM loss WHERE net = 'vgg16'\n",
                    "- 10,000\n- 10,000\n\n");
    assert_body_error("- and {{SELECT net FROM loss}}\n", FAULT_FAILED, "found a query of 4 rows");
}

/* ===  Tables  === */

static void a_pivot_keeps_the_order_and_shows_what_is_missing(void **state)
{
    (void)state;
    assert_markdown("Table: Losses.\n```sql pivot\nSELECT net, method, loss FROM loss WHERE net <> '<b>|x`<i>'\n```\n",
                    "Losses.\n\n| Network | bbs (points) | ptq (points) |\n|---|---:|---:|\n"
                    "| vgg16 | 0.12 | 1.50 |\n| resnet34 | – | – |\n\n");
    assert_body_error("Table: x\n```sql pivot\nSELECT 1, method, loss FROM loss\n```\n", FAULT_FAILED,
                      "made.md, line 12: found 3 values for column bbs of one row");
    assert_body_error("Table: x\n```sql pivot\nSELECT method, loss FROM loss\n```\n", FAULT_FAILED, "at least 3");
    assert_body_error("Table: x\n```sql pivot\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 101)\n"
                      "SELECT 1, i, 1 FROM n\n```\n",
                      FAULT_FAILED, "found a pivot of 101 columns");
}

static void a_fold_has_a_table_for_each_value(void **state)
{
    (void)state;
    assert_markdown("Table: Rows.\n```sql fold\nSELECT method, net, state FROM loss WHERE samples > 7 ORDER BY net\n```\n",
                    "<details><summary>bbs</summary>\n\n"
                    "Rows.\n\n| Network | State |\n|---|---|\n| resnet34 | **measured** |\n| vgg16 | **measured** |\n\n"
                    "</details>\n\n"
                    "<details><summary>ptq</summary>\n\n"
                    "Rows.\n\n| Network | State |\n|---|---|\n| vgg16 | **STAND-IN** |\n\n"
                    "</details>\n\n");
    assert_body_error("Table: x\n```sql fold\nSELECT net FROM loss\n```\n", FAULT_FAILED, "at least 2");
}

static void marks_have_their_tones_and_text_numbers_stand_right(void **state)
{
    (void)state;
    char *printed;
    assert_ok(print_text("Table: x\n```sql\nSELECT state, signed(loss, 1) AS \"Gain\" FROM loss\n```\n", true, &printed));
    assert_non_null(strstr(printed, "<span class=\"mark note-tone\">measured</span>"));
    assert_non_null(strstr(printed, "<span class=\"mark caution\">STAND-IN</span>"));
    assert_non_null(strstr(printed, "<td class=\"number\">+0.1</td>"));
    assert_non_null(strstr(printed, "<td class=\"number\">–</td>"));
    free(printed);
}

/* ===  The example of the documentation  === */

static void the_example_of_the_documentation_is_a_page(void **state)
{
    (void)state;
    static const char path[] = "docs/examples/loss-by-family/loss_by_family.md";
    page_t page;
    bytes_t bytes;
    char *printed;
    assert_ok(file_read(path, NULL, &bytes));
    assert_ok(page_read((const char *)bytes.data, bytes.size, path, &page));
    assert_ok(print_page(&page, false, &printed));
    static const char *const parts[] = {
        "- Family on which BBS, moderate, loses most: **vgg** (of 2 families)\n",
        "The largest mean loss of BBS at its moderate setting is 0.75 points, on the family `vgg`.\n",
        "| Family | Label | bbs-cons (points) | bbs-mod (points) |\n|---|---|---:|---:|\n",
        "| vgg | **STAND-IN** | 0.25 | 0.75 |\n| bert | **measured** | -0.50 | 0.50 |\n",
        "- Losses of stand-ins say nothing of the networks of the paper.\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(printed, parts[i]) == NULL)
            fail_msg("no %s in %s", parts[i], printed);
    free(printed);
    page_free(&page);
    file_free_bytes(&bytes);
}

/* ===  Harm  === */

static void hostile_names_stay_text(void **state)
{
    (void)state;
    static const char body[] = "{{name}}\n\n- {{name}}\n\n> {{name}}\n\n![{{name}}](x \"{{name}}\")\n\n"
                               "Table: {{name}}\n```sql fold\nSELECT net, net FROM loss WHERE samples = 7\n```\n"
                               "Table: x\n```sql pivot\nSELECT net, net, net FROM loss WHERE samples = 7\n```\n"
                               "## Headline\n- {{name}} | {{name}} | {{name}}\n## Again\n```sh\n{{name}}\n```\n"
                               "## Limits\n- {{name}}\n## Values\nname: SELECT net FROM loss WHERE samples = 7\n";
    char *printed;
    assert_ok(print_text(body, true, &printed));
    assert_null(strstr(printed, "<b>"));
    assert_null(strstr(printed, "<i>"));
    assert_null(strstr(printed, "<code>"));
    free(printed);
    assert_ok(print_text(body, false, &printed));
    static const char command[] = "```\n<b>|x`<i>\n```"; /* is printed as it stands */
    assert_non_null(strstr(printed, command));
    for (const char *at = printed; (at = strpbrk(at, "<`")) != NULL; at++)
        if (text_starts(at, command))
            at += strlen(command) - 1;
        else
            assert_true(at[-1] == '\\' || text_starts(at, "<details>") || text_starts(at, "</details>") ||
                        text_starts(at, "<summary>") || text_starts(at, "</summary>") || text_starts(at, "`&#60;i"));
    assert_non_null(strstr(printed, "<summary>&#60;b&#62;|x`&#60;i&#62;</summary>"));
    assert_non_null(strstr(printed, "| \\<b>\\|x\\`\\<i> | \\<b>\\|x\\`\\<i> |"));
    free(printed);
}

static void what_a_query_yields_is_not_read_as_a_query(void **state)
{
    (void)state;
    assert_markdown("{{SELECT '{{SELECT 1}}'}}\n", "{{SELECT 1}}\n\n");
    assert_markdown("- {{SELECT '{{SELECT 1}}'}}\n", "- {{SELECT 1}}\n\n");
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    page_t page;
    assert_error(page_read("---\n\0---\n", 9, "made.md", &page), FAULT_FAILED, "made.md: byte 4: found a NUL");
}

/* Pages of a megabyte: `part` again and again. */
static void read_megabyte(const char *begin, const char *part, const char *end)
{
    const size_t most = 1 << 20;
    page_t page;
    char *text = malloc(most + strlen(FRONT) + strlen(begin) + strlen(end) + 1), *to = text;
    assert_non_null(text);
    to = stpcpy(stpcpy(to, FRONT), begin);
    for (size_t size = strlen(part); size <= most; size += strlen(part))
        to = stpcpy(to, part);
    stpcpy(to, end);
    outcome_t result = read_text(text, &page);
    if (outcome_is_ok(&result)) {
        document_t document = {0};
        assert_ok(page_body(&page, database, &document));
        assert_ok(page_again(&page, database, &document));
        assert_ok(page_limits(&page, database, &document));
        assert_ok(document_check(&document));
        document_free(&document);
        page_free(&page);
    }
    free(text);
}

static void a_megabyte_is_read_in_little_time(void **state)
{
    (void)state;
    read_megabyte("", "word ", "\n");
    read_megabyte("", "word\n", "");
    read_megabyte("", "\n", "");
    read_megabyte("", "{{", "");
    read_megabyte("", "}}'", "");
    read_megabyte("", "word\n\n", "");
    read_megabyte("## Limits\n", "- word\n", "");
    read_megabyte("## Again\n```sh\n", "word\n", "```\n");
    read_megabyte("## Values\n", "a: b\n", "");
    read_megabyte("", "line {{SELECT samples FROM loss LIMIT 1}} and words that follow\n", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_is_read),
        cmocka_unit_test(wrong_front_matter_is_refused),
        cmocka_unit_test(every_construct_comes_out_in_markdown),
        cmocka_unit_test(every_construct_comes_out_in_html),
        cmocka_unit_test(carriage_returns_and_a_byte_order_mark_change_nothing),
        cmocka_unit_test(wrong_blocks_are_refused_by_line),
        cmocka_unit_test(braces_and_bars_inside_a_query_are_the_queries),
        cmocka_unit_test(wrong_queries_are_refused_by_line),
        cmocka_unit_test(what_has_no_value_is_left_out_alone),
        cmocka_unit_test(an_item_that_is_one_query_is_an_item_a_row),
        cmocka_unit_test(a_pivot_keeps_the_order_and_shows_what_is_missing),
        cmocka_unit_test(a_fold_has_a_table_for_each_value),
        cmocka_unit_test(marks_have_their_tones_and_text_numbers_stand_right),
        cmocka_unit_test(the_example_of_the_documentation_is_a_page),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(what_a_query_yields_is_not_read_as_a_query),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(a_megabyte_is_read_in_little_time),
    };
    return cmocka_run_group_tests_name("pages", tests, open_database, close_database);
}
