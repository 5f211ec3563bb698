/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/page_document.h"

#include "base/text.h"
#include "experiments/page_table.h"

#include <stdlib.h>
#include <string.h>

prose_t page_prose(const page_t *page, rows_database_t *database)
{
    return (prose_t){.database = database, .where = page->where, .values = page->values, .value_count = page->value_count};
}

/* The file of the experiment's rows: ID.csv for the page FOLDER/ID.md. */
static text_t file_of(const page_t *page)
{
    const char *slash = strrchr(page->where, '/'), *name = slash != NULL ? slash + 1 : page->where;
    const size_t length = strlen(name) - (text_ends(name, ".md") ? strlen(".md") : 0);
    return text_of("%.*s.csv", (int)length, name);
}

/* ===  Blocks of the body  === */

static outcome_t put_items(const prose_t *prose, const page_text_t *text, document_t *document)
{
    char **texts;
    size_t count;
    outcome_t result = prose_expand_rows(prose, text, &texts, &count);
    for (size_t i = 0; i < count; i++)
        document_item(document, "%s", texts[i]);
    prose_free_texts(texts, count);
    return result;
}

static outcome_t put_figure(const prose_t *prose, const page_block_t *block, document_t *document)
{
    char *alt = NULL, *caption = NULL;
    outcome_t result = prose_expand(prose, &block->alt, &alt);
    if (outcome_is_ok(&result))
        result = prose_expand(prose, &block->text, &caption);
    if (alt != NULL && caption != NULL)
        document_figure(document, text_of("figures/%s", block->figure).chars, alt, caption);
    free(alt);
    free(caption);
    return result;
}

static outcome_t put_table(const prose_t *prose, const page_t *page, const page_block_t *block, document_t *document)
{
    rows_table_t table = {0};
    char *caption;
    const text_t where = text_of("%s, line %zu", prose->where, block->query.line);
    outcome_t result = prose_expand(prose, &block->text, &caption);
    if (caption != NULL &&
        !outcome_bad(&result, rows_database_query(prose->database, block->query.chars, where.chars, &table)))
        result = page_table(&table, block->kind, caption, file_of(page).chars, where.chars, document);
    rows_table_free(&table);
    free(caption);
    return result;
}

static outcome_t put_words(const prose_t *prose, const page_block_t *block, document_t *document)
{
    char *text;
    outcome_t result = prose_expand(prose, &block->text, &text);
    if (text != NULL && block->kind == PAGE_NOTICE)
        document_notice(document, TONE_CAUTION, "%s", text);
    else if (text != NULL)
        document_paragraph(document, "%s", text);
    free(text);
    return result;
}

static outcome_t put_block(const prose_t *prose, const page_t *page, const page_block_t *block, document_t *document)
{
    switch (block->kind) {
    case PAGE_ITEM:
        return put_items(prose, &block->text, document);
    case PAGE_FIGURE:
        return put_figure(prose, block, document);
    case PAGE_TABLE:
    case PAGE_PIVOT:
    case PAGE_FOLD:
        return put_table(prose, page, block, document);
    case PAGE_PARAGRAPH:
    case PAGE_NOTICE:
        break;
    }
    return put_words(prose, block, document);
}

outcome_t page_body(const page_t *page, rows_database_t *database, document_t *document)
{
    const prose_t prose = page_prose(page, database);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < page->block_count && outcome_is_ok(&result); i++)
        result = put_block(&prose, page, &page->blocks[i], document);
    return result;
}

/* ===  Sections  === */

static outcome_t put_fact(const prose_t *prose, const page_fact_t *fact, document_t *document)
{
    char *label = NULL, *value = NULL, *note = NULL;
    outcome_t result = prose_expand(prose, &fact->label, &label);
    if (outcome_is_ok(&result) && !outcome_bad(&result, prose_expand(prose, &fact->value, &value)))
        result = prose_expand(prose, &fact->note, &note);
    if (label != NULL && value != NULL && note != NULL)
        document_fact(document, label, value, note);
    free(label);
    free(value);
    free(note);
    return result;
}

outcome_t page_headline(const page_t *page, rows_database_t *database, document_t *document)
{
    const prose_t prose = page_prose(page, database);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < page->fact_count && outcome_is_ok(&result); i++)
        result = put_fact(&prose, &page->facts[i], document);
    return result;
}

static outcome_t put_command(const prose_t *prose, const page_text_t *command, document_t *document)
{
    char *text;
    outcome_t result = prose_expand(prose, command, &text);
    if (text != NULL)
        document_command(document, "%s", text);
    free(text);
    return result;
}

outcome_t page_again(const page_t *page, rows_database_t *database, document_t *document)
{
    const prose_t prose = page_prose(page, database);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < page->command_count && outcome_is_ok(&result); i++)
        result = put_command(&prose, &page->commands[i], document);
    return result;
}

outcome_t page_limits(const page_t *page, rows_database_t *database, document_t *document)
{
    const prose_t prose = page_prose(page, database);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < page->limit_count && outcome_is_ok(&result); i++)
        result = put_items(&prose, &page->limits[i], document);
    return result;
}
