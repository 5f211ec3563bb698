/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/svg_looks.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_LENGTH = 256, LOOKS_MOST = 52 * 10 };

struct svg_look {
    char rule[LOOK_LENGTH];
    size_t uses;
};

/* Attributes of a look: an attribute and a rule of a style sheet mean the same. */
static bool is_of_look(svg_part_t name)
{
    static const char *const names[] = {
        "fill",        "color",     "stroke",           "stroke-width", "stroke-linecap", "stroke-linejoin",
        "font-family", "font-size", "stroke-dasharray", "font-weight",  "font-style",     "text-anchor",
        "fill-opacity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (svg_named(name, names[i]))
            return true;
    return false;
}

static bool is_place(svg_part_t name)
{
    static const char *const names[] = {"d", "points", "transform", "x", "y", "width", "height"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (svg_named(name, names[i]))
            return true;
    return false;
}

/* A value that a style sheet takes as it is. */
static bool is_plain(svg_part_t value)
{
    for (size_t i = 0; i < value.length; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#,.()- ", value.start[i]) == NULL)
            return false;
    return value.length > 0;
}

/* The rule of a tag; "" when it has no look, or one that is too long or odd for a rule. */
static text_t rule_of(const svg_part_t *tag)
{
    svg_part_t name, value;
    text_t rule = text_of("%s", "");
    size_t at = 0, length = 0;
    while (tag->start[0] == '<' && svg_next_attribute(tag, &at, &name, &value)) {
        if (!is_of_look(name))
            continue;
        /* In an attribute a number is in pixels; in a rule it must say so. */
        const bool bare = svg_named(name, "font-size") && value.length > 0 && value.start[value.length - 1] <= '9';
        const size_t more = name.length + value.length + (bare ? 4 : 2);
        if (!is_plain(value) || length + more >= LOOK_LENGTH)
            return text_of("%s", "");
        snprintf(rule.chars + length, sizeof rule.chars - length, "%.*s:%.*s%s;", (int)name.length, name.start,
                 (int)value.length, value.start, bare ? "px" : "");
        length += more;
    }
    return rule;
}

/* The place of a rule, or looks->count. */
static size_t find(const svg_looks_t *looks, const char *rule)
{
    size_t i = 0;
    while (i < looks->count && !text_equal(looks->looks[i].rule, rule))
        i++;
    return i;
}

/* a ... z, A ... Z, a1 ... */
static text_t class_name(size_t place)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const size_t round = place / (sizeof letters - 1);
    const char letter = letters[place % (sizeof letters - 1)];
    return round == 0 ? text_of("%c", letter) : text_of("%c%zu", letter, round);
}

outcome_t svg_looks_collect(const svg_part_t *parts, size_t count, svg_looks_t *looks)
{
    bool symbols = false;
    *looks = (svg_looks_t){.looks = calloc(LOOKS_MOST, sizeof *looks->looks)};
    if (looks->looks == NULL)
        return outcome_out_of_memory("a figure");
    for (size_t i = 0; i < count; i++) {
        symbols = svg_is_tag(&parts[i], "defs") || (symbols && !svg_is_tag(&parts[i], "/defs"));
        const text_t rule = symbols ? text_of("%s", "") : rule_of(&parts[i]);
        const size_t place = find(looks, rule.chars);
        if (rule.chars[0] == '\0' || place == LOOKS_MOST)
            continue;
        if (place == looks->count)
            memcpy(looks->looks[looks->count++].rule, rule.chars, strlen(rule.chars) + 1);
        looks->looks[place].uses++;
    }
    return outcome_ok();
}

void svg_looks_free(svg_looks_t *looks)
{
    free(looks->looks);
    *looks = (svg_looks_t){0};
}

static svg_part_t words(const char *text)
{
    return (svg_part_t){.start = text, .length = strlen(text)};
}

void svg_looks_put(FILE *stream, const svg_looks_t *looks)
{
    bool any = false;
    for (size_t i = 0; i < looks->count; i++) {
        if (looks->looks[i].uses < 2)
            continue;
        fprintf(stream, "%s.%s{", any ? "" : "<style>", class_name(i).chars);
        svg_put(stream, words(looks->looks[i].rule));
        fputc('}', stream);
        any = true;
    }
    fputs(any ? "</style>" : "", stream);
}

static void put_value(FILE *stream, const char *name, svg_part_t value, bool place)
{
    while (value.length > 0 && value.start[value.length - 1] == ' ')
        value.length--;
    fprintf(stream, " %s='", name);
    if (!text_equal(name, "d") || !svg_put_path(stream, value))
        (place ? svg_put_rounded : svg_put)(stream, value);
    fputc('\'', stream);
}

/* Where a label is moved to and not turned: its x and its y. */
static bool is_moved(svg_part_t value, svg_part_t *x, svg_part_t *y)
{
    static const char begins[] = "translate(";
    const size_t from = sizeof begins - 1;
    if (value.length < from + 4 || memcmp(value.start, begins, from) != 0)
        return false;
    const char *comma = memchr(value.start, ',', value.length), *end = memchr(value.start, ')', value.length);
    if (comma == NULL || end != value.start + value.length - 1 || comma > end)
        return false;
    *x = (svg_part_t){.start = value.start + from, .length = (size_t)(comma - value.start) - from};
    *y = (svg_part_t){.start = comma + 1, .length = (size_t)(end - comma) - 1};
    return x->length > 0 && y->length > 0;
}

static void put_attribute(FILE *stream, const svg_part_t *part, svg_part_t name, svg_part_t value)
{
    svg_part_t x, y;
    if (part->label && svg_named(name, "transform") && is_moved(value, &x, &y)) {
        put_value(stream, "x", x, true);
        put_value(stream, "y", y, true);
    } else {
        const svg_part_t written = svg_named(name, "xlink:href") ? words("href") : name; /* SVG 2 */
        put_value(stream, text_of("%.*s", (int)written.length, written.start).chars, value, is_place(name));
    }
}

void svg_put_tag(FILE *stream, const svg_part_t *part, const svg_looks_t *looks)
{
    if (looks == NULL || part->start[0] != '<' || part->length < 3 || part->start[1] == '/') {
        svg_put(stream, *part);
        return;
    }
    const size_t place = find(looks, rule_of(part).chars);
    const bool named = place < looks->count && looks->looks[place].uses > 1;
    svg_part_t name, value;
    size_t at = 0, tag = 0;
    while (tag < part->length && strchr(" \n\t\r/>", part->start[tag]) == NULL)
        tag++;
    const svg_part_t own = {.start = part->start, .length = tag};
    text_t box;
    const bool boxed = svg_is_tag(part, "polygon") && svg_box(svg_attribute(part, "points"), &box);
    svg_put(stream, part->label ? words("<text") : boxed ? words("<path") : own);
    if (named)
        fprintf(stream, " class='%s'", class_name(place).chars);
    if (boxed)
        fprintf(stream, " d='%s'", box.chars);
    while (svg_next_attribute(part, &at, &name, &value))
        if (!(named && is_of_look(name)) && !svg_named(name, "class") && !(boxed && svg_named(name, "points")))
            put_attribute(stream, part, name, value);
    fputs(part->start[part->length - 2] == '/' ? "/>" : ">", stream);
}
