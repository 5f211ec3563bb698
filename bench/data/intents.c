/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/intents.h"

#include "base/file.h"
#include "base/text.h"
#include "data/sentences.h"
#include "data/tsv.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

enum { CLINC_INTENTS = 150, BANKING_INTENTS = 77, MOST_SENTENCES = 1 << 20 };

static const char *const clinc_names[] = {"clinc150_data_full.json", "data_full.json", NULL};
static const char *const banking_names[] = {"banking77_test.csv", "banking_data/test.csv", "test.csv", NULL};
static const char todo[] = "give a folder with CLINC150's data_full.json and Banking77's test.csv with --data";

/* The sentences so far, each with the name of its intent. Texts belong to the files. */
typedef struct {
    sentences_row_t *rows;
    const char **intents;
    int64_t count, room;
} found_t;

static outcome_t add(const char *path, const char *text, const char *intent, int file, int64_t line, found_t *found)
{
    if (found->count == found->room) {
        const int64_t room = found->room > 0 ? 2 * found->room : 1024;
        sentences_row_t *rows = realloc(found->rows, (size_t)room * sizeof *rows);
        if (rows != NULL)
            found->rows = rows;
        const char **intents = realloc(found->intents, (size_t)room * sizeof *intents);
        if (intents != NULL)
            found->intents = intents;
        if (rows == NULL || intents == NULL || room > MOST_SENTENCES)
            return outcome_out_of_memory(path);
        found->room = room;
    }
    found->rows[found->count] = (sentences_row_t){.first = text, .file = file, .line = line};
    found->intents[found->count++] = intent;
    return outcome_ok();
}

/* ===  Classes  === */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Number the intents of the rows from `start` on, from class `first` on; there must be `expected` of them. */
static outcome_t number(const char *path, int64_t start, int32_t first, int64_t expected, found_t *found)
{
    const int64_t rows = found->count - start;
    const char **sorted = malloc((size_t)(rows > 0 ? rows : 1) * sizeof *sorted);
    int64_t names = 0;
    if (sorted == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < rows; i++)
        sorted[i] = found->intents[start + i];
    qsort(sorted, (size_t)rows, sizeof *sorted, by_text);
    for (int64_t i = 0; i < rows; i++)
        if (names == 0 || !text_equal(sorted[names - 1], sorted[i]))
            sorted[names++] = sorted[i];
    for (int64_t i = start; i < found->count && names == expected; i++) {
        const char *const *place = bsearch(&found->intents[i], sorted, (size_t)names, sizeof *sorted, by_text);
        found->rows[i].label = first + (int32_t)(place - sorted);
    }
    free(sorted);
    return names == expected ? outcome_ok()
                             : outcome_failed(path, NULL, text_of("%lld intents", (long long)names).chars,
                                              text_of("%lld", (long long)expected).chars, todo);
}

/* ===  The two files  === */

static text_t find_file(const char *folder, const char *const *names)
{
    text_t path = text_of("%s/%s", folder, names[0]);
    for (; *names != NULL; names++) {
        text_t other = text_of("%s/%s", folder, *names);
        if (file_exists(other.chars))
            return other;
    }
    return path;
}

/* {"test": [["how would you say fly in italian", "translate"], ...], ...} */
static outcome_t take_clinc(const char *path, const cJSON *root, found_t *found)
{
    const cJSON *test = cJSON_GetObjectItemCaseSensitive(root, "test"), *pair;
    outcome_t result = outcome_ok();
    int64_t line = 0;
    cJSON_ArrayForEach(pair, test)
    {
        const cJSON *text = cJSON_GetArrayItem(pair, 0), *intent = cJSON_GetArrayItem(pair, 1);
        line++;
        if (!cJSON_IsString(text) || !cJSON_IsString(intent))
            return outcome_failed(path, text_of("test, item %lld", (long long)line).chars, "no pair of texts",
                                  "a sentence and its intent", todo);
        if (outcome_bad(&result, add(path, text->valuestring, intent->valuestring, 0, line, found)))
            return result;
    }
    return number(path, 0, 0, CLINC_INTENTS, found);
}

static outcome_t take_banking(const char *path, const tsv_t *tsv, found_t *found)
{
    static const char *const texts[] = {"text", NULL}, *const categories[] = {"category", "label", NULL};
    const int64_t start = found->count;
    size_t text, category;
    outcome_t result;
    if (outcome_bad(&result, tsv_column(tsv, texts, &text)) || outcome_bad(&result, tsv_column(tsv, categories, &category)))
        return result;
    for (size_t row = 0; row < tsv->rows && outcome_is_ok(&result); row++)
        if (!tsv_is_left_out(tsv, row))
            result = add(path, tsv_cell(tsv, row, text), tsv_cell(tsv, row, category), 1, (int64_t)row + 2, found);
    return outcome_is_ok(&result) ? number(path, start, CLINC_INTENTS, BANKING_INTENTS, found) : result;
}

static outcome_t open_intents(const dataset_request_t *request, dataset_t *dataset)
{
    const text_t clinc = find_file(request->path, clinc_names), banking = find_file(request->path, banking_names);
    found_t found = {.count = 0};
    bytes_t bytes = {0};
    tsv_t tsv = {0};
    cJSON *root = NULL;
    outcome_t result;
    dataset->files[0] = clinc;
    dataset->files[1] = banking;
    dataset->file_count = 2;
    if (outcome_bad(&result, file_read(clinc.chars, todo, &bytes)))
        goto out;
    root = cJSON_ParseWithLength((const char *)bytes.data, bytes.size);
    if (root == NULL) {
        result = outcome_failed(clinc.chars, NULL, "no JSON", "CLINC150's data_full.json", todo);
        goto out;
    }
    if (outcome_bad(&result, take_clinc(clinc.chars, root, &found)) ||
        outcome_bad(&result, tsv_read(banking.chars, todo, NULL, &tsv)) ||
        outcome_bad(&result, take_banking(banking.chars, &tsv, &found)))
        goto out;
    result = sentences_open_rows(found.rows, found.count, CLINC_INTENTS + BANKING_INTENTS, request, dataset);

out:
    tsv_free(&tsv);
    cJSON_Delete(root);
    file_free_bytes(&bytes);
    free(found.rows);
    free(found.intents);
    return result;
}

const dataset_kind_t dataset_intents = {
    .name = "intents",
    .title = "CLINC150 and Banking77, 227 intents",
    .licence = "CC BY 3.0 (CLINC150), CC BY 4.0 (Banking77)",
    .source = "Larson et al., EMNLP 2019; Casanueva et al. 2020",
    .classes = 227,
    .whole = 7580,
    .open = open_intents,
};
