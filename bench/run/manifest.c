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
        cJSON *entry = json_append_object(array);
        json_add_text(entry, "path", inputs->items[i].path);
        json_add_text(entry, "role", inputs->items[i].role);
        json_add_number(entry, "bytes", (double)inputs->items[i].bytes);
        json_add_text(entry, "sha256", inputs->items[i].sha256.hex);
    }
}

/* Append to a list "a,b"; it may become longer than a text_t. */
static void list_append(text_builder_t *list, const char *item)
{
    text_append(list, "%s%s", list->length > 0 ? "," : "", item);
}

/* Add a list as a text, and free it. */
static void add_list(cJSON *object, const char *key, text_builder_t *list)
{
    json_add_text(object, key, list->failed ? NULL : list->chars != NULL ? list->chars : "");
    free(list->chars);
}

static void describe_material(cJSON *object, const material_t *material)
{
    text_builder_t nets = {0}, methods = {0};
    for (size_t i = 0; i < material->count; i++)
        list_append(&nets, material->nets[i].label != NULL
                               ? text_of("%s on %s", material->nets[i].network->name, material->nets[i].label).chars
                               : material->nets[i].network->name);
    for (size_t i = 0; i < material->text_count; i++)
        list_append(&nets, text_of("%s on %s", file_name(material->texts[i].weights.chars),
                                   file_name(material->texts[i].text.chars))
                               .chars);
    for (size_t i = 0; i < material->method_count; i++)
        list_append(&methods, material->methods[i]);
    if (material->method_count == 0)
        text_append(&methods, "of the mode");
    add_list(object, "networks", &nets);
    add_list(object, "methods", &methods);
    if (material->kernels != NULL)
        json_add_text(object, "kernels of CNNs", material->kernels);
    json_add_text(object, "samples that cannot be read", material->skip_bad ? "left out" : "refused");
    json_add_text(object, "networks left out", material->left_out.chars);
}

static const char chosen_nets[] = "chosen networks", chosen_methods[] = "chosen methods",
                  chosen_images[] = "chosen samples";

static void describe_choice(cJSON *object, const run_mode_t *mode)
{
    if (mode->choice.nets != NULL)
        json_add_text(object, chosen_nets, mode->choice.nets);
    if (mode->choice.methods != NULL)
        json_add_text(object, chosen_methods, mode->choice.methods);
    if (mode->choice.images)
        json_add_text(object, chosen_images, mode->images > 0 ? "at most the number of images" : "all");
}

/* The configuration is one level of texts, so that a difference can be named and shown. */
static void describe_configuration(cJSON *object, const cJSON *program, const manifest_facts_t *facts)
{
    text_builder_t ids = {0};
    json_add_text(object, "mode", facts->mode->name);
    json_add_text(object, "size", facts->mode->size);
    json_add_text(object, "images",
                  facts->mode->images > 0 ? text_of("%lld", (long long)facts->mode->images).chars : "all");
    for (const mode_images_t *of = facts->mode->images_of; of != NULL && of->data != NULL; of++)
        json_add_text(object, text_of("images of %s", of->data).chars, text_of("%lld", (long long)of->images).chars);
    describe_choice(object, facts->mode);
    if (facts->mode->material != NULL)
        describe_material(object, facts->mode->material);
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        list_append(&ids, (*at)->id);
    add_list(object, "experiments", &ids);
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        json_add_text(object, text_of("settings of %s", (*at)->id).chars, (*at)->page.settings.chars);
    for (size_t i = 0; i < facts->inputs->count; i++)
        json_add_text(object, facts->inputs->items[i].path, facts->inputs->items[i].sha256.hex);
    const cJSON *executable = cJSON_GetObjectItemCaseSensitive(program, "executable_sha256");
    json_add_text(object, "executable (SHA-256)", cJSON_IsString(executable) ? executable->valuestring : "unknown");
}

static void describe_experiments(cJSON *array, const manifest_facts_t *facts)
{
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++) {
        cJSON *entry = json_append_object(array);
        json_add_text(entry, "id", (*at)->id);
        json_add_text(entry, "title", (*at)->page.title.chars);
        json_add_text(entry, "rows", (*at)->file);
        json_add_text(entry, "state", "pending");
    }
}

outcome_t manifest_create(const char *folder, const manifest_facts_t *facts, manifest_t *manifest)
{
    outcome_t result = start(folder, manifest);
    if (!outcome_is_ok(&result))
        return result;
    cJSON *json = manifest->json = cJSON_CreateObject();
    json_add_number(json, "schema", MANIFEST_SCHEMA);
    json_add_text(json, "command", facts->command);
    json_add_text(json, "mode", facts->mode->name);
    json_add_text(json, "own_experiments", facts->own_experiments != NULL ? home_record(facts->own_experiments).chars : "");
    json_add_number(json, "jobs", facts->jobs);
    json_add_number(json, "resumed", 0);
    json_add_text(json, "started_utc", manifest_now_utc().chars);
    json_add_null(json, "finished_utc");
    environment_describe(json);
    describe_configuration(json_add_object(json, "configuration"), cJSON_GetObjectItemCaseSensitive(json, "program"),
                           facts);
    cJSON *seeds = json_add_object(json, "seeds");
    for (const experiment_t *const *at = facts->experiments; *at != NULL; at++)
        json_add_text(seeds, (*at)->id, (*at)->page.seeds.chars);
    describe_inputs(json_add_array(json, "inputs"), facts->inputs);
    describe_experiments(json_add_array(json, "experiments"), facts);
    json_add_array(json, "files");
    if (!json_is_whole(json)) {
        result = outcome_out_of_memory(manifest->path);
        manifest_free(manifest);
    }
    return result;
}

/* ===  Reading and writing  === */

outcome_t manifest_read(const char *folder, manifest_t *manifest)
{
    bytes_t bytes = {0};
    outcome_t result = start(folder, manifest);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, file_read(manifest->path, "name the folder of a run (bbsbench run makes one)", &bytes)))
        goto out;
    if (outcome_bad(&result, json_parse(manifest->path, NULL, "the record of a run", (const char *)bytes.data, bytes.size,
                                        &manifest->json)))
        goto out;
    double schema = manifest_number(manifest, NULL, "schema");
    if (schema != MANIFEST_SCHEMA)
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
    char *text = json_print(manifest->json, true);
    if (text == NULL)
        return outcome_out_of_memory(manifest->path);
    outcome_t result = outfile_open(&file, manifest->path);
    if (outcome_is_ok(&result)) {
        fprintf(file.stream, "%s\n", text);
        result = outfile_commit(&file);
    }
    free(text);
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

/* NULL where the user chose nothing. */
static const char *chosen_text(const manifest_t *manifest, const char *key)
{
    const char *text = manifest_text(manifest, "configuration", key);
    return text[0] != '\0' ? text : NULL;
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
    mode->choice = (mode_choice_t){.nets = chosen_text(manifest, chosen_nets),
                                   .methods = chosen_text(manifest, chosen_methods),
                                   .images = chosen_text(manifest, chosen_images) != NULL};
    if (mode->choice.images)
        mode->images_of = NULL;
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

bool manifest_has_rows(const void *manifest, const char *id)
{
    return text_equal(manifest_state(manifest, id), "finished");
}

static const char *setting_of(const cJSON *configuration, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(configuration, name);
    return cJSON_IsString(item) ? item->valuestring : "nothing";
}

outcome_t manifest_same_configuration(const manifest_t *found, const manifest_t *wanted)
{
    const cJSON *mine = cJSON_GetObjectItemCaseSensitive(found->json, "configuration"), *item;
    const cJSON *theirs = cJSON_GetObjectItemCaseSensitive(wanted->json, "configuration");
    const cJSON *const both[] = {theirs, mine}; /* one may have a setting that the other lacks */
    for (int side = 0; side < 2; side++)
        cJSON_ArrayForEach(item, both[side])
        {
            const char *value = setting_of(mine, item->string), *expected = setting_of(theirs, item->string);
            if (!text_equal(value, expected))
                return outcome_failed(found->path, item->string, value, expected,
                                      "rows of two configurations do not mix: start a new run without --resume");
        }
    return outcome_ok();
}
