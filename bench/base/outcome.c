/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outcome.h"

#include "base/text.h"

#include <string.h>

outcome_t outcome_ok(void)
{
    outcome_t outcome = {.internal_kind = OUTCOME_OK, .internal_fault = FAULT_NONE};
    return outcome;
}

outcome_t outcome_skip(const char *reason)
{
    outcome_t outcome = {.internal_kind = OUTCOME_SKIP, .internal_fault = FAULT_NONE};
    text_shorten(reason, outcome.internal_text, sizeof outcome.internal_text);
    return outcome;
}

/* For each part of an error: the text before it, and the bytes that it may take when not all parts fit. */
enum { PARTS = 5 };
static const struct {
    const char *before;
    size_t most;
} layout[PARTS] = {{"", 160}, {": ", 110}, {": found ", 160}, {", expected ", 190}, {"; ", 110}};

static void append(outcome_t *outcome, const char *before, const char *part, size_t most)
{
    char *end = outcome->internal_text + strlen(outcome->internal_text);
    if (part == NULL || *part == '\0')
        return;
    if (end > outcome->internal_text) {
        strcpy(end, before);
        end += strlen(before);
    }
    size_t room = (size_t)(outcome->internal_text + sizeof outcome->internal_text - end);
    text_shorten(part, end, most < room ? most : room);
    /* Parts may be quoted from any file: an error is one line, and no terminal obeys it. */
    for (; *end != '\0'; end++)
        if ((unsigned char)*end < ' ' || *end == '\x7F')
            *end = '?';
}

static outcome_t error_of(fault_t fault, const char *where, const char *place, const char *found, const char *expected,
                          const char *todo)
{
    outcome_t outcome = {.internal_kind = OUTCOME_ERROR, .internal_fault = fault};
    const char *const parts[PARTS] = {where, place, found, expected, todo};
    size_t length = 0;
    for (int i = 0; i < PARTS; i++)
        length += parts[i] != NULL ? strlen(layout[i].before) + strlen(parts[i]) : 0;
    bool whole = length < sizeof outcome.internal_text;
    for (int i = 0; i < PARTS; i++)
        append(&outcome, layout[i].before, parts[i], whole ? sizeof outcome.internal_text : layout[i].most);
    return outcome;
}

outcome_t outcome_failed(const char *where, const char *place, const char *found, const char *expected, const char *todo)
{
    return error_of(FAULT_FAILED, where, place, found, expected, todo);
}

outcome_t outcome_usage(const char *where, const char *place, const char *found, const char *expected, const char *todo)
{
    return error_of(FAULT_USAGE, where, place, found, expected, todo);
}

outcome_t outcome_missing(const char *where, const char *place, const char *found, const char *expected, const char *todo)
{
    return error_of(FAULT_MISSING, where, place, found, expected, todo);
}

outcome_t outcome_out_of_memory(const char *what)
{
    return outcome_failed(what, "memory", "none left", NULL, "close other programs or use fewer --jobs");
}

bool outcome_is_ok(const outcome_t *outcome)
{
    return outcome->internal_kind == OUTCOME_OK;
}

bool outcome_is_skip(const outcome_t *outcome)
{
    return outcome->internal_kind == OUTCOME_SKIP;
}

bool outcome_is_error(const outcome_t *outcome)
{
    return outcome->internal_kind == OUTCOME_ERROR;
}

const char *outcome_text(const outcome_t *outcome)
{
    return outcome->internal_text;
}

fault_t outcome_fault(const outcome_t *outcome)
{
    return outcome->internal_fault;
}

bool outcome_bad(outcome_t *result, outcome_t value)
{
    *result = value;
    return !outcome_is_ok(result);
}
