/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MANUAL_ROFF_H
#define BBS_MANUAL_ROFF_H

#include <stdio.h>

/* Text in the language of man(7). Every character stands for itself: no text can be read as a request. */

/* Inside of a line that begins with a word or a request. Dashes are those of options, which can be copied. */
void roff_text(FILE *stream, const char *text);

/* Text in paragraphs: what begins a line with a blank is shown as it stands, the rest is filled. */
void roff_paragraphs(FILE *stream, const char *text);

/* Lines as they stand. */
void roff_lines(FILE *stream, const char *text);

#endif
