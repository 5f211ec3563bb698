/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML printer: each block opens and closes its own elements, except that adjacent items share a list and adjacent facts a
 * row. Marks are written as words; the class only colours them. */
#include "report/html.h"

#include "base/file.h"
#include "base/text.h"
#include "report/script.h"
#include "report/stylesheet.h"
#include "report/svg.h"

#include <stdio.h>
#include <string.h>

static const char *tone_class(tone_t tone)
{
    static const char *const names[] = {[TONE_PLAIN] = "plain",
                                        [TONE_GOOD] = "good",
                                        [TONE_NOTE] = "note-tone",
                                        [TONE_CAUTION] = "caution",
                                        [TONE_BAD] = "bad"};
    return names[tone];
}

/* For texts, and for attributes between double quotes. */
static void put_char(FILE *stream, char character)
{
    switch (character) {
    case '&':
        fputs("&amp;", stream);
        break;
    case '<':
        fputs("&lt;", stream);
        break;
    case '>':
        fputs("&gt;", stream);
        break;
    case '"':
        fputs("&quot;", stream);
        break;
    default:
        fputc(character, stream);
    }
}

static void put_plain(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        put_char(stream, *text);
}

/* Print a text with `code` between backticks. */
static void put_text(FILE *stream, const char *text)
{
    while (*text != '\0') {
        const piece_t piece = document_piece(text);
        if (piece.link)
            fprintf(stream, "<a href=\"#%.*s\">", (int)piece.length, piece.start);
        fputs(piece.code ? "<code>" : "", stream);
        for (size_t i = 0; i < piece.length; i++)
            put_char(stream, piece.start[i]);
        fputs(piece.code ? "</code>" : piece.link ? "</a>" : "", stream);
        text = piece.rest;
    }
}

/* A bar of parts; a screen reader hears the words instead. */
static void put_bar(FILE *stream, const cell_t *cell)
{
    fputs("<span class=\"bar\" role=\"img\" aria-label=\"", stream);
    put_plain(stream, cell->text);
    fputs("\">", stream);
    for (size_t i = 0; i < cell->bar_count; i++)
        if (cell->bar[i].count > 0)
            fprintf(stream, "<i class=\"%s\" style=\"flex:%zu\"></i>", tone_class(cell->bar[i].tone), cell->bar[i].count);
    fputs("</span>", stream);
}

/* Lines that unfold. */
static void put_more(FILE *stream, const char *lines)
{
    fputs("<details class=\"more\"><summary>more</summary>", stream);
    while (*lines != '\0') {
        const size_t length = strcspn(lines, "\n");
        fputs("<p>", stream);
        put_text(stream, text_of("%.*s", (int)length, lines).chars);
        fputs("</p>", stream);
        lines += length + (lines[length] == '\n');
    }
    fputs("</details>", stream);
}

static void put_cell(FILE *stream, const cell_t *cell)
{
    if (cell->tone != TONE_PLAIN)
        fprintf(stream, "<b class=%s>", tone_class(cell->tone));
    if (cell->link != NULL) {
        fputs("<a href=\"", stream);
        put_plain(stream, cell->link);
        fputs("\">", stream);
    }
    if (cell->bar_count > 0)
        put_bar(stream, cell);
    else
        put_text(stream, cell->text);
    fputs(cell->link != NULL ? "</a>" : "", stream);
    fputs(cell->tone != TONE_PLAIN ? "</b>" : "", stream);
    if (cell->more != NULL)
        put_more(stream, cell->more);
}

/* The ends of cells and rows go without saying in HTML; they would be a tenth of the page. */
enum { UNBROKEN = 20 }; /* a cell of at most so many bytes is not wrapped */

/* A table wider than the window scrolls in a region of its own, which the keyboard can reach and its caption names. Columns
 * of numbers are classes of the table, n1, n2 ...: a class on each cell would be a tenth of the page. */
static void put_table_head(FILE *stream, const block_t *block, size_t index)
{
    fprintf(stream, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"table-%zu\"><table class=\"%s",
            index, block->sorted ? "sorted" : "plain");
    for (size_t i = 0; i < block->column_count; i++)
        if (block->columns[i].number)
            fprintf(stream, " n%zu", i + 1);
    fprintf(stream, "\"><caption id=\"table-%zu\">", index);
    put_text(stream, block->text);
    fputs("</caption>\n<thead><tr>", stream);
    for (size_t i = 0; i < block->column_count; i++) {
        fputs("<th>", stream); /* in <thead>: the header of its column */
        put_text(stream, block->columns[i].title);
        if (block->columns[i].unit[0] != '\0') {
            fputs(" <span class=\"unit\">", stream);
            put_text(stream, block->columns[i].unit);
            fputs("</span>", stream);
        }
    }
    fputs("</thead>\n<tbody>\n", stream);
}

/* A long text is wrapped; other cells are not. */
static void put_table_cell(FILE *stream, const cell_t *cell)
{
    fputs("<td", stream);
    if (cell->anchor != NULL) {
        fputs(" id=\"", stream);
        put_plain(stream, cell->anchor);
        fputs("\"", stream);
    }
    fputs(strlen(cell->text) > UNBROKEN || cell->more != NULL ? " class=w>" : ">", stream);
    put_cell(stream, cell);
}

static void put_table(FILE *stream, const block_t *block, size_t index)
{
    put_table_head(stream, block, index);
    for (size_t i = 0; i < block->cell_count; i++) {
        size_t column = i % block->column_count;
        fputs(column == 0 ? "<tr>" : "", stream);
        put_table_cell(stream, &block->cells[i]);
        fputs(column + 1 == block->column_count ? "\n" : "", stream);
    }
    fputs("</tbody></table></div>\n", stream);
}

static outcome_t put_figure(FILE *stream, const block_t *block, const char *folder)
{
    bytes_t picture = {0};
    outcome_t result = file_read(text_of("%s/%s.svg", folder, block->path).chars, NULL, &picture);
    if (outcome_is_error(&result) && outcome_fault(&result) != FAULT_MISSING)
        return result;
    const bool drawn = outcome_is_ok(&result);
    result = outcome_ok();
    fputs("<figure>", stream);
    if (drawn) {
        fputs("<img alt=\"", stream);
        put_plain(stream, block->alt);
        fputs("\" src=\"", stream);
        result = svg_write(stream, (const char *)picture.data);
        fputs("\">", stream);
    } else {
        fputs("<p class=\"notice caution\">This figure was not drawn: ", stream);
        put_plain(stream, block->alt);
        fputs("</p>", stream);
    }
    fputs("<figcaption>", stream);
    put_text(stream, block->text);
    fputs("</figcaption></figure>\n", stream);
    file_free_bytes(&picture);
    return result;
}

static void put_contents(FILE *stream, const document_t *document)
{
    fputs("<nav aria-label=\"Contents\">", stream);
    for (size_t i = 0; i < document->count; i++) {
        if (document->blocks[i].kind != BLOCK_HEADING || document->blocks[i].level != 2)
            continue;
        fputs("<a href=\"#", stream);
        put_plain(stream, document_heading_anchor(&document->blocks[i]).chars);
        fputs("\">", stream);
        put_text(stream, document->blocks[i].text);
        fputs("</a> ", stream);
    }
    fputs("</nav>\n", stream);
}

static void put_wrapped(FILE *stream, const char *open, const char *text, const char *close)
{
    fputs(open, stream);
    put_text(stream, text);
    fputs(close, stream);
}

/* A section is a heading of level 2 and all up to the next heading of level 1 or 2; it folds. */
static void put_heading(FILE *stream, const block_t *block)
{
    const text_t anchor = document_heading_anchor(block);
    if (block->level == 2)
        fputs("<details class=\"section\" open><summary>", stream);
    fprintf(stream, "<h%d id=\"", block->level);
    put_plain(stream, anchor.chars);
    fputs("\">", stream);
    put_text(stream, block->text);
    fprintf(stream, "</h%d>%s\n", block->level, block->level == 2 ? "</summary>" : "");
}

static void put_fact(FILE *stream, const block_t *block)
{
    put_wrapped(stream, "<div class=\"fact\"><div class=\"label\">", block->text, "</div><div class=\"value\">");
    put_cell(stream, &block->cells[0]);
    fputs("</div><div class=\"note\">", stream);
    put_cell(stream, &block->cells[1]);
    fputs("</div></div>\n", stream);
}

static outcome_t put_block(FILE *stream, const document_t *document, size_t index, const char *folder)
{
    const block_t *block = &document->blocks[index];
    switch (block->kind) {
    case BLOCK_HEADING:
        put_heading(stream, block);
        break;
    case BLOCK_PARAGRAPH:
        put_wrapped(stream, "<p>", block->text, "</p>\n");
        break;
    case BLOCK_ITEM:
        put_wrapped(stream, "<li>", block->text, "</li>\n");
        break;
    case BLOCK_NOTICE:
        fprintf(stream, "<p class=\"notice %s\">", tone_class(block->tone));
        put_wrapped(stream, "", block->text, "</p>\n");
        break;
    case BLOCK_COMMAND:
        fputs("<pre tabindex=\"0\">", stream);
        put_plain(stream, block->text);
        fputs("</pre>\n", stream);
        break;
    case BLOCK_FACT:
        put_fact(stream, block);
        break;
    case BLOCK_TABLE:
        put_table(stream, block, index);
        break;
    case BLOCK_FIGURE:
        return put_figure(stream, block, folder);
    case BLOCK_FOLD:
        put_wrapped(stream, "<details><summary>", block->text, "</summary>\n");
        break;
    case BLOCK_FOLD_END:
        fputs("</details>\n", stream);
        break;
    case BLOCK_CONTENTS:
        put_contents(stream, document);
        break;
    }
    return outcome_ok();
}

static bool shares(const document_t *document, size_t index, block_kind_t kind)
{
    return index < document->count && document->blocks[index].kind == kind;
}

static outcome_t put_blocks(FILE *stream, const document_t *document, const char *folder)
{
    outcome_t result = outcome_ok();
    bool section = false;
    for (size_t i = 0; i < document->count && outcome_is_ok(&result); i++) {
        block_kind_t kind = document->blocks[i].kind;
        if (kind == BLOCK_HEADING && document->blocks[i].level <= 2) {
            fputs(section ? "</details>\n" : "", stream);
            section = document->blocks[i].level == 2;
        }
        bool begins = i == 0 || !shares(document, i - 1, kind), ends = !shares(document, i + 1, kind);
        if (begins && (kind == BLOCK_ITEM || kind == BLOCK_FACT))
            fputs(kind == BLOCK_ITEM ? "<ul>\n" : "<div class=\"facts\">\n", stream);
        result = put_block(stream, document, i, folder);
        if (ends && (kind == BLOCK_ITEM || kind == BLOCK_FACT))
            fputs(kind == BLOCK_ITEM ? "</ul>\n" : "</div>\n", stream);
    }
    fputs(section ? "</details>\n" : "", stream);
    return result;
}

outcome_t html_write(const document_t *document, const char *title, const char *folder, const char *path)
{
    outfile_t file = {0};
    outcome_t result = document_check(document);
    if (!outcome_is_ok(&result) || outcome_bad(&result, outfile_open(&file, path)))
        return result;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          file.stream);
    put_plain(file.stream, title);
    fputs("</title>\n<style>\n", file.stream);
    for (const char *const *part = report_stylesheet; *part != NULL; part++)
        fputs(*part, file.stream);
    fputs("</style></head>\n<body>\n<main>\n", file.stream);
    if (outcome_bad(&result, put_blocks(file.stream, document, folder))) {
        outfile_abandon(&file);
        return result;
    }
    fprintf(file.stream, "</main>\n<script>\n%s</script>\n</body></html>\n", report_script);
    return outfile_commit(&file);
}
