/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/manifest.h"

#include "base/file.h"
#include "base/home.h"
#include "run/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

text_t manifest_now_utc(void)
{
    time_t now = time(NULL);
    struct tm utc;
    text_t text = text_of("%s", "");
    if (gmtime_r(&now, &utc) != NULL)
        strftime(text.chars, sizeof text.chars, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

static outcome_t start(const char *folder, manifest_t *manifest)
{
    *manifest = (manifest_t){0};
    if (asprintf(&manifest->path, "%s/run.json", folder) >= 0)
        return outcome_ok();
    manifest->path = NULL;
    return outcome_out_of_memory("run.json");
}

void manifest_free(manifest_t *manifest)
{
    cJSON_Delete(manifest->json);
    free(manifest->path);
    *manifest = (manifest_t){0};
}

/* ===  Creating  === */

static void describe_inputs(cJSON *array, const inputs_t *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddItemToArray(array, entry);
        cJSON_AddStringToObject(entry, "path", inputs->items[i].path);
        cJSON_AddStringToObject(entry, "role", inputs->items[i].role);
        cJSON_AddNumberToObject(entry, "bytes", (double)inputs->items[i].bytes);
        cJSON_AddStringToObject(entry, "sha256", inputs->items[i].sha256.hex);
    }
}

/* Append to a list "a,b"; it may become longer than a text_t. */
static void list_append(text_builder_t *list, const char *item)
{
    text_append(list, "%s%s", list->length > 0 ? "," : "", item);
}

/* Add a list as a text, and free it. False when memory is out. */
static bool add_list(cJSON *object, const char *key, text_builder_t *list)
{
    bool added = !list->failed && cJSON_AddStringToObject(object, key, list->chars != NULL ? list->chars : "") != NULL;
    free(list->chars);
    return added;
}

static bool describe_material(cJSON *object, const material_t *material)
{
    text_builder_t nets = {0}, methods = {0};
    for (size_t i = 0; i < material->count; i++)
        list_append(&nets, material->nets[i].network->name);
    for (size_t i = 0; i < material->method_count; i++)
        list_append(&methods, material->methods[i]);
    if (material->method_count == 0)
        text_append(&methods, "of the mode");
    bool networks_added = add_list(object, "networks", &nets), methods_added = add_list(object, "methods", &methods);
    cJSON_AddStringToObject(object, "samples that cannot be read", material->skip_bad ? "left out" : "refused");
    cJSON_AddStringToObject(object, "networks left out", material->left_out.chars);
    return networks_added && methods_added;
}

/* The configuration is one level of texts, so that a difference can be named and shown. False when memory is out. */
static bool describe_configuration(cJSON *object, const cJSON *program, const manifest_facts_t *facts)
{
    text_builder_t ids = {0};
    bool whole = true;
    cJSON_AddStringToObject(object, "mode", facts->mode->name);
    cJSON_AddStringToObject(object, "size", facts->mode->size);
    cJSON_AddStringToObject(object, "images",
                            facts->mode->images > 0 ? text_of("%lld", (long long)facts->mode->images).chars : "all");
    for (const mode_images_t *of = facts->mode->images_of; of != NULL && of->data != NULL; of++)
        cJSON_AddStringToObject(object, text_of("images of %s", of->data).chars,
                                text_of("%lld", (long long)of->images).chars);
    if (facts->mode->material != NULL)
        whole = describe_material(object, facts->mode->material);
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        list_append(&ids, (*at)->id);
    whole = add_list(object, "experiments", &ids) && whole;
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        cJSON_AddStringToObject(object, text_of("settings of %s", (*at)->id).chars, (*at)->page.settings.chars);
    for (size_t i = 0; i < facts->inputs->count; i++)
        cJSON_AddStringToObject(object, facts->inputs->items[i].path, facts->inputs->items[i].sha256.hex);
    const cJSON *executable = cJSON_GetObjectItemCaseSensitive(program, "executable_sha256");
    cJSON_AddStringToObject(object, "executable (SHA-256)",
                            cJSON_IsString(executable) ? executable->valuestring : "unknown");
    return whole;
}

static void describe_experiments(cJSON *array, const manifest_facts_t *facts)
{
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++) {
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddItemToArray(array, entry);
        cJSON_AddStringToObject(entry, "id", (*at)->id);
        cJSON_AddStringToObject(entry, "title", (*at)->page.title.chars);
        cJSON_AddStringToObject(entry, "rows", (*at)->file);
        cJSON_AddStringToObject(entry, "state", "pending");
    }
}

outcome_t manifest_create(const char *folder, const manifest_facts_t *facts, manifest_t *manifest)
{
    outcome_t result = start(folder, manifest);
    if (!outcome_is_ok(&result))
        return result;
    cJSON *json = manifest->json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "schema", MANIFEST_SCHEMA);
    cJSON_AddStringToObject(json, "command", facts->command);
    cJSON_AddStringToObject(json, "mode", facts->mode->name);
    cJSON_AddStringToObject(json, "own_experiments",
                            facts->own_experiments != NULL ? home_record(facts->own_experiments).chars : "");
    cJSON_AddNumberToObject(json, "jobs", facts->jobs);
    cJSON_AddNumberToObject(json, "resumed", 0);
    cJSON_AddStringToObject(json, "started_utc", manifest_now_utc().chars);
    cJSON_AddNullToObject(json, "finished_utc");
    environment_describe(json);
    if (!describe_configuration(cJSON_AddObjectToObject(json, "configuration"),
                                cJSON_GetObjectItemCaseSensitive(json, "program"), facts)) {
        result = outcome_out_of_memory(manifest->path);
        manifest_free(manifest);
        return result;
    }
    cJSON *seeds = cJSON_AddObjectToObject(json, "seeds");
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        cJSON_AddStringToObject(seeds, (*at)->id, (*at)->page.seeds.chars);
    describe_inputs(cJSON_AddArrayToObject(json, "inputs"), facts->inputs);
    describe_experiments(cJSON_AddArrayToObject(json, "experiments"), facts);
    return outcome_ok();
}

/* ===  Reading and writing  === */

outcome_t manifest_read(const char *folder, manifest_t *manifest)
{
    bytes_t bytes = {0};
    outcome_t result = start(folder, manifest);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, file_read(manifest->path, "name the folder of a run (bbsbench run makes one)", &bytes)))
        goto out;
    manifest->json = cJSON_ParseWithLength((const char *)bytes.data, bytes.size);
    double schema = manifest_number(manifest, NULL, "schema");
    if (!cJSON_IsObject(manifest->json))
        result = outcome_failed(manifest->path, NULL, "not a JSON object", "the record of a run", "start a new run");
    else if (schema != MANIFEST_SCHEMA)
        result = outcome_failed(manifest->path, "schema", text_of("%g", schema).chars, text_of("%d", MANIFEST_SCHEMA).chars,
                                "use the version of bbsbench that made the run");

out:
    file_free_bytes(&bytes);
    if (!outcome_is_ok(&result))
        manifest_free(manifest);
    return result;
}

outcome_t manifest_write(const manifest_t *manifest)
{
    outfile_t file = {0};
    char *text = cJSON_Print(manifest->json);
    if (text == NULL)
        return outcome_out_of_memory(manifest->path);
    outcome_t result = outfile_open(&file, manifest->path);
    if (outcome_is_ok(&result)) {
        fprintf(file.stream, "%s\n", text);
        result = outfile_commit(&file);
    }
    cJSON_free(text);
    return result;
}

/* ===  Members  === */

static const cJSON *member(const manifest_t *manifest, const char *object, const char *key)
{
    const cJSON *parent = object != NULL ? cJSON_GetObjectItemCaseSensitive(manifest->json, object) : manifest->json;
    return cJSON_GetObjectItemCaseSensitive(parent, key);
}

const char *manifest_text(const manifest_t *manifest, const char *object, const char *key)
{
    const cJSON *item = member(manifest, object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

double manifest_number(const manifest_t *manifest, const char *object, const char *key)
{
    const cJSON *item = member(manifest, object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

outcome_t manifest_mode(const manifest_t *manifest, run_mode_t *mode)
{
    const run_mode_t *known;
    outcome_t result = run_mode_find(manifest_text(manifest, NULL, "mode"), &known);
    if (!outcome_is_ok(&result))
        return result;
    *mode = *known;
    if (!text_to_integer(manifest_text(manifest, "configuration", "images"), 1, INT64_MAX, &mode->images))
        mode->images = 0;
    return result;
}

bool manifest_is_finished(const manifest_t *manifest)
{
    return manifest_text(manifest, NULL, "finished_utc")[0] != '\0';
}

cJSON *manifest_experiment(const manifest_t *manifest, const char *id)
{
    cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(manifest->json, "experiments"))
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(entry, "id");
        if (cJSON_IsString(name) && text_equal(name->valuestring, id))
            return entry;
    }
    return NULL;
}

const char *manifest_state(const manifest_t *manifest, const char *id)
{
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(manifest_experiment(manifest, id), "state");
    return cJSON_IsString(state) ? state->valuestring : "";
}

static void set_item(cJSON *object, const char *key, cJSON *item)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (!cJSON_AddItemToObject(object, key, item))
        cJSON_Delete(item);
}

void manifest_set_text(cJSON *object, const char *key, const char *value)
{
    set_item(object, key, cJSON_CreateString(value));
}

void manifest_set_number(cJSON *object, const char *key, double value)
{
    set_item(object, key, cJSON_CreateNumber(value));
}

outcome_t manifest_same_configuration(const manifest_t *found, const manifest_t *wanted)
{
    const cJSON *mine = cJSON_GetObjectItemCaseSensitive(found->json, "configuration"), *item;
    const cJSON *theirs = cJSON_GetObjectItemCaseSensitive(wanted->json, "configuration");
    cJSON_ArrayForEach(item, theirs)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(mine, item->string);
        const char *value = cJSON_IsString(other) ? other->valuestring : "nothing";
        if (!text_equal(value, item->valuestring))
            return outcome_failed(found->path, item->string, value, item->valuestring,
                                  "rows of two configurations do not mix: start a new run without --resume");
    }
    if (cJSON_GetArraySize(mine) != cJSON_GetArraySize(theirs))
        return outcome_failed(found->path, "configuration", text_of("%d settings", cJSON_GetArraySize(mine)).chars,
                              text_of("%d", cJSON_GetArraySize(theirs)).chars,
                              "rows of two configurations do not mix: start a new run without --resume");
    return outcome_ok();
}
