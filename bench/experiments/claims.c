/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/claims.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The trend rule of claims.h. */
static const double TREND_LEAST = 0.5, TREND_MOST = 2.0;

/* ===  Reading  === */

enum { ID, EXPERIMENT, WHAT, LOCATION, READ_FROM, UNIT, PAPER, TOLERANCE, REASON, NEEDS, COLUMNS };

static const char *const column_names[COLUMNS] = {"id",   "experiment",  "what",      "location",         "read_from",
                                                  "unit", "paper_value", "tolerance", "tolerance_reason", "needs"};

static bool read_tolerance(const char *text, tolerance_kind_t *kind, double *value)
{
    *value = 0;
    *kind = text[0] == '\0'          ? TOLERANCE_NONE
            : text_equal(text, "<=") ? TOLERANCE_AT_MOST
            : text_equal(text, ">=") ? TOLERANCE_AT_LEAST
            : text_ends(text, "%")   ? TOLERANCE_SHARE
                                     : TOLERANCE_ABSOLUTE;
    if (*kind == TOLERANCE_ABSOLUTE)
        return text_to_real(text, value) && *value >= 0;
    if (*kind != TOLERANCE_SHARE)
        return true;
    text_t digits = text_of("%.*s", (int)strlen(text) - 1, text);
    bool good = text_to_real(digits.chars, value) && *value >= 0;
    *value /= 100;
    return good;
}

static outcome_t read_claim(const csv_table_t *table, size_t row, const size_t *columns, claim_t *claim)
{
    const char *cells[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        cells[i] = csv_cell(table, row, columns[i]);
    *claim = (claim_t){.id = cells[ID],
                       .experiment = cells[EXPERIMENT],
                       .what = cells[WHAT],
                       .location = cells[LOCATION],
                       .read_from = cells[READ_FROM],
                       .unit = cells[UNIT],
                       .paper_text = cells[PAPER],
                       .tolerance_text = cells[TOLERANCE],
                       .tolerance_reason = cells[REASON],
                       .needs = cells[NEEDS],
                       .paper = NAN};
    text_t line = text_of("line %zu, claim %s", row + 2, claim->id);
    if (!read_tolerance(cells[TOLERANCE], &claim->tolerance_kind, &claim->tolerance))
        return outcome_failed(table->path, line.chars, text_of("tolerance \"%s\"", cells[TOLERANCE]).chars,
                              "\"5%\", \"0.1\", \"<=\" or \">=\"", NULL);
    if (cells[PAPER][0] == '\0')
        return outcome_ok();
    if (claim->tolerance_kind == TOLERANCE_NONE || claim->tolerance_reason[0] == '\0')
        return outcome_failed(table->path, line.chars, "a value without a tolerance or its reason", "both", NULL);
    return csv_cell_real(table, row, columns[PAPER], &claim->paper);
}

static claim_t *find(const claims_t *claims, const char *id)
{
    for (size_t i = 0; i < claims->count; i++)
        if (text_equal(claims->items[i].id, id))
            return &claims->items[i];
    return NULL;
}

outcome_t claims_read(const char *path, claims_t *claims)
{
    *claims = (claims_t){0};
    size_t columns[COLUMNS];
    outcome_t result;
    if (outcome_bad(&result, csv_read(path, &claims->table)))
        return result;
    for (int i = 0; i < COLUMNS; i++)
        if (outcome_bad(&result, csv_column(&claims->table, column_names[i], &columns[i])))
            goto out;
    claims->items = calloc(claims->table.rows + 1, sizeof *claims->items);
    if (claims->items == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    for (size_t row = 0; row < claims->table.rows; row++) {
        claim_t claim;
        if (outcome_bad(&result, read_claim(&claims->table, row, columns, &claim)))
            goto out;
        if (find(claims, claim.id) != NULL) {
            result = outcome_failed(path, text_of("line %zu", row + 2).chars, text_of("a second claim %s", claim.id).chars,
                                    "one row an id", NULL);
            goto out;
        }
        claims->items[claims->count++] = claim;
    }

out:
    if (!outcome_is_ok(&result))
        claims_free(claims);
    return result;
}

void claims_free(claims_t *claims)
{
    for (size_t i = 0; i < claims->count; i++) {
        free(claims->items[i].rows);
        free(claims->items[i].note);
    }
    free(claims->items);
    csv_free(&claims->table);
    *claims = (claims_t){0};
}

/* ===  Joining  === */

static outcome_t set_note(claim_t *claim, const char *note)
{
    free(claim->note);
    claim->note = text_copy(note);
    return claim->note != NULL ? outcome_ok() : outcome_out_of_memory("claims");
}

outcome_t claims_measured(claims_t *claims, const char *id, claim_basis_t basis, double value, const char *rows,
                          const char *note)
{
    claim_t *claim = find(claims, id);
    if (claim == NULL)
        return outcome_failed(claims->table.path, id, "no such claim", "a row with this id", "restore results/claims.csv");
    free(claim->rows);
    claim->rows = text_copy(rows);
    if (claim->rows == NULL)
        return outcome_out_of_memory("claims");
    claim->measured = true;
    claim->basis = basis;
    claim->value = value;
    return set_note(claim, note);
}

outcome_t claims_without(claims_t *claims, const char *experiment, bool blocked, const char *reason)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < claims->count && outcome_is_ok(&result); i++) {
        claim_t *claim = &claims->items[i];
        if (claim->measured || !text_equal(claim->experiment, experiment))
            continue;
        claim->blocked = blocked;
        result = set_note(claim, reason);
    }
    return result;
}

/* ===  Judging  === */

const char *verdict_name(verdict_t verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_REPRODUCED] = "REPRODUCED", [VERDICT_WITHIN_TREND] = "WITHIN TREND",
        [VERDICT_DEVIATES] = "DEVIATES",     [VERDICT_MEASURED] = "MEASURED",
        [VERDICT_SUBSET] = "SUBSET",         [VERDICT_STAND_IN] = "STAND-IN",
        [VERDICT_NOT_RUN] = "NOT RUN",       [VERDICT_BLOCKED] = "BLOCKED"};
    return names[verdict];
}

/* The value that means "no effect" in a unit; false where there is none (an area, an accuracy). */
static bool neutral_value(const char *unit, double *value)
{
    static const struct {
        const char *unit;
        double value;
    } neutrals[] = {{"x", 1}, {"points", 0}};
    for (size_t i = 0; i < sizeof neutrals / sizeof *neutrals; i++)
        if (text_equal(neutrals[i].unit, unit)) {
            *value = neutrals[i].value;
            return true;
        }
    return false;
}

static bool within_tolerance(const claim_t *claim)
{
    /* Room for the last digits of a decimal value, so that 1.3 against 1.2 is within 0.1. */
    double slack = 1e-9 * fmax(fabs(claim->paper), 1), gap = fabs(claim->value - claim->paper);
    switch (claim->tolerance_kind) {
    case TOLERANCE_SHARE:
        return gap <= claim->tolerance * fabs(claim->paper) + slack;
    case TOLERANCE_ABSOLUTE:
        return gap <= claim->tolerance + slack;
    case TOLERANCE_AT_MOST:
        return claim->value <= claim->paper + slack;
    case TOLERANCE_AT_LEAST:
        return claim->value >= claim->paper - slack;
    case TOLERANCE_NONE:
        break;
    }
    return false;
}

verdict_t claim_verdict(const claim_t *claim)
{
    if (!claim->measured)
        return claim->blocked ? VERDICT_BLOCKED : VERDICT_NOT_RUN;
    if (claim->basis == BASIS_STAND_IN)
        return VERDICT_STAND_IN;
    if (claim->basis == BASIS_SUBSET)
        return VERDICT_SUBSET;
    if (isnan(claim->paper))
        return VERDICT_MEASURED;
    if (within_tolerance(claim))
        return VERDICT_REPRODUCED;
    double neutral = 0;
    bool bound = claim->tolerance_kind == TOLERANCE_AT_MOST || claim->tolerance_kind == TOLERANCE_AT_LEAST;
    if (bound || !neutral_value(claim->unit, &neutral) || claim->paper == neutral)
        return VERDICT_DEVIATES;
    double effect = (claim->value - neutral) / (claim->paper - neutral);
    return effect >= TREND_LEAST && effect <= TREND_MOST ? VERDICT_WITHIN_TREND : VERDICT_DEVIATES;
}

double claim_difference(const claim_t *claim)
{
    return claim->measured && claim->basis != BASIS_STAND_IN ? claim->value - claim->paper : NAN;
}

double claim_relative_difference(const claim_t *claim)
{
    return claim->paper != 0 ? claim_difference(claim) / fabs(claim->paper) : NAN;
}
