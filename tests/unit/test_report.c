/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document model and its two printers: what is put in comes out in both, escaped, complete, and self-contained. */
#include "testing.h"

#include "base/file.h"
#include "report/html.h"
#include "report/markdown.h"
#include "base/number.h"
#include "folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const column_t columns[] = {{"Name", "", false}, {"Value", "pJ", true}, {NULL, NULL, false}};

static void print_both(const document_t *document, bytes_t *html, bytes_t *markdown)
{
    assert_ok(html_write(document, "A <title>", folder, inside("report.html").chars));
    assert_ok(markdown_write(document, folder, inside("report.md").chars));
    assert_ok(file_read(inside("report.html").chars, NULL, html));
    assert_ok(file_read(inside("report.md").chars, NULL, markdown));
}

static bool has(const bytes_t *bytes, const char *part)
{
    return strstr((const char *)bytes->data, part) != NULL;
}

static void free_both(bytes_t *html, bytes_t *markdown)
{
    file_free_bytes(html);
    file_free_bytes(markdown);
    unlink(inside("report.html").chars);
    unlink(inside("report.md").chars);
}

static void every_block_is_printed_in_both_forms(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_heading(&document, 1, "Top");
    document_heading(&document, 2, "Section %d", 7);
    document_paragraph(&document, "a paragraph with `code`");
    document_item(&document, "first item");
    document_item(&document, "second item");
    document_notice(&document, TONE_CAUTION, "look here");
    document_command(&document, "bbsbench run --smoke");
    document_fact(&document, "label", "42 of 43", "the note");
    document_fold(&document, "more");
    document_table(&document, columns, "a caption");
    document_cell(&document, "row one");
    document_cell(&document, "%d", 12);
    document_mark(&document, TONE_GOOD, "REPRODUCED");
    document_link(&document, "rows", "model.csv");
    document_fold_end(&document);
    document_contents(&document);
    print_both(&document, &html, &markdown);
    static const char *const in_html[] = {
        "<h1",
        "<details class=\"section\" open><summary><h2 id=\"section-7\">Section 7</h2></summary>",
        "<nav aria-label=\"Contents\"><a href=\"#section-7\">Section 7</a>",
        "<code>code</code>",
        "<ul>\n<li>first item</li>\n<li>second item</li>\n</ul>",
        "notice caution\">look here",
        "<pre tabindex=\"0\">bbsbench run --smoke</pre>",
        ">42 of 43<",
        "the note",
        "<details><summary>more",
        "a caption",
        "class=\"unit\">pJ<",
        "<b class=good>REPRODUCED</b>",
        "<a href=\"model.csv\">rows</a>",
        "</details>"};
    static const char *const in_markdown[] = {"# Top\n",
                                              "## Section 7\n",
                                              "`code`",
                                              "- first item\n- second item\n\n",
                                              "> **look here**",
                                              "```\nbbsbench run --smoke\n```\n",
                                              "- label: **42 of 43** (the note)",
                                              "<details><summary>more",
                                              "| Name | Value (pJ) |\n|---|---:|\n",
                                              "| row one | 12 |",
                                              "| **REPRODUCED** | [rows](model.csv) |",
                                              "</details>"};
    for (size_t i = 0; i < sizeof in_html / sizeof *in_html; i++)
        if (!has(&html, in_html[i]))
            fail_msg("report.html has no %s", in_html[i]);
    for (size_t i = 0; i < sizeof in_markdown / sizeof *in_markdown; i++)
        if (!has(&markdown, in_markdown[i]))
            fail_msg("report.md has no %s", in_markdown[i]);
    document_free(&document);
    free_both(&html, &markdown);
}

static void what_looks_like_markup_is_text(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_table(&document, columns, "a < b & \"c\"");
    document_cell(&document, "<script>alert(1)</script>");
    document_cell(&document, "x | y * z");
    print_both(&document, &html, &markdown);
    assert_false(has(&html, "<script>alert"));
    assert_true(has(&html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_true(has(&html, "a &lt; b &amp; &quot;c&quot;"));
    assert_true(has(&html, "<title>A &lt;title&gt;</title>"));
    assert_true(has(&markdown, "| \\<script>alert(1)\\</script> | x \\| y \\* z |"));
    document_free(&document);
    free_both(&html, &markdown);
}

/* `#NAME` leads to a place of the page; anything else between backticks is code. */
static void a_name_of_a_place_is_a_link(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_item(&document, "see `#C147`, `#`, `#a b`, `#x\"y`, `FILE#KEY`");
    print_both(&document, &html, &markdown);
    assert_true(has(&html, "<li>see <a href=\"#C147\">C147</a>, <code>#</code>, <code>#a b</code>, <code>#x&quot;y</code>, "
                           "<code>FILE#KEY</code></li>"));
    assert_true(has(&markdown, "- see C147, `#`, `#a b`"));
    document_free(&document);
    free_both(&html, &markdown);
}

/* Text as a reader of the Markdown sees it is the text that was put in: signs of CommonMark are escaped, but only where
 * they would be read as such, so that report.md is easy to read as it stands. */
static void markdown_escapes_what_it_would_read_as_markup(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"# not a heading", "\\# not a heading"},
        {"- not an item", "\\- not an item"},
        {"12. not an item", "12\\. not an item"},
        {"12.5 of 13. Words", "12.5 of 13. Words"},
        {"1.", "1\\."},
        {"1)\tx", "1\\) x"},
        {"  > not a quotation", "\\> not a quotation"},
        {"bert_mrpc and _emphasis_", "bert_mrpc and \\_emphasis\\_"},
        {"AT&T & &lt;", "AT\\&T & \\&lt;"},
        {"a\\`<b>`", "a\\\\`<b>`"},
        {"`one tick", "\\`one tick"},
        {"```<b>`", "\\`\\`\\`\\<b>\\`"},
        {"`a``<b>`", "\\`a\\`\\`\\<b>\\`"},
        {"`a|b` ~5", "`a|b` \\~5"},
        {"[a](b)", "\\[a\\](b)"},
        {"two\r\nlines", "two  lines"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        document_t document = {0};
        bytes_t html, markdown;
        document_paragraph(&document, "%s", cases[i].text);
        print_both(&document, &html, &markdown);
        assert_string_equal((const char *)markdown.data, text_of("%s\n\n", cases[i].expected).chars);
        document_free(&document);
        free_both(&html, &markdown);
    }
}

static void nothing_breaks_out_of_its_place(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_item(&document, "item");
    document_command(&document, "echo '```'\n<b>");
    document_fold(&document, "`x<y` & <b>");
    document_fold_end(&document);
    document_table(&document, columns, "x");
    document_cell(&document, "`a|b`");
    document_link(&document, "a](b", "run (1)/x.csv");
    print_both(&document, &html, &markdown);
    assert_true(has(&markdown, "- item\n\n````\necho '```'\n<b>\n````\n\n"));
    assert_true(has(&markdown, "<details><summary><code>x&#60;y</code> &#38; &#60;b&#62;</summary>"));
    assert_true(has(&markdown, "| `a\\|b` | [a\\](b](run%20%281%29/x.csv) |"));
    assert_true(has(&html, "<summary><code>x&lt;y</code> &amp; &lt;b&gt;</summary>"));
    document_free(&document);
    free_both(&html, &markdown);
}

/* The columns of a table can go as soon as it has begun. */
static void a_table_keeps_its_columns(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    char title[] = "Title", unit[] = "unit";
    column_t passing[] = {{title, unit, true}, {NULL, NULL, false}};
    document_table(&document, passing, "x");
    title[0] = unit[0] = 'X';
    passing[0] = (column_t){0};
    document_cell(&document, "1");
    print_both(&document, &html, &markdown);
    assert_true(has(&markdown, "| Title (unit) |\n|---:|\n| 1 |"));
    assert_true(has(&html, "<th>Title <span class=\"unit\">unit<"));
    document_free(&document);
    free_both(&html, &markdown);
}

static void write_file(const char *name, const char *text)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void figures_are_embedded_and_have_a_text(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    write_file(
        "picture.svg",
        "<svg id=\"#a\"><g x=\"1\">\n</g>50% &amp;\n\t </svg>\n"); /* signs that would end the attribute or the address */
    write_file("picture.png", "not looked into");
    document_figure(&document, "picture", "bars of \"speed\"", "the caption");
    print_both(&document, &html, &markdown);
    assert_true(has(
        &html,
        "<img alt=\"bars of &quot;speed&quot;\" src=\"data:image/svg+xml;utf8,<svg id='%23a'>50%25 &amp;amp; </svg>\">"));
    assert_true(has(&html, "<figcaption>the caption</figcaption>"));
    assert_true(has(&markdown, "![bars of \"speed\"](picture.png)"));
    document_free(&document);
    free_both(&html, &markdown);
    unlink(inside("picture.svg").chars);
    unlink(inside("picture.png").chars);
}

static void a_figure_that_is_missing_says_so(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_figure(&document, "nowhere", "what it would show", "the caption");
    print_both(&document, &html, &markdown);
    assert_true(has(&html, "This figure was not drawn: what it would show"));
    assert_true(has(&markdown, "This figure was not drawn: what it would show"));
    document_free(&document);
    free_both(&html, &markdown);
}

static void the_page_needs_nothing_else(void **state)
{
    (void)state;
    document_t document = {0};
    bytes_t html, markdown;
    document_heading(&document, 1, "Top");
    print_both(&document, &html, &markdown);
    static const char *const outside[] = {"http://", "https://", "<script src", "<link", "@import", "url("};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_false(has(&html, outside[i]));
    assert_true(has(&html, "prefers-color-scheme:dark"));
    assert_true(has(&html, "@media print"));
    document_free(&document);
    free_both(&html, &markdown);
}

static void a_short_row_is_refused_and_leaves_no_file(void **state)
{
    (void)state;
    document_t document = {0};
    document_table(&document, columns, "crooked");
    document_cell(&document, "only one of two");
    assert_error(html_write(&document, "t", folder, inside("report.html").chars), FAULT_FAILED, "crooked");
    assert_error(markdown_write(&document, folder, inside("report.md").chars), FAULT_FAILED, "crooked");
    assert_false(file_exists(inside("report.html").chars) || file_exists(inside("report.md").chars));
    document_free(&document);
}

static void numbers_are_rounded_for_readers(void **state)
{
    (void)state;
    assert_string_equal(number_integer(0).chars, "0");
    assert_string_equal(number_integer(999).chars, "999");
    assert_string_equal(number_integer(10000).chars, "10,000");
    assert_string_equal(number_integer(-1234567).chars, "−1,234,567");
    assert_string_equal(number_fixed(93.695, 1).chars, "93.7");
    assert_string_equal(number_fixed(NAN, 2).chars, "–");
    assert_string_equal(number_signed(0.25, 2).chars, "+0.25");
    assert_string_equal(number_signed(-0.4, 2).chars, "−0.40");
    assert_string_equal(number_signed(-0.001, 2).chars, "0.00");
    assert_string_equal(number_probability(0.0004).chars, "< 0.001");
    assert_string_equal(number_probability(0.7266).chars, "0.727");
    assert_string_equal(number_energy(4.75114909e9).chars, "4.75 mJ");
    assert_string_equal(number_bytes(4379596).chars, "4.18 MiB");
    assert_string_equal(number_bytes(12).chars, "12 B");
    assert_string_equal(number_duration(59.99).chars, "1 min 0 s");
    assert_string_equal(number_duration(7384).chars, "2 h 3 min");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_is_printed_in_both_forms),
        cmocka_unit_test(a_name_of_a_place_is_a_link),
        cmocka_unit_test(what_looks_like_markup_is_text),
        cmocka_unit_test(markdown_escapes_what_it_would_read_as_markup),
        cmocka_unit_test(nothing_breaks_out_of_its_place),
        cmocka_unit_test(a_table_keeps_its_columns),
        cmocka_unit_test(figures_are_embedded_and_have_a_text),
        cmocka_unit_test(a_figure_that_is_missing_says_so),
        cmocka_unit_test(the_page_needs_nothing_else),
        cmocka_unit_test(a_short_row_is_refused_and_leaves_no_file),
        cmocka_unit_test(numbers_are_rounded_for_readers),
    };
    return cmocka_run_group_tests_name("report", tests, make_folder, remove_empty_folder);
}
