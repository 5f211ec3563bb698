/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Markdown printer, for terminals, reviews and version control: the same text as the page, in the same order. */
#include "report/markdown.h"

#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The position of a text decides which characters Markdown would take as markup. */
typedef enum {
    INLINE, /* after other characters of the line */
    OPENS,  /* first in its line, where "# " would be a heading and "1. " a list */
    CELL,   /* in a table, where a bar ends the cell even inside code */
} position_t;

static bool is_word(char character)
{
    return isalnum((unsigned char)character) != 0;
}

/* Would Markdown take the character at `at` as the beginning of a heading, a list, a quotation or a rule? */
static bool opens_block(const char *text, const char *at)
{
    if (at == text)
        return strchr("#+->=", *at) != NULL;
    if (*at != '.' && *at != ')')
        return false;
    return strchr(" \n\r\t", at[1]) != NULL && strspn(text, "0123456789") == (size_t)(at - text);
}

/* Is the character markup in CommonMark 0.30 or GitHub's additions? An underscore between letters or digits never is. */
static bool is_markup(const char *text, const char *at, position_t position)
{
    if (strchr("\\`*<[]|~", *at) != NULL)
        return true;
    if (*at == '_')
        return at == text || !is_word(at[-1]) || !is_word(at[1]);
    if (*at == '&')
        return is_word(at[1]) || at[1] == '#';
    return position == OPENS && opens_block(text, at);
}

static void put_sign(FILE *stream, char sign, bool escaped)
{
    if (escaped)
        fputc('\\', stream);
    fputc(strchr("\n\r\t", sign) != NULL ? ' ' : sign, stream);
}

/* Print a text so that it reads the same when rendered. Between backticks only a table's bar can be escaped. */
static void put_at(FILE *stream, const char *text, position_t position)
{
    text += position == OPENS ? strspn(text, " \n\r\t") : 0;
    for (const char *next = text; *next != '\0';) {
        const piece_t piece = document_piece(next);
        fputs(piece.code ? "`" : "", stream);
        for (const char *at = piece.start; at < piece.start + piece.length; at++)
            put_sign(stream, *at, piece.code ? position == CELL && *at == '|' : is_markup(text, at, position));
        fputs(piece.code ? "`" : "", stream);
        next = piece.rest;
    }
}

static void put_text(FILE *stream, const char *text)
{
    put_at(stream, text, INLINE);
}

/* Print the target of a link; characters that would end it are escaped as in RFC 3986. */
static void put_target(FILE *stream, const char *target)
{
    for (; *target != '\0'; target++)
        if (strchr(" ()<>\\\n\r\t", *target) != NULL)
            fprintf(stream, "%%%02X", (unsigned char)*target);
        else
            fputc(*target, stream);
}

/* Print the summary of a fold as HTML: Markdown is not read inside an HTML tag. */
static void put_summary(FILE *stream, const char *text)
{
    while (*text != '\0') {
        const piece_t piece = document_piece(text);
        fputs(piece.code ? "<code>" : "", stream);
        for (size_t i = 0; i < piece.length; i++)
            if (strchr("&<>", piece.start[i]) != NULL)
                fprintf(stream, "&#%d;", piece.start[i]);
            else
                put_sign(stream, piece.start[i], false);
        fputs(piece.code ? "</code>" : "", stream);
        text = piece.rest;
    }
}

static void put_ticks(FILE *stream, size_t count)
{
    while (count-- > 0)
        fputc('`', stream);
}

/* Print a command in a fence that is longer than any row of backticks in it, so nothing inside is read as Markdown. An
 * indented line would not do: after a list it would belong to the last item. */
static void put_command(FILE *stream, const char *text)
{
    size_t ticks = 3;
    for (const char *at = text; *at != '\0'; at += strspn(at, "`")) {
        at += strcspn(at, "`");
        if (strspn(at, "`") >= ticks)
            ticks = strspn(at, "`") + 1;
    }
    put_ticks(stream, ticks);
    fprintf(stream, "\n%s\n", text);
    put_ticks(stream, ticks);
    fputs("\n\n", stream);
}

static void put_cell(FILE *stream, const cell_t *cell)
{
    const char *around = cell->tone != TONE_PLAIN ? "**" : "";
    const bool linked = cell->link != NULL && cell->link[0] != '#'; /* cells have no anchors in Markdown */
    fputs(linked ? "[" : around, stream);
    put_at(stream, cell->text, CELL);
    fputs(linked ? "](" : around, stream);
    if (linked) {
        put_target(stream, cell->link);
        fputc(')', stream);
    }
    if (cell->more != NULL) {
        fputs(cell->text[0] != '\0' ? "; " : "", stream);
        put_at(stream, cell->more, CELL);
    }
}

static void put_table(FILE *stream, const block_t *block)
{
    put_at(stream, block->text, OPENS);
    fputs("\n\n|", stream);
    for (size_t i = 0; i < block->column_count; i++) {
        const column_t *column = &block->columns[i];
        fputc(' ', stream);
        put_at(stream, column->title, CELL);
        if (column->unit[0] != '\0') {
            fputs(" (", stream);
            put_at(stream, column->unit, CELL);
            fputc(')', stream);
        }
        fputs(" |", stream);
    }
    fputs("\n|", stream);
    for (size_t i = 0; i < block->column_count; i++)
        fputs(block->columns[i].number ? "---:|" : "---|", stream);
    for (size_t i = 0; i < block->cell_count; i++) {
        fputs(i % block->column_count == 0 ? "\n| " : " ", stream);
        put_cell(stream, &block->cells[i]);
        fputs(" |", stream);
    }
    fputs("\n\n", stream);
}

static void put_opening(FILE *stream, const char *open, const char *text, const char *close)
{
    fputs(open, stream);
    put_at(stream, text, OPENS);
    fputs(close, stream);
}

static void put_figure(FILE *stream, const block_t *block, const char *folder)
{
    if (file_exists(text_of("%s/%s.png", folder, block->path).chars)) {
        fputs("![", stream);
        put_text(stream, block->alt);
        fputs("](", stream);
        put_target(stream, block->path);
        fputs(".png)\n\n", stream);
    } else {
        fputs("> This figure was not drawn: ", stream);
        put_text(stream, block->alt);
        fputs("\n\n", stream);
    }
    put_opening(stream, "", block->text, "\n\n");
}

static void put_wrapped(FILE *stream, const char *open, const char *text, const char *close)
{
    fputs(open, stream);
    put_text(stream, text);
    fputs(close, stream);
}

static void put_block(FILE *stream, const block_t *block, bool last_of_kind, const char *folder)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        put_opening(stream, &"### "[3 - block->level], block -> text, "\n\n");
        break;
    case BLOCK_PARAGRAPH:
        put_opening(stream, "", block->text, "\n\n");
        break;
    case BLOCK_ITEM:
        put_opening(stream, "- ", block->text, last_of_kind ? "\n\n" : "\n");
        break;
    case BLOCK_NOTICE:
        put_wrapped(stream, "> **", block->text, "**\n\n");
        break;
    case BLOCK_COMMAND:
        put_command(stream, block->text);
        break;
    case BLOCK_FACT:
        put_opening(stream, "- ", block->text, ": **");
        put_text(stream, block->cells[0].text);
        put_wrapped(stream, "** (", block->cells[1].text, last_of_kind ? ")\n\n" : ")\n");
        break;
    case BLOCK_TABLE:
        put_table(stream, block);
        break;
    case BLOCK_FIGURE:
        put_figure(stream, block, folder);
        break;
    case BLOCK_FOLD:
        fputs("<details><summary>", stream);
        put_summary(stream, block->text);
        fputs("</summary>\n\n", stream);
        break;
    case BLOCK_FOLD_END:
        fputs("</details>\n\n", stream);
        break;
    case BLOCK_CONTENTS: /* viewers of Markdown make their own from the headings */
        break;
    }
}

outcome_t markdown_write(const document_t *document, const char *folder, const char *path)
{
    outfile_t file = {0};
    outcome_t result = document_check(document);
    if (!outcome_is_ok(&result) || outcome_bad(&result, outfile_open(&file, path)))
        return result;
    for (size_t i = 0; i < document->count; i++) {
        const block_t *block = &document->blocks[i];
        bool last = i + 1 == document->count || document->blocks[i + 1].kind != block->kind;
        put_block(file.stream, block, last, folder);
    }
    return outfile_commit(&file);
}
