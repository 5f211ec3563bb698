/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML printer: each block opens and closes its own elements, except that adjacent items share a list and adjacent facts a
 * row. Marks are written as words; the class only colours them. */
#include "report/html.h"

#include "base/file.h"
#include "base/text.h"
#include "report/stylesheet.h"

#include <stdint.h>
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
    case '\'':
        fputs("&#39;", stream);
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
        fputs(piece.code ? "<code>" : "", stream);
        for (size_t i = 0; i < piece.length; i++)
            put_char(stream, piece.start[i]);
        fputs(piece.code ? "</code>" : "", stream);
        text = piece.rest;
    }
}

/* RFC 4648, section 4. */
static void put_base64(FILE *stream, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t word =
            (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
        fputc(digits[word >> 18], stream);
        fputc(digits[word >> 12 & 63], stream);
        fputc(left > 1 ? digits[word >> 6 & 63] : '=', stream);
        fputc(left > 2 ? digits[word & 63] : '=', stream);
    }
}

static void put_cell(FILE *stream, const cell_t *cell)
{
    if (cell->tone != TONE_PLAIN)
        fprintf(stream, "<span class=\"mark %s\">", tone_class(cell->tone));
    if (cell->link != NULL) {
        fputs("<a href=\"", stream);
        put_plain(stream, cell->link);
        fputs("\">", stream);
    }
    put_text(stream, cell->text);
    fputs(cell->link != NULL ? "</a>" : "", stream);
    fputs(cell->tone != TONE_PLAIN ? "</span>" : "", stream);
}

enum { UNBROKEN = 20 }; /* a cell of at most so many bytes is not wrapped */

static void put_table(FILE *stream, const block_t *block)
{
    fputs("<div class=\"scroll\"><table><caption>", stream);
    put_text(stream, block->text);
    fputs("</caption>\n<thead><tr>", stream);
    for (size_t i = 0; i < block->column_count; i++) {
        fprintf(stream, "<th scope=\"col\"%s>", block->columns[i].number ? " class=\"number\"" : "");
        put_text(stream, block->columns[i].title);
        if (block->columns[i].unit[0] != '\0') {
            fputs(" <span class=\"unit\">", stream);
            put_text(stream, block->columns[i].unit);
            fputs("</span>", stream);
        }
        fputs("</th>", stream);
    }
    fputs("</tr></thead>\n<tbody>\n", stream);
    for (size_t i = 0; i < block->cell_count; i++) {
        size_t column = i % block->column_count;
        fputs(column == 0 ? "<tr>" : "", stream);
        bool brief = strlen(block->cells[i].text) <= UNBROKEN;
        fprintf(stream, "<td%s>", block->columns[column].number ? " class=\"number\"" : brief ? " class=\"short\"" : "");
        put_cell(stream, &block->cells[i]);
        fputs("</td>", stream);
        fputs(column + 1 == block->column_count ? "</tr>\n" : "", stream);
    }
    fputs("</tbody></table></div>\n", stream);
}

static outcome_t put_figure(FILE *stream, const block_t *block, const char *folder)
{
    bytes_t picture = {0};
    outcome_t result = file_read(text_of("%s/%s.svg", folder, block->path).chars, NULL, &picture);
    if (outcome_is_error(&result) && outcome_fault(&result) != FAULT_MISSING)
        return result;
    fputs("<figure>", stream);
    if (outcome_is_ok(&result)) {
        fputs("<img alt=\"", stream);
        put_plain(stream, block->alt);
        fputs("\" src=\"data:image/svg+xml;base64,", stream);
        put_base64(stream, picture.data, picture.size);
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
    return outcome_ok();
}

static void put_contents(FILE *stream, const document_t *document)
{
    fputs("<nav aria-label=\"Contents\">", stream);
    for (size_t i = 0; i < document->count; i++) {
        if (document->blocks[i].kind != BLOCK_HEADING || document->blocks[i].level != 2)
            continue;
        fprintf(stream, "<a href=\"#section-%zu\">", i);
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

static void put_heading(FILE *stream, const document_t *document, size_t index)
{
    const block_t *block = &document->blocks[index];
    fprintf(stream, "<h%d id=\"section-%zu\">", block->level, index);
    put_text(stream, block->text);
    fprintf(stream, "</h%d>\n", block->level);
    if (block->level == 1)
        put_contents(stream, document);
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
        put_heading(stream, document, index);
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
        fputs("<pre>", stream);
        put_plain(stream, block->text);
        fputs("</pre>\n", stream);
        break;
    case BLOCK_FACT:
        put_fact(stream, block);
        break;
    case BLOCK_TABLE:
        put_table(stream, block);
        break;
    case BLOCK_FIGURE:
        return put_figure(stream, block, folder);
    case BLOCK_FOLD:
        put_wrapped(stream, "<details><summary>", block->text, "</summary>\n");
        break;
    case BLOCK_FOLD_END:
        fputs("</details>\n", stream);
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
    for (size_t i = 0; i < document->count && outcome_is_ok(&result); i++) {
        block_kind_t kind = document->blocks[i].kind;
        bool begins = i == 0 || !shares(document, i - 1, kind), ends = !shares(document, i + 1, kind);
        if (begins && (kind == BLOCK_ITEM || kind == BLOCK_FACT))
            fputs(kind == BLOCK_ITEM ? "<ul>\n" : "<div class=\"facts\">\n", stream);
        result = put_block(stream, document, i, folder);
        if (ends && (kind == BLOCK_ITEM || kind == BLOCK_FACT))
            fputs(kind == BLOCK_ITEM ? "</ul>\n" : "</div>\n", stream);
    }
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
    fprintf(file.stream, "</title>\n<style>\n%s</style></head>\n<body>\n<main>\n", report_stylesheet);
    if (outcome_bad(&result, put_blocks(file.stream, document, folder))) {
        outfile_abandon(&file);
        return result;
    }
    fputs("</main>\n</body></html>\n", file.stream);
    return outfile_commit(&file);
}
