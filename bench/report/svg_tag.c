/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/svg_tag.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_space(char sign)
{
    return sign == ' ' || sign == '\n' || sign == '\t' || sign == '\r';
}

static bool is_digit(char sign)
{
    return sign >= '0' && sign <= '9';
}

bool svg_named(svg_part_t name, const char *text)
{
    return strlen(text) == name.length && memcmp(name.start, text, name.length) == 0;
}

bool svg_is_tag(const svg_part_t *part, const char *name)
{
    const size_t length = strlen(name);
    return part->length > length + 1 && part->start[0] == '<' && memcmp(part->start + 1, name, length) == 0 &&
           (is_space(part->start[length + 1]) || strchr("/>", part->start[length + 1]) != NULL);
}

/* Attributes are NAME = "VALUE" or NAME = 'VALUE'; gnuplot writes blanks around some of the signs. */
bool svg_next_attribute(const svg_part_t *tag, size_t *at, svg_part_t *name, svg_part_t *value)
{
    const char *text = tag->start;
    size_t i = *at;
    if (i == 0)
        while (i < tag->length && !is_space(text[i]))
            i++;
    while (i < tag->length && is_space(text[i]))
        i++;
    *name = (svg_part_t){.start = text + i};
    for (; i < tag->length && !is_space(text[i]) && text[i] != '=' && text[i] != '>' && text[i] != '/'; i++)
        name->length++;
    while (i < tag->length && (is_space(text[i]) || text[i] == '='))
        i++;
    if (name->length == 0 || i >= tag->length || (text[i] != '"' && text[i] != '\''))
        return false;
    const char *end = memchr(text + i + 1, text[i], tag->length - i - 1);
    if (end == NULL)
        return false;
    *value = (svg_part_t){.start = text + i + 1, .length = (size_t)(end - text) - i - 1};
    *at = (size_t)(end - text) + 1;
    return true;
}

svg_part_t svg_attribute(const svg_part_t *tag, const char *name)
{
    svg_part_t found, value;
    size_t at = 0;
    while (tag->length > 0 && tag->start[0] == '<' && svg_next_attribute(tag, &at, &found, &value))
        if (svg_named(found, name))
            return value;
    return (svg_part_t){0};
}

bool svg_refers(const svg_part_t *tag, svg_part_t id)
{
    for (size_t i = 0; i + id.length + 1 < tag->length; i++) {
        const char *at = tag->start + i, *end = at + 1 + id.length;
        if (*at == '#' && memcmp(at + 1, id.start, id.length) == 0 && (*end == '\'' || *end == '"' || *end == ')'))
            return true;
    }
    return false;
}

void svg_put(FILE *stream, svg_part_t part)
{
    for (size_t i = 0; i < part.length; i++) {
        const char sign = part.start[i];
        if (sign == '"')
            fputc('\'', stream);
        else if (sign == '#' || sign == '%')
            fprintf(stream, "%%%02X", (unsigned char)sign);
        else if (sign == '&')
            fputs("&amp;", stream);
        else if (!is_space(sign))
            fputc(sign, stream);
        else if (i == 0 || !is_space(part.start[i - 1]))
            fputc(' ', stream);
    }
}

/* "12.34" as "12.3", "-0.04" as "0", "7.00" as "7": no sign of a number ends in "." or in "0" behind it. */
static text_t tenths(double value)
{
    const text_t text = text_of("%.1f", value);
    const int length = (int)strlen(text.chars);
    if (text_equal(text.chars, "-0.0"))
        return text_of("0");
    return text_of("%.*s", text.chars[length - 1] == '0' ? length - 2 : length, text.chars);
}

/* A number as it is printed, from `part` on; false where none begins. */
static bool next_number(svg_part_t *part, text_t *number)
{
    size_t length = 0;
    while (part->length > 0 && (is_space(part->start[0]) || part->start[0] == ','))
        *part = (svg_part_t){.start = part->start + 1, .length = part->length - 1};
    while (length < part->length && strchr("-.0123456789", part->start[length]) != NULL)
        length++;
    if (length == 0 || length >= 16)
        return false;
    *number = tenths(strtod(text_of("%.*s", (int)length, part->start).chars, NULL));
    *part = (svg_part_t){.start = part->start + length, .length = part->length - length};
    return true;
}

bool svg_box(svg_part_t points, text_t *path)
{
    enum { CORNERS = 4 };
    text_t x[CORNERS], y[CORNERS];
    for (int i = 0; i < CORNERS; i++)
        if (!next_number(&points, &x[i]) || !next_number(&points, &y[i]))
            return false;
    while (points.length > 0 && is_space(points.start[points.length - 1]))
        points.length--;
    *path = text_of("M%s,%sH%sV%sH%sz", x[0].chars, y[0].chars, x[1].chars, y[2].chars, x[0].chars);
    return points.length == 0 && text_equal(y[0].chars, y[1].chars) && text_equal(x[1].chars, x[2].chars) &&
           text_equal(y[2].chars, y[3].chars) && text_equal(x[3].chars, x[0].chars);
}

bool svg_put_path(FILE *stream, svg_part_t part)
{
    text_t x = text_of("%s", ""), y = x, next_x, next_y;
    for (int round = 0; round < 2; round++) { /* first only look: nothing is printed of a path that is written otherwise */
        svg_part_t rest = part;
        while (rest.length > 0) {
            const char command = rest.start[0];
            if (is_space(command)) {
                rest = (svg_part_t){.start = rest.start + 1, .length = rest.length - 1};
                continue;
            }
            rest = (svg_part_t){.start = rest.start + 1, .length = rest.length - 1};
            if ((command != 'M' && command != 'L') || !next_number(&rest, &next_x) || !next_number(&rest, &next_y))
                return false;
            const bool same_y = command == 'L' && text_equal(next_y.chars, y.chars);
            const bool same_x = command == 'L' && text_equal(next_x.chars, x.chars);
            x = next_x;
            y = next_y;
            if (round == 0)
                continue;
            if (same_y)
                fprintf(stream, "H%s", x.chars);
            else if (same_x)
                fprintf(stream, "V%s", y.chars);
            else
                fprintf(stream, "%c%s,%s", command, x.chars, y.chars);
        }
        x = y = text_of("%s", "");
    }
    return true;
}

void svg_put_rounded(FILE *stream, svg_part_t part)
{
    while (part.length > 0) {
        size_t whole = part.start[0] == '-', number;
        while (whole < part.length && is_digit(part.start[whole]))
            whole++;
        number = whole + (whole < part.length && part.start[whole] == '.');
        while (number > whole && number < part.length && is_digit(part.start[number]))
            number++;
        const svg_part_t piece = {.start = part.start, .length = number > 0 ? number : 1};
        if (number > whole + 1 && whole > 0 && number < 16)
            fputs(tenths(strtod(text_of("%.*s", (int)number, part.start).chars, NULL)).chars, stream);
        else
            svg_put(stream, piece);
        part.start += piece.length;
        part.length -= piece.length;
    }
}
