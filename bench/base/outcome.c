/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outcome.h"

#include <stdio.h>
#include <string.h>

outcome_t outcome_ok(void)
{
    outcome_t outcome = {.internal_kind = OUTCOME_OK, .internal_fault = FAULT_NONE};
    return outcome;
}

outcome_t outcome_skip(const char *reason)
{
    outcome_t outcome = {.internal_kind = OUTCOME_SKIP, .internal_fault = FAULT_NONE};
    snprintf(outcome.internal_text, sizeof outcome.internal_text, "%s", reason);
    return outcome;
}

static void append(outcome_t *outcome, const char *before, const char *part)
{
    size_t used = strlen(outcome->internal_text);
    if (part != NULL && *part != '\0')
        snprintf(outcome->internal_text + used, sizeof outcome->internal_text - used, "%s%s", used ? before : "", part);
}

static outcome_t error_of(fault_t fault, const char *where, const char *place, const char *found, const char *expected,
                          const char *todo)
{
    outcome_t outcome = {.internal_kind = OUTCOME_ERROR, .internal_fault = fault};
    append(&outcome, "", where);
    append(&outcome, ": ", place);
    append(&outcome, ": found ", found);
    append(&outcome, ", expected ", expected);
    append(&outcome, "; ", todo);
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
