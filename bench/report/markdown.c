/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Markdown printer: for terminals, reviews and version control; the same words as the page, in the same order. */
#include "report/markdown.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Text as it must read when rendered: what Markdown or HTML would take as a sign is escaped, except inside `code`. A
 * bar would end a table's cell even there. */
static void put_text(FILE *stream, const char *text)
{
    bool code = false;
    for (; *text != '\0'; text++) {
        code = code != (*text == '`');
        if (*text == '\n')
            fputc(' ', stream);
        else if (*text == '|' || (!code && strchr("*<[", *text) != NULL))
            fprintf(stream, "\\%c", *text);
        else
            fputc(*text, stream);
    }
}

static void put_cell(FILE *stream, const cell_t *cell)
{
    const char *around = cell->tone != TONE_PLAIN ? "**" : "";
    fputs(cell->link != NULL ? "[" : around, stream);
    put_text(stream, cell->text);
    if (cell->link != NULL)
        fprintf(stream, "](%s)", cell->link);
    else
        fputs(around, stream);
}

static void put_table(FILE *stream, const block_t *block)
{
    put_text(stream, block->text);
    fputs("\n\n|", stream);
    for (size_t i = 0; i < block->column_count; i++) {
        const column_t *column = &block->columns[i];
        fputc(' ', stream);
        put_text(stream, column->title);
        if (column->unit[0] != '\0') {
            fputs(" (", stream);
            put_text(stream, column->unit);
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

static void put_figure(FILE *stream, const block_t *block, const char *folder)
{
    if (file_exists(text_of("%s/%s.png", folder, block->path).chars)) {
        fputs("![", stream);
        put_text(stream, block->alt);
        fprintf(stream, "](%s.png)\n\n", block->path);
    } else {
        fputs("> This figure was not drawn: ", stream);
        put_text(stream, block->alt);
        fputs("\n\n", stream);
    }
    put_text(stream, block->text);
    fputs("\n\n", stream);
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
        put_wrapped(stream, &"### "[3 - block->level], block -> text, "\n\n");
        break;
    case BLOCK_PARAGRAPH:
        put_wrapped(stream, "", block->text, "\n\n");
        break;
    case BLOCK_ITEM:
        put_wrapped(stream, "- ", block->text, last_of_kind ? "\n\n" : "\n");
        break;
    case BLOCK_NOTICE:
        put_wrapped(stream, "> **", block->text, "**\n\n");
        break;
    case BLOCK_COMMAND:
        fprintf(stream, "    %s\n\n", block->text);
        break;
    case BLOCK_FACT:
        put_wrapped(stream, "- ", block->text, ": **");
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
        put_wrapped(stream, "<details><summary>", block->text, "</summary>\n\n");
        break;
    case BLOCK_FOLD_END:
        fputs("</details>\n\n", stream);
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
