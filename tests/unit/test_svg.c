/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures in the report: what gnuplot writes, printed shorter as the same picture. The examples are worked out by hand. */
#include "report/svg.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

#define BY_GNUPLOT "<desc>Produced by GNUPLOT 5.4 </desc>"

static const char *printed(const char *text)
{
    static char *memory;
    size_t size;
    free(memory);
    FILE *stream = open_memstream(&memory, &size);
    assert_non_null(stream);
    assert_ok(svg_write(stream, text));
    fclose(stream);
    assert_memory_equal(memory, "data:image/svg+xml;utf8,", 24);
    return memory + 24;
}

static void a_look_is_stated_once(void **state)
{
    (void)state;
    assert_string_equal(
        printed("<svg>" BY_GNUPLOT "<path stroke='rgb( 1,  2, 3)' d='M1.00,2.00h9'/>"
                "<path stroke='rgb( 1,  2, 3)' d='M3.00,4.00h9'/><path stroke='red' d='M5.00,6.00h9'/></svg>"),
        "<svg><style>.a{stroke:rgb( 1, 2, 3);}</style><path class='a' d='M1,2h9'/><path class='a' d='M3,4h9'/>"
        "<path stroke='red' d='M5,6h9'/></svg>");
    /* In an attribute a size is in pixels; a style sheet wants the unit. */
    assert_string_equal(
        printed("<svg>" BY_GNUPLOT "<text font-size=\"9.00\">a</text><text font-size=\"9.00\">b</text></svg>"),
        "<svg><style>.a{font-size:9.00px;}</style><text class='a'>a</text><text class='a'>b</text></svg>");
    /* What a style sheet could not take stays an attribute. */
    assert_string_equal(printed("<svg>" BY_GNUPLOT "<g fill='a;b}'>1</g><g fill='a;b}' id='x'>2</g></svg>"),
                        "<svg><g fill='a;b}'>1</g><g fill='a;b}' id='x'>2</g></svg>");
}

static void places_are_rounded_to_a_tenth(void **state)
{
    (void)state;
    assert_string_equal(printed("<svg>" BY_GNUPLOT "<path d='M70.00,251.05 L-0.04,-12.36 h1.96 7 8. .5'/>"
                                "<use transform='translate(493.00,74.24) rotate(270)' stroke-width='0.25'/></svg>"),
                        "<svg><path d='M70,251.1 L0,-12.4 h2 7 8. .5'/>"
                        "<use transform='translate(493,74.2) rotate(270)' stroke-width='0.25'/></svg>");
}

static void groups_are_left_out_or_joined(void **state)
{
    (void)state;
    assert_string_equal(
        printed("<svg>\n<g a='1'>\n</g>\n<g a='1'>x</g>\n<g a='2'><g/>\n</g><g a='1'>y</g><g a='1'>z</g></svg>"),
        "<svg><g a='1'>x</g><g a='2'><g/></g><g a='1'>yz</g></svg>");
    /* Empty ones in one another, and equal ones with only an empty one between. */
    assert_string_equal(printed("<svg><g a='1'>x</g><g b='1'><g c='1'> </g> </g><g a='1'>y</g></svg>"),
                        "<svg><g a='1'>xy</g></svg>");
    /* A group that moves what is in it, or that has a name, is not joined. */
    assert_string_equal(printed("<svg><g transform='t'>x</g><g transform='t'>y</g><g id='n'>x</g><g id='n'>y</g></svg>"),
                        "<svg><g transform='t'>x</g><g transform='t'>y</g><g id='n'>x</g><g id='n'>y</g></svg>");
}

static void symbols_stay_while_something_draws_them(void **state)
{
    (void)state;
    static const char picture[] = "<svg>" BY_GNUPLOT "<defs><circle id='gpPt1' r='0.242'/><circle id='gpPt13' r='0.333'/>"
                                  "<use xlink:href='#gpPt13' id='gpPt14'/><circle id='gpPt2' r='1'/>"
                                  "<filter id='box'><feFlood/></filter></defs><use xlink:href='#gpPt14'/></svg>";
    assert_string_equal(printed(picture),
                        "<svg><defs><circle id='gpPt13' r='0.333'/><use xlink:href='%23gpPt13' id='gpPt14'/>"
                        "</defs><use href='%23gpPt14'/></svg>");
}

static void words_keep_their_blanks(void **state)
{
    (void)state;
    assert_string_equal(printed("<svg> <title>no</title> <text> 100 % <tspan> a</tspan> <tspan>b</tspan></text> </svg>"),
                        "<svg><text> 100 %25 <tspan> a</tspan> <tspan>b</tspan></text></svg>");
}

static void a_font_is_stated_once(void **state)
{
    (void)state;
    assert_string_equal(
        printed("<svg>" BY_GNUPLOT "<g font='A' size='9' x='1'><text><tspan font='A' >5</tspan></text></g>"
                "<g font='A' x='2'><text><tspan font='A'>10</tspan><tspan font='A' dy='-5'>2</tspan></text></g>"
                "<g font='B' x='3'><text><tspan font='A'>5</tspan></text></g></svg>"),
        "<svg><text font='A' size='9' x='1'>5</text>"
        "<text font='A' x='2'>10<tspan font='A' dy='-5'>2</tspan></text>"
        "<text font='B' x='3'><tspan font='A'>5</tspan></text></svg>");
}

/* A label that is moved says where it is; one that is turned, and a group of two labels, stay as they are. */
static void a_group_around_one_label_is_that_label(void **state)
{
    (void)state;
    assert_string_equal(
        printed("<svg>" BY_GNUPLOT "<g transform='translate(57.44,136.60)' a='1'><text>10</text></g>"
                "<g transform='translate(5.00,6.00) rotate(270)'><text>up</text></g>"
                "<g transform='translate(1.00,2.00)'><text>a</text><text>b</text></g><g><text x='1'>c</text></g></svg>"),
        "<svg><text x='57.4' y='136.6' a='1'>10</text><text transform='translate(5,6) rotate(270)'>up</text>"
        "<g transform='translate(1,2)'><text>a</text><text>b</text></g><g><text x='1'>c</text></g></svg>");
}

/* Lines along an axis are H and V, a box of four corners is a path; what is neither keeps its points. */
static void lines_and_boxes_are_short(void **state)
{
    (void)state;
    assert_string_equal(
        printed(
            "<svg>" BY_GNUPLOT "<path d='M1.00,2.00 L3.00,2.00 L3.00,4.00   L5.00,6.00 M7.04,8.00 '/>"
            "<polygon points = '267.52,883.60 280.90,883.60 280.90,833.00 267.52,833.00 ' a='1'/>"
            "<polygon points='1,2 3,4 5,6'/><polygon points='1,2 3,2 3,5 2,5'/><polygon points='1,2 3,2 3,5 1,5 0,3'/></svg>"),
        "<svg><path d='M1,2H3V4L5,6M7,8'/><path d='M267.5,883.6H280.9V833H267.5z' a='1'/>"
        "<polygon points='1,2 3,4 5,6'/><polygon points='1,2 3,2 3,5 2,5'/><polygon points='1,2 3,2 3,5 1,5 0,3'/></svg>");
}

static void what_draws_nothing_is_left_out(void **state)
{
    (void)state;
    assert_string_equal(printed("<svg>" BY_GNUPLOT "<g a='1'><text></text></g><path d='M69.00,100.00  '/>"
                                "<path d='M1.00,2.00 L3.00,4.00  '/><path d='M1.00,2.00'>x</path></svg>"),
                        "<svg><path d='M1,2L3,4'/><path d='M1,2'>x</path></svg>");
}

/* A folder of someone else's may hold anything: every beginning of a figure, and one with a changed character, is printed
 * without reading past its end (make asan). */
static void half_a_figure_is_printed(void **state)
{
    (void)state;
    static const char picture[] =
        "<?xml version=\"1.0\"?><svg a='b'>" BY_GNUPLOT "<!-- c --><defs><g id='x'/></defs><g x = \"1.25\" fill='red'>"
        "</g></g><path fill=\"red\" d='M1.25 -3.00e'/><text>a</text></svg>";
    char copy[sizeof picture];
    for (size_t length = 0; length < sizeof picture; length++) {
        for (int sign = 0; sign < 4; sign++) {
            memcpy(copy, picture, length);
            copy[length] = '\0';
            if (length > 0 && sign > 0)
                copy[length / 2] = "'<>"[sign - 1];
            const char *text = printed(copy);
            assert_null(strchr(text, '"'));
            assert_null(strchr(text, '#'));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_is_stated_once),
        cmocka_unit_test(places_are_rounded_to_a_tenth),
        cmocka_unit_test(groups_are_left_out_or_joined),
        cmocka_unit_test(symbols_stay_while_something_draws_them),
        cmocka_unit_test(words_keep_their_blanks),
        cmocka_unit_test(a_font_is_stated_once),
        cmocka_unit_test(a_group_around_one_label_is_that_label),
        cmocka_unit_test(what_draws_nothing_is_left_out),
        cmocka_unit_test(lines_and_boxes_are_short),
        cmocka_unit_test(half_a_figure_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
