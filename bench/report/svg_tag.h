/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_SVG_TAG_H
#define BBS_REPORT_SVG_TAG_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A part of an SVG: a tag from "<" to ">", a text between two tags, or a name or value in a tag. It points into the SVG. */
typedef struct {
    const char *start;
    size_t length;
    size_t group; /* of a tag that closes a group: the place of the tag that opens it */
    bool label;   /* a group around one text and nothing else: the two are printed as one <text> */
} svg_part_t;

/* Is it the tag <NAME ...>, or </NAME> where `name` begins with "/"? */
bool svg_is_tag(const svg_part_t *part, const char *name);

/* The next attribute of a tag: `*at` is where to look, 0 at first, and moves behind it. False when there is none. */
bool svg_next_attribute(const svg_part_t *tag, size_t *at, svg_part_t *name, svg_part_t *value);

/* The value of an attribute; length 0 when the tag has none, or it is empty. */
svg_part_t svg_attribute(const svg_part_t *tag, const char *name);

/* Does a tag refer to the element of this name ("#ID")? */
bool svg_refers(const svg_part_t *tag, svg_part_t id);

bool svg_named(svg_part_t name, const char *text);

/* Print characters for an address between double quotes: what would end the attribute or the address is replaced, and white
 * space is one blank. */
void svg_put(FILE *stream, svg_part_t part);

/* The same of a path of moves and lines alone, as gnuplot writes them, with H and V for lines along an axis. False, and
 * nothing is printed, for any other. */
bool svg_put_path(FILE *stream, svg_part_t part);

/* The points of a polygon that is an upright box, as a path; false for any other. */
bool svg_box(svg_part_t points, text_t *path);

/* The same as svg_put() with each number rounded to a tenth and written as short as it goes. */
void svg_put_rounded(FILE *stream, svg_part_t part);

#endif
