/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_SVG_LOOKS_H
#define BBS_REPORT_SVG_LOOKS_H

#include "base/outcome.h"
#include "report/svg_tag.h"

#include <stddef.h>
#include <stdio.h>

/* The look of an element: all its attributes for colours, lines and fonts, as a rule of a style sheet. Looks that two or
 * more elements have are stated once in the picture, each as a class with a name of one or two letters. */
typedef struct {
    struct svg_look *looks;
    size_t count;
} svg_looks_t;

/* The looks of the elements outside of <defs>. Free with svg_looks_free(). Memory that is out is an error. */
outcome_t svg_looks_collect(const svg_part_t *parts, size_t count, svg_looks_t *looks);
void svg_looks_free(svg_looks_t *looks);

/* Print them as a <style>; nothing where no look repeats. */
void svg_looks_put(FILE *stream, const svg_looks_t *looks);

/* Print a part. With `looks`, a tag has its class in place of the attributes of its look, and places are rounded; with NULL
 * all stays. */
void svg_put_tag(FILE *stream, const svg_part_t *part, const svg_looks_t *looks);

#endif
