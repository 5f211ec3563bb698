/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Append a block. NULL when memory is out; document_check() reports it. */
static block_t *append(document_t *document, block_kind_t kind)
{
    if (document->count == document->capacity) {
        size_t capacity = document->capacity ? 2 * document->capacity : 64;
        block_t *grown = realloc(document->blocks, capacity * sizeof *grown);
        if (grown == NULL) {
            document->out_of_memory = true;
            return NULL;
        }
        document->blocks = grown;
        document->capacity = capacity;
    }
    block_t *block = &document->blocks[document->count++];
    *block = (block_t){.kind = kind};
    return block;
}

static char *format_text(document_t *document, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) >= 0)
        return text;
    document->out_of_memory = true;
    return NULL;
}

static char *keep_text(document_t *document, const char *text)
{
    char *copy = text_copy(text);
    document->out_of_memory = document->out_of_memory || copy == NULL;
    return copy;
}

static block_t *append_text(document_t *document, block_kind_t kind, const char *format, va_list arguments)
{
    block_t *block = append(document, kind);
    if (block != NULL)
        block->text = format_text(document, format, arguments);
    return block;
}

void document_heading(document_t *document, int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    block_t *block = append_text(document, BLOCK_HEADING, format, arguments);
    va_end(arguments);
    if (block != NULL)
        block->level = level;
}

void document_section(document_t *document, int level, const char *anchor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    block_t *block = append_text(document, BLOCK_HEADING, format, arguments);
    va_end(arguments);
    if (block == NULL)
        return;
    block->level = level;
    block->anchor = keep_text(document, anchor);
}

void document_paragraph(document_t *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_text(document, BLOCK_PARAGRAPH, format, arguments);
    va_end(arguments);
}

void document_item(document_t *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_text(document, BLOCK_ITEM, format, arguments);
    va_end(arguments);
}

void document_notice(document_t *document, tone_t tone, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    block_t *block = append_text(document, BLOCK_NOTICE, format, arguments);
    va_end(arguments);
    if (block != NULL)
        block->tone = tone;
}

void document_command(document_t *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_text(document, BLOCK_COMMAND, format, arguments);
    va_end(arguments);
}

void document_fold(document_t *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_text(document, BLOCK_FOLD, format, arguments);
    va_end(arguments);
}

void document_fold_end(document_t *document)
{
    append(document, BLOCK_FOLD_END);
}

void document_contents(document_t *document)
{
    append(document, BLOCK_CONTENTS);
}

void document_figure(document_t *document, const char *path, const char *alt, const char *caption)
{
    block_t *block = append(document, BLOCK_FIGURE);
    if (block == NULL)
        return;
    block->text = keep_text(document, caption);
    block->path = keep_text(document, path);
    block->alt = keep_text(document, alt);
}

/* ===  Cells  === */

/* A new cell of the last block, which must be a table or a fact; NULL when memory is out. */
static cell_t *append_cell(document_t *document)
{
    if (document->out_of_memory || document->count == 0)
        return NULL;
    block_t *block = &document->blocks[document->count - 1];
    cell_t *grown = realloc(block->cells, (block->cell_count + 1) * sizeof *grown);
    if (grown == NULL) {
        document->out_of_memory = true;
        return NULL;
    }
    block->cells = grown;
    cell_t *cell = &grown[block->cell_count++];
    *cell = (cell_t){0};
    return cell;
}

void document_fact(document_t *document, const char *label, const char *value, const char *note)
{
    block_t *block = append(document, BLOCK_FACT);
    if (block == NULL)
        return;
    block->text = keep_text(document, label);
    document_cell(document, "%s", value);
    document_cell(document, "%s", note);
}

static void keep_columns(document_t *document, block_t *block, const column_t *columns)
{
    size_t count = 0;
    while (columns[count].title != NULL)
        count++;
    block->columns = calloc(count + 1, sizeof *block->columns);
    if (block->columns == NULL) {
        document->out_of_memory = true;
        return;
    }
    block->column_count = count;
    for (size_t i = 0; i < count; i++)
        block->columns[i] = (column_t){.title = keep_text(document, columns[i].title),
                                       .unit = keep_text(document, columns[i].unit),
                                       .number = columns[i].number};
}

void document_table(document_t *document, const column_t *columns, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    block_t *block = append_text(document, BLOCK_TABLE, format, arguments);
    va_end(arguments);
    if (block != NULL)
        keep_columns(document, block, columns);
}

void document_cell(document_t *document, const char *format, ...)
{
    cell_t *cell = append_cell(document);
    va_list arguments;
    va_start(arguments, format);
    if (cell != NULL)
        cell->text = format_text(document, format, arguments);
    va_end(arguments);
}

void document_mark(document_t *document, tone_t tone, const char *text)
{
    cell_t *cell = append_cell(document);
    if (cell == NULL)
        return;
    cell->text = keep_text(document, text);
    cell->tone = tone;
}

void document_link(document_t *document, const char *text, const char *target)
{
    cell_t *cell = append_cell(document);
    if (cell == NULL)
        return;
    cell->text = keep_text(document, text);
    cell->link = keep_text(document, target);
}

void document_bar(document_t *document, const bar_part_t *parts, size_t count, const char *text)
{
    cell_t *cell = append_cell(document);
    if (cell == NULL)
        return;
    cell->text = keep_text(document, text);
    for (size_t i = 0; i < count && i < BAR_PARTS; i++)
        cell->bar[cell->bar_count++] = parts[i];
}

static cell_t *last_cell(document_t *document)
{
    const block_t *block = document->count > 0 ? &document->blocks[document->count - 1] : NULL;
    return block != NULL && block->cell_count > 0 ? &block->cells[block->cell_count - 1] : NULL;
}

void document_anchor(document_t *document, const char *anchor)
{
    cell_t *cell = last_cell(document);
    if (cell != NULL && cell->anchor == NULL)
        cell->anchor = keep_text(document, anchor);
}

void document_more(document_t *document, const char *text)
{
    cell_t *cell = last_cell(document);
    if (cell != NULL && cell->more == NULL)
        cell->more = keep_text(document, text);
}

void document_sorted(document_t *document)
{
    if (document->count > 0)
        document->blocks[document->count - 1].sorted = true;
}

text_t document_heading_anchor(const block_t *heading)
{
    if (heading->anchor != NULL)
        return text_of("%s", heading->anchor);
    text_t name = text_of("%s", "");
    size_t length = 0;
    for (const char *at = heading->text; *at != '\0' && length + 2 < sizeof name.chars; at++) {
        bool plain = isalnum((unsigned char)*at) && (unsigned char)*at < 128;
        if (!plain && (length == 0 || name.chars[length - 1] == '-'))
            continue;
        name.chars[length++] = plain ? (char)tolower((unsigned char)*at) : '-';
        name.chars[length] = '\0';
    }
    if (length > 0 && name.chars[length - 1] == '-')
        name.chars[length - 1] = '\0';
    return name;
}

/* ===  The end  === */

outcome_t document_check(const document_t *document)
{
    if (document->out_of_memory)
        return outcome_out_of_memory("report");
    for (size_t i = 0; i < document->count; i++) {
        const block_t *block = &document->blocks[i];
        if (block->kind == BLOCK_TABLE && (block->column_count == 0 || block->cell_count % block->column_count != 0))
            return outcome_failed("report", block->text, text_of("%zu cells", block->cell_count).chars,
                                  text_of("rows of %zu", block->column_count).chars,
                                  "this is a defect of bbsbench: please report it");
    }
    return outcome_ok();
}

static void free_block(block_t *block)
{
    for (size_t j = 0; j < block->cell_count; j++) {
        free(block->cells[j].text);
        free(block->cells[j].link);
        free(block->cells[j].anchor);
        free(block->cells[j].more);
    }
    for (size_t j = 0; j < block->column_count; j++) {
        free((char *)block->columns[j].title);
        free((char *)block->columns[j].unit);
    }
    free(block->columns);
    free(block->cells);
    free(block->text);
    free(block->anchor);
    free(block->path);
    free(block->alt);
}

void document_cut(document_t *document, size_t count)
{
    while (document->count > count)
        free_block(&document->blocks[--document->count]);
}

void document_free(document_t *document)
{
    document_cut(document, 0);
    free(document->blocks);
    *document = (document_t){0};
}

/* ===  Pieces of a text  === */

/* The length of the code that the single backtick at `text` opens, or 0. */
static size_t code_length(const char *text)
{
    const size_t length = strcspn(text + 1, "`");
    return text[1 + length] == '`' && text[2 + length] != '`' ? length : 0;
}

/* "#NAME" */
static bool is_place(const char *code, size_t length)
{
    if (length < 2 || code[0] != '#')
        return false;
    for (size_t i = 1; i < length; i++)
        if (!isalnum((unsigned char)code[i]))
            return false;
    return true;
}

piece_t document_piece(const char *text)
{
    const size_t ticks = strspn(text, "`");
    const size_t code = ticks == 1 ? code_length(text) : 0;
    if (is_place(text + 1, code))
        return (piece_t){.start = text + 2, .length = code - 1, .link = true, .rest = text + code + 2};
    if (code > 0)
        return (piece_t){.start = text + 1, .length = code, .code = true, .rest = text + code + 2};
    const size_t length = ticks > 0 ? ticks : strcspn(text, "`");
    return (piece_t){.start = text, .length = length, .rest = text + length};
}
