/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/claims_table.h"

#include "base/text.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    tone_t tone;
    const char *meaning;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_REPRODUCED] = {TONE_GOOD, "within the stated tolerance of the paper's value"},
    [VERDICT_WITHIN_TREND] = {TONE_NOTE,
                              "beyond the tolerance; the effect has the paper's direction and 0.5 to 2 times its size"},
    [VERDICT_DEVIATES] = {TONE_BAD, "beyond the tolerance and not within the trend"},
    [VERDICT_NO_EVIDENCE] = {TONE_CAUTION,
                             "within the tolerance, but so is a guess that knows nothing of the claim (its null model)"},
    [VERDICT_MEASURED] = {TONE_NOTE, "the paper shows it without a number, so it cannot be compared"},
    [VERDICT_SUBSET] =
        {TONE_CAUTION,
         "measured on a part of what the paper measured, or under an assumption that the claim rests on; no verdict is drawn"},
    [VERDICT_STAND_IN] = {TONE_CAUTION,
                          "measured on a network that stands in for the paper's; never compared with its number"},
    [VERDICT_NOT_RUN] = {TONE_NOTE, "not part of this run; the reason is given"},
    [VERDICT_BLOCKED] = {TONE_BAD, "tried, but an input was missing or a step failed"},
};

static const column_t count_columns[] = {
    {"Verdict", "", false}, {"Claims", "", true}, {"What it means", "", false}, {NULL, NULL, false}};

static const column_t measured_columns[] = {{"Claim", "", false},   {"What the paper says", "", false},
                                            {"Unit", "", false},    {"Paper", "", true},
                                            {"This run", "", true}, {"Difference", "%", true},
                                            {"N", "", true},        {"Verdict", "", false},
                                            {"Why", "", false},     {NULL, NULL, false}};

static const column_t own_columns[] = {
    {"Claim", "", false},   {"What the paper says", "", false}, {"Unit", "", false},    {"Paper", "", true},
    {"This run", "", true}, {"Difference", "%", true},          {"Verdict", "", false}, {NULL, NULL, false}};

static const column_t other_columns[] = {{"Claim", "", false},   {"What the paper says", "", false},
                                         {"Unit", "", false},    {"Paper", "", true},
                                         {"Verdict", "", false}, {"Needs", "", false},
                                         {"Reason", "", false},  {NULL, NULL, false}};

static const column_t stand_in_columns[] = {{"Claim", "", false}, {"What the paper says", "", false},
                                            {"Unit", "", false},  {"Stand-in", "", true},
                                            {"N", "", true},      {"Verdict", "", false},
                                            {NULL, NULL, false}};

static const column_t rests_columns[] = {{"Note", "", false}, {"Rests on", "", false}, {NULL, NULL, false}};

static void present_counts(const claims_t *claims, document_t *document)
{
    size_t counts[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < claims->count; i++)
        counts[claim_verdict(&claims->items[i])]++;
    document_table(document, count_columns, "%zu claims of the paper, by verdict.", claims->count);
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        if (counts[verdict] == 0)
            continue;
        document_mark(document, verdicts[verdict].tone, verdict_name((verdict_t)verdict));
        document_cell(document, "%zu", counts[verdict]);
        document_cell(document, "%s", verdicts[verdict].meaning);
    }
}

static text_t paper_text(const claim_t *claim)
{
    return isnan(claim->paper) ? text_of("no number in the text") : text_of("%.9g", claim->paper);
}

static text_t tolerance_text(const claim_t *claim)
{
    if (claim->tolerance_kind == TOLERANCE_NONE)
        return text_of("none");
    const char *sign = claim->tolerance_kind == TOLERANCE_SHARE || claim->tolerance_kind == TOLERANCE_ABSOLUTE ? "±" : "";
    return text_of("%s%s: %s", sign, claim->tolerance_text, claim->tolerance_reason);
}

/* Four significant digits, without an exponent for the sizes that occur here. */
text_t claim_value_text(double value)
{
    int whole = value != 0 && isfinite(value) ? (int)floor(log10(fabs(value))) + 1 : 1;
    return number_fixed(value, whole >= 4 ? 0 : whole < 1 ? 3 : 4 - whole);
}

static void present_n(const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->n == ROWS_UNKNOWN ? "–" : number_integer(claim->n).chars);
}

/* Many claims rest on the same: each such text stands once, in a table of its own, and claims refer to it: R1, R2 ... in
 * the order of the claims. */
static size_t number_of_rests(const claims_t *claims, const claim_t *claim, bool *first)
{
    size_t number = 0;
    for (const claim_t *other = claims->items; other <= claim; other++) {
        const claim_t *same = claims->items;
        while (same < other && !(same->measured && text_equal(same->rests_on, other->rests_on)))
            same++;
        number += other->measured && same == other;
        if (other->measured && text_equal(other->rests_on, claim->rests_on)) {
            *first = other == claim;
            return number;
        }
    }
    return 0;
}

/* The lines that unfold below a claim: where it stands, tolerance, what it rests on, note, null model, query. */
static void present_more(const claims_t *claims, const claim_t *claim, document_t *document)
{
    text_builder_t lines = {0};
    text_append(&lines, "%s; read from the %s. Measured by experiment `%s`.", claim->location, claim->read_from,
                claim->experiment);
    text_append(&lines, "\nTolerance: %s", tolerance_text(claim).chars);
    bool first;
    if (claim->measured)
        text_append(&lines, "\nBasis: %s. Rests on: `#R%zu`", claim_basis_name(claim->basis),
                    number_of_rests(claims, claim, &first));
    if (claim->note != NULL)
        text_append(&lines, "\nNote: %s", claim->note);
    if (!isnan(claim->null_value))
        text_append(&lines, "\nNull model: %s: %s", claim->null_model, claim_value_text(claim->null_value).chars);
    if (claim->query[0] != '\0')
        text_append(&lines, "\nQuery: `%s`", claim->query);
    document->out_of_memory = document->out_of_memory || lines.failed;
    document_more(document, lines.chars != NULL ? lines.chars : "");
    free(lines.chars);
}

/* The first two cells: the claim's number, which links lead to, and its words. */
static void present_claim(const claims_t *claims, const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->id);
    document_anchor(document, claim->id);
    document_cell(document, "%s", claim->what);
    present_more(claims, claim, document);
    document_cell(document, "%s", claim->unit);
}

static void present_measured(const claims_t *claims, const claim_t *claim, document_t *document)
{
    verdict_t verdict = claim_verdict(claim);
    present_claim(claims, claim, document);
    document_cell(document, "%s", paper_text(claim).chars);
    document_cell(document, "%s", claim_value_text(claim->value).chars);
    document_cell(document, "%s", number_signed(100 * claim_relative_difference(claim), 1).chars);
    present_n(claim, document);
    document_mark(document, verdicts[verdict].tone, verdict_name(verdict));
    document_cell(document, "%s", claim_is_beyond(claim) ? claim->why[0] != '\0' ? claim->why : "Not known." : "");
}

static void present_other(const claims_t *claims, const claim_t *claim, document_t *document)
{
    verdict_t verdict = claim_verdict(claim);
    present_claim(claims, claim, document);
    document_cell(document, "%s", paper_text(claim).chars);
    document_mark(document, verdicts[verdict].tone, verdict_name(verdict));
    document_cell(document, "%s", claim->needs);
    document_cell(document, "%s", claim->note != NULL ? claim->note : "no experiment of this version measures it");
}

/* The value of a stand-in, without the paper's number: both together would read as a comparison. */
static void present_stand_in(const claims_t *claims, const claim_t *claim, document_t *document)
{
    present_claim(claims, claim, document);
    document_cell(document, "%s", claim_value_text(claim->value).chars);
    present_n(claim, document);
    document_mark(document, verdicts[VERDICT_STAND_IN].tone, verdict_name(VERDICT_STAND_IN));
}

/* A claim beside the figure that shows it; the link leads to the claim in the section on claims. */
static void present_own(const claim_t *claim, document_t *document)
{
    verdict_t verdict = claim_verdict(claim);
    bool compared = claim->measured && claim->basis != BASIS_STAND_IN;
    document_link(document, claim->id, text_of("#%s", claim->id).chars);
    document_cell(document, "%s", claim->what);
    document_cell(document, "%s", claim->unit);
    document_cell(document, "%s", compared || !claim->measured ? paper_text(claim).chars : "");
    document_cell(document, "%s", claim->measured ? claim_value_text(claim->value).chars : "");
    document_cell(document, "%s", number_signed(100 * claim_relative_difference(claim), 1).chars);
    document_mark(document, verdicts[verdict].tone, verdict_name(verdict));
}

/* A table of the claims that `belongs` selects; no table when there are none. */
static void present_some(const claims_t *claims, bool (*belongs)(const claim_t *claim), const column_t *columns,
                         const char *caption,
                         void (*present)(const claims_t *claims, const claim_t *claim, document_t *document),
                         document_t *document)
{
    bool begun = false;
    for (size_t i = 0; i < claims->count; i++) {
        if (!belongs(&claims->items[i]))
            continue;
        if (!begun) {
            document_table(document, columns, "%s", caption);
            document_sorted(document);
        }
        begun = true;
        present(claims, &claims->items[i], document);
    }
}

static bool is_compared(const claim_t *claim)
{
    return claim->measured && claim->basis != BASIS_STAND_IN;
}

static bool is_stand_in(const claim_t *claim)
{
    return claim->measured && claim->basis == BASIS_STAND_IN;
}

static bool has_no_value(const claim_t *claim)
{
    return !claim->measured;
}

static void present_rests(const claims_t *claims, document_t *document)
{
    bool begun = false, first = false;
    for (const claim_t *claim = claims->items; claim < claims->items + claims->count; claim++) {
        const size_t number = claim->measured ? number_of_rests(claims, claim, &first) : 0;
        if (number == 0 || !first)
            continue;
        if (!begun)
            document_table(document, rests_columns, "What the measured values rest on.");
        begun = true;
        document_cell(document, "R%zu", number);
        document_anchor(document, text_of("R%zu", number).chars);
        document_cell(document, "%s", claim->rests_on);
    }
}

void claims_present(const claims_t *claims, document_t *document)
{
    document_section(document, 2, "claims", "Claims of the paper");
    present_counts(claims, document);
    present_some(
        claims, is_compared, measured_columns,
        "Claims with a measured value. The difference is this run minus the paper, as a share of the paper's number. "
        "Under `more`: the place in the paper, the tolerance with its reason, what the value rests on, and its query, "
        "which `bbsbench query --run RUN_FOLDER 'QUERY'` runs again. Areas and powers of PEs are estimated from gates "
        "with constants that are fitted to the paper's other PEs.",
        present_measured, document);
    present_some(
        claims, is_stand_in, stand_in_columns,
        "Claims that only stand-ins could measure. The values are of other networks on other data and are not compared "
        "with the paper's.",
        present_stand_in, document);
    present_some(claims, has_no_value, other_columns, "Claims without a measured value, and why.", present_other, document);
    present_rests(claims, document);
}

void claims_present_own(const claims_t *claims, const char *experiment, document_t *document)
{
    bool begun = false;
    for (size_t i = 0; i < claims->count; i++) {
        if (!text_equal(claims->items[i].experiment, experiment))
            continue;
        if (!begun)
            document_table(
                document, own_columns,
                "The paper's claims that this experiment measures. The difference is this run minus the paper, as a "
                "share of the paper's number, where the two may be compared.");
        begun = true;
        present_own(&claims->items[i], document);
    }
}
