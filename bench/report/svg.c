/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture is a list of tags and texts. gnuplot states the whole look of each line and each label anew, and opens a group
 * for each: two thirds of its bytes say what was said before. The list is shortened step by step:
 *   - titles and white space are left out: an image shows neither;
 *   - a group without content is left out, and two equal groups, one after the other, become one;
 *   - a label that states its font twice states it once, a label of no words and a path of no line are left out;
 *   - a group around one label is that label;
 *   - symbols that nothing draws are left out;
 *   - each look (colours, widths, font) is stated once, as a class (report/svg_looks.h).
 * Symbols are drawn scaled, so only places outside of them are rounded. */
#include "report/svg.h"

#include "base/text.h"
#include "report/svg_looks.h"
#include "report/svg_tag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    svg_part_t *parts;
    size_t count;
} picture_t;

/* ===  Reading  === */

/* The length of what begins at `at`, a tag or a text up to the next tag. */
static size_t part_length(const char *at)
{
    if (at[0] != '<')
        return strcspn(at, "<");
    const size_t length = strcspn(at, ">");
    return length + (at[length] == '>');
}

static bool is_blank(const svg_part_t *part)
{
    return strspn(part->start, " \n\t\r") >= part->length;
}

/* Titles, and the line that says that this is XML, draw nothing. Returns where the rest begins. */
static const char *skip_unseen(const char *at)
{
    static const struct {
        const char *begins, *ends;
    } unseen[] = {{"<?", "?>"}, {"<title", "</title>"}, {"<desc", "</desc>"}, {"<!--", "-->"}};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        const bool here = strncmp(at, unseen[i].begins, strlen(unseen[i].begins)) == 0;
        const char *end = here ? strstr(at, unseen[i].ends) : NULL;
        if (end != NULL)
            return end + strlen(unseen[i].ends);
    }
    return at;
}

/* Blanks between tags draw nothing; within an element of text they do. */
static outcome_t read_parts(const char *text, picture_t *picture)
{
    size_t most = 1;
    for (const char *at = text; *at != '\0'; at += part_length(at))
        most++;
    picture->parts = calloc(most, sizeof *picture->parts);
    if (picture->parts == NULL)
        return outcome_out_of_memory("a figure");
    bool words = false;
    for (const char *at = text; *at != '\0';) {
        const char *rest = skip_unseen(at);
        if (rest != at) {
            at = rest;
            continue;
        }
        const svg_part_t part = {.start = at, .length = part_length(at)};
        words = svg_is_tag(&part, "text") || (words && !svg_is_tag(&part, "/text"));
        if (words || !is_blank(&part))
            picture->parts[picture->count++] = part;
        at += part.length;
    }
    return outcome_ok();
}

/* ===  Groups  === */

static bool same_part(const svg_part_t *a, const svg_part_t *b)
{
    return a->length == b->length && memcmp(a->start, b->start, a->length) == 0;
}

static bool opens_group(const svg_part_t *part)
{
    return svg_is_tag(part, "g") && part->start[part->length - 2] != '/';
}

/* A group only for looks: it moves nothing, and nothing refers to it. */
static bool is_look(const svg_part_t *part)
{
    return opens_group(part) && svg_attribute(part, "transform").length == 0 && svg_attribute(part, "id").length == 0;
}

/* Parts that stay are moved to the front. `open` holds the places of the groups that are open, `closed` that of the group
 * that the last part has closed, or count. */
static outcome_t join_groups(picture_t *picture)
{
    size_t *open = calloc(picture->count + 1, sizeof *open), depth = 0, used = 0, closed = picture->count;
    if (open == NULL)
        return outcome_out_of_memory("a figure");
    for (size_t i = 0; i < picture->count; i++) {
        const svg_part_t part = picture->parts[i];
        if (svg_is_tag(&part, "/g") && depth > 0) {
            closed = open[--depth];
            if (closed + 1 == used) {
                used = closed; /* nothing is in it */
                closed = used > 0 && svg_is_tag(&picture->parts[used - 1], "/g") ? picture->parts[used - 1].group
                                                                                 : picture->count;
                continue;
            }
            picture->parts[used] = part;
            picture->parts[used++].group = closed;
            continue;
        }
        if (is_look(&part) && closed < used && same_part(&picture->parts[closed], &part)) {
            used--; /* the group goes on */
            open[depth++] = closed;
        } else {
            if (opens_group(&part))
                open[depth++] = used;
            picture->parts[used++] = part;
        }
        closed = picture->count;
    }
    picture->count = used;
    free(open);
    return outcome_ok();
}

/* ===  Words  === */

/* Does every attribute of a piece of text repeat that of the group around the text? */
static bool repeats(const svg_part_t *piece, const svg_part_t *group)
{
    svg_part_t name, value;
    size_t at = 0;
    while (svg_next_attribute(piece, &at, &name, &value)) {
        const svg_part_t outer = svg_attribute(group, text_of("%.*s", (int)name.length, name.start).chars);
        if (!same_part(&outer, &value))
            return false;
    }
    return true;
}

/* gnuplot puts each label into a <tspan> that states its font once more: the words alone are left. */
static void unwrap_words(picture_t *picture)
{
    const svg_part_t *parts = picture->parts;
    svg_part_t group = {0};
    size_t used = 0;
    for (size_t i = 0; i < picture->count; i++) {
        if (opens_group(&parts[i]))
            group = parts[i];
        const bool around = group.length > 0 && i + 2 < picture->count && svg_is_tag(&parts[i], "tspan") &&
                            svg_is_tag(&parts[i + 2], "/tspan") && repeats(&parts[i], &group);
        const svg_part_t part = parts[around ? i + 1 : i];
        i += around ? 2 : 0;
        picture->parts[used++] = part;
    }
    picture->count = used;
}

/* A path that only moves the pen. */
static bool draws_nothing(const svg_part_t *part)
{
    const svg_part_t path = svg_is_tag(part, "path") ? svg_attribute(part, "d") : (svg_part_t){0};
    for (size_t i = 0; i < path.length; i++)
        if (strchr("M0123456789., -\n", path.start[i]) == NULL)
            return false;
    return path.length > 0 && part->start[part->length - 2] == '/';
}

/* gnuplot draws a tick of no length, and a label without words, where an axis has none. */
static void drop_empty(picture_t *picture)
{
    const svg_part_t *parts = picture->parts;
    size_t used = 0;
    for (size_t i = 0; i < picture->count; i++) {
        if (svg_is_tag(&parts[i], "text") && i + 1 < picture->count && svg_is_tag(&parts[i + 1], "/text"))
            i++;
        else if (!draws_nothing(&parts[i]))
            picture->parts[used++] = parts[i];
    }
    picture->count = used;
}

static bool is_bare_text(const svg_part_t *part)
{
    svg_part_t name, value;
    size_t at = 0;
    return svg_is_tag(part, "text") && !svg_next_attribute(part, &at, &name, &value);
}

/* <g LOOK><text>words</text></g>: the group takes the place of the text. */
static void name_labels(picture_t *picture)
{
    const svg_part_t *parts = picture->parts;
    size_t used = 0;
    for (size_t i = 0; i < picture->count; i++) {
        size_t end = i + 2;
        const bool begins = opens_group(&parts[i]) && i + 1 < picture->count && is_bare_text(&parts[i + 1]);
        while (begins && end < picture->count && !svg_is_tag(&parts[end], "/text"))
            end++;
        picture->parts[used] = parts[i];
        if (begins && end + 1 < picture->count && svg_is_tag(&parts[end + 1], "/g")) {
            picture->parts[used].label = true;
            for (size_t word = i + 2; word <= end; word++)
                picture->parts[++used] = parts[word];
            i = end + 1;
        }
        used++;
    }
    picture->count = used;
}

/* ===  Symbols  === */

static bool is_used(const picture_t *picture, size_t from, svg_part_t id)
{
    for (size_t i = from; i < picture->count; i++)
        if (svg_refers(&picture->parts[i], id))
            return true;
    return false;
}

/* From the last symbol to the first, because a symbol may draw an earlier one. A filter goes with what is in it. */
static void drop_symbols(picture_t *picture)
{
    size_t begin = 0, end;
    while (begin < picture->count && !svg_is_tag(&picture->parts[begin], "defs"))
        begin++;
    for (end = begin; end < picture->count && !svg_is_tag(&picture->parts[end], "/defs"); end++)
        ;
    for (size_t i = end; i-- > begin + 1;) {
        const svg_part_t id = svg_attribute(&picture->parts[i], "id");
        if (id.length == 0 || is_used(picture, i + 1, id))
            continue;
        size_t next = i + 1;
        if (svg_is_tag(&picture->parts[i], "filter"))
            while (next < end && !svg_is_tag(&picture->parts[next - 1], "/filter"))
                next++;
        memmove(picture->parts + i, picture->parts + next, (picture->count - next) * sizeof *picture->parts);
        picture->count -= next - i;
        end -= next - i;
    }
}

/* ===  Printing  === */

static outcome_t put_parts(FILE *stream, const picture_t *picture, bool round)
{
    svg_looks_t looks = {0};
    bool symbols = false;
    outcome_t result = round ? svg_looks_collect(picture->parts, picture->count, &looks) : outcome_ok();
    for (size_t i = 0; i < picture->count; i++) {
        const svg_part_t *part = &picture->parts[i];
        symbols = svg_is_tag(part, "defs") || (symbols && !svg_is_tag(part, "/defs"));
        svg_put_tag(stream, part, round && !symbols ? &looks : NULL);
        if (svg_is_tag(part, "svg"))
            svg_looks_put(stream, &looks);
    }
    svg_looks_free(&looks);
    return result;
}

static void shorten_words(picture_t *picture)
{
    unwrap_words(picture);
    drop_empty(picture);
}

outcome_t svg_write(FILE *stream, const char *text)
{
    picture_t picture = {0};
    const bool known = strstr(text, "Produced by GNUPLOT") != NULL;
    outcome_t result = read_parts(text, &picture);
    if (outcome_is_ok(&result) && known)
        shorten_words(&picture);
    if (outcome_is_ok(&result) && !outcome_bad(&result, join_groups(&picture)) && known) {
        name_labels(&picture);
        drop_symbols(&picture);
    }
    fputs("data:image/svg+xml;utf8,", stream);
    if (outcome_is_ok(&result))
        result = put_parts(stream, &picture, known);
    free(picture.parts);
    return result;
}
