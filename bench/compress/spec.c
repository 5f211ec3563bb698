/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/spec.h"

#include "base/registry.h"
#include "base/text.h"
#include "compress/settings.h"

#include <string.h>

enum { SPEC_MOST = 255 /* bytes */, PARTS_MOST = SPEC_MOST + 1 };

static const char option[] = "--method";

/* Methods and presets both begin with their name. */
static const registry_t names = {.where = option, .what = "method", .tables = {method_registry, preset_registry}};

static const preset_t *preset_of(const char *name)
{
    static const registry_t presets = {.where = option, .what = "preset", .tables = {preset_registry}};
    return registry_look_up(&presets, name);
}

/* Read one "key=value"; `given` is a mask of the rows whose keys were given before. */
static outcome_t take_pair(const char *spec, char *pair, const method_t *method, uint64_t *given, method_config_t *config)
{
    char *value = strchr(pair, '=');
    if (value == NULL)
        return outcome_usage(option, spec, pair[0] != '\0' ? pair : "nothing after a colon", "key=value", NULL);
    *value++ = '\0';
    const setting_t *setting;
    outcome_t result = setting_find(pair, option, spec, &setting);
    if (!outcome_is_ok(&result))
        return result;
    uint64_t row = UINT64_C(1) << (setting - method_settings);
    text_t place = text_of("%s: %s", spec, setting->key);
    if (*given & row)
        return outcome_usage(option, place.chars, "a second value", "each key once", NULL);
    *given |= row;
    return setting_read(setting, method, value, option, place.chars, config);
}

/* Read a method and its parameters, without method_check(). */
static outcome_t read_spec(const char *spec, const method_t **method, method_config_t *config)
{
    char copy[SPEC_MOST + 1], *parts[PARTS_MOST];
    const void *entry;
    uint64_t given = 0;
    if (spec[0] == '\0' || strlen(spec) > SPEC_MOST)
        return outcome_usage(option, NULL, spec[0] == '\0' ? "no method" : text_of("%zu bytes", strlen(spec)).chars,
                             text_of("NAME[:key=value...] of at most %d bytes", SPEC_MOST).chars, NULL);
    strcpy(copy, spec);
    size_t count = text_split(copy, ':', parts, PARTS_MOST);
    outcome_t result = registry_find(&names, parts[0], &entry);
    if (!outcome_is_ok(&result))
        return result;
    const preset_t *preset = preset_of(parts[0]);
    if (preset == NULL) {
        *method = entry;
        *config = (*method)->defaults;
    } else {
        result = read_spec(preset->spec, method, config);
    }
    for (size_t i = 1; i < count && outcome_is_ok(&result); i++)
        result = take_pair(spec, parts[i], *method, &given, config);
    return result;
}

outcome_t method_parse(const char *spec, const method_t **method, method_config_t *config)
{
    outcome_t result = read_spec(spec, method, config);
    return outcome_is_ok(&result) ? method_check(*method, config) : result;
}

const char *method_summary(const char *spec)
{
    char name[SPEC_MOST + 1] = "";
    memcpy(name, spec, strcspn(spec, ":"));
    const preset_t *preset = preset_of(name);
    if (preset != NULL)
        return preset->summary;
    const method_t *method = registry_look_up(&names, name);
    return method->summary;
}
