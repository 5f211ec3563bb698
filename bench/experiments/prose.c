/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text is read once: text outside braces is copied (a line end becomes a space), each query is run and its one cell is
 * written as text for reading. The result of a query is never searched for queries. */
#include "experiments/prose.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void page_text_free(page_text_t *text)
{
    free(text->chars);
    *text = (page_text_t){0};
}

/* ===  Finding queries  === */

/* The position after the quoted SQL string that begins at `quote`; NULL when the string has no end. */
static const char *after_quotes(const char *quote)
{
    const char *last = strchr(quote + 1, *quote);
    return last != NULL ? last + 1 : NULL;
}

/* The position after the "}}" of the query that begins at `open`. */
static const char *query_end(const char *open)
{
    for (const char *at = open + 2; at != NULL && *at != '\0';) {
        if (text_starts(at, "}}"))
            return at + 2;
        if (text_starts(at, "{{"))
            return NULL;
        at = *at == '\'' || *at == '"' ? after_quotes(at) : at + 1;
    }
    return NULL;
}

const char *prose_query(const char *text, const char **end)
{
    const char *open = strstr(text, "{{");
    *end = open != NULL ? query_end(open) : NULL;
    return open;
}

const char *prose_find(const char *text, const char *part)
{
    const char *end, *query = prose_query(text, &end);
    for (const char *at = text; *at != '\0';) {
        if (at == query) {
            if (end == NULL)
                return NULL;
            at = end;
            query = prose_query(at, &end);
            continue;
        }
        if (text_starts(at, part))
            return at;
        at++;
    }
    return NULL;
}

static const char blanks[] = " \t\r\n";

/* The text between the braces, without blanks at its ends. To free(); NULL when memory is out. */
static char *inside(const char *open, const char *end)
{
    const char *first = open + 2, *last = end - 2;
    while (first < last && strchr(blanks, *first) != NULL)
        first++;
    while (last > first && strchr(blanks, last[-1]) != NULL)
        last--;
    return strndup(first, (size_t)(last - first));
}

static size_t line_ends(const char *from, const char *to)
{
    size_t count = 0;
    for (; from < to; from++)
        count += *from == '\n';
    return count;
}

static size_t line_of(const page_text_t *text, const char *at)
{
    return text->line + line_ends(text->chars, at);
}

outcome_t prose_check(const char *where, const page_text_t *text)
{
    const char *end;
    for (const char *open = prose_query(text->chars, &end); open != NULL; open = prose_query(end, &end)) {
        const bool empty = end != NULL && open + 2 + strspn(open + 2, blanks) >= end - 2;
        if (end == NULL || empty)
            return outcome_failed(where, text_of("line %zu", line_of(text, open)).chars,
                                  empty ? "{{}}" : "{{ without an end", empty ? "a query or a name" : "{{query}}",
                                  empty ? NULL
                                        : "end it with }} in the same paragraph; look for a quote that is still open");
    }
    return outcome_ok();
}

bool prose_is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz", others[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    return text[0] != '\0' && strchr(letters, text[0]) != NULL && text[strspn(text, others)] == '\0';
}

/* ===  Asking  === */

static outcome_t unknown_name(const prose_t *prose, size_t line, const char *name)
{
    char *known = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&known, &size);
    for (size_t i = 0; i < prose->value_count && stream != NULL; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", prose->values[i].name);
    if (stream == NULL || fclose(stream) != 0)
        return outcome_out_of_memory(prose->where);
    outcome_t result = outcome_failed(prose->where, text_of("line %zu", line).chars, text_of("{{%s}}", name).chars,
                                      size > 0 ? text_of("a query or one of %s", known).chars : "a query",
                                      "names are defined under ## Values");
    free(known);
    return result;
}

/* The rows of a query, or of the value of that name. */
static outcome_t ask(const prose_t *prose, size_t line, const char *query, rows_table_t *table)
{
    const char *sql = query;
    for (size_t i = 0; i < prose->value_count; i++)
        if (text_equal(prose->values[i].name, query)) {
            sql = prose->values[i].query.chars;
            line = prose->values[i].query.line;
        }
    if (sql == query && prose_is_name(query))
        return unknown_name(prose, line, query);
    const text_t where = text_of("%s, line %zu", prose->where, line);
    outcome_t result = rows_database_query(prose->database, sql, where.chars, table);
    if (outcome_is_ok(&result) && table->column_count != 1) {
        result = outcome_failed(where.chars, NULL, text_of("a query of %zu columns", table->column_count).chars,
                                "one column", "join them in the query: a || ' ' || b");
        rows_table_free(table);
    }
    return result;
}

/* The one value of a query as text for reading; NULL when there is none. */
static outcome_t ask_one(const prose_t *prose, size_t line, const char *query, char **value)
{
    rows_table_t table;
    *value = NULL;
    outcome_t result = ask(prose, line, query, &table);
    if (!outcome_is_ok(&result))
        return result;
    if (table.count > 1)
        result =
            outcome_failed(prose->where, text_of("line %zu", line).chars, text_of("a query of %zu rows", table.count).chars,
                           "one row", "add a WHERE, an aggregate or LIMIT 1");
    else if (table.count == 1 && rows_cell(&table, 0, 0)->kind != ROWS_CELL_NULL) {
        *value = rows_cell_text(&table.columns[0], rows_cell(&table, 0, 0));
        if (*value == NULL)
            result = outcome_out_of_memory(prose->where);
    }
    rows_table_free(&table);
    return result;
}

/* The value of the query between `open` and `end`. */
static outcome_t value_of(const prose_t *prose, size_t line, const char *open, const char *end, char **value)
{
    char *query = inside(open, end);
    *value = NULL;
    if (query == NULL)
        return outcome_out_of_memory(prose->where);
    outcome_t result = ask_one(prose, line, query, value);
    free(query);
    return result;
}

/* ===  Expanding  === */

static void put_words(FILE *stream, const char *from, const char *to)
{
    for (; from < to; from++)
        fputc(*from == '\n' ? ' ' : *from, stream);
}

/* Write a text with the values of its queries; `*whole` is false when a value is missing. */
static outcome_t put_expanded(const prose_t *prose, const page_text_t *text, FILE *stream, bool *whole)
{
    const char *at = text->chars, *end;
    size_t line = text->line;
    *whole = true;
    for (const char *open = prose_query(at, &end); open != NULL; open = prose_query(at, &end)) {
        char *value;
        line += line_ends(at, open);
        outcome_t result = value_of(prose, line, open, end, &value);
        if (!outcome_is_ok(&result))
            return result;
        *whole = *whole && value != NULL;
        put_words(stream, at, open);
        fputs(value != NULL ? value : "", stream);
        free(value);
        line += line_ends(open, end);
        at = end;
    }
    put_words(stream, at, at + strlen(at));
    return outcome_ok();
}

outcome_t prose_expand(const prose_t *prose, const page_text_t *text, char **expanded)
{
    char *chars = NULL;
    size_t size = 0;
    bool whole = false;
    *expanded = NULL;
    outcome_t result = prose_check(prose->where, text);
    FILE *stream = outcome_is_ok(&result) ? open_memstream(&chars, &size) : NULL;
    if (!outcome_is_ok(&result))
        return result;
    if (stream == NULL)
        return outcome_out_of_memory(prose->where);
    result = put_expanded(prose, text, stream, &whole);
    if (fclose(stream) != 0 && outcome_is_ok(&result))
        result = outcome_out_of_memory(prose->where);
    if (outcome_is_ok(&result) && whole)
        *expanded = chars;
    else
        free(chars);
    return result;
}

/* ===  A text for each row  === */

/* Is the text exactly one query? */
static bool is_query_alone(const char *text)
{
    const char *end, *open = prose_query(text, &end);
    return open != NULL && end != NULL && open == text + strspn(text, blanks) && end[strspn(end, blanks)] == '\0';
}

static outcome_t texts_of_rows(const prose_t *prose, const rows_table_t *table, char ***texts, size_t *count)
{
    *texts = calloc(table->count + 1, sizeof **texts);
    if (*texts == NULL)
        return outcome_out_of_memory(prose->where);
    for (size_t row = 0; row < table->count; row++) {
        const rows_cell_t *cell = rows_cell(table, row, 0);
        if (cell->kind == ROWS_CELL_NULL)
            continue;
        (*texts)[*count] = rows_cell_text(&table->columns[0], cell);
        if ((*texts)[*count] == NULL)
            return outcome_out_of_memory(prose->where);
        ++*count;
    }
    return outcome_ok();
}

static outcome_t expand_query(const prose_t *prose, const page_text_t *text, char ***texts, size_t *count)
{
    rows_table_t table;
    const char *end, *open = prose_query(text->chars, &end);
    char *query = inside(open, end);
    if (query == NULL)
        return outcome_out_of_memory(prose->where);
    outcome_t result = ask(prose, line_of(text, open), query, &table);
    free(query);
    if (!outcome_is_ok(&result))
        return result;
    result = texts_of_rows(prose, &table, texts, count);
    rows_table_free(&table);
    return result;
}

static outcome_t expand_text(const prose_t *prose, const page_text_t *text, char ***texts, size_t *count)
{
    *texts = calloc(1, sizeof **texts);
    if (*texts == NULL)
        return outcome_out_of_memory(prose->where);
    outcome_t result = prose_expand(prose, text, *texts);
    *count = (*texts)[0] != NULL;
    return result;
}

outcome_t prose_expand_rows(const prose_t *prose, const page_text_t *text, char ***texts, size_t *count)
{
    *texts = NULL;
    *count = 0;
    outcome_t result = prose_check(prose->where, text);
    if (outcome_is_ok(&result))
        result =
            is_query_alone(text->chars) ? expand_query(prose, text, texts, count) : expand_text(prose, text, texts, count);
    if (!outcome_is_ok(&result)) {
        prose_free_texts(*texts, *count);
        *texts = NULL;
        *count = 0;
    }
    return result;
}

void prose_free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}
