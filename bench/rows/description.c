/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows/description.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char mark[] = "--|";
enum { HEADING, UNIT, TRAITS, MEANING, PARTS };

/* The query and line that are being read, for errors. */
typedef struct {
    const char *where;
    size_t line;
} place_t;

static outcome_t refuse(const place_t *place, const char *found, const char *expected)
{
    return outcome_failed(place->where, text_of("line %zu", place->line).chars, found, expected, NULL);
}

/* The last word of `code`, without a trailing comma; NULL where there is none. */
static char *last_word(char *code)
{
    code = text_trim(code);
    size_t length = strlen(code);
    if (length > 0 && code[length - 1] == ',')
        code[length - 1] = '\0';
    code = text_trim(code);
    char *end = code + strlen(code), *start = end;
    if (end > code && end[-1] == '"') { /* "values" */
        end[-1] = '\0';
        start = strrchr(code, '"');
        return start != NULL ? start + 1 : NULL;
    }
    while (start > code && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    return start < end ? start : NULL;
}

static bool take_kind(const char *word, rows_column_t *column)
{
    for (rows_kind_t kind = ROWS_TEXT; kind <= ROWS_FLAG; kind++)
        if (text_equal(word, rows_kind_name(kind))) {
            column->kind = kind;
            return true;
        }
    return false;
}

static bool take_sense(const char *word, rows_column_t *column)
{
    for (rows_sense_t sense = ROWS_EXACT; sense <= ROWS_FOLLOWS; sense++)
        if (text_equal(word, rows_sense_name(sense))) {
            column->sense = sense;
            return true;
        }
    return false;
}

static bool take_decimals(const char *word, rows_column_t *column)
{
    int64_t decimals;
    if (!text_to_integer(word, 0, 12, &decimals))
        return false;
    column->decimals = (int)decimals;
    return true;
}

static outcome_t read_traits(const place_t *place, char *traits, rows_column_t *column)
{
    char *rest = NULL;
    for (char *word = strtok_r(traits, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
        bool is_key = text_equal(word, "key");
        bool is_near = text_equal(word, "near");
        column->key = column->key || is_key;
        column->near = column->near || is_near;
        if (!is_key && !is_near && !take_kind(word, column) && !take_sense(word, column) && !take_decimals(word, column))
            return refuse(place, word,
                          "text, integer, real, flag, key, higher, lower, follows, near, or a number of decimals");
    }
    return outcome_ok();
}

/* Read one line: `code` is the text before the mark --|, `comment` the text after it. */
static outcome_t read_comment(const place_t *place, char *code, char *comment, rows_description_t *description)
{
    char *parts[PARTS];
    rows_column_t *column = &description->columns[description->count];
    if (text_split(comment, '|', parts, PARTS) != PARTS)
        return refuse(place, "a comment in another form", "--| HEADING | UNIT | TRAITS | MEANING");
    *column = (rows_column_t){.name = last_word(code), .kind = ROWS_REAL, .decimals = ROWS_ANY_DECIMALS};
    if (column->name == NULL)
        return refuse(place, "a description without a column", "a column's name before --|");
    for (size_t i = 0; i < description->count; i++)
        if (text_equal(description->columns[i].name, column->name))
            return refuse(place, text_of("a second description of %.200s", column->name).chars, "one for each column");
    column->heading = text_trim(parts[HEADING]);
    column->unit = text_trim(parts[UNIT]);
    column->meaning = text_trim(parts[MEANING]);
    outcome_t result = read_traits(place, parts[TRAITS], column);
    if (!outcome_is_ok(&result))
        return result;
    if (column->heading[0] == '\0' || column->meaning[0] == '\0')
        return refuse(place, "no heading or no meaning", "both");
    description->count++;
    return result;
}

static size_t count_marks(const char *sql)
{
    size_t count = 0;
    for (const char *at = strstr(sql, mark); at != NULL; at = strstr(at + 1, mark))
        count++;
    return count;
}

outcome_t rows_describe(const char *sql, const char *where, rows_description_t *description)
{
    *description = (rows_description_t){.text = text_copy(sql)};
    description->columns = calloc(count_marks(sql) + 1, sizeof *description->columns);
    if (description->text == NULL || description->columns == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = outcome_ok();
    place_t place = {.where = where};
    for (char *line = description->text; line != NULL && outcome_is_ok(&result);) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        place.line++;
        char *comment = strstr(line, mark);
        if (comment != NULL) {
            *comment = '\0';
            result = read_comment(&place, line, comment + sizeof mark - 1, description);
        }
        line = next;
    }
    return result;
}

void rows_description_free(rows_description_t *description)
{
    free(description->text);
    free(description->columns);
    *description = (rows_description_t){0};
}
