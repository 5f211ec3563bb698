/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages: every construct of the format, everything that is wrong in a page by file and line, and pages that mean harm. */
#include "made_pages.h"

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
        {"---\ntitle:\n---\n", "line 2: found \"title\", expected a text after the colon"},
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
    "## Again\n```sh\nbbsbench run --samples {{SELECT 5}}\n\nbbsbench report\n```\n"
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
                                "```\nbbsbench run --samples 5\n```\n\n"
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
        ">Rows of <code>loss.csv</code>.</caption>",
        "<th>Loss <span class=\"unit\">points</span><th>",
        "<tr><td>vgg16<td>1.50<td>10,000\n",
        "<table class=\"plain n2 n3\">",
        "<pre tabindex=\"0\">bbsbench run --samples 5</pre>",
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
        {1, "-\n", "expected text after the marker"},
        {1, ">\n", "expected text after the marker"},
        {1, "---\n", "expected text after the marker"},
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
        "| vgg | **STAND-IN** | 0.25 | 0.75 |\n| bert | **measured** | −0.50 | 0.50 |\n",
        "- Losses of stand-ins say nothing about the networks of the paper.\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(printed, parts[i]) == NULL)
            fail_msg("no %s in %s", parts[i], printed);
    free(printed);
    page_free(&page);
    file_free_bytes(&bytes);
}

/* ===  Harm  === */

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
        cmocka_unit_test(the_example_of_the_documentation_is_a_page),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(a_megabyte_is_read_in_little_time),
    };
    return cmocka_run_group_tests_name("pages", tests, open_database, close_database);
}
