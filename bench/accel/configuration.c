/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/configuration.h"

#include "accel/settings.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The text that is being read, and the configurations to change. */
typedef struct {
    const char *where; /* file, or "--set" */
    const accelerator_t *const *accelerators;
    size_t count;
    accel_config_t *configs;
} target_t;

static const char all_designs[] = "all", dram[] = "dram";

/* ===  One setting  === */

static bool is_of(const accelerator_t *accelerator, const char *section)
{
    return text_equal(section, all_designs) || text_equal(section, dram) || text_equal(section, accelerator->name) ||
           text_equal(section, accelerator->part);
}

/* "did you mean bitvert?" for an unknown section, or "". */
static text_t near_section(const char *section)
{
    enum { MOST_SECTIONS = 64 };
    const char *names[MOST_SECTIONS + 1] = {dram, all_designs};
    size_t count = 2;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && count + 2 <= MOST_SECTIONS; at++) {
        const bool shared = at != accelerator_registry && text_equal((*at)->part, at[-1]->part);
        names[count++] = (*at)->name;
        if (!shared && !text_equal((*at)->part, (*at)->name))
            names[count++] = (*at)->part;
    }
    return registry_guess(names, section);
}

/* A section must be known to an accelerator of the registry, though not to one that is being configured. */
static outcome_t check_section(const char *section, const char *where, const char *place)
{
    text_t known = text_of("%s, %s", dram, all_designs);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        if (is_of(*at, section))
            return outcome_ok();
        known = text_of("%s, %s", known.chars, (*at)->name);
    }
    text_t near = near_section(section);
    return outcome_usage(where, place, section, known.chars,
                         near.chars[0] != '\0' ? near.chars : "name a design, its family, or one of these");
}

/* Before anything is set: check that every design of the section, chosen or not, has the key and accepts the value. `all`
 * means the designs that have the key. */
static outcome_t check_setting(const target_t *target, const char *section, const char *key, const char *value,
                               const char *place)
{
    outcome_t result = check_section(section, target->where, place);
    bool some = false;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL && outcome_is_ok(&result); at++) {
        accel_config_t scratch = {0};
        if (!is_of(*at, section))
            continue;
        if (text_equal(section, all_designs) && !settings_has((*at)->keys, key))
            continue;
        some = true;
        result = settings_read((*at)->keys, &scratch, key, value, target->where, place);
    }
    accel_config_t none = {0};
    return some || !outcome_is_ok(&result) ? result : settings_read(NULL, &none, key, value, target->where, place);
}

/* The keys of [dram] have the prefix in settings.h. */
static text_t full_key(const char *section, const char *key)
{
    return text_equal(section, dram) ? text_of("%s_%s", dram, key) : text_of("%s", key);
}

static outcome_t put(const target_t *target, const char *section, const char *key, const char *value, const char *place)
{
    text_t full = full_key(section, key);
    outcome_t result = check_setting(target, section, full.chars, value, place);
    for (size_t i = 0; i < target->count && outcome_is_ok(&result); i++) {
        const accelerator_t *accelerator = target->accelerators[i];
        if (is_of(accelerator, section) && settings_has(accelerator->keys, full.chars))
            result = settings_read(accelerator->keys, &target->configs[i], full.chars, value, target->where, place);
    }
    return result;
}

/* "key = value" cut in two; NULL where there is no '='. */
static char *cut(char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return NULL;
    *equals = '\0';
    return text_trim(equals + 1);
}

/* ===  A file  === */

enum { MOST_KEYS = 64 };

typedef struct {
    const char *section; /* NULL before the first */
    const char *keys[MOST_KEYS];
    size_t count;
} section_t;

static outcome_t read_key(const target_t *target, section_t *section, char *line, const char *place)
{
    char *value = cut(line);
    const char *key = text_trim(line);
    if (value == NULL || section->section == NULL)
        return outcome_usage(target->where, place, line, value == NULL ? "key = value, or [section]" : "[section] first",
                             NULL);
    for (size_t i = 0; i < section->count; i++)
        if (text_equal(section->keys[i], key))
            return outcome_usage(target->where, text_of("%s: %s", place, key).chars, "the key twice in its section", "once",
                                 NULL);
    if (section->count < MOST_KEYS)
        section->keys[section->count++] = key;
    return put(target, section->section, key, value, place);
}

static outcome_t read_line(const target_t *target, section_t *section, char *line, const char *place)
{
    line = text_trim(line);
    size_t length = strlen(line);
    if (length == 0 || line[0] == '#' || line[0] == ';')
        return outcome_ok();
    if (line[0] != '[')
        return read_key(target, section, line, place);
    if (line[length - 1] != ']')
        return outcome_usage(target->where, place, line, "[section]", NULL);
    line[length - 1] = '\0';
    *section = (section_t){.section = text_trim(line + 1)};
    return check_section(section->section, target->where, place);
}

/* Read all lines; `text` is modified. */
static outcome_t read_text(char *text, const target_t *target)
{
    section_t section = {0};
    outcome_t result = outcome_ok();
    for (int number = 1; text != NULL && outcome_is_ok(&result); number++) {
        char *line = text, *end = strchr(text, '\n');
        text = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = '\0';
        result = read_line(target, &section, line, text_of("line %d", number).chars);
    }
    return result;
}

static outcome_t read_file(const char *path, target_t *target)
{
    bytes_t bytes;
    outcome_t result = file_read(path, "the profiles are paper, bitsim, scaling, or a file of your own", &bytes);
    if (!outcome_is_ok(&result))
        return result;
    target->where = path;
    size_t length = strlen((const char *)bytes.data);
    result = length == bytes.size ? read_text((char *)bytes.data, target)
                                  : outcome_usage(path, text_of("byte %zu", length).chars, "a NUL byte",
                                                  "text: what follows it would not be read", NULL);
    file_free_bytes(&bytes);
    return result;
}

/* ===  The defaults  === */

static const char paper_path[] = "bench/accel/config/paper.ini";
static const char paper[] = {
#include "paper.inc" /* the bytes of config/paper.ini, written by the Makefile */
    '\0'};

static outcome_t read_paper(const accelerator_t *const *accelerators, size_t count, accel_config_t *configs)
{
    const target_t target = {.where = paper_path, .accelerators = accelerators, .count = count, .configs = configs};
    char *text = text_copy(paper);
    if (text == NULL)
        return outcome_out_of_memory(paper_path);
    for (size_t i = 0; i < count; i++)
        settings_clear(accelerators[i]->keys, &configs[i]);
    outcome_t result = read_text(text, &target);
    free(text);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = settings_complete(accelerators[i]->keys, &configs[i], paper_path, accelerators[i]->part);
    return result;
}

outcome_t configuration_default(const accelerator_t *accelerator, accel_config_t *config)
{
    return read_paper(&accelerator, 1, config);
}

outcome_t configuration_load(const char *profile, const accelerator_t *const *accelerators, size_t count,
                             accel_config_t *configs)
{
    target_t target = {.accelerators = accelerators, .count = count, .configs = configs};
    outcome_t result = read_paper(accelerators, count, configs);
    if (!outcome_is_ok(&result) || text_equal(profile, "paper"))
        return result;
    if (text_ends(profile, ".ini"))
        return read_file(profile, &target);
    text_t path;
    result = home_path(text_of("bench/accel/config/%s.ini", profile).chars, &path);
    return outcome_is_ok(&result) ? read_file(path.chars, &target) : result;
}

/* The parts of SECTION.KEY=VALUE; they point into `copy`. */
typedef struct {
    text_t copy;
    const char *section, *key, *value;
} parts_t;

static outcome_t part(const char *setting, parts_t *parts)
{
    parts->copy = text_of("%s", setting);
    char *value = text_fits(&parts->copy) ? cut(parts->copy.chars) : NULL, *section = text_trim(parts->copy.chars);
    char *dot = strchr(section, '.');
    if (value == NULL || dot == NULL)
        return outcome_usage("--set", setting, "another form", "DESIGN.KEY=VALUE, such as bitvert.rows=16", NULL);
    *dot = '\0';
    parts->section = section;
    parts->key = dot + 1;
    parts->value = value;
    return outcome_ok();
}

outcome_t configuration_set(const char *setting, const accelerator_t *const *accelerators, size_t count,
                            accel_config_t *configs)
{
    target_t target = {.where = "--set", .accelerators = accelerators, .count = count, .configs = configs};
    parts_t parts;
    outcome_t result = part(setting, &parts);
    return outcome_is_ok(&result) ? put(&target, parts.section, parts.key, parts.value, setting) : result;
}

outcome_t configuration_reaches(const char *setting, const accelerator_t *const *accelerators, size_t count)
{
    const target_t nobody = {.where = "--set"};
    parts_t parts;
    outcome_t result;
    if (outcome_bad(&result, part(setting, &parts)) ||
        outcome_bad(&result, put(&nobody, parts.section, parts.key, parts.value, setting)))
        return result;
    text_t key = full_key(parts.section, parts.key), chosen = text_of("%s", "");
    for (size_t i = 0; i < count; i++) {
        if (is_of(accelerators[i], parts.section) && settings_has(accelerators[i]->keys, key.chars))
            return outcome_ok();
        chosen = text_of("%s%s%s", chosen.chars, i == 0 ? "" : ", ", accelerators[i]->name);
    }
    return outcome_usage("--set", setting, "a setting that none of the chosen designs has", chosen.chars,
                         "choose the design as well: --accelerator");
}
