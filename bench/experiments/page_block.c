/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first characters of a line decide which block it begins. */
#include "experiments/page_block.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ===  Figures  === */

enum { NAME_MOST = 64 };

static bool is_figure_name(const char *name)
{
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return length > 0 && length <= NAME_MOST && name[length] == '\0';
}

/* ![ALT](NAME "CAPTION") */
static outcome_t split_figure(const page_lines_t *lines, const page_text_t *whole, page_block_t *block)
{
    static const char form[] = "![ALT](NAME \"CAPTION\")";
    const char *alt = whole->chars + strlen("!["), *name = prose_find(alt, "](");
    const char *quote = name != NULL ? strchr(name, '"') : NULL;
    const char *end = whole->chars + strlen(whole->chars) - strlen("\")");
    if (quote == NULL || end <= quote || !text_equal(end, "\")"))
        return page_lines_wrong(lines, whole->line, whole->chars, form, NULL);
    page_text_t figure = {0};
    outcome_t result = page_lines_part(lines, whole, name + strlen("]("), quote, &figure);
    block->figure = figure.chars;
    if (outcome_is_ok(&result) && !is_figure_name(block->figure))
        return page_lines_wrong(lines, whole->line, block->figure,
                                text_of("the name of a figure: at most %d letters, digits, - and _", NAME_MOST).chars,
                                form);
    if (outcome_is_ok(&result) && !outcome_bad(&result, page_lines_part(lines, whole, alt, name, &block->alt)) &&
        !outcome_bad(&result, page_lines_part(lines, whole, quote + 1, end, &block->text)) &&
        !outcome_bad(&result, prose_check(lines->where, &block->alt)))
        result = prose_check(lines->where, &block->text);
    return result;
}

static outcome_t read_figure(page_lines_t *lines, page_block_t *block)
{
    page_text_t whole = {0};
    block->kind = PAGE_FIGURE;
    outcome_t result = page_lines_text(lines, "", false, &whole);
    if (outcome_is_ok(&result))
        result = split_figure(lines, &whole, block);
    page_text_free(&whole);
    return result;
}

/* ===  Tables  === */

static outcome_t find_form(const page_lines_t *lines, size_t line, const char *info, page_kind_t *kind)
{
    static const struct {
        const char *info;
        page_kind_t kind;
    } forms[] = {{"sql", PAGE_TABLE}, {"sql pivot", PAGE_PIVOT}, {"sql fold", PAGE_FOLD}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (text_equal(info, forms[i].info)) {
            *kind = forms[i].kind;
            return outcome_ok();
        }
    return page_lines_wrong(lines, line, info, "sql, sql pivot or sql fold", NULL);
}

/* "Table: CAPTION", then the query. */
static outcome_t read_table(page_lines_t *lines, page_block_t *block)
{
    char *info = NULL;
    outcome_t result = page_lines_text(lines, "Table:", false, &block->text);
    if (!outcome_is_ok(&result) || outcome_bad(&result, prose_check(lines->where, &block->text)))
        return result;
    page_lines_skip_blank(lines);
    const char *line = page_lines_peek(lines);
    const size_t number = lines->at + 1;
    if (line == NULL || !text_starts(line, "```"))
        return page_lines_wrong(lines, number, line != NULL ? line : "the end of the page",
                                "```sql after the caption of a table", NULL);
    result = page_lines_fence(lines, &info, &block->query);
    if (outcome_is_ok(&result))
        result = find_form(lines, number, info, &block->kind);
    free(info);
    return result;
}

/* ===  Words  === */

outcome_t page_words_read(page_lines_t *lines, page_kind_t kind, page_text_t *text)
{
    static const char *const markers[] = {[PAGE_PARAGRAPH] = "", [PAGE_ITEM] = "- ", [PAGE_NOTICE] = "> "};
    outcome_t result = page_lines_text(lines, markers[kind], kind == PAGE_NOTICE, text);
    return outcome_is_ok(&result) ? prose_check(lines->where, text) : result;
}

/* ===  All  === */

outcome_t page_block_read(page_lines_t *lines, page_block_t *block)
{
    const char *line = page_lines_peek(lines);
    if (text_starts(line, "!["))
        return read_figure(lines, block);
    if (text_starts(line, "Table:"))
        return read_table(lines, block);
    if (text_starts(line, "```"))
        return page_lines_wrong(lines, lines->at + 1, line, "a paragraph \"Table: CAPTION\" before a block of SQL", NULL);
    if (line[0] == '#')
        return page_lines_wrong(lines, lines->at + 1, line, "## Headline, ## Again, ## Limits or ## Values",
                                "a page has no other headings");
    if (text_equal(line, "-") || text_equal(line, ">") || text_starts(line, "---"))
        return page_lines_wrong(lines, lines->at + 1, line, "text after the marker", NULL);
    block->kind = text_starts(line, "- ") ? PAGE_ITEM : text_starts(line, "> ") ? PAGE_NOTICE : PAGE_PARAGRAPH;
    return page_words_read(lines, block->kind, &block->text);
}
