/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/record_section.h"

#include "base/number.h"

#include <math.h>

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *text_at(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    return cJSON_IsString(item) && item->valuestring[0] != '\0' ? item->valuestring : "–";
}

static double number_at(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* A whole number of run.json, which may hold any number. */
static text_t whole_text(double value)
{
    return fabs(value) < 0x1p53 ? number_integer((int64_t)value) : number_fixed(value, 0);
}

/* ===  Cost  === */

static const column_t cost_columns[] = {
    {"Experiment", "", false}, {"State", "", false},           {"Rows", "", true},    {"Wall time", "", true},
    {"Peak memory", "", true}, {"Estimate before", "", false}, {"Reason", "", false}, {NULL, NULL, false}};

static const struct {
    const char *state;
    tone_t tone;
} states[] = {{"finished", TONE_GOOD}, {"failed", TONE_BAD}, {"blocked", TONE_BAD}, {"running", TONE_CAUTION}};

static tone_t state_tone(const char *state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_equal(states[i].state, state))
            return states[i].tone;
    return TONE_NOTE;
}

static text_t bytes_or_dash(double bytes)
{
    return bytes >= 0 ? number_bytes(bytes) : number_fixed(NAN, 0);
}

void record_present_cost(const manifest_t *manifest, const experiments_t *experiments, document_t *document)
{
    const cJSON *entry;
    document_heading(document, 2, "Cost");
    document_table(
        document, cost_columns,
        "Measured wall time and peak memory of each experiment with %g thread(s). Peak memory is the kernel's high-water mark of "
        "resident memory, reset before each experiment. The run folder takes %s.",
        manifest_number(manifest, NULL, "jobs"), bytes_or_dash(manifest_number(manifest, NULL, "folder_bytes")).chars);
    cJSON_ArrayForEach(entry, get(manifest->json, "experiments"))
    {
        const experiment_t *experiment;
        outcome_t known = experiments_find(experiments, text_at(entry, "id"), &experiment);
        double rows = number_at(entry, "row_count");
        document_cell(document, "%s", text_at(entry, "id"));
        document_mark(document, state_tone(text_at(entry, "state")), text_at(entry, "state"));
        document_cell(document, "%s", whole_text(rows).chars);
        document_cell(document, "%s", number_duration(number_at(entry, "wall_seconds")).chars);
        document_cell(document, "%s", bytes_or_dash(number_at(entry, "peak_memory_bytes")).chars);
        document_cell(document, "%s", outcome_is_ok(&known) ? experiment->page.cost.chars : "–");
        document_cell(document, "%s", text_at(entry, "reason"));
    }
    document_paragraph(document, "Started %s, finished %s, continued %g time(s).",
                       manifest_text(manifest, NULL, "started_utc"),
                       manifest_is_finished(manifest) ? manifest_text(manifest, NULL, "finished_utc") : "not yet",
                       fmax(manifest_number(manifest, NULL, "resumed"), 0));
}

/* ===  Provenance  === */

static const column_t pair_columns[] = {{"What", "", false}, {"Value", "", false}, {NULL, NULL, false}};

/* Every text or number of an object as a row; nested objects are skipped. */
static void present_pairs(const cJSON *object, document_t *document)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        document_cell(document, "%s", item->string);
        if (cJSON_IsString(item))
            document_cell(document, "%s", item->valuestring);
        else if (cJSON_IsNumber(item))
            document_cell(document, "%s", whole_text(item->valuedouble).chars);
        else
            document_cell(document, "%s", cJSON_IsBool(item) ? cJSON_IsTrue(item) ? "yes" : "no" : "–");
    }
}

static const column_t input_columns[] = {
    {"File", "", false}, {"Role", "", false}, {"Size", "bytes", true}, {"SHA-256", "", false}, {NULL, NULL, false}};

void record_present_provenance(const manifest_t *manifest, document_t *document)
{
    const cJSON *entry;
    document_heading(document, 2, "Provenance");
    document_paragraph(document, "Made by `%s`.", manifest_text(manifest, NULL, "command"));
    document_table(document, pair_columns, "The program. `dirty` says whether the source had uncommitted changes.");
    present_pairs(get(manifest->json, "program"), document);
    document_table(document, input_columns, "The models, graphs, data sets and tables of constants that the run read.");
    cJSON_ArrayForEach(entry, get(manifest->json, "inputs"))
    {
        double bytes = number_at(entry, "bytes");
        document_cell(document, "`%s`", text_at(entry, "path"));
        document_cell(document, "%s", text_at(entry, "role"));
        document_cell(document, "%s", bytes >= 0 ? whole_text(bytes).chars : "missing");
        document_cell(document, "`%s`", text_at(entry, "sha256"));
    }
    document_fold(document, "Configuration and seeds");
    document_table(document, pair_columns,
                   "All that the rows depend on; a run is continued only with the same configuration.");
    present_pairs(get(manifest->json, "configuration"), document);
    document_table(document, pair_columns, "Seeds.");
    present_pairs(get(manifest->json, "seeds"), document);
    document_fold_end(document);
}

void record_present_environment(const manifest_t *manifest, document_t *document)
{
    static const char *const parts[] = {"machine", "build", "libraries", NULL};
    document_heading(document, 2, "Environment");
    document_table(document, pair_columns,
                   "Machine, compiler and libraries. A library without a version is identified by the hash of its file.");
    for (const char *const *part = parts; *part != NULL; part++)
        present_pairs(get(manifest->json, *part), document);
}
