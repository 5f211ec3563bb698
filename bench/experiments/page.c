/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page is front matter, blocks of the body, then sections. Errors of the page are found here, with the line, before any
 * run; errors in its queries are found when the queries run. */
#include "experiments/page.h"

#include "base/text.h"
#include "experiments/page_block.h"
#include "experiments/page_lines.h"

#include <stdlib.h>
#include <string.h>

/* `count` items with room for another, zeroed one; NULL when memory is out. Room doubles at each power of two. */
static void *with_room(void *items, size_t count, size_t item_size)
{
    if ((count & (count - 1)) == 0) {
        void *grown = realloc(items, (count > 0 ? 2 * count : 1) * item_size);
        if (grown == NULL)
            return NULL;
        items = grown;
    }
    memset((char *)items + count * item_size, 0, item_size);
    return items;
}

/* ===  Front matter  === */

enum { TITLE, ORDER, FROM, SETTINGS, SEEDS, NEEDS, COST, KEYS };
static const char *const keys[KEYS] = {"title", "order", "from", "settings", "seeds", "needs", "cost"};
static const char all_keys[] = "title, order, from, settings, seeds, needs and cost";
enum { ORDER_MOST = 1000000 };

static outcome_t read_key(page_lines_t *lines, page_text_t texts[KEYS])
{
    const size_t line = lines->at + 1;
    char *key = NULL;
    page_text_t text = {0};
    outcome_t result = page_lines_pair(lines, &key, &text);
    int which = 0;
    while (key != NULL && which < KEYS && !text_equal(keys[which], key))
        which++;
    if (!outcome_is_ok(&result))
        ;
    else if (which == KEYS)
        result = page_lines_wrong(lines, line, key, all_keys, NULL);
    else if (texts[which].chars != NULL)
        result = page_lines_wrong(lines, line, key, "each key once", NULL);
    else if (text.chars[0] == '\0')
        result = page_lines_wrong(lines, line, key, "a text after the colon", "write none for an empty value");
    else if (!outcome_bad(&result, prose_check(lines->where, &text))) {
        texts[which] = text;
        text.chars = NULL;
    }
    free(key);
    page_text_free(&text);
    return result;
}

static outcome_t read_keys(page_lines_t *lines, page_text_t texts[KEYS])
{
    if (page_lines_peek(lines) == NULL || !text_equal(page_lines_peek(lines), "---"))
        return page_lines_wrong(lines, 1, page_lines_peek(lines) != NULL ? page_lines_peek(lines) : "", "a line ---",
                                "begin the page with its keys between two lines ---");
    for (lines->at++; page_lines_peek(lines) != NULL && !text_equal(page_lines_peek(lines), "---");) {
        outcome_t result = read_key(lines, texts);
        if (!outcome_is_ok(&result))
            return result;
    }
    if (page_lines_peek(lines) == NULL)
        return page_lines_wrong(lines, lines->at, "the end of the page", "a line --- that ends the keys", NULL);
    for (int i = 0; i < KEYS; i++)
        if (texts[i].chars == NULL)
            return page_lines_wrong(lines, lines->at + 1, "---", text_of("the key %s before it", keys[i]).chars, NULL);
    lines->at++;
    return outcome_ok();
}

static outcome_t read_front(page_lines_t *lines, page_t *page)
{
    page_text_t texts[KEYS] = {{0}};
    int64_t order = 0;
    outcome_t result = read_keys(lines, texts);
    if (outcome_is_ok(&result) && !text_to_integer(texts[ORDER].chars, 0, ORDER_MOST, &order))
        result = page_lines_wrong(lines, texts[ORDER].line, texts[ORDER].chars,
                                  text_of("a whole number up to %d", ORDER_MOST).chars, NULL);
    page->order = (int)order;
    page->title = texts[TITLE];
    page->from = texts[FROM];
    page->settings = texts[SETTINGS];
    page->seeds = texts[SEEDS];
    page->needs = texts[NEEDS];
    page->cost = texts[COST];
    page_text_free(&texts[ORDER]);
    return result;
}

/* ===  The body  === */

static outcome_t read_body_block(page_lines_t *lines, page_t *page)
{
    page_block_t *blocks = with_room(page->blocks, page->block_count, sizeof *blocks);
    if (blocks == NULL)
        return outcome_out_of_memory(lines->where);
    page->blocks = blocks;
    return page_block_read(lines, &blocks[page->block_count++]);
}

/* ===  Sections  === */

/* LABEL | VALUE | NOTE: the bars inside queries are SQL's. */
static outcome_t split_fact(const page_lines_t *lines, const page_text_t *whole, page_fact_t *fact)
{
    page_text_t *const parts[] = {&fact->label, &fact->value, &fact->note};
    const char *from = whole->chars, *const end = from + strlen(from);
    for (int i = 0; i < 3; i++) {
        const char *bar = prose_find(from, "|");
        if ((bar != NULL) != (i < 2))
            return page_lines_wrong(lines, whole->line, whole->chars, "LABEL | VALUE | NOTE", NULL);
        outcome_t result = page_lines_part(lines, whole, from, bar != NULL ? bar : end, parts[i]);
        if (!outcome_is_ok(&result))
            return result;
        from = bar != NULL ? bar + 1 : end;
    }
    return outcome_ok();
}

/* Read an item of a section that holds only items. */
static outcome_t read_item(page_lines_t *lines, page_text_t *text)
{
    if (!text_starts(page_lines_peek(lines), "- "))
        return page_lines_wrong(lines, lines->at + 1, page_lines_peek(lines), "an item: - text", NULL);
    return page_words_read(lines, PAGE_ITEM, text);
}

static outcome_t read_fact(page_lines_t *lines, page_t *page)
{
    page_text_t whole = {0};
    page_fact_t *facts = with_room(page->facts, page->fact_count, sizeof *facts);
    if (facts == NULL)
        return outcome_out_of_memory(lines->where);
    page->facts = facts;
    outcome_t result = read_item(lines, &whole);
    if (outcome_is_ok(&result))
        result = split_fact(lines, &whole, &facts[page->fact_count++]);
    page_text_free(&whole);
    return result;
}

static outcome_t add_text(const page_lines_t *lines, page_text_t **texts, size_t *count, page_text_t **text)
{
    page_text_t *grown = with_room(*texts, *count, sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory(lines->where);
    *texts = grown;
    *text = &grown[(*count)++];
    return outcome_ok();
}

static outcome_t read_limit(page_lines_t *lines, page_t *page)
{
    page_text_t *text;
    outcome_t result = add_text(lines, &page->limits, &page->limit_count, &text);
    return outcome_is_ok(&result) ? read_item(lines, text) : result;
}

/* One command for each line of the block that is not blank. */
static outcome_t split_commands(const page_lines_t *lines, const page_text_t *block, page_t *page)
{
    outcome_t result = outcome_ok();
    page_text_t rest = *block;
    while (rest.chars[0] != '\0' && outcome_is_ok(&result)) {
        const size_t length = strcspn(rest.chars, "\n");
        page_text_t *text;
        if (strspn(rest.chars, " \t") < length &&
            !outcome_bad(&result, add_text(lines, &page->commands, &page->command_count, &text)) &&
            !outcome_bad(&result, page_lines_part(lines, &rest, rest.chars, rest.chars + length, text)))
            result = prose_check(lines->where, text);
        rest.chars += rest.chars[length] != '\0' ? length + 1 : length;
        rest.line++;
    }
    return result;
}

static outcome_t read_commands(page_lines_t *lines, page_t *page)
{
    const size_t number = lines->at + 1;
    char *info = NULL;
    page_text_t block = {0};
    if (!text_starts(page_lines_peek(lines), "```"))
        return page_lines_wrong(lines, number, page_lines_peek(lines), "a block ```sh with a command a line", NULL);
    outcome_t result = page_lines_fence(lines, &info, &block);
    if (outcome_is_ok(&result))
        result = text_equal(info, "sh") ? split_commands(lines, &block, page)
                                        : page_lines_wrong(lines, number, info, "sh", NULL);
    free(info);
    page_text_free(&block);
    return result;
}

enum { VALUES_MOST = 1000 }; /* more are taken for a mistake */

static outcome_t check_value(const page_lines_t *lines, const page_t *page, const page_value_t *value)
{
    const size_t line = value->query.line;
    if (!prose_is_name(value->name))
        return page_lines_wrong(lines, line, value->name,
                                "a name: a lower-case letter, then lower-case letters, digits and _", NULL);
    if (value->query.chars[0] == '\0')
        return page_lines_wrong(lines, line, value->name, "name: SELECT ...", NULL);
    if (page->value_count > VALUES_MOST)
        return page_lines_wrong(lines, line, value->name, text_of("at most %d values", VALUES_MOST).chars, NULL);
    for (const page_value_t *other = page->values; other < value; other++)
        if (text_equal(other->name, value->name))
            return page_lines_wrong(lines, line, value->name,
                                    text_of("another name than in line %zu", other->query.line).chars, NULL);
    return outcome_ok();
}

static outcome_t read_value(page_lines_t *lines, page_t *page)
{
    page_value_t *values = with_room(page->values, page->value_count, sizeof *values);
    if (values == NULL)
        return outcome_out_of_memory(lines->where);
    page->values = values;
    page_value_t *value = &values[page->value_count++];
    outcome_t result = page_lines_pair(lines, &value->name, &value->query);
    return outcome_is_ok(&result) ? check_value(lines, page, value) : result;
}

static const struct {
    const char *heading;
    outcome_t (*read)(page_lines_t *lines, page_t *page);
} sections[] = {
    {"## Headline", read_fact}, {"## Again", read_commands}, {"## Limits", read_limit}, {"## Values", read_value}};
enum { SECTIONS = sizeof sections / sizeof *sections };

static outcome_t read_section(page_lines_t *lines, page_t *page, bool seen[SECTIONS])
{
    int which = 0;
    while (which < SECTIONS && !text_equal(page_lines_peek(lines), sections[which].heading))
        which++;
    if (which == SECTIONS || seen[which])
        return page_lines_wrong(lines, lines->at + 1, page_lines_peek(lines),
                                "## Headline, ## Again, ## Limits or ## Values, each once", NULL);
    seen[which] = true;
    outcome_t result = outcome_ok();
    for (lines->at++, page_lines_skip_blank(lines); outcome_is_ok(&result); page_lines_skip_blank(lines)) {
        if (page_lines_peek(lines) == NULL || text_starts(page_lines_peek(lines), "## "))
            break;
        result = sections[which].read(lines, page);
    }
    return result;
}

/* ===  The page  === */

static outcome_t read_all(page_lines_t *lines, page_t *page)
{
    bool seen[SECTIONS] = {false};
    outcome_t result = read_front(lines, page);
    for (page_lines_skip_blank(lines); outcome_is_ok(&result) && page_lines_peek(lines) != NULL;
         page_lines_skip_blank(lines)) {
        if (!text_starts(page_lines_peek(lines), "## "))
            result = read_body_block(lines, page);
        else
            result = read_section(lines, page, seen);
    }
    return result;
}

outcome_t page_read(const char *text, size_t size, const char *where, page_t *page)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* byte order mark of UTF-8, which some editors write */
    const size_t skip = size >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
    page_lines_t lines;
    *page = (page_t){.where = text_copy(where)};
    if (page->where == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = page_lines_open(text + skip, size - skip, page->where, &lines);
    if (outcome_is_ok(&result))
        result = read_all(&lines, page);
    page_lines_free(&lines);
    if (!outcome_is_ok(&result))
        page_free(page);
    return result;
}

static void free_texts(page_text_t *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        page_text_free(&texts[i]);
    free(texts);
}

void page_free(page_t *page)
{
    for (size_t i = 0; i < page->block_count; i++) {
        page_block_t *block = &page->blocks[i];
        page_text_free(&block->text);
        page_text_free(&block->query);
        page_text_free(&block->alt);
        free(block->figure);
    }
    for (size_t i = 0; i < page->fact_count; i++) {
        page_text_free(&page->facts[i].label);
        page_text_free(&page->facts[i].value);
        page_text_free(&page->facts[i].note);
    }
    for (size_t i = 0; i < page->value_count; i++) {
        free(page->values[i].name);
        page_text_free(&page->values[i].query);
    }
    page_text_t *const texts[] = {&page->title, &page->from, &page->settings, &page->seeds, &page->needs, &page->cost};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        page_text_free(texts[i]);
    free_texts(page->commands, page->command_count);
    free_texts(page->limits, page->limit_count);
    free(page->blocks);
    free(page->facts);
    free(page->values);
    free(page->where);
    *page = (page_t){0};
}
