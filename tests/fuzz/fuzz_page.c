/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a page. One that is refused says in which line; of one that is read every text is there,
 * belongs to a line of the page, has queries that end, and falls into pieces without a byte lost. Queries are not asked:
 * SQLite has fuzzers of its own, and a query may take for ever. */
#include "experiments/page.h"

#include "report/document.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void walk_pieces(const char *text)
{
    size_t length = 0, whole = strlen(text);
    for (const char *at = text; *at != '\0';) {
        const piece_t piece = document_piece(at);
        must(piece.rest > at && piece.length > 0);
        length += piece.length + (piece.code ? 2 : 0);
        at = piece.rest;
    }
    must(length == whole);
}

static void check_text(const page_text_t *text, size_t lines)
{
    must(text->chars != NULL && text->line >= 1 && text->line <= lines);
    outcome_t checked = prose_check("fuzz", text);
    must(outcome_is_ok(&checked));
    walk_pieces(text->chars);
}

static void check_block(const page_block_t *block, size_t lines)
{
    check_text(&block->text, lines);
    if (block->kind == PAGE_FIGURE) {
        check_text(&block->alt, lines);
        must(block->figure != NULL && strpbrk(block->figure, "/. \"") == NULL);
    } else if (block->kind == PAGE_TABLE || block->kind == PAGE_PIVOT || block->kind == PAGE_FOLD) {
        must(block->query.chars != NULL && block->query.line <= lines);
    }
}

static void check_page(const page_t *page, size_t lines)
{
    const page_text_t *const texts[] = {&page->title, &page->from,  &page->settings,
                                        &page->seeds, &page->needs, &page->cost};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_text(texts[i], lines);
    for (size_t i = 0; i < page->block_count; i++)
        check_block(&page->blocks[i], lines);
    for (size_t i = 0; i < page->fact_count; i++) {
        check_text(&page->facts[i].label, lines);
        check_text(&page->facts[i].value, lines);
        check_text(&page->facts[i].note, lines);
    }
    for (size_t i = 0; i < page->command_count; i++)
        check_text(&page->commands[i], lines);
    for (size_t i = 0; i < page->limit_count; i++)
        check_text(&page->limits[i], lines);
    for (size_t i = 0; i < page->value_count; i++)
        must(prose_is_name(page->values[i].name) && page->values[i].query.chars[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1); /* of the input's own size, so that a read beyond it is seen */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    page_t page;
    outcome_t read = page_read(text, size, "fuzz.md", &page);
    if (outcome_is_ok(&read))
        check_page(&page, lines);
    else
        must(strncmp(outcome_text(&read), "fuzz.md: line ", 14) == 0 ||
             strncmp(outcome_text(&read), "fuzz.md: byte ", 14) == 0);
    page_free(&page);
    free(text);
    return 0;
}
