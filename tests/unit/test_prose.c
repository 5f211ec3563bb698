/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries in pages: values in texts, what is left out without one, items and tables of rows, and names that mean harm. */
#include "made_pages.h"

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

/* Of more than 60 rows a table shows 20 and a fold 8, and says so; 60 rows are shown whole. */
static void long_queries_are_cut_in_the_report(void **state)
{
    (void)state;
    static const char count[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT %s FROM n";
    static const struct {
        int rows;
        const char *form, *columns, *says;
        int last; /* the last row that is shown */
    } cases[] = {{60, "sql", "i", "\n\nRows.\n\n", 60},
                 {61, "sql", "i", "First 20 of 61 rows; all follow from `made.csv`. Rows.", 20},
                 {61, "sql fold", "i > 53, i", "First 8 of 53 rows; all follow from `made.csv`. Rows.", 61},
                 {62, "sql fold", "i > 53, i", "First 8 of 9 rows; all follow from `made.csv`. Rows.", 61}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *printed;
        const text_t query = text_of(count, cases[i].rows, cases[i].columns);
        const text_t body = text_of("Before\n\nTable: Rows.\n```%s\n%s\n```\n", cases[i].form, query.chars);
        assert_ok(print_text(body.chars, false, &printed));
        if (strstr(printed, cases[i].says) == NULL)
            fail_msg("no %s in %s", cases[i].says, printed);
        assert_non_null(strstr(printed, text_of("| %d |", cases[i].last).chars));
        assert_null(strstr(printed, text_of("| %d |", cases[i].last + 1).chars));
        free(printed);
    }
}

static void marks_have_their_tones_and_text_numbers_stand_right(void **state)
{
    (void)state;
    char *printed;
    assert_ok(print_text("Table: x\n```sql\nSELECT state, signed(loss, 1) AS \"Gain\" FROM loss\n```\n", true, &printed));
    assert_non_null(strstr(printed, "<b class=note-tone>measured</b>"));
    assert_non_null(strstr(printed, "<b class=caution>STAND-IN</b>"));
    assert_non_null(strstr(printed, "<td>+0.1\n"));
    assert_non_null(strstr(printed, "<table class=\"plain n2\">"));
    free(printed);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_and_bars_inside_a_query_are_the_queries),
        cmocka_unit_test(wrong_queries_are_refused_by_line),
        cmocka_unit_test(what_has_no_value_is_left_out_alone),
        cmocka_unit_test(an_item_that_is_one_query_is_an_item_a_row),
        cmocka_unit_test(a_pivot_keeps_the_order_and_shows_what_is_missing),
        cmocka_unit_test(a_fold_has_a_table_for_each_value),
        cmocka_unit_test(long_queries_are_cut_in_the_report),
        cmocka_unit_test(marks_have_their_tones_and_text_numbers_stand_right),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(what_a_query_yields_is_not_read_as_a_query),
    };
    return cmocka_run_group_tests_name("prose", tests, open_database, close_database);
}
