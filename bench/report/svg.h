/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_SVG_H
#define BBS_REPORT_SVG_H

#include "base/outcome.h"

#include <stdio.h>

/* Print `text`, a whole SVG that ends with a zero, as the address of an image: data:image/svg+xml;utf8,... (RFC 2397) for
 * an attribute between double quotes. Where gnuplot has written the SVG it is printed shorter, as the same picture: places
 * are rounded to a tenth of a pixel, looks that repeat are stated once, and what draws nothing is left out. Any other SVG
 * keeps its elements. Memory that is out is an error. */
outcome_t svg_write(FILE *stream, const char *text);

#endif
