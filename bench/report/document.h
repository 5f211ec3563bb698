/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_DOCUMENT_H
#define BBS_REPORT_DOCUMENT_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* A report independent of its format: blocks in reading order, built once and printed by html.h and markdown.h, so that
 * both have the same content.
 *
 * Texts are plain; `words between backticks` are code; every other character stands for itself: the printers escape
 * whatever HTML or Markdown would take as markup. No function here returns an error: a failure (memory, a table with a
 * short row) is recorded and returned by document_check(), which the printers call first. */

/* The meaning of a mark. Printers always write its words; the colour only repeats the meaning. */
typedef enum { TONE_PLAIN, TONE_GOOD, TONE_NOTE, TONE_CAUTION, TONE_BAD } tone_t;

typedef enum {
    BLOCK_HEADING,
    BLOCK_PARAGRAPH,
    BLOCK_ITEM,    /* one entry of a list; adjacent items form one list */
    BLOCK_NOTICE,  /* a box for important text */
    BLOCK_COMMAND, /* a command line */
    BLOCK_FACT,    /* one headline number: text = label, cells = value, note; adjacent facts form one row */
    BLOCK_TABLE,
    BLOCK_FIGURE,
    BLOCK_FOLD, /* the blocks up to BLOCK_FOLD_END are details, folded away */
    BLOCK_FOLD_END,
    BLOCK_CONTENTS, /* links to all headings of level 2 */
} block_kind_t;

/* One part of a bar: how many of a row's things have this tone. */
typedef struct {
    tone_t tone;
    size_t count;
} bar_part_t;

enum { BAR_PARTS = 8 };

typedef struct {
    char *text;
    char *link;                /* relative to the report's folder, or "#ANCHOR"; or NULL */
    char *anchor;              /* name of the cell for links; or NULL */
    char *more;                /* lines that unfold below the text; or NULL */
    tone_t tone;               /* not plain: printed as a mark */
    bar_part_t bar[BAR_PARTS]; /* a bar in place of the text, where bar_count > 0; the text says the same in words */
    size_t bar_count;
} cell_t;

typedef struct {
    const char *title; /* NULL ends the list of columns */
    const char *unit;  /* "" for none */
    bool number;       /* aligned to the right */
} column_t;

typedef struct {
    block_kind_t kind;
    int level;         /* heading: 1, 2, 3 */
    char *anchor;      /* heading: its name for links; NULL: made from its text */
    bool sorted;       /* table: the HTML page lets a reader sort it, and filter it by the column of marks */
    tone_t tone;       /* notice */
    char *text;        /* heading, paragraph, ...; the caption of a table or figure */
    column_t *columns; /* table; the document's own copies */
    size_t column_count;
    cell_t *cells; /* table: row by row; fact: value, note */
    size_t cell_count;
    char *path; /* figure: relative to the report's folder, without .svg or .png */
    char *alt;  /* figure: a description for readers who cannot see it */
} block_t;

typedef struct {
    block_t *blocks;
    size_t count, capacity;
    bool out_of_memory;
} document_t;

void document_heading(document_t *document, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with a name for links, in place of one made from the text. */
void document_section(document_t *document, int level, const char *anchor, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void document_paragraph(document_t *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
void document_item(document_t *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
void document_notice(document_t *document, tone_t tone, const char *format, ...) __attribute__((format(printf, 3, 4)));
void document_command(document_t *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
void document_fact(document_t *document, const char *label, const char *value, const char *note);
void document_figure(document_t *document, const char *path, const char *alt, const char *caption);
void document_fold(document_t *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
void document_fold_end(document_t *document);
void document_contents(document_t *document);

/* Begin a table; the cells that follow fill it row by row. `columns` ends with a NULL title; it is copied. */
void document_table(document_t *document, const column_t *columns, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void document_cell(document_t *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
void document_mark(document_t *document, tone_t tone, const char *text); /* a cell that is a verdict or a state */
void document_link(document_t *document, const char *text, const char *target);
/* A cell that is a bar of parts[count], count <= BAR_PARTS; `text` says the same in words. */
void document_bar(document_t *document, const bar_part_t *parts, size_t count, const char *text);
/* Of the last cell: its name for links; lines that unfold below it ("\n" between them). */
void document_anchor(document_t *document, const char *anchor);
void document_more(document_t *document, const char *text);
/* Of the last table: readers can sort and filter it. */
void document_sorted(document_t *document);

/* The name of a heading for links: its own, or its text in small letters and digits with "-" between. */
text_t document_heading_anchor(const block_t *heading);

/* Take back the last blocks, so that `count` are left. */
void document_cut(document_t *document, size_t count);

outcome_t document_check(const document_t *document);
void document_free(document_t *document);

/* A text is printed piece by piece: words, code, words, ... Code is the text between two single backticks; a backtick
 * without a partner, and each of several in a row, is an ordinary character. `#NAME`, with letters and digits only, is no
 * code: the words NAME, which lead to the place of this name in the page. */
typedef struct {
    const char *start; /* of the words, or of the code after its backtick */
    size_t length;
    bool code, link;
    const char *rest; /* where the next piece begins */
} piece_t;

/* The first piece of `text`, which must not be empty. */
piece_t document_piece(const char *text);

#endif
