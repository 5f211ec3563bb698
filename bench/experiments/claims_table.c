/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/claims_table.h"

#include "base/text.h"
#include "base/number.h"

#include <math.h>

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

static const column_t measured_columns[] = {{"Claim", "", false},     {"What the paper says", "", false},
                                            {"Unit", "", false},      {"Paper", "", true},
                                            {"This run", "", true},   {"N", "", true},
                                            {"Difference", "", true}, {"Relative", "%", true},
                                            {"Verdict", "", false},   {"Basis", "", false},
                                            {"Note", "", false},      {NULL, NULL, false}};

static const column_t support_columns[] = {
    {"Claim", "", false}, {"Tolerance", "", false}, {"Rests on", "", false}, {"Query", "", false}, {NULL, NULL, false}};

static const column_t other_columns[] = {{"Claim", "", false},   {"What the paper says", "", false},
                                         {"Unit", "", false},    {"Paper", "", true},
                                         {"Verdict", "", false}, {"Needs", "", false},
                                         {"Reason", "", false},  {NULL, NULL, false}};

static const column_t stand_in_columns[] = {{"Claim", "", false}, {"What the paper says", "", false},
                                            {"Unit", "", false},  {"Stand-in", "", true},
                                            {"N", "", true},      {"Verdict", "", false},
                                            {"Note", "", false},  {NULL, NULL, false}};

static const char *const topic_captions[TOPIC_COUNT] = {
    [TOPIC_ACCURACY] = "Accuracy: claims with a measured value. The difference is this run minus the paper.",
    [TOPIC_COMPRESSION] = "Compression: claims with a measured value. The difference is this run minus the paper.",
    [TOPIC_SPARSITY] = "Sparsity of weights: claims with a measured value. The difference is this run minus the paper.",
    [TOPIC_SPEED] = "Speed: claims with a measured value. The difference is this run minus the paper.",
    [TOPIC_ENERGY] = "Energy: claims with a measured value. The difference is this run minus the paper.",
    [TOPIC_AREA] = "Area and power of PEs: claims with a measured value. They are estimated from gates with constants "
                   "that are fitted to the paper's other PEs; nothing is synthesised here. The difference is this run "
                   "minus the paper.",
    [TOPIC_EXAMPLES] = "Worked examples: claims with a measured value. The difference is this run minus the paper."};

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
static text_t value_text(double value)
{
    int whole = value != 0 && isfinite(value) ? (int)floor(log10(fabs(value))) + 1 : 1;
    return number_fixed(value, whole >= 4 ? 0 : whole < 1 ? 3 : 4 - whole);
}

static void present_n(const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->n == ROWS_UNKNOWN ? "–" : number_integer(claim->n).chars);
}

static void present_note(const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->note != NULL ? claim->note : "");
}

/* The note of a measured claim, and the value of its null model. */
static void present_null_and_note(const claim_t *claim, document_t *document)
{
    const char *note = claim->note != NULL ? claim->note : "";
    if (isnan(claim->null_value))
        document_cell(document, "%s", note);
    else
        document_cell(document, "%s%snull model: %s: %s", note, note[0] ? "; " : "", claim->null_model,
                      value_text(claim->null_value).chars);
}

static void present_measured(const claim_t *claim, document_t *document)
{
    verdict_t verdict = claim_verdict(claim);
    document_cell(document, "%s", claim->id);
    document_cell(document, "%s (%s; read from the %s)", claim->what, claim->location, claim->read_from);
    document_cell(document, "%s", claim->unit);
    document_cell(document, "%s", paper_text(claim).chars);
    document_cell(document, "%s", value_text(claim->value).chars);
    present_n(claim, document);
    document_cell(document, "%s", number_signed(claim_difference(claim), 3).chars);
    document_cell(document, "%s", number_signed(100 * claim_relative_difference(claim), 1).chars);
    document_mark(document, verdicts[verdict].tone, verdict_name(verdict));
    document_cell(document, "%s", claim_basis_name(claim->basis));
    present_null_and_note(claim, document);
}

static void present_other(const claim_t *claim, document_t *document)
{
    verdict_t verdict = claim_verdict(claim);
    document_cell(document, "%s", claim->id);
    document_cell(document, "%s (%s; read from the %s)", claim->what, claim->location, claim->read_from);
    document_cell(document, "%s", claim->unit);
    document_cell(document, "%s", paper_text(claim).chars);
    document_mark(document, verdicts[verdict].tone, verdict_name(verdict));
    document_cell(document, "%s", claim->needs);
    document_cell(document, "%s", claim->note != NULL ? claim->note : "no experiment of this version measures it");
}

static void present_support(const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->id);
    document_cell(document, "%s", tolerance_text(claim).chars);
    document_cell(document, "%s", claim->rests_on);
    document_cell(document, "`%s`", claim->query);
}

/* The value of a stand-in, without the paper's number: both together would read as a comparison. */
static void present_stand_in(const claim_t *claim, document_t *document)
{
    document_cell(document, "%s", claim->id);
    document_cell(document, "%s (%s)", claim->what, claim->location);
    document_cell(document, "%s", claim->unit);
    document_cell(document, "%s", value_text(claim->value).chars);
    present_n(claim, document);
    document_mark(document, verdicts[VERDICT_STAND_IN].tone, verdict_name(VERDICT_STAND_IN));
    present_note(claim, document);
}

/* A table of the claims that `belongs` selects, of one topic or (TOPIC_COUNT) of all; no table when there are none. */
static void present_some(const claims_t *claims, bool (*belongs)(const claim_t *claim), claim_topic_t topic,
                         const column_t *columns, const char *caption,
                         void (*present)(const claim_t *claim, document_t *document), document_t *document)
{
    bool begun = false;
    for (size_t i = 0; i < claims->count; i++) {
        if (!belongs(&claims->items[i]) || (topic != TOPIC_COUNT && claims->items[i].topic != topic))
            continue;
        if (!begun)
            document_table(document, columns, "%s", caption);
        begun = true;
        present(&claims->items[i], document);
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

static bool has_query(const claim_t *claim)
{
    return claim->query[0] != '\0';
}

static bool has_no_value(const claim_t *claim)
{
    return !claim->measured;
}

void claims_present(const claims_t *claims, document_t *document)
{
    size_t without = 0;
    for (size_t i = 0; i < claims->count; i++)
        without += has_no_value(&claims->items[i]);
    document_heading(document, 2, "Claims of the paper");
    present_counts(claims, document);
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        present_some(claims, is_compared, (claim_topic_t)topic, measured_columns, topic_captions[topic], present_measured,
                     document);
    present_some(
        claims, is_stand_in, TOPIC_COUNT, stand_in_columns,
        "Claims that only stand-ins could measure. The values are of other networks on other data and are not compared with "
        "the paper's.",
        present_stand_in, document);
    document_fold(document, "Tolerance, basis and query of each claim");
    present_some(claims, has_query, TOPIC_COUNT, support_columns,
                 "The tolerance with its reason, the models, data and assumptions behind the value, and its query: "
                 "`bbsbench query --run RUN_FOLDER 'QUERY'` runs it again.",
                 present_support, document);
    document_fold_end(document);
    if (without == 0)
        return;
    document_fold(document, "The other %zu claims, and why they have no value in this run", without);
    present_some(claims, has_no_value, TOPIC_COUNT, other_columns, "Claims without a measured value.", present_other,
                 document);
    document_fold_end(document);
}
