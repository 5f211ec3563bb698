/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/claims_summary.h"

#include "base/number.h"
#include "base/text.h"
#include "experiments/claims_table.h"

#include <math.h>

static const struct {
    const char *title, *words; /* a column; a part of a sentence */
    tone_t tone;
} groups[SUMMARY_GROUPS] = {
    [SUMMARY_REPRODUCED] = {"Reproduced", "reproduced", TONE_GOOD},
    [SUMMARY_WITHIN_TREND] = {"Within trend", "within the trend", TONE_NOTE},
    [SUMMARY_DEVIATES] = {"Deviates", "deviate", TONE_BAD},
    [SUMMARY_NO_EVIDENCE] = {"No evidence", "without evidence", TONE_CAUTION},
    [SUMMARY_NOT_COMPARED] = {"Not compared", "not comparable", TONE_PLAIN},
    [SUMMARY_NOT_RUN] = {"Not run", "not run", TONE_PLAIN},
};

static const char *const topic_titles[TOPIC_COUNT] = {[TOPIC_ACCURACY] = "Accuracy",
                                                      [TOPIC_COMPRESSION] = "Compression",
                                                      [TOPIC_SPARSITY] = "Weight sparsity",
                                                      [TOPIC_SPEED] = "Speed",
                                                      [TOPIC_ENERGY] = "Energy",
                                                      [TOPIC_AREA] = "PE area and power",
                                                      [TOPIC_EXAMPLES] = "Worked examples"};

/* What the values of a basis are measured on. Areas and powers of PEs have their own words, whatever the basis. */
static const char *const basis_words[] = {[BASIS_WHOLE] = "as the paper",
                                          [BASIS_SYNTHETIC] = "synthetic weights",
                                          [BASIS_SUBSET] = "a part",
                                          [BASIS_STAND_IN] = "stand-ins"};
static const char area_words[] = "gate counts, fitted constants";

static summary_group_t group_of(const claim_t *claim)
{
    switch (claim_verdict(claim)) {
    case VERDICT_REPRODUCED:
        return SUMMARY_REPRODUCED;
    case VERDICT_WITHIN_TREND:
        return SUMMARY_WITHIN_TREND;
    case VERDICT_DEVIATES:
        return SUMMARY_DEVIATES;
    case VERDICT_NO_EVIDENCE:
        return SUMMARY_NO_EVIDENCE;
    case VERDICT_MEASURED:
    case VERDICT_SUBSET:
    case VERDICT_STAND_IN:
        return SUMMARY_NOT_COMPARED;
    case VERDICT_NOT_RUN:
    case VERDICT_BLOCKED:
    case VERDICT_COUNT:
        break;
    }
    return SUMMARY_NOT_RUN;
}

void claims_summary_count(const claims_t *claims, claims_summary_t *summary)
{
    *summary = (claims_summary_t){.compared = 0};
    for (size_t i = 0; i < claims->count; i++) {
        const summary_group_t group = group_of(&claims->items[i]);
        summary->counts[claims->items[i].topic][group]++;
        summary->totals[group]++;
        summary->compared += group <= SUMMARY_NO_EVIDENCE;
    }
}

size_t claims_summary_most(const claims_t *claims, const claim_t **most, size_t limit)
{
    size_t count = 0;
    bool taken[TOPIC_COUNT] = {false};
    while (count < limit) {
        const claim_t *largest = NULL;
        for (size_t i = 0; i < claims->count; i++) {
            const claim_t *claim = &claims->items[i];
            if (claim_verdict(claim) != VERDICT_DEVIATES || taken[claim->topic] || isnan(claim_relative_difference(claim)))
                continue;
            if (largest == NULL || fabs(claim_relative_difference(claim)) > fabs(claim_relative_difference(largest)))
                largest = claim;
        }
        if (largest == NULL)
            break;
        taken[largest->topic] = true;
        most[count++] = largest;
    }
    return count;
}

/* ===  Words  === */

/* What the measured claims of a topic rest on, most of them first in the order of the bases: "stand-ins". */
static text_t rests_on(const claims_t *claims, claim_topic_t topic)
{
    size_t counts[BASIS_STAND_IN + 1] = {0};
    text_t words = text_of("%s", "");
    for (size_t i = 0; i < claims->count; i++)
        if (claims->items[i].topic == topic && claims->items[i].measured)
            counts[claims->items[i].basis]++;
    for (int basis = 0; basis <= BASIS_STAND_IN; basis++)
        if (counts[basis] > 0)
            words = text_of("%s%s%s (%zu)", words.chars, words.chars[0] != '\0' ? ", " : "",
                            topic == TOPIC_AREA ? area_words : basis_words[basis], counts[basis]);
    return words;
}

/* "55 reproduced, 8 within the trend, 22 deviate"; groups from `first` to `last` that are not empty. */
static text_t list_groups(const size_t counts[SUMMARY_GROUPS], summary_group_t first, summary_group_t last)
{
    text_t words = text_of("%s", "");
    for (int group = (int)first; group <= (int)last; group++)
        if (counts[group] > 0)
            words =
                text_of("%s%s%zu %s", words.chars, words.chars[0] != '\0' ? ", " : "", counts[group], groups[group].words);
    return words;
}

static text_t answer(const claims_t *claims, const claims_summary_t *summary)
{
    if (summary->compared == 0)
        return text_of("None of the paper's %zu claims can be compared with this run: %s.", claims->count,
                       list_groups(summary->totals, SUMMARY_NOT_COMPARED, SUMMARY_NOT_RUN).chars);
    const text_t rest = list_groups(summary->totals, SUMMARY_NOT_COMPARED, SUMMARY_NOT_RUN);
    return text_of("Of the paper's %zu claims %zu can be compared: %s.%s%s%s", claims->count, summary->compared,
                   list_groups(summary->totals, SUMMARY_REPRODUCED, SUMMARY_NO_EVIDENCE).chars,
                   rest.chars[0] != '\0' ? " The others: " : "", rest.chars, rest.chars[0] != '\0' ? "." : "");
}

/* A number with the claim's unit: "3.03×", "0.45 points". */
static text_t with_unit(const char *number, const claim_t *claim)
{
    return text_equal(claim->unit, "x") ? text_of("%s×", number) : text_of("%s %s", number, claim->unit);
}

static text_t value_of(const claim_t *claim)
{
    const bool counted = text_starts(claim->unit, "of ");
    return with_unit(counted ? number_integer((int64_t)claim->value).chars : claim_value_text(claim->value).chars, claim);
}

static text_t paper_of(const claim_t *claim)
{
    return with_unit(text_of("%.9g", claim->paper).chars, claim);
}

/* "paper 3.03×, here 3.02×", or of a stand-in without the comparison. */
static text_t headline_note(const claim_t *claim)
{
    if (!claim->measured)
        return text_of("NOT RUN: %s. The paper: %s", claim->note != NULL ? claim->note : "no rows", paper_of(claim).chars);
    if (claim->basis == BASIS_STAND_IN || claim->basis == BASIS_SUBSET)
        return text_of("%s, N = %s. Not comparable with the paper's %s", verdict_name(claim_verdict(claim)),
                       number_integer(claim->n).chars, paper_of(claim).chars);
    return text_of("paper: %s. %s, %s", paper_of(claim).chars, verdict_name(claim_verdict(claim)),
                   claim->topic == TOPIC_AREA ? area_words : basis_words[claim->basis]);
}

static text_t deviation_words(const claim_t *claim)
{
    return text_of("%s: %s here, %s in the paper. %s", claim->what, value_of(claim).chars, paper_of(claim).chars,
                   claim->why[0] != '\0' ? text_of("Reason: %s", claim->why).chars : "The reason is not known.");
}

/* ===  The first screen  === */

static const column_t topic_columns[] = {{"Claims about", "", false}, {"", "", false},        {"Reproduced", "", true},
                                         {"Within trend", "", true},  {"Deviates", "", true}, {"No evidence", "", true},
                                         {"Not compared", "", true},  {"Not run", "", true},  {"Measured on", "", false},
                                         {NULL, NULL, false}};

/* The name of a topic, which leads to its first claim. */
static void present_name(const claims_t *claims, claim_topic_t topic, document_t *document)
{
    size_t i = 0;
    while (i < claims->count && claims->items[i].topic != topic)
        i++;
    if (i < claims->count)
        document_link(document, topic_titles[topic], text_of("#%s", claims->items[i].id).chars);
    else
        document_cell(document, "%s", topic_titles[topic]);
}

static void present_topic(const claims_t *claims, const claims_summary_t *summary, claim_topic_t topic,
                          document_t *document)
{
    bar_part_t parts[SUMMARY_GROUPS];
    for (int group = 0; group < SUMMARY_GROUPS; group++)
        parts[group] = (bar_part_t){groups[group].tone, summary->counts[topic][group]};
    present_name(claims, topic, document);
    document_bar(document, parts, SUMMARY_GROUPS,
                 list_groups(summary->counts[topic], SUMMARY_REPRODUCED, SUMMARY_NOT_RUN).chars);
    for (int group = 0; group < SUMMARY_GROUPS; group++)
        document_cell(document, "%s",
                      summary->counts[topic][group] > 0 ? text_of("%zu", summary->counts[topic][group]).chars : "");
    document_cell(document, "%s", rests_on(claims, topic).chars);
}

void claims_summary_present(const claims_t *claims, document_t *document)
{
    claims_summary_t summary;
    const claim_t *most[SUMMARY_MOST];
    claims_summary_count(claims, &summary);
    document_section(document, 2, "verdict", "Does the paper reproduce?");
    document_paragraph(document, "%s", answer(claims, &summary).chars);
    const size_t count = claims_summary_most(claims, most, SUMMARY_MOST);
    for (size_t i = 0; i < count; i++)
        document_item(document, "Deviates most in %s (`#%s`): %s", topic_titles[most[i]->topic], most[i]->id,
                      deviation_words(most[i]).chars);
    for (size_t i = 0; i < claims->count; i++)
        if (claim_is_headline(&claims->items[i]))
            document_fact(document, claims->items[i].what,
                          claims->items[i].measured ? value_of(&claims->items[i]).chars : "–",
                          headline_note(&claims->items[i]).chars);
    document_table(
        document, topic_columns,
        "The claims by verdict; a name leads to its claims. Not compared: the paper prints no number, or this run measured "
        "something else.");
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        present_topic(claims, &summary, (claim_topic_t)topic, document);
}

/* ===  The terminal  === */

void claims_summary_print(const claims_t *claims, FILE *stream)
{
    claims_summary_t summary;
    claims_summary_count(claims, &summary);
    fprintf(stream, "claims about        reproduced  trend deviates no evidence not compared not run\n");
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        const size_t *counts = summary.counts[topic];
        fprintf(stream, "%-19s %10zu %6zu %8zu %11zu %12zu %7zu\n", topic_titles[topic], counts[SUMMARY_REPRODUCED],
                counts[SUMMARY_WITHIN_TREND], counts[SUMMARY_DEVIATES], counts[SUMMARY_NO_EVIDENCE],
                counts[SUMMARY_NOT_COMPARED], counts[SUMMARY_NOT_RUN]);
    }
    for (size_t i = 0; i < claims->count; i++)
        if (claim_is_headline(&claims->items[i]))
            fprintf(stream, "%s: %s (%s)\n", claims->items[i].what,
                    claims->items[i].measured ? value_of(&claims->items[i]).chars : "–",
                    headline_note(&claims->items[i]).chars);
}
