/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_H
#define BBS_EXPERIMENTS_CLAIMS_H

#include "base/outcome.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* The claims of the paper (results/claims.csv), the values that this run measured, and a verdict on each.
 *
 * A row of claims.csv is one number of the paper: its place in the paper, how it was read, the tolerance and its reason. A
 * value that the paper shows only as a bar is left empty, never guessed. The value of this suite is a query, one SELECT of
 * at most one row with the columns
 *
 *     value   compared with the paper's number; NULL: this run has no value
 *     n       number of samples, networks, PEs or groups behind the value
 *     basis   optional: whole, synthetic, subset or stand-in, when it is lower than the claim's column `basis`
 *     note    optional: a note on the value
 *     null_value  where claims.csv names a null model, and only there: its value
 *
 * A null model is a guess that knows nothing of the claim: for the area of a PE, the mean of the other PEs. Where it meets
 * the tolerance as well, a value within the tolerance is no evidence for the claim.
 *
 * Verdicts:
 *
 *   REPRODUCED    the measured value is within the tolerance
 *   WITHIN TREND  beyond it, but the effect (distance from "no effect": the logarithm of a ratio, a loss itself) has the
 *                 paper's direction and between half and twice its size
 *   DEVIATES      neither
 *   NO EVIDENCE   within the tolerance, as is the claim's null model
 *   MEASURED      the paper shows it without a number, so there is nothing to compare with
 *   SUBSET        measured on a part of what the paper measured, or under an assumption that the claim rests on; the
 *                 difference is shown, no verdict is drawn
 *   STAND-IN      measured on a network that only stands in for the paper's; never compared with its number
 *   NOT RUN       the experiment is not in this version, was not asked for, or its inputs were never there
 *   BLOCKED       the experiment was tried and something that it needs was missing, or it failed */

typedef enum {
    VERDICT_REPRODUCED,
    VERDICT_WITHIN_TREND,
    VERDICT_DEVIATES,
    VERDICT_NO_EVIDENCE,
    VERDICT_MEASURED,
    VERDICT_SUBSET,
    VERDICT_STAND_IN,
    VERDICT_NOT_RUN,
    VERDICT_BLOCKED,
    VERDICT_COUNT
} verdict_t;

const char *verdict_name(verdict_t verdict);

/* What was measured: all that the paper measured; the same on the shapes of the paper's networks but with synthetic
 * weights; a part of it; or only a stand-in for the paper's network, which is not compared with the paper. */
typedef enum { BASIS_WHOLE, BASIS_SYNTHETIC, BASIS_SUBSET, BASIS_STAND_IN } claim_basis_t;
const char *claim_basis_name(claim_basis_t basis); /* "whole", "synthetic", "subset", "stand-in" */

/* What a claim is about. PE areas and powers are a topic of their own: they are estimated from gates, with constants that
 * are fitted to the paper's other PEs. */
typedef enum {
    TOPIC_ACCURACY,
    TOPIC_COMPRESSION,
    TOPIC_SPARSITY,
    TOPIC_SPEED,
    TOPIC_ENERGY,
    TOPIC_AREA,
    TOPIC_EXAMPLES,
    TOPIC_COUNT
} claim_topic_t;
const char *claim_topic_name(claim_topic_t topic); /* as in claims.csv */

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
    const char *tolerance_text, *tolerance_reason, *needs, *query, *rests_on, *null_model;
    const char *why; /* what explains a difference beyond the tolerance; "" for a claim that never had one */
    claim_topic_t topic;
    double paper; /* NaN: the paper gives no number */
    tolerance_kind_t tolerance_kind;
    double tolerance;
    claim_basis_t best; /* column `basis` */

    bool measured;
    claim_basis_t basis;
    double value;
    double null_value; /* NaN: none */
    int64_t n;
    char *note; /* note on the value, or the reason of BLOCKED and NOT RUN; or NULL */
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

/* Refuses unknown columns, two rows with one id, a malformed tolerance, and a number without a tolerance. */
outcome_t claims_read(const char *path, claims_t *claims);
void claims_free(claims_t *claims);

/* Run the query of each claim. A query that fails, yields two rows, lacks the column `value` or `n`, or yields
 * a text in one of them is an error with the line. */
outcome_t claims_measure(claims_t *claims, rows_database_t *database);

/* Record why claims of an experiment have no value: the experiment failed (`blocked`) or was not run. */
outcome_t claims_without(claims_t *claims, const char *experiment, bool blocked, const char *reason);

/* Write the claims with values and verdicts to FOLDER/claims.csv and claims.json. */
outcome_t claims_write(const claims_t *claims, const char *folder);

verdict_t claim_verdict(const claim_t *claim);
/* WITHIN TREND or DEVIATES: beyond the tolerance, so that a reader wants to know why. */
bool claim_is_beyond(const claim_t *claim);
/* Is it one of the numbers of the paper's abstract? By its place in the paper. */
bool claim_is_headline(const claim_t *claim);
double claim_difference(const claim_t *claim);          /* measured - paper; NaN where the two may not be compared */
double claim_relative_difference(const claim_t *claim); /* the same over |paper| */

#endif
