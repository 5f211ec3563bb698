/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/side.h"

#include "run/baseline.h"
#include "run/manifest_files.h"
#include "track/answers.h"

#include <dirent.h>
#include <math.h>
#include <string.h>

/* ===  Opening  === */

/* "NAME, commit 609984c with changes"; `name` is the path or the number in the history. */
static text_t title_of(const char *name, const manifest_t *manifest)
{
    const cJSON *dirty =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(manifest->json, "program"), "dirty");
    const char *commit = manifest_text(manifest, "program", "commit");
    return text_of("%s, commit %.12s%s", name, commit[0] != '\0' ? commit : "unknown",
                   cJSON_IsTrue(dirty) ? " with changes" : "");
}

static outcome_t open_path(const char *path, side_t *side)
{
    outcome_t result = outcome_ok();
    side->path = text_of("%s", path);
    side->is_file = !file_is_folder(path);
    side->title = side->path;
    if (side->is_file || !file_exists(text_of("%s/run.json", path).chars))
        return outcome_ok();
    if (outcome_bad(&result, manifest_open(path, &side->manifest)))
        return result;
    side->mode = text_of("%s", manifest_text(&side->manifest, NULL, "mode"));
    side->title = title_of(path, &side->manifest);
    return result;
}

static outcome_t open_past(const char *word, const ledger_t *ledger, side_t *side)
{
    bytes_t bytes = {0};
    bool found = false;
    outcome_t result = ledger_find(ledger, word, &side->run);
    if (!outcome_is_ok(&result) || outcome_bad(&result, ledger_file(ledger, side->run, "run.json", &bytes, &found)))
        return result;
    side->ledger = ledger;
    if (found)
        side->manifest.json = cJSON_ParseWithLength((const char *)bytes.data, bytes.size);
    file_free_bytes(&bytes);
    const text_t name = text_of("run %lld of the history", (long long)side->run);
    if (side->manifest.json == NULL)
        return outcome_failed(name.chars, "run.json", "no record", "the record of a run", NULL);
    side->mode = text_of("%s", manifest_text(&side->manifest, NULL, "mode"));
    side->title = title_of(name.chars, &side->manifest);
    return result;
}

outcome_t side_open(const char *word, const ledger_t *ledger, const char *mode, side_t *side)
{
    memset(side, 0, sizeof *side);
    side->mode = text_of("%s", mode);
    if (file_exists(word) || file_is_folder(word))
        return open_path(word, side);
    if (ledger != NULL && strchr(word, '/') == NULL && strchr(word, '.') == NULL)
        return open_past(word, ledger, side);
    return file_absent(word, word, NULL, "a run folder, a file of rows, or a run of the history", "see bbsbench history");
}

void side_close(side_t *side)
{
    manifest_free(&side->manifest);
}

/* ===  Rows  === */

static outcome_t past_table(const side_t *side, const char *name, csv_table_t *table, bool *found)
{
    bytes_t bytes;
    outcome_t result = ledger_file(side->ledger, side->run, name, &bytes, found);
    if (!outcome_is_ok(&result) || !*found)
        return result;
    return csv_take(bytes, text_of("run %lld of the history: %s", (long long)side->run, name).chars, table);
}

/* Rows of an experiment that did not finish are those of nothing. */
static bool is_finished(const side_t *side, const char *experiment)
{
    return side->manifest.json == NULL || text_equal(manifest_state(&side->manifest, experiment), "finished");
}

outcome_t side_rows(const side_t *side, const char *experiment, csv_table_t *table, bool *found)
{
    const text_t name = text_of("%s.csv", experiment);
    *found = false;
    if (!is_finished(side, experiment))
        return outcome_ok();
    if (side->ledger != NULL)
        return past_table(side, name.chars, table, found);
    text_t path = side->is_file ? side->path : baseline_path(side->path.chars, experiment, side->mode.chars);
    *found = path.chars[0] != '\0';
    return *found ? csv_read(path.chars, table) : outcome_ok();
}

/* ===  Answers  === */

/* What is looked for, and the name of the file when it was found. */
typedef struct {
    const char *folder, *net, *size, *data, *method;
    text_t file;
} wanted_t;

static outcome_t look_at(void *context, const char *name)
{
    wanted_t *wanted = context;
    const size_t length = strlen(wanted->folder);
    if (text_starts(name, wanted->folder) && name[length] == '/' &&
        answers_file_is(name + length + 1, wanted->net, wanted->size, wanted->data, wanted->method))
        wanted->file = text_of("%s", name);
    return outcome_ok();
}

/* The folder of a run, also of one of its files. */
static text_t folder_of(const side_t *side)
{
    text_t folder = side->path;
    char *slash = strrchr(folder.chars, '/');
    if (!side->is_file)
        return folder;
    if (slash == NULL)
        return text_of(".");
    *slash = '\0';
    return folder;
}

outcome_t side_answers(const side_t *side, const char *folder, const char *net, const char *size, const char *data,
                       const char *method, csv_table_t *table, bool *found)
{
    wanted_t wanted = {
        .folder = folder, .net = net, .size = size, .data = data, .method = method, .file = text_of("%s", "")};
    outcome_t result = outcome_ok();
    *found = false;
    if (side->ledger != NULL) {
        result = ledger_files(side->ledger, side->run, look_at, &wanted);
        return outcome_is_ok(&result) && wanted.file.chars[0] != '\0' ? past_table(side, wanted.file.chars, table, found)
                                                                      : result;
    }
    const text_t run = folder_of(side);
    DIR *stream = opendir(text_of("%s/%s", run.chars, folder).chars);
    for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;)
        result = look_at(&wanted, text_of("%s/%s", folder, entry->d_name).chars);
    if (stream != NULL)
        closedir(stream);
    *found = wanted.file.chars[0] != '\0';
    return *found ? csv_read(text_of("%s/%s", run.chars, wanted.file.chars).chars, table) : result;
}

double side_seconds(const side_t *side, const char *experiment)
{
    const cJSON *seconds =
        cJSON_GetObjectItemCaseSensitive(manifest_experiment(&side->manifest, experiment), "wall_seconds");
    return cJSON_IsNumber(seconds) ? seconds->valuedouble : (double)NAN;
}
