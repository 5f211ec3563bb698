/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/manifest_files.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* ===  One file  === */

/* Rows of a table; -1: it is none. */
static int64_t count_rows(const char *path)
{
    csv_table_t table;
    outcome_t read = csv_read(path, &table);
    const int64_t rows = outcome_is_ok(&read) ? (int64_t)table.rows : -1;
    if (outcome_is_ok(&read))
        csv_free(&table);
    return rows;
}

static const cJSON *files_of(const manifest_t *manifest)
{
    return cJSON_GetObjectItemCaseSensitive(manifest->json, "files");
}

static const char *text_at(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static cJSON *find(const manifest_t *manifest, const char *name)
{
    cJSON *entry;
    cJSON_ArrayForEach(entry, files_of(manifest)) if (text_equal(text_at(entry, "path"), name)) return entry;
    return NULL;
}

int manifest_file_count(const manifest_t *manifest)
{
    return cJSON_GetArraySize(files_of(manifest));
}

/* ===  Recording  === */

static outcome_t record(manifest_t *manifest, const char *folder, const char *name)
{
    const text_t path = text_of("%s/%s", folder, name);
    int64_t bytes;
    sha256_t sha256;
    outcome_t result;
    if (outcome_bad(&result, file_size(path.chars, &bytes)) || outcome_bad(&result, sha256_file(path.chars, &sha256)))
        return result;
    cJSON *entry = find(manifest, name);
    if (entry == NULL)
        entry = json_append_object(cJSON_GetObjectItemCaseSensitive(manifest->json, "files"));
    json_set_text(entry, "path", name);
    json_set_number(entry, "bytes", (double)bytes);
    json_set_text(entry, "sha256", sha256.hex);
    json_set_number(entry, "row_count", (double)count_rows(path.chars));
    return result;
}

/* Record NAME of the folder unless it is recorded and older than `since`. The kernel's clock of files may be a little
 * behind. */
static outcome_t record_when_new(manifest_t *manifest, const char *folder, const char *name, time_t since)
{
    enum { SLACK = 1 };
    struct stat status;
    if (lstat(text_of("%s/%s", folder, name).chars, &status) != 0 || !S_ISREG(status.st_mode))
        return outcome_ok();
    if (find(manifest, name) != NULL && status.st_mtime < since - SLACK)
        return outcome_ok();
    return record(manifest, folder, name);
}

/* The files START...csv of a folder inside the run folder. `inside` is "" or ends in a slash. */
static outcome_t record_folder(manifest_t *manifest, const char *folder, const char *inside, const char *start,
                               time_t since)
{
    outcome_t result = outcome_ok();
    DIR *stream = opendir(text_of("%s/%s", folder, inside).chars);
    if (stream == NULL && errno != ENOENT)
        return outcome_failed(text_of("%s/%s", folder, inside).chars, "reading", strerror(errno), "a folder", NULL);
    for (struct dirent *entry; stream != NULL && outcome_is_ok(&result) && (entry = readdir(stream)) != NULL;)
        if (text_starts(entry->d_name, start) && text_ends(entry->d_name, ".csv"))
            result = record_when_new(manifest, folder, text_of("%s%s", inside, entry->d_name).chars, since);
    if (stream != NULL)
        closedir(stream);
    return result;
}

outcome_t manifest_record(manifest_t *manifest, const char *folder, const experiment_t *experiment, time_t since)
{
    outcome_t result = record(manifest, folder, experiment->file);
    if (outcome_is_ok(&result) && !outcome_bad(&result, record_folder(manifest, folder, "", "samples.", since)))
        result = record_folder(manifest, folder, "predictions/", "", since);
    if (outcome_is_ok(&result))
        result = record_folder(manifest, folder, "predictions_integers/", "", since);
    if (outcome_is_ok(&result))
        result = record_folder(manifest, folder, "windows/", "", since);
    return result;
}

/* ===  Checking  === */

static text_t described(double rows, const char *sha256)
{
    return rows >= 0 ? text_of("%.0f rows, SHA-256 %s", rows, sha256) : text_of("no table, SHA-256 %s", sha256);
}

static outcome_t foreign(const char *path, const char *found, const char *expected)
{
    return outcome_failed(path, NULL, text_of("FOREIGN: %s", found).chars, expected,
                          "this run did not write it so: put the file back, or remove it and continue with --resume");
}

/* A path of run.json must stay in the folder. */
static bool is_inside(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && !text_starts(name, "../") && strstr(name, "/../") == NULL;
}

static outcome_t check_file(const manifest_t *manifest, const cJSON *entry, const char *folder)
{
    const char *name = text_at(entry, "path"), *sha256 = text_at(entry, "sha256");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(entry, "row_count");
    sha256_t seen;
    if (!is_inside(name))
        return outcome_failed(manifest->path, "files", name, "the path of a file in the folder", NULL);
    const text_t path = text_of("%s/%s", folder, name);
    if (!file_exists(path.chars))
        return outcome_ok();
    outcome_t result = sha256_file(path.chars, &seen);
    if (!outcome_is_ok(&result) || text_equal(seen.hex, sha256))
        return result;
    return foreign(path.chars, described((double)count_rows(path.chars), seen.hex).chars,
                   described(cJSON_IsNumber(rows) ? rows->valuedouble : -1, sha256).chars);
}

/* The rows of a finished experiment are there and recorded. */
static outcome_t check_rows(const manifest_t *manifest, const cJSON *experiment, const char *folder, bool to_resume)
{
    const char *name = text_at(experiment, "rows");
    if (!text_equal(text_at(experiment, "state"), "finished"))
        return outcome_ok();
    const text_t path = text_of("%s/%s", folder, name);
    if (!file_exists(path.chars))
        return to_resume ? outcome_ok() : foreign(path.chars, "no such file", "the rows of a finished experiment");
    return find(manifest, name) != NULL ? outcome_ok()
                                        : foreign(path.chars, "rows without a SHA-256 in run.json", "recorded rows");
}

outcome_t manifest_check(const manifest_t *manifest, const char *folder, bool to_resume)
{
    const cJSON *experiments = cJSON_GetObjectItemCaseSensitive(manifest->json, "experiments"), *entry;
    outcome_t result = outcome_ok();
    cJSON_ArrayForEach(entry,
                       files_of(manifest)) if (outcome_bad(&result, check_file(manifest, entry, folder))) return result;
    cJSON_ArrayForEach(entry, experiments) if (outcome_bad(&result, check_rows(manifest, entry, folder, to_resume))) break;
    return result;
}

outcome_t manifest_open(const char *folder, manifest_t *manifest)
{
    outcome_t result = manifest_read(folder, manifest);
    if (outcome_is_ok(&result) && outcome_bad(&result, manifest_check(manifest, folder, false)))
        manifest_free(manifest);
    return result;
}
