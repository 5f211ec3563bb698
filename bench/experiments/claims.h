/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_H
#define BBS_EXPERIMENTS_CLAIMS_H

#include "base/outcome.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* What the paper says (results/claims.csv), joined with what this run measured, and a verdict in words.
 *
 * claims.csv holds one number of the paper a row: where it stands, how it was read, the variation that is tolerated and
 * why. A value that the paper shows only as a bar is left empty, never guessed. What this suite measures of it is a query,
 * one SELECT of at most one row with the columns
 *
 *     value   what is compared with the paper's number; NULL: this run has none
 *     n       how many samples, networks, PEs or groups it rests on
 *     basis   optional: whole, subset or stand-in, where the rows lower what the claim's own column `basis` allows
 *     note    optional: what must be known of this value
 *
 * Verdicts:
 *
 *   REPRODUCED    the measured value is within the tolerance
 *   WITHIN TREND  beyond it, but the effect (distance from "no effect": 1 for ratios, 0 for losses) has the paper's
 *                 direction and between half and twice its size
 *   DEVIATES      neither
 *   MEASURED      the paper shows it without a number, so there is nothing to compare with
 *   SUBSET        measured on a part of what the paper measured; the difference is shown, no verdict is drawn
 *   STAND-IN      measured on a network that only stands in for the paper's; never compared with its number
 *   NOT RUN       the experiment is not in this version, was not asked for, or its inputs were never there
 *   BLOCKED       the experiment was tried and something that it needs was missing, or it failed */

typedef enum {
    VERDICT_REPRODUCED,
    VERDICT_WITHIN_TREND,
    VERDICT_DEVIATES,
    VERDICT_MEASURED,
    VERDICT_SUBSET,
    VERDICT_STAND_IN,
    VERDICT_NOT_RUN,
    VERDICT_BLOCKED,
    VERDICT_COUNT
} verdict_t;

const char *verdict_name(verdict_t verdict);

/* How much a measured value may be set against the paper's: all that the paper measured, a part of it, or nothing, because
 * a network only stands in for the paper's. */
typedef enum { BASIS_WHOLE, BASIS_SUBSET, BASIS_STAND_IN } claim_basis_t;
const char *claim_basis_name(claim_basis_t basis); /* "whole", "subset", "stand-in" */

/* "10%" of the paper's value, "0.05" in its unit, "<=" or ">=": the paper gives a bound. */
typedef enum {
    TOLERANCE_NONE,
    TOLERANCE_SHARE,
    TOLERANCE_ABSOLUTE,
    TOLERANCE_AT_MOST,
    TOLERANCE_AT_LEAST
} tolerance_kind_t;

typedef struct {
    const char *id, *experiment, *what, *location, *read_from, *unit; /* cells of claims.csv */
    const char *tolerance_text, *tolerance_reason, *needs, *query, *rests_on;
    double paper; /* NaN: not known from the text */
    tolerance_kind_t tolerance_kind;
    double tolerance;
    claim_basis_t best; /* column `basis` */

    bool measured;
    claim_basis_t basis;
    double value;
    int64_t n;
    char *note; /* what must be known of the value; the reason of BLOCKED and NOT RUN; NULL: nothing */
    bool blocked;
} claim_t;

typedef struct {
    char *path;
    rows_table_t table; /* holds the texts */
    claim_t *items;
    size_t count;
} claims_t;

/* The columns of results/claims.csv. */
extern const rows_schema_t claims_schema;

/* The table `claims` of a database. */
outcome_t claims_add_table(const char *path, rows_database_t *database);

/* Refuses unknown columns, two rows of one id, a tolerance that cannot be read, and a number without a tolerance. */
outcome_t claims_read(const char *path, claims_t *claims);
void claims_free(claims_t *claims);

/* Ask the query of each claim. A query that fails, yields two rows or no column `value` is an error with its line. */
outcome_t claims_measure(claims_t *claims, rows_database_t *database);

/* Say why the claims of an experiment have no value: it was tried and failed (blocked), or it was not run. */
outcome_t claims_without(claims_t *claims, const char *experiment, bool blocked, const char *reason);

/* Claims with their values and verdicts, as rows: FOLDER/claims.csv and claims.json. */
outcome_t claims_write(const claims_t *claims, const char *folder);

verdict_t claim_verdict(const claim_t *claim);
double claim_difference(const claim_t *claim);          /* measured - paper; NaN where nothing may be compared */
double claim_relative_difference(const claim_t *claim); /* the same over |paper| */

#endif
