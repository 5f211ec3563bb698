/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.json: the first screen of the report for programs. claims.json has all claims. */
#include "base/outfile.h"
#include "base/text.h"
#include "experiments/claims_summary.h"

#include <cjson/cJSON.h>
#include <math.h>

static const char *const keys[SUMMARY_GROUPS] = {
    [SUMMARY_REPRODUCED] = "reproduced",   [SUMMARY_WITHIN_TREND] = "within_trend", [SUMMARY_DEVIATES] = "deviates",
    [SUMMARY_NO_EVIDENCE] = "no_evidence", [SUMMARY_NOT_COMPARED] = "not_compared", [SUMMARY_NOT_RUN] = "not_run"};

/* Each function here is false when memory is out. */
static bool add_counts(cJSON *object, const char *key, const size_t counts[SUMMARY_GROUPS])
{
    cJSON *inner = cJSON_AddObjectToObject(object, key);
    bool ok = inner != NULL;
    for (int group = 0; group < SUMMARY_GROUPS && ok; group++)
        ok = cJSON_AddNumberToObject(inner, keys[group], (double)counts[group]) != NULL;
    return ok;
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
    return cJSON_AddStringToObject(object, key, text) != NULL;
}

static bool add_number(cJSON *object, const char *key, double number)
{
    return (isnan(number) ? cJSON_AddNullToObject(object, key) : cJSON_AddNumberToObject(object, key, number)) != NULL;
}

static bool add_claim(cJSON *array, const claim_t *claim)
{
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        return false;
    }
    return add_text(object, "id", claim->id) && add_text(object, "what", claim->what) &&
           add_text(object, "unit", claim->unit) && add_number(object, "paper_value", claim->paper) &&
           add_number(object, "value", claim->measured ? claim->value : (double)NAN) &&
           add_text(object, "verdict", verdict_name(claim_verdict(claim))) &&
           add_text(object, "basis", claim->measured ? claim_basis_name(claim->basis) : "") &&
           add_text(object, "why", claim_is_beyond(claim) ? claim->why : "");
}

static bool fill(cJSON *root, const claims_t *claims)
{
    claims_summary_t summary;
    const claim_t *most[SUMMARY_MOST];
    claims_summary_count(claims, &summary);
    const size_t count = claims_summary_most(claims, most, SUMMARY_MOST);
    bool ok = add_number(root, "claims", (double)claims->count) && add_number(root, "compared", (double)summary.compared) &&
              add_counts(root, "verdicts", summary.totals);
    cJSON *topics = ok ? cJSON_AddObjectToObject(root, "topics") : NULL;
    for (int topic = 0; topic < TOPIC_COUNT && ok; topic++)
        ok = topics != NULL && add_counts(topics, claim_topic_name((claim_topic_t)topic), summary.counts[topic]);
    cJSON *headlines = ok ? cJSON_AddArrayToObject(root, "headlines") : NULL;
    for (size_t i = 0; i < claims->count && ok; i++)
        ok = headlines != NULL && (!claim_is_headline(&claims->items[i]) || add_claim(headlines, &claims->items[i]));
    cJSON *deviations = ok ? cJSON_AddArrayToObject(root, "deviates_most") : NULL;
    for (size_t i = 0; i < count && ok; i++)
        ok = deviations != NULL && add_claim(deviations, most[i]);
    return ok && topics != NULL && headlines != NULL && deviations != NULL;
}

outcome_t claims_summary_write(const claims_t *claims, const char *folder)
{
    const text_t path = text_of("%s/report.json", folder);
    outfile_t file = {0};
    cJSON *root = cJSON_CreateObject();
    char *text = root != NULL && fill(root, claims) ? cJSON_Print(root) : NULL;
    outcome_t result = text != NULL ? outfile_open(&file, path.chars) : outcome_out_of_memory(path.chars);
    if (outcome_is_ok(&result)) {
        fprintf(file.stream, "%s\n", text);
        result = outfile_commit(&file);
    }
    cJSON_free(text);
    cJSON_Delete(root);
    return result;
}
