/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts on measured claims: the rules of claims.h. */
#include "base/text.h"
#include "experiments/claims.h"

#include <math.h>

/* The trend rule: the effect is between half and twice the paper's. */
static const double TREND_LEAST = 0.5, TREND_MOST = 2.0;

const char *verdict_name(verdict_t verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_REPRODUCED] = "REPRODUCED",   [VERDICT_WITHIN_TREND] = "WITHIN TREND", [VERDICT_DEVIATES] = "DEVIATES",
        [VERDICT_NO_EVIDENCE] = "NO EVIDENCE", [VERDICT_MEASURED] = "MEASURED",         [VERDICT_SUBSET] = "SUBSET",
        [VERDICT_STAND_IN] = "STAND-IN",       [VERDICT_NOT_RUN] = "NOT RUN",           [VERDICT_BLOCKED] = "BLOCKED"};
    return names[verdict];
}

/* Is this value of the claim, measured or of its null model, within the tolerance of the paper's? */
static bool within_tolerance(const claim_t *claim, double value)
{
    /* Tolerate rounding errors of decimal values, so that 1.3 and 1.2 differ by no more than 0.1. */
    double slack = 1e-9 * fmax(fabs(claim->paper), 1), gap = fabs(value - claim->paper);
    switch (claim->tolerance_kind) {
    case TOLERANCE_SHARE:
        return gap <= claim->tolerance * fabs(claim->paper) + slack;
    case TOLERANCE_ABSOLUTE:
        return gap <= claim->tolerance + slack;
    case TOLERANCE_AT_MOST:
        return value <= claim->paper + slack;
    case TOLERANCE_AT_LEAST:
        return value >= claim->paper - slack;
    case TOLERANCE_NONE:
        break;
    }
    return false;
}

/* The measured effect over the paper's, both as distances from "no effect". A ratio has none at 1 and is measured by its
 * logarithm, so that 0.5 is as far from 1 as 2 is, and a ratio of 0 is infinitely far. A loss has none at 0. NaN for units
 * without a "no effect" (an area, an accuracy) and where the paper's effect is none. */
static double effect_over_paper(const claim_t *claim)
{
    if (text_equal(claim->unit, "x") && claim->paper > 0 && claim->paper != 1)
        return claim->value >= 0 ? log(claim->value) / log(claim->paper) : NAN;
    if (text_equal(claim->unit, "points") && claim->paper != 0)
        return claim->value / claim->paper;
    return NAN;
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
    if (within_tolerance(claim, claim->value))
        return within_tolerance(claim, claim->null_value) ? VERDICT_NO_EVIDENCE : VERDICT_REPRODUCED;
    bool bound = claim->tolerance_kind == TOLERANCE_AT_MOST || claim->tolerance_kind == TOLERANCE_AT_LEAST;
    double effect = bound ? (double)NAN : effect_over_paper(claim);
    return effect >= TREND_LEAST && effect <= TREND_MOST ? VERDICT_WITHIN_TREND : VERDICT_DEVIATES;
}

bool claim_is_beyond(const claim_t *claim)
{
    const verdict_t verdict = claim_verdict(claim);
    return verdict == VERDICT_WITHIN_TREND || verdict == VERDICT_DEVIATES;
}

bool claim_is_headline(const claim_t *claim)
{
    return text_starts(claim->location, "Abstract");
}

double claim_difference(const claim_t *claim)
{
    return claim->measured && claim->basis != BASIS_STAND_IN ? claim->value - claim->paper : NAN;
}

double claim_relative_difference(const claim_t *claim)
{
    return claim->paper != 0 ? claim_difference(claim) / fabs(claim->paper) : NAN;
}
